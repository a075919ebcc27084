"""An emulated Discord, and a real client in it."""

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path
from typing import Any, TypeAlias

import discord
import pytest
import yarl
from discord.ext import commands
from discord.gateway import DiscordWebSocket
from discord.http import Route

from bot.playground.discord import Discord, serve


class Witness(commands.AutoShardedBot):
    """A real client that remembers what it hears from others."""

    def __init__(self, intents: discord.Intents, **sharding: Any) -> None:
        super().__init__(
            command_prefix=(),
            intents=intents,
            guild_ready_timeout=0.1,
            allowed_mentions=discord.AllowedMentions.none(),
            **sharding,
        )
        self.heard: asyncio.Queue[discord.Message] = asyncio.Queue()
        self.lost: asyncio.Queue[int] = asyncio.Queue()

    async def before_identify_hook(self, shard_id: int | None, *, initial: bool = False) -> None:
        """Spare five seconds, which are kind to the real gateway only."""

    async def on_message(self, message: discord.Message) -> None:
        if message.author.id != self.application_id:
            self.heard.put_nowait(message)

    async def on_raw_message_delete(self, payload: discord.RawMessageDeleteEvent) -> None:
        self.lost.put_nowait(payload.message_id)


class Clock:
    """A clock that goes only when it is told to, in seconds."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


Connect: TypeAlias = Callable[..., AbstractAsyncContextManager[Witness]]


@pytest.fixture
def clock() -> Clock:
    """Return the clock by which interactions run out."""
    return Clock()


@pytest.fixture
async def emulated(
    request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch, clock: Clock
) -> AsyncGenerator[Discord]:
    """Return a Discord that runs; a test may give `serve` its arguments by `indirect`."""
    async with serve(clock=clock, **getattr(request, "param", {})) as running:
        monkeypatch.setattr(Route, "BASE", running.api_url)
        monkeypatch.setattr(DiscordWebSocket, "DEFAULT_GATEWAY", yarl.URL(running.gateway_url))
        yield running


@pytest.fixture
def connect(emulated: Discord) -> Connect:
    """Return a way to connect a client, which is ready when the block begins."""

    @asynccontextmanager
    async def connected(
        intents: discord.Intents | None = None, **sharding: Any
    ) -> AsyncGenerator[Witness]:
        async with Witness(intents or discord.Intents.default(), **sharding) as witness:
            running = asyncio.create_task(witness.start(emulated.token))
            ready = asyncio.create_task(witness.wait_for("ready", timeout=20))
            await asyncio.wait({running, ready}, return_when=asyncio.FIRST_COMPLETED)
            if running.done():
                ready.cancel()
                await running
            yield witness
        await running

    return connected


@pytest.fixture
async def witness(connect: Connect) -> AsyncGenerator[Witness]:
    async with connect() as connected:
        yield connected


@pytest.fixture
async def caller(emulated: Discord) -> AsyncGenerator[discord.Client]:
    """Return a client that has only logged in, as a worker has."""
    async with discord.Client(intents=discord.Intents.default()) as client:
        await client.login(emulated.token)
        yield client


@pytest.fixture
def clip(tmp_path: Path) -> Path:
    path = tmp_path / "clip.mp4"
    path.write_bytes(bytes(range(256)) * 1024)
    return path


@pytest.fixture
def footage(clip: Path) -> bytes:
    return clip.read_bytes()
