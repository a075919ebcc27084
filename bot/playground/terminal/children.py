"""The processes a playground consists of, each held by a block that ends it."""

import asyncio
import contextlib
import json
import sys
from asyncio.subprocess import PIPE, Process
from collections import deque
from collections.abc import AsyncGenerator, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

LAST_LINES = 12
LONGEST_LINE = 1 << 20
GRACE = 5.0  # seconds from being asked to end to being made to


@dataclass(frozen=True, slots=True)
class Died:
    """A child that ended by itself, and the last of what it wrote."""

    name: str
    status: int
    lines: tuple[str, ...]


@dataclass(slots=True)
class Child:
    """A process that runs."""

    name: str
    _process: Process
    lines: deque[str] = field(default_factory=lambda: deque[str](maxlen=LAST_LINES))

    async def announcement(self) -> dict[str, Any] | None:
        """Read the line of JSON it starts with; None when it ends without one."""
        assert self._process.stdout is not None  # noqa: S101  asked for below
        line = await self._process.stdout.readline()
        return json.loads(line) if line else None

    async def died(self) -> Died:
        """Wait for its end."""
        status = await self._process.wait()
        return Died(self.name, status, tuple(self.lines))

    async def watch(self, heed: Callable[[str], None], mourn: Callable[[Died], None]) -> None:
        """Hand on each line of its log, and then its end."""
        assert self._process.stderr is not None  # noqa: S101  asked for below
        async for line in self._process.stderr:
            text = line.decode(errors="replace").rstrip()
            self.lines.append(text)
            heed(text)
        mourn(await self.died())


@contextlib.asynccontextmanager
async def child(
    name: str,
    module: str,
    *arguments: str,
    environ: Mapping[str, str],
    heed: Callable[[str], None],
    mourn: Callable[[Died], None],
) -> AsyncGenerator[Child]:
    """Run a module of this project, and end it with the block."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", module, *arguments),
        stdin=PIPE,  # closed with this process, however it ends
        stdout=PIPE,
        stderr=PIPE,
        env=environ,
        limit=LONGEST_LINE,
    )
    running = Child(name, process)
    watching = asyncio.create_task(running.watch(heed, mourn))
    try:
        yield running
    finally:
        watching.cancel()
        await _end(process)


async def _end(process: Process) -> None:
    if process.returncode is not None:
        return
    process.terminate()
    try:
        async with asyncio.timeout(GRACE):
            await process.wait()
    finally:
        if process.returncode is None:
            process.kill()
