"""How what is picked is fetched: by ranges, ahead, held nowhere, and as often as it is asked."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from bot.errors import ClipError, ClipLengthWrong, DownloadFailed
from bot.media.files import FileClip
from bot.media.kinds import Look, Original
from bot.media.ladder import Wanted
from bot.media.picked import PickedClip, picked
from bot.media.picking import Plan
from bot.media.probe import MOST_MOVIE
from tests.media.corpus import FAST, Film, movie_of, posted
from tests.media.movies import planned, relaid

MIB = 1 << 20
WANTED = Wanted(70 * MIB, 3600.0)


@dataclass(slots=True)
class Watched:
    """A clip that tells what was read of it; `spoil` makes a read what else it may be."""

    path: Path
    reads: list[tuple[int, int]] = field(default_factory=list[tuple[int, int]])
    under_way: int = 0
    most_under_way: int = 0
    cut: int | None = None
    error: ClipError | None = None
    after: int = 0

    async def look(self) -> Look:
        return await FileClip(self.path, "clip").look()

    def open(self) -> AbstractAsyncContextManager[AsyncIterator[bytes]]:
        raise AssertionError("it is not to be read whole")

    async def read(self, offset: int, length: int) -> bytes:
        self.reads.append((offset, length))
        self.under_way += 1
        self.most_under_way = max(self.most_under_way, self.under_way)
        try:
            await asyncio.sleep(0.001)
            if self.error and len(self.reads) > self.after:
                raise self.error
            data = await FileClip(self.path, "clip").read(offset, length)
            return data if len(self.reads) <= self.after else data[: self.cut]
        finally:
            self.under_way -= 1

    @property
    def fetched(self) -> int:
        return sum(length for _, length in self.reads)


@pytest.fixture(scope="module")
def large(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Forty megabytes, in which a silent clip of twenty key frames is strewn."""
    folder = tmp_path_factory.mktemp("large")
    clip = Film(sound="", seconds=20.0).written(folder / "clip.mp4")
    return relaid(clip, folder / "large.mp4", size=40 * MIB, head_first=True)


@pytest.fixture(scope="module")
def heard(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same with sound, of which each packet lies far from the next."""
    folder = tmp_path_factory.mktemp("heard")
    clip = Film(seconds=20.0).written(folder / "clip.mp4")
    return relaid(clip, folder / "large.mp4", size=40 * MIB)


async def fetched(clip: PickedClip) -> bytes:
    async with clip.open() as chunks:
        return b"".join([chunk async for chunk in chunks])


async def pick(
    path: Path, limit: int, wanted: Wanted = WANTED, original: Original | None = None
) -> Plan | None:
    clip, movie = await posted(path), await movie_of(path)
    read = (original or FileClip(path, "clip")).read
    found = await picked(clip, read, movie, wanted, None, limit=limit)
    return found and found[1]


async def test_only_what_is_planned_is_fetched_and_some_of_it_at_a_time(large: Path) -> None:
    made, _ = await planned(large)
    watched = Watched(large)
    small = PickedClip("clip", watched.read, made)
    data = await fetched(small)
    assert len(data) == made.size
    assert watched.fetched == made.fetched < 0.02 * (40 * MIB)
    assert watched.most_under_way == made.at_once == 6
    assert await fetched(small) == data  # as often as it has to be sent


async def test_leaving_it_half_read_leaves_nothing_behind(large: Path) -> None:
    made, _ = await planned(large)
    watched = Watched(large)
    before = asyncio.all_tasks()
    async with PickedClip("clip", watched.read, made).open() as chunks:
        await anext(chunks)
    assert asyncio.all_tasks() == before
    assert watched.under_way == 0


async def test_a_read_that_fails_is_told_and_the_others_end(large: Path) -> None:
    made, _ = await planned(large)
    before = asyncio.all_tasks()
    watched = Watched(large, error=DownloadFailed("clip", "HTTP 500"), after=5)
    with pytest.raises(DownloadFailed):
        await fetched(PickedClip("clip", watched.read, made))
    with pytest.raises(ClipLengthWrong):
        await fetched(PickedClip("clip", Watched(large, cut=10, after=5).read, made))
    assert asyncio.all_tasks() == before


async def test_a_host_without_ranges_is_not_asked_for_any(large: Path) -> None:
    watched = Watched(large, cut=0)
    assert await pick(large, 10 * MIB, original=watched) is None
    assert watched.fetched < MIB


async def test_over_the_limit_there_is_only_what_is_picked(large: Path, heard: Path) -> None:
    made = await pick(large, 10 * MIB)
    assert made is not None
    assert (made.frames, made.in_all, made.gap) == (20, 500, 1.0)
    made = await pick(heard, 10 * MIB)
    assert made is not None
    assert (made.is_heard, made.is_complete) == (False, False)


async def test_within_the_limit_no_sound_is_given_up(heard: Path) -> None:
    assert await pick(heard, 100 * MIB, Wanted(10 * MIB, 3600.0)) is None


async def test_no_more_is_downloaded_than_may_be(large: Path) -> None:
    made, _ = await planned(large)
    for limit in (made.size // 2, made.size // 3):
        fewer = await pick(large, limit)
        assert fewer is not None
        assert max(fewer.size, fewer.fetched) <= limit
        assert fewer.frames < made.frames
    assert await pick(large, 1000) is None


async def test_a_table_of_which_only_a_part_was_read_is_not_used(large: Path) -> None:
    clip, read, movie = await posted(large), FileClip(large, "clip").read, bytes(MOST_MOVIE)
    assert await picked(clip, read, movie, WANTED, None, limit=10 * MIB) is None


async def test_sound_is_fetched_where_it_lies_together(tmp_path: Path) -> None:
    source = Film(seconds=20.0, flags=(*FAST, ("chunk_duration", "1"))).written(tmp_path / "a.mp4")
    made, _ = await planned(source)
    assert made.is_heard
    assert len(made.reads) <= 64
