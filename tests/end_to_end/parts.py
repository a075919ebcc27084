"""The processes of a cluster, and what can happen to them."""

import asyncio
import contextlib
import signal
import time
from asyncio.subprocess import DEVNULL, Process
from collections.abc import Generator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.end_to_end.theatre import Theatre
from tests.end_to_end.witness import Witness
from tests.postgresql import Server

STARTING, ENDING = 60.0, 60.0


@dataclass(slots=True)
class Part:
    """One place in a cluster, where one process follows another."""

    role: str
    number: int
    shards: tuple[int, ...] = ()
    starts: int = 0
    is_up: bool = False
    process: Process | None = None

    @property
    def name(self) -> str:
        """The name of the process that is there now, which no other has had."""
        return f"{self.role}-{self.number}-{self.starts}"


@dataclass(slots=True)
class Cluster(Theatre):
    """Gateways and workers on one PostgreSQL.

    Each process asks the model with a key of its own, its name, by which it is known there.
    """

    server: Server = field(kw_only=True)
    url: str = field(kw_only=True)
    parts: list[Part] = field(kw_only=True)
    logs: Path | None = field(kw_only=True, default=None)
    witness: Witness = field(init=False)

    def __post_init__(self) -> None:
        self.witness = Witness(self.discord, self.model)

    async def begin(self, part: Part) -> None:
        """Start a process in a part's place; a gateway then hears all that was said."""
        part.starts += 1
        environ = {
            "DATABASE_URL": self.url,
            "DRAIN_SECONDS": "10",
            "OPENROUTER_API_KEY": part.name,
            "SHARD_IDS": ",".join(map(str, part.shards)),
            "SHARD_COUNT": str(sum(len(one.shards) for one in self.parts)),
        }
        with self._log(part) as log:
            part.process = await self.start(part.role, stderr=log, **environ)
        if part.role == "worker":
            self.witness.note_begin(part.name)
        if part.shards:
            await self.discord.until(
                lambda: set(part.shards) <= self.discord.shards_connected, STARTING
            )
            self.deliver_again()
        part.is_up = True

    async def kill(self, part: Part) -> None:
        """End a process without a word."""
        self.witness.note_end(self, part.name)
        await self.end(part, signal.SIGKILL)
        mine = set(part.shards)
        await self.discord.until(lambda: not mine & self.discord.shards_connected)

    async def end(self, part: Part, number: int = signal.SIGTERM) -> int:
        """End a process, and return its exit status."""
        part.is_up = False
        if part.process is None:
            return 0
        with contextlib.suppress(ProcessLookupError):
            part.process.send_signal(number)
        return await asyncio.wait_for(part.process.wait(), ENDING)

    def freeze(self, part: Part) -> None:
        """Let a process do nothing more, as one that is swapped out does."""
        assert part.process is not None
        part.is_up = False
        self.witness.note_end(self, part.name, frozen=True)
        part.process.send_signal(signal.SIGSTOP)

    async def wake(self, part: Part) -> None:
        """Let a frozen process go on."""
        assert part.process is not None
        self.witness.note_begin(part.name)
        part.process.send_signal(signal.SIGCONT)
        part.is_up = True

    async def crash_database(self) -> None:
        """Let the database crash; it stays away."""
        self.witness.down.append([time.monotonic()])
        await asyncio.to_thread(self.server.stop)

    async def start_database(self) -> None:
        """Start the database again."""
        await asyncio.to_thread(self.server.start)
        self.witness.down[-1].append(time.monotonic())

    @contextlib.contextmanager
    def _log(self, part: Part) -> Generator[Any]:
        if self.logs is None:
            yield DEVNULL
        else:
            self.logs.mkdir(parents=True, exist_ok=True)
            with (self.logs / f"{part.name}.log").open("w") as file:
                yield file
