"""The client under test, alone in its process: `python -m tests.benchmarks.sender --help`."""

import argparse
import asyncio
import json
import os
import re
import signal
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Self

from tests.benchmarks.loopback import WARM_UPS
from tests.benchmarks.ways import WAYS, Send, Way

_LIMIT = 60
"""Seconds after which the process ends, whatever it is doing."""

_TICK = 0.005


@dataclass(frozen=True, slots=True)
class Cost:
    """What a transfer cost: memory in MB (2^20 bytes) of growth, the rest in seconds."""

    memory: float
    cpu: float
    wall: float
    stall: float


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


async def measure(way: Way, clips: int, size: int, address: str, uploads: int) -> Cost:
    """Send small clips to warm up, then those that count, all at once."""
    async with way(asyncio.Semaphore(uploads) if uploads else None) as send:
        for small in WARM_UPS:
            await send(address, small)
        return await _measure(send, clips, size, address)


async def _measure(send: Send, clips: int, size: int, address: str) -> Cost:
    forget_the_peak()
    before = resident("VmRSS")
    wall, cpu = time.perf_counter(), time.process_time()
    with _Ticker() as ticker:
        await asyncio.gather(*(send(address, size) for _ in range(clips)))
    cpu, wall = time.process_time() - cpu, time.perf_counter() - wall
    return Cost(resident("VmHWM") - before, cpu, wall, ticker.late)


def forget_the_peak() -> None:
    Path("/proc/self/clear_refs").write_text("5")  # what a 5 means is in proc(5)


def resident(field: str) -> float:
    match = re.search(rf"{field}:\s+(\d+) kB", Path("/proc/self/status").read_text())
    assert match
    return int(match[1]) / 1024


def main() -> None:
    parser = argparse.ArgumentParser(description="Send clips and print what it cost, as JSON.")
    parser.add_argument("way", choices=WAYS)
    parser.add_argument("clips", type=int, help="how many to send at once")
    parser.add_argument("size", type=int, help="of each clip, in bytes")
    parser.add_argument("uploads", type=int, help="how many to post at a time, 0 for no limit")
    parser.add_argument("address", help="of the CDN and the model")
    parser.add_argument("cpu", type=int, help="to stay on")
    args = parser.parse_args()
    signal.alarm(_LIMIT)
    os.sched_setaffinity(0, {args.cpu})
    way: Way = WAYS[args.way]
    cost = asyncio.run(measure(way, args.clips, args.size, args.address, args.uploads))
    print(json.dumps(asdict(cost)))


if __name__ == "__main__":
    main()
