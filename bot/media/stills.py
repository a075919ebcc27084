"""A video as stills, for models that see nothing else; its sound is lost."""

import asyncio
import json
import sys
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections.abc import AsyncGenerator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from bot.errors import ClipBroken, ClipLengthWrong
from bot.media.files import FileClip
from bot.media.kinds import Inline, Kind, Original, Still, Stills

_MOST = 32  # as vLLM looks at
_LONGEST = 90.0  # seconds that it may take
_CHILD = "bot.media.stills_child"


@asynccontextmanager
async def stills(original: Original, name: str, kind: Kind, size: int) -> AsyncGenerator[Stills]:
    """Hold the stills of a clip of `size` bytes; their files are removed with the block.

    The clip is written to disk, and read by a process that is bounded in time and memory.

    Raises:
        ClipError: it could not be read, or is not the video it seems to be.
    """
    with TemporaryDirectory(prefix="reeltalk-") as folder:
        path = Path(folder) / "clip"
        await _save(original, path, name, size)
        yield _read(await _extracted(path, kind, name), name)


async def _save(original: Original, path: Path, name: str, size: int) -> None:
    received = 0
    with path.open("wb") as file:
        async with original.open() as chunks:
            async for chunk in chunks:
                received += len(chunk)
                if received > size:
                    break
                file.write(chunk)
    if received != size:
        raise ClipLengthWrong(name, announced=size, received=received)


async def _extracted(path: Path, kind: Kind, name: str) -> bytes:
    child = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", _CHILD, kind.demuxer, str(path), str(path.parent), str(_MOST)),
        stdin=DEVNULL,
        stdout=PIPE,
        stderr=PIPE,
    )
    try:
        async with asyncio.timeout(_LONGEST):
            out, err = await child.communicate()
    except TimeoutError as error:
        raise ClipBroken(name, "it took too long") from error
    finally:
        await _ended(child)
    if child.returncode:
        lines = err.decode(errors="replace").strip().splitlines()
        raise ClipBroken(name, lines[-1] if lines else f"status {child.returncode}")
    return out


async def _ended(child: Process) -> None:
    if child.returncode is None:
        child.kill()
        await child.wait()


def _read(out: bytes, name: str) -> Stills:
    first, *rest = map(json.loads, out.splitlines())
    if not rest:
        raise ClipBroken(name, "there is no picture in it")
    return Stills(name, first["seconds"], tuple(_stills(rest, name)))


def _stills(lines: list[dict[str, Any]], name: str) -> Iterator[Still]:
    for line in lines:
        source = FileClip(Path(line["path"]), name)
        yield Still(line["second"], Inline(name, "image/jpeg", line["size"], source))
