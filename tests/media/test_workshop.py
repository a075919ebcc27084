"""What a workshop gives up, and what it leaves behind: nothing."""

import resource
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from bot.errors import NoRoom
from bot.media.workshop import Workshop
from tests.media.corpus import Film, posted


@contextmanager
def longest_file(size: int) -> Iterator[None]:
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
