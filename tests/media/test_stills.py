import asyncio
import struct
from itertools import pairwise
from pathlib import Path

import av
import pytest

from bot.errors import ClipBroken, ClipLengthWrong
from bot.media.files import FileClip
from bot.media.fitting import stills
from bot.media.kinds import AVI, MATROSKA, MOV, MP4, MPEG, MPEG_TS, WEBM, Kind, Posted, Stills
from bot.media.ladder import Wanted
from bot.media.workshop import Workshop
from bot.playground.clips import make_clip


async def taken(path: Path, kind: Kind, more: int = 0) -> tuple[Stills, list[bytes]]:
    """Return the stills of a clip that is said to have some more bytes than it has."""
    original = FileClip(path, path.name)
    look = await original.look()
    clip = Posted(path.name, original, kind, look.head, look.size + more)
    async with stills(Workshop(), clip, Wanted(1 << 30, 3600.0), lambda _: None) as found:
        pictures: list[bytes] = []
        for still in found.stills:
            async with still.picture.source.open() as chunks:
                pictures.append(b"".join([chunk async for chunk in chunks]))
            assert len(pictures[-1]) == still.picture.size
    return found, pictures


def shape(jpeg: bytes, folder: Path) -> tuple[int, int]:
    path = folder / "still.jpg"
    path.write_bytes(jpeg)
    with av.open(path) as container:
        frame = next(container.decode(video=0))
        return frame.width, frame.height


@pytest.mark.parametrize(
    ("suffix", "kind"),
    [
        ("mp4", MP4),
        ("mov", MOV),
        ("webm", WEBM),
        ("mkv", MATROSKA),
        ("avi", AVI),
        ("mpeg", MPEG),
        ("ts", MPEG_TS),
    ],
)
async def test_every_second_gives_a_still_with_its_time(
    tmp_path: Path, suffix: str, kind: Kind
) -> None:
    path = tmp_path / f"clip.{suffix}"
    make_clip(path, seconds=3)
    found, pictures = await taken(path, kind)
    assert found.seconds == pytest.approx(3.0, abs=0.2)
    times = [still.second for still in found.stills]
    assert times == sorted(set(times))
    assert len(times) >= 2
    assert all(picture.startswith(b"\xff\xd8\xff") for picture in pictures)
    assert {still.picture.mime for still in found.stills} == {"image/jpeg"}


async def test_a_longer_clip_gives_as_many_stills_as_fit_evenly(tmp_path: Path) -> None:
    path = tmp_path / "clip.mp4"
    make_clip(path, seconds=64, size=(64, 36), fps=5, cuts=(), tone=None)
    found, _ = await taken(path, MP4)
    assert 24 <= len(found.stills) <= 32
    times = [still.second for still in found.stills]
    assert max(after - before for before, after in pairwise(times)) < 9


async def test_a_large_picture_is_made_as_small_as_a_model_looks_at_it(tmp_path: Path) -> None:
    path = tmp_path / "clip.mp4"
    make_clip(path, seconds=0.4, size=(1920, 1080), tone=None)
    _, pictures = await taken(path, MP4)
    assert shape(pictures[0], tmp_path) == (768, 432)


async def test_a_turned_picture_is_turned_back(tmp_path: Path) -> None:
    path = tmp_path / "clip.mp4"
    make_clip(path, seconds=0.4, tone=None)
    data = path.read_bytes()
    # The matrix of a telephone held upright: a quarter turn (ISO/IEC 14496-12, `tkhd`).
    straight = struct.pack(">9i", 1 << 16, 0, 0, 0, 1 << 16, 0, 0, 0, 1 << 30)
    turned = struct.pack(">9i", 0, 1 << 16, 0, -(1 << 16), 0, 0, 0, 0, 1 << 30)
    start = data.index(b"tkhd")
    at = data.index(straight, start)
    path.write_bytes(data[:at] + turned + data[at + len(turned) :])
    _, pictures = await taken(path, MP4)
    assert shape(pictures[0], tmp_path) == (180, 320)


async def test_what_is_no_video_after_all_is_told(tmp_path: Path) -> None:
    path = tmp_path / "clip.mp4"
    path.write_bytes(b"\0\0\0\x10ftypisom\0\0\0\0" + bytes(1000))
    with pytest.raises(ClipBroken):
        await taken(path, MP4)


async def test_a_playlist_in_disguise_opens_nothing(tmp_path: Path) -> None:
    secret = tmp_path / "secret.mp4"
    make_clip(secret, seconds=1)
    path = tmp_path / "clip.avi"
    path.write_text(f"ffconcat version 1.0\nfile '{secret}'\n")
    with pytest.raises(ClipBroken):
        await taken(path, AVI)


async def test_a_clip_that_is_shorter_than_was_said_is_told(tmp_path: Path) -> None:
    path = tmp_path / "clip.mp4"
    make_clip(path, seconds=1)
    with pytest.raises(ClipLengthWrong):
        await taken(path, MP4, more=1)


async def test_nothing_is_left_behind_when_it_is_cancelled(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "clip.mp4"
    make_clip(path, seconds=20, size=(1280, 720), cuts=(), tone=None)
    folder = tmp_path / "work"
    folder.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(folder))
    task = asyncio.create_task(taken(path, MP4))
    while not list(folder.glob("*/000.jpg")):  # the child is at work  # noqa: ASYNC110
        await asyncio.sleep(0.02)
    task.cancel()
    await asyncio.wait([task])
    assert task.cancelled()
    assert list(folder.iterdir()) == []
