"""Read the start of a Matroska or WebM file (RFC 8794, RFC 9559), which says what it holds."""

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from enum import IntEnum

from bot.media.facts import Facts

_PICTURES, _SOUND = 1, 2
_DEFAULT_SCALE = 1_000_000  # nanoseconds
_LONGEST = 1e7  # seconds: more is no length
_FLOATS = {4: ">f", 8: ">d"}
_CODECS = {
    b"V_MPEG4/ISO/AVC": "h264",
    b"V_MPEGH/ISO/HEVC": "hevc",
    b"V_VP8": "vp8",
    b"V_VP9": "vp9",
    b"V_AV1": "av1",
    b"A_OPUS": "opus",
    b"A_VORBIS": "vorbis",
    b"A_AAC": "aac",
}


class _Id(IntEnum):
    """The ids of the elements that are looked for."""

    SEGMENT = 0x18538067
    INFO = 0x1549A966
    TIMESTAMP_SCALE = 0x2AD7B1
    DURATION = 0x4489
    TRACKS = 0x1654AE6B
    TRACK_ENTRY = 0xAE
    TRACK_TYPE = 0x83
    CODEC_ID = 0x86
    VIDEO = 0xE0
    PIXEL_WIDTH = 0xB0
    PIXEL_HEIGHT = 0xBA


_OUTER: set[int] = {_Id.SEGMENT, _Id.INFO, _Id.TRACKS}

Element = tuple[int, int, int]
"""An element's id, and where its data starts and ends."""


@dataclass(slots=True)
class _Track:
    kind: int = 0
    codec: str = ""
    width: int | None = None
    height: int | None = None


def read_head(head: bytes) -> Facts:
    """Read what the first bytes say; a live recording does not say how long it is."""
    scale, ticks = _DEFAULT_SCALE, 0.0
    tracks: list[_Track] = []
    for name, start, end in _elements(head, 0, len(head), _OUTER):
        data = head[start:end]
        match name:
            case _Id.TIMESTAMP_SCALE:
                scale = int.from_bytes(data)
            case _Id.DURATION if len(data) in _FLOATS:
                (ticks,) = struct.unpack(_FLOATS[len(data)], data)
            case _Id.TRACK_ENTRY:
                tracks.append(_track(head, start, end))
            case _:
                pass
    pictures = next((track for track in tracks if track.kind == _PICTURES), _Track())
    sound = next((track for track in tracks if track.kind == _SOUND), _Track())
    seconds = ticks * min(scale, 1 << 62) / 1e9
    return Facts(
        seconds=seconds if 0 < seconds < _LONGEST else None,
        width=pictures.width,
        height=pictures.height,
        video=pictures.codec,
        sound=sound.codec,
    )


def _track(head: bytes, start: int, end: int) -> _Track:
    track = _Track()
    for name, inside, stop in _elements(head, start, end, {_Id.VIDEO}):
        data = head[inside:stop]
        match name:
            case _Id.TRACK_TYPE:
                track.kind = int.from_bytes(data)
            case _Id.CODEC_ID:
                codec = data.rstrip(b"\0")
                known = codec.decode("latin-1").partition("_")[2].lower()
                track.codec = _CODECS.get(codec, known)
            case _Id.PIXEL_WIDTH:
                track.width = int.from_bytes(data) or None
            case _Id.PIXEL_HEIGHT:
                track.height = int.from_bytes(data) or None
            case _:
                pass
    return track


def _elements(data: bytes, start: int, end: int, outer: set[int]) -> Iterator[Element]:
    """Yield each element that is whole, and in place of an outer one what is inside it.

    None is looked into inside itself, so that a file can't lead ever deeper.
    """
    while start < end:
        name, start = _number(data, start, keep_mark=True)
        length, start = _number(data, start, keep_mark=False)
        if not name or length is None:
            return
        if name in outer:
            yield from _elements(data, start, min(end, start + length), outer - {name})
        elif start + length <= end:
            yield name, start, start + length
        start += length


def _number(data: bytes, at: int, *, keep_mark: bool) -> tuple[int | None, int]:
    """Read a number whose first byte's leading zeros tell its length."""
    if at >= len(data) or not data[at]:
        return None, len(data)
    length = 9 - data[at].bit_length()
    whole = data[at : at + length]
    if len(whole) < length:
        return None, len(data)
    number = int.from_bytes(whole)
    return number if keep_mark else number & ((1 << 7 * length) - 1), at + length
