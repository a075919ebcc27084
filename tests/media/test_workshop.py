"""What a workshop gives up, and what it leaves behind: nothing."""

import asyncio
import resource
import tempfile
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

import psutil
import pytest

from bot.errors import ClipBroken, ClipTooMuchWork, NoRoom
from bot.media.fitting import fitted
from bot.media.ladder import Wanted
from bot.media.workshop import Bounds, Workshop
from tests.media.corpus import Film, posted


@contextmanager
def longest_file(size: int) -> Generator[None]:
    """Let no file become longer, which fails as a full disk does."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


@pytest.mark.parametrize("size", [100, 10_000], ids=["when it is closed", "when it is written"])
async def test_a_full_disk_is_told(tmp_path: Path, size: int) -> None:
    path = tmp_path / "clip"
    path.write_bytes(bytes(size * 20))
    clip = await posted(path)
    with longest_file(size), pytest.raises(NoRoom):
        async with Workshop().holding(clip):
            pass


async def test_a_place_for_folders_that_is_missing_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    clip = await posted(Film(seconds=0.2).written(tmp_path / "clip.mp4"))
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "missing"))
    with pytest.raises(NoRoom):
        async with Workshop().holding(clip):
            pass


async def test_a_disk_that_is_full_for_what_is_made_is_told(tmp_path: Path) -> None:
    workshop = Workshop()
    async with workshop.holding(await posted(Film().written(tmp_path / "clip.mp4"))) as job:
        how = {"span": (0.0, None), "keys_only": False, "target": "/dev/full"}
        with pytest.raises(NoRoom):
            await workshop.work(job, "remux", lambda _: None, **how)


@pytest.mark.parametrize(
    "bounds", [Bounds(wall=0.01), Bounds(cpu=0), Bounds(file=1000)], ids=["wall", "cpu", "file"]
)
async def test_work_past_a_bound_is_too_much(tmp_path: Path, bounds: Bounds) -> None:
    workshop = Workshop(bounds)
    async with workshop.holding(await posted(Film().written(tmp_path / "clip.mp4"))) as job:
        with pytest.raises(ClipTooMuchWork):
            await workshop.work(job, "remux", lambda _: None, span=(0.0, None), keys_only=False)


async def test_memory_past_its_bound_ends_the_work_and_nothing_else(tmp_path: Path) -> None:
    workshop = Workshop(Bounds(memory=300 << 20))
    path = Film(size=(3840, 2160), seconds=0.4).written(tmp_path / "clip.mp4")
    async with workshop.holding(await posted(path)) as job:
        with pytest.raises(ClipBroken):
            await workshop.work(
                job, "encode", lambda _: None, span=(0.0, None), keys_only=False, every=1.0
            )


async def test_nothing_is_left_of_work_that_is_cancelled(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    clip = await posted(Film(size=(1280, 720), seconds=10.0).written(tmp_path / "clip.mp4"))
    folder = tmp_path / "temporary"
    folder.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    begun = asyncio.Event()

    async def fit() -> None:
        wanted = Wanted(10 << 20, 3600.0, anew=True)
        async with fitted(Workshop(), clip, wanted, lambda _: begun.set()):
            pass

    task = asyncio.create_task(fit())
    await begun.wait()
    (child,) = psutil.Process().children(recursive=True)
    task.cancel()
    await asyncio.wait([task])
    assert task.cancelled()
    assert list(folder.iterdir()) == []
    assert not child.is_running()
