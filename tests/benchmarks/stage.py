"""One bot in a process of its own, between an emulated Discord and a model in this one."""

import asyncio
import os
import sys
import time
from asyncio.subprocess import PIPE
from collections.abc import AsyncGenerator, Iterable, Iterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import psutil

from bot.playground.discord import Discord, File, Message, MessageCreated, MessageEdited
from bot.playground.model import Model
from bot.tasks import ended
from tests.between import between

ROOT = Path(__file__).parents[2]
_PATIENCE = 60
# A link, for then the model in this process has no clip to look into, which takes both CPUs.
_CLIP = "https://www.youtube.com/watch?v=dQw4w9WgXcQ"
_SETTLING, _IDLE = 1.0, 4.0


@dataclass(frozen=True, slots=True)
class Started:
    """A process, and seconds from its start until it was given READY, and was ready.

    The second is what discord.py calls so: it waits for servers until none was told of for two
    seconds.
    """

    process: psutil.Process
    connected: float
    ready: float


@dataclass(frozen=True, slots=True)
class Stage:
    """Where a bot is started, and asked."""

    discord: Discord
    model: Model
    folder: Path

    @asynccontextmanager
    async def running(self, module: str) -> AsyncGenerator["Started"]:
        """Run a module, from when it says that it is ready."""
        discord, begun = self.discord, time.perf_counter()
        bot = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", module), env=self._environ(), cwd=self.folder, stderr=PIPE
        )
        assert bot.stderr is not None
        reading = asyncio.create_task(_until_ready(bot.stderr))
        try:
            await discord.until(lambda: discord.ready, _PATIENCE)
            connected = time.perf_counter() - begun
            await asyncio.wait_for(reading, _PATIENCE)
            ready = time.perf_counter() - begun
            reading = asyncio.create_task(_ignore(bot.stderr))
            yield Started(psutil.Process(bot.pid), connected, ready)
        finally:
            bot.kill()
            await bot.wait()
            await ended([reading])

    @asynccontextmanager
    async def asking(self) -> AsyncGenerator["Asker"]:
        """Hold somebody who asks about a clip, and watches what the bot says."""
        asker = Asker(self.discord)
        watching = asyncio.create_task(asker.watch())
        try:
            yield asker
        finally:
            await ended([watching])

    def _environ(self) -> dict[str, str]:
        return {
            **os.environ,
            **between(self.discord, self.model),
            "DATABASE_URL": f"sqlite:///{self.folder / 'reeltalk.sqlite'}",
            "PYTHONPATH": str(ROOT),
        }


async def _until_ready(log: asyncio.StreamReader) -> None:
    while b"ready" not in (line := await log.readline()):
        if not line:
            raise EOFError


async def _ignore(log: asyncio.StreamReader) -> None:
    """Read on, or what is logged would fill the pipe and hold the bot up."""
    while await log.read(1 << 16):
        pass


async def idle(process: psutil.Process) -> dict[str, float]:
    """Watch a bot do nothing, once what it did has died away."""
    await asyncio.sleep(_SETTLING)
    process.cpu_percent()
    await asyncio.sleep(_IDLE)
    memory = process.memory_info().rss / (1 << 20)
    return {"idle MB": memory, "idle CPU %": process.cpu_percent()}


@dataclass(frozen=True, slots=True)
class Times:
    """Seconds from a question to its first sign, and to its end."""

    sign: float
    end: float


class Asker:
    """Asks, and notes when each question had its first sign and when it was done with."""

    def __init__(self, discord: Discord) -> None:
        self._discord = discord
        self._changes = discord.changes()
        self._signs: dict[int, float] = {}
        self._ends: dict[int, float] = {}

    async def ask(self, channels: Iterable[int]) -> list[float]:
        """Ask in all channels at once; return the seconds to each first sign, all answered."""
        return [one.sign for one in await self.timed(self.say(channels))]

    def say(self, channels: Iterable[int], clip: Path | None = None) -> dict[int, float]:
        """Ask in all channels at once, about a clip or a link; return each question's moment."""
        return dict(self._said(channels, clip))

    async def timed(self, asked: Mapping[int, float]) -> list[Times]:
        """Wait until all of them are done with, and return how long each has taken."""
        await self._discord.until(lambda: asked.keys() <= self._ends.keys(), _PATIENCE)
        return [Times(self._signs[one] - at, self._ends[one] - at) for one, at in asked.items()]

    async def watch(self) -> None:
        """Note what the bot says, from now on."""
        async for change in self._changes:
            match change:
                case MessageCreated(message) | MessageEdited(message):
                    if message.author_id == self._discord.bot_id:
                        self._note(message)
                case _:
                    pass

    def _said(self, channels: Iterable[int], clip: Path | None) -> Iterator[tuple[int, float]]:
        files = [] if clip is None else [File(clip)]
        about = "this" if clip else _CLIP
        for channel in channels:
            at = time.perf_counter()
            said = self._discord.say(
                f"<@{self._discord.bot_id}> What happens in {about}",
                files=files,
                channel_id=channel,
            )
            yield said.id, at

    def _note(self, message: Message) -> None:
        question = message.reference.message_id if message.reference else message.channel_id
        self._signs.setdefault(question, time.perf_counter())
        if not is_going_on(message):
            self._ends.setdefault(question, time.perf_counter())


def is_going_on(message: Message) -> bool:
    """Tell whether there is something to stop."""
    buttons = (button for row in message.components for button in row["components"])
    return any(button["label"] == "Stop" for button in buttons)
