"""Where clips are made to fit: each in a folder of its own, worked on by a child process."""

import asyncio
import json
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncGenerator, Callable, Generator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from errno import EDQUOT, EFBIG, ENOSPC
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from bot.errors import (
    ClipBroken,
    ClipLengthWrong,
    ClipNotVideo,
    ClipTooManyPixels,
    ClipTooMuchWork,
    NoRoom,
)
from bot.media.facts import Facts
from bot.media.kinds import Posted

_MIB = 1 << 20
_AT_ONCE = 2  # children: each has two threads
_CHILD = "bot.media.child"
_LONGEST_LINE = 1 << 20
_BOUNDS = {-9, -24}  # SIGKILL and SIGXCPU: what ends a process that has used up its time

OnDone = Callable[[float], None]
"""Called with how far the work is, from 0 to 1."""


@dataclass(frozen=True, slots=True)
class Bounds:
    """What a child may take: seconds of a clock and of a processor, bytes, and pixels a picture."""

    wall: float = 180.0
    cpu: int = 120
    memory: int = 2048 * _MIB
    file: int = 256 * _MIB
    pixels: int = 8192 * 8192


@dataclass(frozen=True, slots=True)
class Job:
    """A clip that lies in a folder of its own."""

    clip: Posted
    path: Path

    @property
    def folder(self) -> Path:
        """Where what is made of it belongs."""
        return self.path.parent


class Workshop:
    """Bounds what is worked on at a time, and for how long."""

    def __init__(self, bounds: Bounds | None = None) -> None:
        self._bounds = bounds or Bounds()
        self._children = asyncio.Semaphore(_AT_ONCE)

    @asynccontextmanager
    async def holding(self, clip: Posted) -> AsyncGenerator[Job]:
        """Hold a clip as a file; all that was made of it goes with the block.

        Raises:
            ClipError: it could not be read, or is not as long as it was said to be.
            NoRoom: it could not be written.
        """
        with _room():
            held = TemporaryDirectory(prefix="reeltalk-", ignore_cleanup_errors=True)
        with held as folder:
            path = Path(folder) / "clip"
            await _save(clip, path)
            yield Job(clip, path)

    async def look(self, job: Job) -> Facts:
        """Return what the whole file says of itself.

        Raises:
            ClipError: it can't be read as a video.
        """
        return Facts(**await self.work(job, "look", lambda _: None))

    async def work(self, job: Job, verb: str, on_done: OnDone, **how: Any) -> dict[str, Any]:
        """Have a piece of work done, and return what it says at its end.

        Raises:
            ClipError: it could not be done, or not within the bounds.
        """
        bounds = self._bounds
        told = {
            "verb": verb,
            "path": str(job.path),
            "demuxer": job.clip.kind.demuxer,
            "target": str(job.folder / "fitted"),
            "pixels": bounds.pixels,
            "memory": bounds.memory,
            "cpu": bounds.cpu,
            "file": bounds.file,
            **how,
        }
        async with self._children:
            child = await asyncio.create_subprocess_exec(
                *(sys.executable, "-m", _CHILD),
                stdin=PIPE,
                stdout=PIPE,
                stderr=PIPE,
                limit=_LONGEST_LINE,
                start_new_session=True,
            )
            try:
                async with asyncio.timeout(bounds.wall):
                    return await _conversed(child, told, job.clip.name, on_done)
            except TimeoutError as error:
                reason = f"not done after {bounds.wall:g} s"
                raise ClipTooMuchWork(job.clip.name, reason) from error
            finally:
                await _ended(child)


async def _save(clip: Posted, path: Path) -> None:
    received = 0
    # What is left to write may find no room only when the file is closed. That nothing else of
    # this block raises such errors is the promise of a source.
    with _room(), path.open("wb") as file:
        async with clip.original.open() as chunks:
            async for chunk in chunks:
                received += len(chunk)
                if received > clip.size:
                    break
                # A slow disk may block; the loop goes on meanwhile.
                await asyncio.to_thread(file.write, chunk)
    if received != clip.size:
        raise ClipLengthWrong(clip.name, announced=clip.size, received=received)


@contextmanager
def _room() -> Generator[None]:
    try:
        yield
    except OSError as error:
        raise NoRoom(error.strerror or type(error).__name__) from error


async def _conversed(
    child: Process, told: dict[str, Any], name: str, on_done: OnDone
) -> dict[str, Any]:
    assert child.stdin is not None  # noqa: S101 (asked for)
    assert child.stdout is not None  # noqa: S101
    assert child.stderr is not None  # noqa: S101
    child.stdin.write(json.dumps(told).encode())
    child.stdin.close()
    complaints = asyncio.create_task(child.stderr.read())
    try:
        last: dict[str, Any] = {}
        async for line in child.stdout:
            last = json.loads(line)
            if "done" in last:
                on_done(last["done"])
        status = await child.wait()
        said = (await complaints).decode(errors="replace").strip()
    finally:
        complaints.cancel()
    if status or not last or last.keys() & {"done", "failed"}:
        raise _failure(name, last, status, said)
    return last


def _failure(name: str, last: dict[str, Any], status: int, said: str) -> Exception:
    match last.get("failed"):
        case "NoPictures":
            return ClipNotVideo(name, "a file with sound alone")
        case "TooManyPixels":
            return ClipTooManyPixels(name, last["width"], last["height"])
        case str(kind):
            reason = f"{kind}: {last.get('reason')}"
            if last.get("errno") in {ENOSPC, EDQUOT}:
                return NoRoom(reason)
            return (
                ClipTooMuchWork(name, reason)
                if last.get("errno") == EFBIG
                else ClipBroken(name, reason)
            )
        case _ if status in _BOUNDS:
            return ClipTooMuchWork(name, f"status {status}")
        case _:
            return ClipBroken(name, f"status {status}: {said[-200:]}")


async def _ended(child: Process) -> None:
    if child.returncode is None:
        child.kill()
        await child.wait()
