"""What a process takes of the machine, seen from outside."""

import asyncio
from dataclasses import dataclass

import psutil

_MIB = 1 << 20
_LOOK_EVERY = 1.0
_POOLED = {"files": 16, "threads": 4}
"""Four more connections to a file of SQLite's, which a pool of five opens when they are needed and
keeps: each has a thread, and four files."""


@dataclass(frozen=True, slots=True)
class Footprint:
    """Memory in MB, and how many of everything else.

    `unique` is the memory that nobody shares now (USS), which grows as well when another process
    ends that runs the same code; `resident` (RSS) does not.
    """

    unique: float
    resident: float
    files: int
    threads: int
    children: int
    connections: int

    @classmethod
    def of(cls, process: psutil.Process) -> "Footprint":
        """Look at a process as it is now."""
        with process.oneshot():
            memory = process.memory_full_info()
            return cls(
                unique=memory.uss / _MIB,
                resident=memory.rss / _MIB,
                files=process.num_fds(),
                threads=process.num_threads(),
                children=len(process.children(recursive=True)),
                connections=len(process.net_connections("inet")),
            )

    def excess(self, baseline: "Footprint") -> list[str]:
        """Name the counts that are above those of another, and what pools may have opened since.

        What each question leaves behind would be there by the thousand.
        """
        counts = ("files", "threads", "children", "connections")
        both = {name: (getattr(self, name), getattr(baseline, name)) for name in counts}
        return [
            f"{name}: {now} after {was}"
            for name, (now, was) in both.items()
            if now > was + _POOLED.get(name, 0)
        ]


async def rested(
    process: psutil.Process, seconds: float, like: Footprint | None = None
) -> Footprint:
    """Return what an idle process takes after so many seconds.

    Where it is to be `like` it was before, that is as soon as it has no more of anything.
    """
    loop = asyncio.get_running_loop()
    end = loop.time() + seconds
    while True:
        await asyncio.sleep(_LOOK_EVERY)
        now = Footprint.of(process)
        if loop.time() >= end or (like is not None and not now.excess(like)):
            return now
