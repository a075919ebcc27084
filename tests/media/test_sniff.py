from pathlib import Path

import pytest

from bot.media import kinds
from bot.media.kinds import Kind
from bot.media.sniff import HEAD, sniff
from bot.playground.clips import make_clip

BOX = b"\0\0\0\x18"
HEADS: list[tuple[str, bytes, Kind]] = [
    ("nothing", b"", kinds.EMPTY),
    ("mp4", BOX + b"ftypisom", kinds.MP4),
    ("mp4 of a phone", BOX + b"ftypmp42", kinds.MP4),
    ("mov", BOX + b"ftypqt  ", kinds.MOV),
    ("mov without ftyp", BOX + b"moov", kinds.MOV),
    ("mov that begins with its media", BOX + b"mdat", kinds.MOV),
    ("heic", BOX + b"ftypheic", kinds.PICTURE),
    ("avif", BOX + b"ftypavif", kinds.PICTURE),
    ("m4a", BOX + b"ftypM4A ", kinds.SOUND),
    ("webm", b"\x1aE\xdf\xa3\x9f\x42\x86\x81\x01\x42\x82\x84webm", kinds.WEBM),
    ("mkv", b"\x1aE\xdf\xa3\x9f\x42\x82\x88matroska", kinds.MATROSKA),
    ("program stream", b"\0\0\x01\xba\x44", kinds.MPEG),
    ("video sequence", b"\0\0\x01\xb3\x16", kinds.MPEG),
    ("transport stream", (b"\x47" + bytes(187)) * 3, kinds.MPEG_TS),
    ("m2ts", (bytes(4) + b"\x47" + bytes(187)) * 3, kinds.MPEG_TS),
    ("avi", b"RIFF\x24\0\0\0AVI LIST", kinds.AVI),
    ("flv", b"FLV\x01\x05", kinds.FLV),
    ("wmv", b"0&\xb2u\x8ef\xcf\x11\xa6\xd9", kinds.WMV),
    ("gif", b"GIF89a", kinds.GIF),
    ("png", b"\x89PNG\r\n\x1a\n\0\0", kinds.PICTURE),
    ("jpeg", b"\xff\xd8\xff\xe0", kinds.PICTURE),
    ("webp", b"RIFF\x24\0\0\0WEBPVP8 ", kinds.PICTURE),
    ("wav", b"RIFF\x24\0\0\0WAVEfmt ", kinds.SOUND),
    ("ogg", b"OggS\0\x02", kinds.SOUND),
    ("mp3 with a tag", b"ID3\x04", kinds.SOUND),
    ("mp3", b"\xff\xfb\x90\x64", kinds.SOUND),
    ("flac", b"fLaC\0", kinds.SOUND),
    ("pdf", b"%PDF-1.7", kinds.PDF),
    ("zip", b"PK\x03\x04\x14", kinds.ARCHIVE),
    ("hls playlist", b"#EXTM3U\n#EXT-X-VERSION:3\n", kinds.PLAYLIST),
    ("concat playlist", b"ffconcat version 1.0\nfile a.mp4\n", kinds.PLAYLIST),
    ("web page", b"\n<!DOCTYPE html><html>", kinds.WEB_PAGE),
    ("text", "Grüße, nur Text\n".encode(), kinds.TEXT),
    ("text cut inside a character", ("ü" * HEAD).encode()[1 : HEAD + 1], kinds.UNKNOWN),
    ("long text", ("ü" * HEAD).encode()[:HEAD], kinds.TEXT),
    ("noise", b"\x01\x02\x03\x04\x05\x06\x07\x08\x09", kinds.UNKNOWN),
    ("one byte of noise", b"\xff", kinds.UNKNOWN),
]


@pytest.mark.parametrize(("head", "kind"), [pytest.param(h, k, id=name) for name, h, k in HEADS])
def test_kinds_are_told_by_their_first_bytes(head: bytes, kind: Kind) -> None:
    assert sniff(head) == kind


@pytest.mark.parametrize(
    ("suffix", "kind"),
    [
        (".mp4", kinds.MP4),
        (".mov", kinds.MOV),
        (".webm", kinds.WEBM),
        (".mpeg", kinds.MPEG),
        (".mkv", kinds.MATROSKA),
        (".avi", kinds.AVI),
        (".ts", kinds.MPEG_TS),
    ],
)
def test_real_files_are_told_by_their_head(tmp_path: Path, suffix: str, kind: Kind) -> None:
    path = tmp_path / f"clip{suffix}"
    make_clip(path, seconds=1)
    assert sniff(path.read_bytes()[:HEAD]) == kind


def test_every_documented_type_is_a_video() -> None:
    told = [kind for kind in vars(kinds).values() if isinstance(kind, Kind) and kind.mime]
    assert {kind.mime for kind in told} == {"video/mp4", "video/mov", "video/webm", "video/mpeg"}
    assert all(kind.is_video for kind in told)


def test_damage_further_on_does_not_change_what_a_file_is() -> None:
    recorded = (b"\x47" + bytes(187)) * 300
    assert sniff(recorded[: 188 * 100] + b"\0" + recorded) == kinds.MPEG_TS
