"""The emulated Discord: one port on loopback, opened and closed in one place."""

import socket
import time
from collections.abc import AsyncGenerator, Callable, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from aiohttp import web

from .buckets import ORDINARY, Buckets, Rate
from .emulator import Discord
from .sharding import Sharding

TOKEN = "playground-token"  # noqa: S105 - it opens nothing but this
HOST = "127.0.0.1"
# How long a download or a stream that is still open may go on once the server closes; seconds.
SHUTDOWN_PATIENCE = 0.1


@asynccontextmanager
async def serve(
    port: int = 0,
    *,
    token: str = TOKEN,
    portal_toggle: bool = False,
    rate: Rate = ORDINARY,
    rates: Mapping[tuple[str, str], Rate] | None = None,
    shards: int = 1,
    max_concurrency: int = 1,
    identify_seconds: float = 0.0,
    clock: Callable[[], float] = time.monotonic,
) -> AsyncGenerator[Discord]:
    """Serve a Discord on loopback for as long as the block lasts; port 0 is any free one.

    `rate` is that of every route in every channel, but for those with one of their own in
    `rates`, by method and path in Discord's words: ("PATCH", "/channels/{channel_id}").
    `shards` is how many Discord tells a bot to connect, of which `max_concurrency` may at once, in
    `identify_seconds`: Discord's are 5, and 0 lets all. `clock` counts those seconds, and those in
    which an interaction must be answered.
    """
    with socket.create_server((HOST, port)) as listener, TemporaryDirectory() as folder:
        sharding = Sharding(shards, max_concurrency, identify_seconds)
        discord = Discord(f"{HOST}:{listener.getsockname()[1]}", token, clock, sharding)
        own = {f"{method} {path}": one for (method, path), one in (rates or {}).items()}
        discord.portal_toggle = portal_toggle
        runner = web.AppRunner(
            discord.app(Path(folder), Buckets(rate, own=own)),
            access_log=None,
            handler_cancellation=True,
            shutdown_timeout=SHUTDOWN_PATIENCE,
        )
        await runner.setup()
        try:
            await web.SockSite(runner, listener).start()
            yield discord
        finally:
            await runner.cleanup()
