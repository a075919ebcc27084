"""The client under test, alone in its process: `python -m tests.benchmarks.sender --help`."""

import argparse
import asyncio
import base64
import json
import os
import re
import signal
import time
from collections.abc import Awaitable, Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Self

import aiohttp
from yarl import URL

from bot.clips import Upload
from bot.hosts import Hosts
from bot.media import relay
from bot.media.fetch import Cdn
from bot.media.kinds import InlineVideo
from bot.providers.dialect import CUSTOM
from bot.providers.wire import Request, encode
from tests.benchmarks.loopback import WARM_UPS

_LIMIT = 60
"""Seconds after which the process ends, whatever it is doing."""

_TICK = 0.005
_QUESTION = "What happens in this clip?"

Way = Callable[[str, str], Awaitable[None]]
"""Send the clip at the first address to the model at the second."""


@dataclass(frozen=True, slots=True)
class Cost:
    """What a transfer cost: memory in MB (2^20 bytes) of growth, the rest in seconds."""

    memory: float
    cpu: float
    wall: float
    stall: float


async def relayed(clip: str, model: str) -> None:
    """Send it as the bot does."""

    async def locate(upload: Upload) -> str:
        del upload
        return clip

    relay.keep_freed_memory()
    async with aiohttp.ClientSession(
        connector=aiohttp.TCPConnector(limit=0), read_bufsize=relay.READ_BUFFER
    ) as session:
        cdn = Cdn(session, locate, Hosts(frozenset({URL(clip).authority})))
        source = cdn.clip(Upload(1, 2, 3, "clip.mp4"))
        size = (await source.look()).size
        video = InlineVideo("clip.mp4", "video/mp4", size, source)
        body = encode(Request("model", "Be brief.", (video,), _QUESTION, 1000), CUSTOM)
        headers = {"Content-Type": "application/json"}
        async with relay.post(session, model, headers, body) as response:
            response.raise_for_status()
            await response.read()


async def naive(clip: str, model: str) -> None:
    """Send it as one would at first: download, encode, post as JSON."""
    async with aiohttp.ClientSession() as session:
        async with session.get(clip) as response:
            response.raise_for_status()
            video = base64.b64encode(await response.read()).decode()
        parts = [
            {"type": "text", "text": "Video: clip.mp4"},
            {"type": "video_url", "video_url": {"url": f"data:video/mp4;base64,{video}"}},
            {"type": "text", "text": _QUESTION},
        ]
        messages = [{"role": "user", "content": parts}]
        async with session.post(model, json={"model": "model", "messages": messages}) as response:
            response.raise_for_status()
            await response.read()


WAYS: dict[str, Way] = {"relay": relayed, "naive": naive}


class _Ticker:
    """A timer that notices for how long the event loop did not turn."""

    def __init__(self) -> None:
        self.late = 0.0
        self._loop = asyncio.get_running_loop()
        self._timer = self._loop.call_later(_TICK, self._tick)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self._look()  # the last tick may be overdue
        self._timer.cancel()

    def _tick(self) -> None:
        self._look()
        self._timer = self._loop.call_later(_TICK, self._tick)

    def _look(self) -> None:
        self.late = max(self.late, self._loop.time() - self._timer.when())


async def measure(way: Way, size: int, address: str) -> Cost:
    """Send small clips to warm up, then the one that counts."""
    for small in WARM_UPS:
        await _send(way, small, address)
    _forget_the_peak()
    before = _resident("VmRSS")
    wall, cpu = time.perf_counter(), time.process_time()
    with _Ticker() as ticker:
        await _send(way, size, address)
    cpu, wall = time.process_time() - cpu, time.perf_counter() - wall
    return Cost(_resident("VmHWM") - before, cpu, wall, ticker.late)


async def _send(way: Way, size: int, address: str) -> None:
    await way(f"{address}/clips/{size}", f"{address}/{size}/chat/completions")


def _forget_the_peak() -> None:
    Path("/proc/self/clear_refs").write_text("5")  # what a 5 means is in proc(5)


def _resident(field: str) -> float:
    match = re.search(rf"{field}:\s+(\d+) kB", Path("/proc/self/status").read_text())
    assert match
    return int(match[1]) / 1024


def main() -> None:
    parser = argparse.ArgumentParser(description="Send one clip and print what it cost, as JSON.")
    parser.add_argument("way", choices=WAYS)
    parser.add_argument("size", type=int, help="of the clip, in bytes")
    parser.add_argument("address", help="of the CDN and the model")
    parser.add_argument("cpu", type=int, help="to stay on")
    args = parser.parse_args()
    signal.alarm(_LIMIT)
    os.sched_setaffinity(0, {args.cpu})
    print(json.dumps(asdict(asyncio.run(measure(WAYS[args.way], args.size, args.address)))))


if __name__ == "__main__":
    main()
