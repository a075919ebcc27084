"""Small files that ask for more than anybody has: each is stopped, and the next is served."""

import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest

from bot.errors import ClipBroken, ClipTooManyPixels, ClipTooMuchWork
from bot.media.fitting import fitted
from bot.media.ladder import Wanted
from bot.media.workshop import Bounds, Workshop
from tests.media.corpus import Film, posted, repeated

MIB = 1 << 20
ALL_OF_IT = Wanted(most_bytes=100_000, most_seconds=1e9)
HUGE = Film(
    size=(16_384, 8704),
    seconds=0.04,
    sound="",
    pattern="color",
    options=(("x264-params", "threads=1"),),
)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder of bombs, each of which is a few MiB at most."""
    folder = tmp_path_factory.mktemp("bombs")
    HUGE.written(folder / "huge.mp4")
    black: dict[str, Any] = {"sound": "", "pattern": "color"}
    short = Film(**black, seconds=10.0, fps=30, key_every=300).written(folder / "short.mp4")
    repeated(short, folder / "two hours.mp4", 720)
    still = Film(**black, size=(1280, 720), seconds=60.0, fps=1, key_every=10)
    repeated(still.written(folder / "still.mp4"), folder / "six hours.mp4", 360)
    assert max(path.stat().st_size for path in folder.iterdir()) < 10 * MIB
    return folder


@pytest.fixture(autouse=True)
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """See that the bot itself is not hurt: nothing is left of the work, nor in its memory."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    before = psutil.Process().memory_info().rss
    yield
    assert list(tmp_path.glob("reeltalk-*")) == []
    assert psutil.Process().children(recursive=True) == []
    assert psutil.Process().memory_info().rss < before + 64 * MIB


async def fit(path: Path, wanted: Wanted = ALL_OF_IT, bounds: Bounds | None = None) -> float | None:
    """Return how long the result is; what went wrong, the workshop has to survive."""
    workshop = Workshop(bounds)
    try:
        async with fitted(workshop, await posted(path), wanted, lambda _: None) as made:
            assert made.video.size <= wanted.most_bytes
            return made.video.seconds
    finally:
        async with workshop.holding(await posted(path.parent / "short.mp4")) as job:
            assert (await workshop.look(job)).seconds == 10.0


async def test_enormous_pictures_are_not_decoded(folder: Path) -> None:
    with pytest.raises(ClipTooManyPixels) as caught:
        await fit(folder / "huge.mp4")
    assert (caught.value.width, caught.value.height) == (16_384, 8704)


async def test_enormous_pictures_that_are_said_to_be_small_are_not_either(folder: Path) -> None:
    data = (folder / "huge.mp4").read_bytes()
    said, small = (16_384).to_bytes(2) + (8704).to_bytes(2), (64).to_bytes(2) * 2
    at = data.index(said, data.index(b"avc1", data.index(b"stsd")))
    path = folder / "disguised.mp4"
    path.write_bytes(data[:at] + small + data[at + 4 :])
    with pytest.raises((ClipTooManyPixels, ClipBroken)):
        await fit(path)


async def test_pictures_that_become_enormous_are_bounded_by_memory(folder: Path) -> None:
    small = Film("mpegts", sound="", seconds=2.0).written(folder / "small.ts")
    huge = repeated(folder / "huge.mp4", folder / "huge.ts", 1, "mpegts")
    path = folder / "growing.ts"
    path.write_bytes(small.read_bytes() + huge.read_bytes())
    seconds = await fit(path)  # what could be decoded before them is shown
    assert seconds is not None


@pytest.mark.parametrize("name", ["two hours.mp4", "six hours.mp4"])
@pytest.mark.parametrize("bounds", [Bounds(cpu=1), Bounds(wall=0.5)], ids=["cpu", "wall"])
async def test_hours_are_stopped_by_the_bounds(folder: Path, name: str, bounds: Bounds) -> None:
    with pytest.raises(ClipTooMuchWork):
        await fit(folder / name, bounds=bounds)


async def test_of_hours_of_black_as_much_is_taken_as_is_allowed(folder: Path) -> None:
    assert await fit(folder / "six hours.mp4", Wanted(100_000, most_seconds=3600.0)) == 3600.0


async def test_a_result_that_grows_too_large_is_stopped(folder: Path) -> None:
    with pytest.raises(ClipTooMuchWork):
        await fit(folder / "six hours.mp4", Wanted(10 * MIB, most_seconds=600.0), Bounds(file=1000))
