"""Where clips are made to fit: each in a folder of its own, by a child process of its own."""

import asyncio
import errno
import json
import shutil
import sys
import time
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncGenerator, Callable, Generator
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import asdict, dataclass, field
from io import FileIO
from pathlib import Path
from tempfile import TemporaryDirectory, gettempdir
from typing import Any

from bot.errors import (
    ClipBroken,
    ClipLengthWrong,
    ClipNotVideo,
    ClipTooManyPixels,
    ClipTooMuchWork,
    NoRoom,
    ReeltalkError,
)
from bot.media.facts import Facts
from bot.media.kinds import Posted

_MIB = 1 << 20
_AT_ONCE = 2  # children at work: each has two threads
_CHILD = "bot.media.child"
_LONGEST_LINE = 1 << 20
_COMPLAINT = 200

_BOUNDS = {-9, -24}  # SIGKILL and SIGXCPU: what ends a process that has used up its time
_NO_ROOM = {errno.ENOSPC, errno.EDQUOT}

PREFIX = "reeltalk-"
"""How the names of all folders begin that clips are worked on in."""

OnDone = Callable[[float], None]
"""Called with how far the work is, from 0 to 1."""


@dataclass(frozen=True, slots=True)
class Bounds:
    """What a child may take for one clip: bytes, pixels a picture, seconds of a processor.

    `wall` is how many seconds of a clock one piece of work may take.
    """

    wall: float = 180.0
    cpu: int = 120
    memory: int = 2048 * _MIB
    file: int = 256 * _MIB
    pixels: int = 8192 * 8192


@dataclass(slots=True)
class Job:
    """A clip that lies in a folder of its own, and the process that works on it."""

    clip: Posted
    path: Path
    child: Process | None = field(default=None, repr=False)

    @property
    def folder(self) -> Path:
        """Where what is made of it belongs."""
        return self.path.parent

    async def dismiss(self) -> None:
        """End the process, if there is one; what it has made stays."""
        child, self.child = self.child, None
        if child is None:
            return
        if child.returncode is None:
            child.kill()
        await child.wait()

    @property
    def complaints(self) -> Path:
        """Where the child's standard error goes: a pipe might fill up."""
        return self.folder / "complaints"


class Workshop:
    """Bounds what is worked on at a time, and for how long."""

    def __init__(self, bounds: Bounds | None = None) -> None:
        self._bounds = bounds or Bounds()
        self._turns = asyncio.Semaphore(_AT_ONCE)

    @asynccontextmanager
    async def holding(self, clip: Posted) -> AsyncGenerator[Job]:
        """Hold a clip as a file; all that was made of it goes with the block.

        Raises:
            ClipError: it could not be read, or is not as long as it was said to be.
            NoRoom: it could not be written.
        """
        with _folder() as folder:
            job = Job(clip, folder / "clip")
            await _save(clip, job.path)
            try:
                yield job
            finally:
                await job.dismiss()

    @staticmethod
    def sweep(older_than: float = 3600.0) -> None:
        """Remove the folders that a process which was killed has left, after so many seconds."""
        before = time.time() - older_than
        for folder in Path(gettempdir()).glob(f"{PREFIX}*"):
            with suppress(OSError):  # somebody else's, or gone by now
                if folder.stat().st_mtime < before:
                    shutil.rmtree(folder)

    async def look(self, job: Job) -> Facts:
        """Return what the whole file says of itself.

        Raises:
            ClipError: it can't be read as a video.
        """
        return Facts(**await self.work(job, "look", lambda _: None))

    async def work(self, job: Job, verb: str, on_done: OnDone, **how: Any) -> dict[str, Any]:
        """Have a piece of work done, and return what it says at its end.

        One child does all the work on a clip, since starting it takes longer than most of that.

        Raises:
            ClipError: it could not be done, or not within the bounds.
        """
        told = {"verb": verb, "target": str(job.folder / "fitted"), **how}
        async with self._turns:
            try:
                async with asyncio.timeout(self._bounds.wall):
                    if job.child is None:
                        job.child = await self._started(job)
                    return await _conversed(job, job.child, told, on_done)
            except TimeoutError as error:
                await job.dismiss()
                said = f"not done after {self._bounds.wall:g} s"
                raise ClipTooMuchWork(job.clip.name, said) from error
            except asyncio.CancelledError:
                await job.dismiss()
                raise

    async def _started(self, job: Job) -> Process:
        with job.complaints.open("wb") as complaints:
            child = await asyncio.create_subprocess_exec(
                *(sys.executable, "-m", _CHILD),
                stdin=PIPE,
                stdout=PIPE,
                stderr=complaints,
                limit=_LONGEST_LINE,
                start_new_session=True,  # an interrupt of the terminal is not for it
            )
        source = {"path": str(job.path), "demuxer": job.clip.kind.demuxer}
        _tell(child, {**asdict(self._bounds), **source})
        return child


@contextmanager
def _folder() -> Generator[Path]:
    with _roomy():
        folder = TemporaryDirectory(prefix=PREFIX, ignore_cleanup_errors=True)
    with folder as path:
        yield Path(path)


async def _save(clip: Posted, path: Path) -> None:
    received = 0
    with _roomy():
        file = path.open("wb", buffering=0)  # closing it has nothing left to write
    with file:
        async with clip.source.open() as chunks:
            async for chunk in chunks:
                received += len(chunk)
                if received > clip.size:
                    break
                with _roomy():  # a slow disk may block; the loop goes on meanwhile
                    await asyncio.to_thread(_write, file, chunk)
    if received != clip.size:
        raise ClipLengthWrong(clip.name, announced=clip.size, received=received)


def _write(file: FileIO, chunk: bytes) -> None:
    rest = memoryview(chunk)
    while rest:
        rest = rest[file.write(rest) :]


@contextmanager
def _roomy() -> Generator[None]:
    """Turn what the disk refuses into ours, on the lines that write to it and no others."""
    try:
        yield
    except OSError as error:
        raise NoRoom(error.strerror or type(error).__name__) from error


def _tell(child: Process, fields: dict[str, Any]) -> None:
    assert child.stdin is not None  # noqa: S101 (asked for)
    child.stdin.write(json.dumps(fields).encode() + b"\n")


async def _conversed(
    job: Job, child: Process, told: dict[str, Any], on_done: OnDone
) -> dict[str, Any]:
    assert child.stdout is not None  # noqa: S101 (asked for)
    _tell(child, told)
    async for line in child.stdout:
        said: dict[str, Any] = json.loads(line)
        if "done" in said:
            on_done(said["done"])
        elif "failed" in said:
            raise _failure(job.clip.name, said)
        else:
            return said
    # It ended by itself: by a bound of the system's, or because libav crashed.
    status, job.child = await child.wait(), None
    complaint = job.complaints.read_text(errors="replace").strip()[-_COMPLAINT:]
    if status in _BOUNDS:
        raise ClipTooMuchWork(job.clip.name, f"status {status}")
    raise ClipBroken(job.clip.name, f"status {status}: {complaint}")


def _failure(name: str, said: dict[str, Any]) -> ReeltalkError:
    if said.get("errno") in _NO_ROOM:
        return NoRoom(said["reason"])
    match said["failed"]:
        case "NoPictures":
            return ClipNotVideo(name, "a file without pictures")
        case "TooManyPixels":
            return ClipTooManyPixels(name, said["width"], said["height"])
        case kind if said["errno"] == errno.EFBIG:
            return ClipTooMuchWork(name, f"{kind}: {said['reason']}")
        case kind:
            return ClipBroken(name, f"{kind}: {said['reason']}")
