"""A playground that runs: the emulated Discord, the stand-in and the real bot."""

import asyncio
import contextlib
import os
from collections.abc import AsyncGenerator, AsyncIterator, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, TypeAlias

import aiohttp
from dotenv import dotenv_values

from bot.playground.model import STAND_IN

from .channel import Address, Channel, read_address
from .children import Child, Died, child
from .logbook import Ended, read_line

GETTING_READY = 60.0  # seconds
FOREIGN = ("OPENROUTER_", "LUNOS_", "CUSTOM_")


class Stopped(Exception):
    """The playground can't go on; `lines` is what was last written about it."""

    def __init__(self, sentence: str, lines: tuple[str, ...] = ()) -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.lines = lines


@dataclass(frozen=True, slots=True)
class Changed:
    """Something changed on the emulated Discord."""

    change: Mapping[str, Any]


Event: TypeAlias = Changed | Ended | Died


@dataclass(frozen=True, slots=True)
class Stage:
    """Where a person meets the bot, and what happens there."""

    channel: Channel
    bot: Child
    _events: asyncio.Queue[Event]

    async def event(self, within: float) -> Changed | Ended:
        """Wait for what happens next; raises Stopped when a process ends or nothing happens."""
        try:
            async with asyncio.timeout(within):
                event = await self._events.get()
        except TimeoutError:
            raise Stopped(
                f"Nothing happened for {within:g} seconds.", tuple(self.bot.lines)
            ) from None
        if isinstance(event, Died):
            raise _ended(event)
        return event


@contextlib.asynccontextmanager
async def set_up(folder: Path, *, real: bool) -> AsyncGenerator[Stage]:
    """Start everything and wait for the bot; end everything with the block.

    What the bot keeps, it keeps in the folder.

    With `real` the bot asks the provider of its own settings. Raises Stopped when it can't start.
    """
    events = asyncio.Queue[Event]()
    start = partial(_start, events)
    async with contextlib.AsyncExitStack() as stack:
        discord = await stack.enter_async_context(
            start("The emulated Discord", "bot.playground.discord", environ=os.environ)
        )
        address = read_address(await _announced(discord))
        model = (
            None
            if real
            else await stack.enter_async_context(
                start("The stand-in", *_STAND_IN, environ=os.environ)
            )
        )
        base_url = None if model is None else str((await _announced(model))["base_url"])
        web = await stack.enter_async_context(aiohttp.ClientSession())
        channel = Channel(address, web)
        await stack.enter_async_context(_watching(channel, events))
        bot = await stack.enter_async_context(
            start("The bot", "bot", environ=bot_environ(os.environ, address, base_url, folder))
        )
        stage = Stage(channel, bot, events)
        await _ready(stage)
        yield stage


_STAND_IN = ("bot.playground.model", "--model", STAND_IN)


def bot_environ(
    environ: Mapping[str, str], address: Address, base_url: str | None, folder: Path
) -> dict[str, str]:
    """Point the bot at the playground; with a stand-in's URL, away from every real provider."""
    discord = {
        "DISCORD_TOKEN": address.token,
        "DISCORD_API_URL": address.api_url,
        "DISCORD_GATEWAY_URL": address.gateway_url,
        "DISCORD_CDN_HOSTS": address.cdn_host,
        "DATABASE_URL": f"sqlite:///{folder / 'reeltalk.sqlite'}",
        "DRAIN_SECONDS": "1",
        "LOG_LEVEL": "INFO",  # how a question ended is told at this level
    }
    if base_url is None:
        return {**environ, **discord}
    # Set, though empty: a name that is missing here would be looked up in .env.
    named = {*environ, *dotenv_values(".env")}
    return {
        **environ,
        **discord,
        **dict.fromkeys((name for name in named if name.startswith(FOREIGN)), ""),
        "PROVIDER": "custom",
        "CUSTOM_NAME": "the stand-in",
        "CUSTOM_BASE_URL": base_url,
        "CUSTOM_MAX_INLINE_MB": "100",
        "CUSTOM_YOUTUBE": "yes",
        "MODEL": STAND_IN,
    }


def _start(
    events: asyncio.Queue[Event], name: str, *arguments: str, environ: Mapping[str, str]
) -> contextlib.AbstractAsyncContextManager[Child]:
    def heed(line: str) -> None:
        if ended := read_line(line):
            events.put_nowait(ended)

    module, *rest = arguments
    return child(name, module, *rest, environ=environ, heed=heed, mourn=events.put_nowait)


async def _announced(started: Child) -> dict[str, Any]:
    announcement = await started.announcement()
    if announcement is None:
        raise _ended(await started.died())
    return announcement


@contextlib.asynccontextmanager
async def _watching(channel: Channel, events: asyncio.Queue[Event]) -> AsyncGenerator[None]:
    async with channel.changes() as changes:
        watching = asyncio.create_task(_watch(changes, events))
        try:
            yield
        finally:
            watching.cancel()
            with contextlib.suppress(asyncio.CancelledError, aiohttp.ClientError):
                await watching


async def _watch(changes: AsyncIterator[dict[str, Any]], events: asyncio.Queue[Event]) -> None:
    async for change in changes:
        events.put_nowait(Changed(change))


async def _ready(stage: Stage) -> None:
    while True:
        match await stage.event(GETTING_READY):
            case Changed({"kind": "gateway_ready"}):
                return
            case _:
                pass


def _ended(died: Died) -> Stopped:
    advice = "Put right what the lines above name, and start again." if died.lines else ""
    return Stopped(
        f"{died.name} ended with exit status {died.status}. {advice}".rstrip(), died.lines
    )
