"""What a process tells of itself over HTTP: that it is alive, whether it is ready, its figures."""

import asyncio
import logging
import os
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from aiohttp import web
from yarl import URL

from bot.metrics import Metrics
from bot.roles import Role
from bot.tasks import ended
from bot.waiting import Waiting

_log = logging.getLogger(__name__)

_PATIENCE = 2.0
"""Seconds that the queue has to answer."""
_PARTING = 1.0
"""Seconds that a scrape under way has when the process ends."""


class AddressUnusable(Exception):
    """Nothing can be served at the address; says which, and why."""


@dataclass(frozen=True, slots=True)
class State:
    """How a process was found. `waiting` is None when the queue can't be asked."""

    role: Role
    is_connected: bool
    waiting: Waiting | None

    @property
    def is_ready(self) -> bool:
        """Tell whether it can do its part: a worker needs the queue, all others Discord, too."""
        return self.waiting is not None and (self.is_connected or not self.role.listens)

    def to_json(self) -> dict[str, Any]:
        """Write it as /healthz tells it."""
        gateway = "connected" if self.is_connected else "disconnected"
        return {
            "alive": True,
            "ready": self.is_ready,
            "role": self.role.value,
            "gateway": gateway if self.role.listens else "none",
            "queue": "unreachable" if self.waiting is None else "reachable",
            "waiting": self.waiting and self.waiting.count,
            "oldest_waiting_seconds": self.waiting and self.waiting.oldest_seconds,
        }


class Health:
    """How a process is, whenever it is asked; ready only inside `of`."""

    def __init__(self, role: Role) -> None:
        self._role = role
        self._ask: Callable[[], Awaitable[Waiting]] | None = None
        self._is_connected: Callable[[], bool] = lambda: False
        self._asking: asyncio.Task[Waiting] | None = None

    @asynccontextmanager
    async def of(
        self, ask: Callable[[], Awaitable[Waiting]], is_connected: Callable[[], bool]
    ) -> AsyncGenerator[None]:
        """Ask these inside the block: the queue, and whether there is a gateway."""
        self._ask, self._is_connected = ask, is_connected
        try:
            yield
        finally:
            self._ask, self._is_connected = None, lambda: False
            if self._asking is not None:
                await ended([self._asking])

    async def state(self) -> State:
        """Look at the process now; a queue that does not answer costs no more than two seconds."""
        return State(self._role, self._is_connected(), await self._waiting())

    async def _waiting(self) -> Waiting | None:
        """Ask the queue, once at a time: a question that hangs holds a thread, and is enough."""
        if self._asking is None or self._asking.done():
            if self._ask is None:
                return None
            self._asking = asyncio.create_task(_asked(self._ask))
        asking = self._asking
        await asyncio.wait({asking}, timeout=_PATIENCE)
        if not asking.done():
            _log.warning("the queue has not answered for %.0f seconds", _PATIENCE)
            return None
        if asking.cancelled():
            return None
        if error := asking.exception():
            _log.warning("the queue can't be asked: %r", error)
            return None
        return asking.result()


async def _asked(ask: Callable[[], Awaitable[Waiting]]) -> Waiting:
    return await ask()


@asynccontextmanager
async def serving(
    address: URL | None, health: Health, metrics: Metrics
) -> AsyncGenerator[URL | None]:
    """Serve /livez, /healthz and /metrics inside the block, which gets where; None: nowhere.

    /livez answers 200 as long as the event loop runs, and is what to restart a process by: it
    comes back from an outage of Discord or of the database by itself, and sooner. /healthz is
    503 when it is not ready.

    Raises:
        AddressUnusable: the address is another's, or not this machine's.
    """
    if address is None:
        yield None
        return
    runner = web.AppRunner(_app(health, metrics), access_log=None, shutdown_timeout=_PARTING)
    await runner.setup()
    try:
        try:
            await web.TCPSite(runner, address.host, address.port).start()
        except OSError as error:
            raise AddressUnusable(f"{address.authority} ({_why(error)})") from error
        served = address.with_port(runner.addresses[0][1])
        _log.info("health and metrics are at %s", served)
        yield served
    finally:
        await runner.cleanup()


def _why(error: OSError) -> str | None:
    """Return what is wrong with an address, without the address, of which asyncio tells again."""
    number = error.errno or 0
    return os.strerror(number) if number > 0 else error.strerror  # a name's has one below 0


def _app(health: Health, metrics: Metrics) -> web.Application:
    expose = metrics.handler()

    async def alive(_: web.Request) -> web.Response:
        return web.json_response({"alive": True})

    async def healthy(_: web.Request) -> web.Response:
        state = await health.state()
        return web.json_response(state.to_json(), status=200 if state.is_ready else 503)

    async def figures(request: web.Request) -> web.StreamResponse:
        state = await health.state()
        metrics.note(state.waiting, ready=state.is_ready)
        return await expose(request)

    app = web.Application()
    app.router.add_get("/livez", alive)
    app.router.add_get("/healthz", healthy)
    app.router.add_get("/metrics", figures)
    return app
