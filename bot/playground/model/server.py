"""The endpoint on loopback."""

import asyncio
from collections import deque
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from aiohttp import web

from .asking import Refused
from .exchange import Exchange, Recorded
from .findings import Findings
from .script import Reset, Scripted
from .wire import JSON, catalogue_entry, envelope, key_fields

STAND_IN = "playground/stand-in"


@dataclass(slots=True)
class Model:
    """A model provider that listens.

    `model` is the only model it answers for, or None when it takes any name; `key` the only key,
    or None when none is needed. `script` holds what happens to the next chat requests, one each.
    """

    key: str | None
    model: str | None
    pace: float
    price: float
    base_url: str = ""
    requests: list[Recorded] = field(default_factory=list[Recorded])
    script: deque[Scripted] = field(default_factory=deque[Scripted])
    others: list[JSON] = field(default_factory=list[JSON])
    """What else the catalogue lists."""
    abandoned: int = 0
    """How many answers their readers left before the end."""
    # What was found in a clip, by its SHA-256: to look takes a process of its own each time.
    _known: dict[str, Findings] = field(default_factory=dict[str, Findings])
    _changed: asyncio.Event = field(default_factory=asyncio.Event)

    async def until(self, condition: Callable[[], bool], *, within: float = 20.0) -> None:
        """Wait for something to become true of `requests` or `abandoned`, or raise TimeoutError."""
        async with asyncio.timeout(within):
            while not condition():
                await self._changed.wait()

    async def chat(self, request: web.Request) -> web.StreamResponse:
        """Answer one question."""
        scripted = self.script.popleft() if self.script else None
        exchange = Exchange(
            request,
            only_model=self.model,
            pace=self.pace,
            price=self.price,
            known=self._known,
            record=self._record,
        )
        try:
            if scripted is not None:
                return await exchange.play(scripted)
            self.authorize(request)
            return await exchange.answer()
        except (asyncio.CancelledError, ConnectionError):
            if not isinstance(scripted, Reset):
                self.abandoned += 1
                self._change()
            raise

    async def models(self, request: web.Request) -> web.Response:
        """List the models, to anybody."""
        del request
        listed = [catalogue_entry(self.model or STAND_IN), *self.others]
        return web.json_response({"data": listed})

    async def model_entry(self, request: web.Request) -> web.Response:
        """Describe one model by its name, to anybody."""
        name = request.match_info["name"]
        if name != (self.model or name):
            raise Refused(404, f"Model not found: {name}")
        return web.json_response({"data": catalogue_entry(name)})

    async def key_status(self, request: web.Request) -> web.Response:
        """Describe the key."""
        self.authorize(request)
        return web.json_response(key_fields())

    def authorize(self, request: web.Request) -> None:
        """Raise Refused unless the request carries the key, where there is one."""
        if self.key is None:
            return
        scheme, _, key = request.headers.get("Authorization", "").partition(" ")
        if scheme.lower() != "bearer" or not key.strip():
            raise Refused(401, "No cookie auth credentials found")
        if key.strip() != self.key:
            raise Refused(401, "User not found.")

    def _record(self, recorded: Recorded) -> None:
        self.requests.append(recorded)
        self._change()

    def _change(self) -> None:
        self._changed.set()
        self._changed.clear()


@asynccontextmanager
async def serve(
    port: int = 0,
    key: str | None = None,
    *,
    model: str | None = None,
    pace: float = 0.0,
    price: float = 0.0,
) -> AsyncGenerator[Model]:
    """Listen on loopback.

    `pace` is the time in seconds between two pieces of an answer, `price` what a token is said to
    have cost, in dollars.
    """
    served = Model(key, model, pace, price)
    # A handler whose client has left is cancelled, which is how a stalled one ends.
    runner = web.AppRunner(
        _application(served), access_log=None, handler_cancellation=True, shutdown_timeout=0.1
    )
    await runner.setup()
    try:
        site = web.TCPSite(runner, "127.0.0.1", port)
        await site.start()
        served.base_url = f"http://127.0.0.1:{runner.addresses[0][1]}/v1"
        yield served
    finally:
        await runner.cleanup()


def _application(model: Model) -> web.Application:
    application = web.Application(middlewares=[_in_envelopes])
    application.add_routes(
        [
            web.post("/v1/chat/completions", model.chat),
            web.get("/v1/models", model.models),
            web.get("/v1/model/{name:.+}", model.model_entry),
            web.get("/v1/key", model.key_status),
        ]
    )
    return application


@web.middleware
async def _in_envelopes(
    request: web.Request, handler: Callable[[web.Request], Awaitable[web.StreamResponse]]
) -> web.StreamResponse:
    try:
        return await handler(request)
    except Refused as refused:
        return web.json_response(envelope(refused.status, refused.message), status=refused.status)
    except web.HTTPException as error:
        return web.json_response(envelope(error.status, error.reason), status=error.status)
