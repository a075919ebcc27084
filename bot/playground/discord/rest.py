"""REST on the wire: every call is let in, logged, answered, or spoilt."""

import hmac
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, TypeAlias

from aiohttp import web

from . import (
    account_routes,
    channel_routes,
    command_routes,
    interaction_routes,
    message_routes,
    thread_routes,
)
from .buckets import Buckets, Standing
from .calls import NO_CONTENT, Call, Reply, Route, Routes, too_many
from .faults import Answer, Faults, Reset, RestEffect
from .forms import Sent, read_sent
from .payloads import Payloads
from .refusals import NOT_FOUND, UNAUTHORIZED, Refusal, general
from .sharding import Sharding
from .wire import broken, json_response, sever
from .world import World

PREFIX = "/api/v10"
ROUTES: Routes = (
    account_routes.ROUTES
    | command_routes.ROUTES
    | channel_routes.ROUTES
    | thread_routes.ROUTES
    | message_routes.ROUTES
)
# Where a token in the path is enough.
OPEN_ROUTES: Routes = interaction_routes.ROUTES

Respond: TypeAlias = Callable[[web.Request], Awaitable[web.StreamResponse]]
Answering: TypeAlias = Callable[[web.Request, Sent], Reply]


@dataclass(frozen=True, slots=True)
class Exchange:
    """One REST call and its answer, for the record.

    `template` is the path in Discord's OpenAPI document, None for a path that is no route;
    `status` is None where the connection was reset; `fault` is what spoilt the call.
    """

    method: str
    path: str
    template: str | None
    query: dict[str, str]
    request: Any
    files: tuple[str, ...]
    status: int | None
    response: Any
    fault: RestEffect | None = None


@dataclass(frozen=True, slots=True)
class Rest:
    """Discord's REST interface to the world."""

    world: World
    payloads: Payloads
    token: str
    gateway_url: str
    sharding: Sharding
    faults: Faults
    buckets: Buckets
    uploads: Path
    log: Callable[[Exchange], None]

    def add_to(self, router: web.UrlDispatcher) -> None:
        """Open every route, and a last one that knows nothing."""
        # aiohttp takes the first that matches, so `@me` has to come before `{user_id}`.
        for (method, template), route in ROUTES.items():
            router.add_route(method, PREFIX + template, self._respond(template, route))
        for (method, template), route in OPEN_ROUTES.items():
            respond = self._respond(template, route, is_open=True)
            router.add_route(method, PREFIX + template, respond)
        router.add_route("*", PREFIX + "/{rest:.*}", self._respond(None, _unknown))

    def _respond(self, template: str | None, route: Route, *, is_open: bool = False) -> Respond:
        answer = self._answer if is_open else self._answer_to_bot

        async def respond(request: web.Request) -> web.StreamResponse:
            standing = self.buckets.take(f"{request.method} {template}", _subject(request))
            fault = self.faults.for_rest(request.method, request.path.removeprefix(PREFIX))
            sent, reply = await self._settle(request, partial(answer, route), standing, fault)
            self.log(_exchange(request, template, sent, reply, fault))
            if fault is not None:
                return _spoilt(request, fault)
            return json_response(reply, standing.headers(time.time()))

        return respond

    async def _settle(
        self, request: web.Request, answer: Answering, standing: Standing, fault: RestEffect | None
    ) -> tuple[Sent, Reply]:
        sent = Sent()
        try:
            sent = await read_sent(request, self.uploads)
            if standing.exceeded:
                return sent, too_many(standing.reset_after)
            if fault is not None and not fault.after_effect:
                return sent, NO_CONTENT
            return sent, answer(request, sent)
        except Refusal as refused:
            return sent, Reply(refused.status, refused.body)

    def _answer_to_bot(self, route: Route, request: web.Request, sent: Sent) -> Reply:
        given = request.headers.get("Authorization", "").encode()
        if not hmac.compare_digest(given, f"Bot {self.token}".encode()):
            raise general(UNAUTHORIZED)
        return self._answer(route, request, sent)

    def _answer(self, route: Route, request: web.Request, sent: Sent) -> Reply:
        call = Call(
            world=self.world,
            payloads=self.payloads,
            gateway_url=self.gateway_url,
            sharding=self.sharding,
            path=request.match_info,
            query=request.query,
            body=sent.body,
            uploads=sent.uploads,
        )
        return route(call)


def _unknown(_: Call) -> Reply:
    raise general(NOT_FOUND)


def _subject(request: web.Request) -> str:
    named = ("channel_id", "interaction_token", "webhook_token")
    return next((request.match_info[one] for one in named if one in request.match_info), "")


def _spoilt(request: web.Request, fault: RestEffect) -> web.Response:
    match fault:
        case Reset():
            return sever(request)
        case Answer():
            return broken(fault)


def _exchange(
    request: web.Request,
    template: str | None,
    sent: Sent,
    reply: Reply,
    fault: RestEffect | None,
) -> Exchange:
    if fault is None:
        status, response = reply.status, reply.body
    else:
        status, response = (fault.status if isinstance(fault, Answer) else None), None
    return Exchange(
        method=request.method,
        path=request.path.removeprefix(PREFIX),
        template=template,
        query=dict(request.query),
        request=sent.body,
        files=tuple(file.name or "" for file in sent.uploads.values()),
        status=status,
        response=response,
        fault=fault,
    )
