"""The processes of a cluster, and what can happen to them."""

import asyncio
import contextlib
import signal
import time
from asyncio.subprocess import DEVNULL, Process
from collections.abc import Generator
from dataclasses import dataclass, field
from http import HTTPStatus
from pathlib import Path
from typing import Any

import aiohttp

from bot.tasks import ended
from tests.end_to_end.theatre import Theatre
from tests.end_to_end.witness import Witness
from tests.postgresql import Server, free_port

STARTING, ENDING, AGAIN = 60.0, 60.0, 1.0


@dataclass(slots=True)
class Part:
    """One place in a cluster, where one process follows another."""

    role: str
    number: int
    shards: tuple[int, ...] = ()
    starts: int = 0
    port: int = field(default_factory=free_port)
    is_up: bool = False
    process: Process | None = None
    keeping: asyncio.Task[None] | None = None
    # No process is to be forgotten that is just being started.
    starting: asyncio.Lock = field(default_factory=asyncio.Lock)

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
    ended_alone: int = field(init=False, default=0)

    def __post_init__(self) -> None:
        self.witness = Witness(self.discord, self.model)

    def holder(self, number: int) -> Part:
        """Return who has asked the model the question of that number last."""
        name = self.witness.holder(number)
        return next(one for one in self.parts if one.name == name)

    async def begin(self, part: Part) -> None:
        """Start a process in a part's place, until it works; a gateway then hears all again.

        One that ends by itself, as where the database is away, is started again.
        """
        await self._start(part)
        part.keeping = asyncio.create_task(self._keep(part))
        async with asyncio.timeout(STARTING), aiohttp.ClientSession() as web:
            while not await _is_ready(web, part):  # noqa: ASYNC110 (another process will be)
                await asyncio.sleep(0.1)
        part.is_up = True
        if part.shards:
            self.deliver_again()
        else:
            self.witness.note_begin(part.name)

    async def _keep(self, part: Part) -> None:
        while part.process is not None:
            await part.process.wait()
            self.ended_alone += 1
            await asyncio.sleep(AGAIN)
            async with part.starting:
                await self._start(part)

    async def _start(self, part: Part) -> None:
        part.starts += 1
        environ = {
            "DATABASE_URL": self.url,
            "DRAIN_SECONDS": "10",
            "OPENROUTER_API_KEY": part.name,
            "HEALTH_ADDRESS": f"127.0.0.1:{part.port}",
            "SHARD_IDS": ",".join(map(str, part.shards)),
            "SHARD_COUNT": str(sum(len(one.shards) for one in self.parts)),
        }
        with self._log(part) as log:
            part.process = await self.start(part.role, stderr=log, **environ)

    async def kill(self, part: Part) -> None:
        """End a process without a word."""
        self.witness.note_end(self, part.name)
        await self.end(part, signal.SIGKILL)
        mine = set(part.shards)
        await self.discord.until(lambda: not mine & self.discord.shards_connected)

    async def end(self, part: Part, number: int = signal.SIGTERM) -> int:
        """End a process, and return its exit status; 0 where there is none."""
        part.is_up = False
        if part.keeping is not None:
            async with part.starting:
                await ended([part.keeping])
        process, part.process = part.process, None
        if process is None:
            return 0
        with contextlib.suppress(ProcessLookupError):
            process.send_signal(number)
        return await asyncio.wait_for(process.wait(), ENDING)

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


async def _is_ready(web: aiohttp.ClientSession, part: Part) -> bool:
    try:
        async with web.get(f"http://127.0.0.1:{part.port}/healthz") as told:
            return told.status == HTTPStatus.OK
    except aiohttp.ClientError:
        return False
