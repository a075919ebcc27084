"""Serve the stand-in model until told to stop, or until standard input closes."""

import argparse
import asyncio
import json
import os
import signal
import stat
import sys
from typing import TextIO

from .server import serve

PACE = 0.03


async def _run(port: int, key: str | None, model: str | None) -> None:
    async with serve(port, key, model=model, pace=PACE) as served:
        print(json.dumps({"base_url": served.base_url}), flush=True)  # noqa: T201  for its parent
        await _told_to_stop()


async def _told_to_stop() -> None:
    loop = asyncio.get_running_loop()
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    if not _is_piped(sys.stdin):
        await stop.wait()
        return
    # A parent that dies closes this pipe: nothing is left running behind it.
    pipe, _ = await loop.connect_read_pipe(lambda: _UntilClosed(stop), sys.stdin)
    try:
        await stop.wait()
    finally:
        pipe.close()


def _is_piped(file: TextIO) -> bool:
    mode = os.fstat(file.fileno()).st_mode
    return stat.S_ISFIFO(mode) or stat.S_ISSOCK(mode)


class _UntilClosed(asyncio.Protocol):
    def __init__(self, stop: asyncio.Event) -> None:
        self._stop = stop

    def connection_lost(self, exc: Exception | None) -> None:
        del exc
        self._stop.set()


def main() -> None:
    """Read the arguments and serve."""
    parser = argparse.ArgumentParser(prog="python -m bot.playground.model", description=__doc__)
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--key", help="the only API key to accept; any will do without")
    parser.add_argument("--model", help="the only model to answer for; any will do without")
    asked = parser.parse_args()
    asyncio.run(_run(asked.port, asked.key, asked.model))


if __name__ == "__main__":
    main()
