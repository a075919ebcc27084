"""Have a file inspected by a process of its own, within a time."""

import asyncio
import json
import sys
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path

from .findings import Findings, Unopened, from_json

ROOT = Path(__file__).parents[3]


async def look_at(path: Path, *, within: float = 20.0) -> Findings | Unopened:
    """Tell what a file, named in full, holds, or why that can't be told."""
    try:
        async with _inspection(path) as child, asyncio.timeout(within):
            said, _ = await child.communicate()
    except TimeoutError:
        return Unopened(f"looking at it took longer than {within:g} seconds")
    if child.returncode:
        return Unopened(f"looking at it ended with exit status {child.returncode}")
    return from_json(json.loads(said))


@asynccontextmanager
async def _inspection(path: Path) -> AsyncGenerator[Process]:
    module = f"{__package__}.inspection"
    child = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", module, str(path)),
        stdin=DEVNULL,
        stdout=PIPE,
        stderr=DEVNULL,
        cwd=ROOT,
    )
    try:
        yield child
    finally:
        if child.returncode is None:
            child.kill()
        await child.wait()
