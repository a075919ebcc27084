import json
from collections.abc import AsyncIterator
from dataclasses import replace
from functools import partial
from typing import Any

import aiohttp
import pytest

from bot.errors import (
    AnswerCut,
    AnswerEmpty,
    AnswerWithheld,
    KeyRefused,
    ProviderDown,
    ProviderError,
    ProviderStalled,
    ProviderUnreachable,
    RateLimited,
    RequestRefused,
    RequestTooLarge,
)
from bot.media import relay
from bot.media.kinds import InlineVideo
from bot.providers.client import Provider
from bot.providers.dialect import OPENROUTER, Endpoint
from bot.providers.retrying import Again, Patience, Retrying
from bot.providers.stream import Event, Finished, Piece
from bot.providers.wire import Request
from tests.servers import Chunks, Peer, serving

CLIP = InlineVideo("clip.mp4", "video/mp4", 5, Chunks((b"bytes",)))
REQUEST = Request("m", "i", (CLIP,), "q", 100, effort="minimal")


def patience(least_effort: str = "") -> Patience:
    return Patience(least_effort, jitter=lambda: 1.0)


def tries(error: ProviderError, request: Request = REQUEST, least: str = "") -> list[Again]:
    """Return what is tried when the same error comes every time."""
    patient, tried = patience(least), list[Again]()
    while again := patient.after(error, request):
        tried.append(again)
        request = again.request
        assert len(tried) < 10
    return tried


@pytest.mark.parametrize(
    "error", [ProviderDown("x"), ProviderUnreachable("x"), RateLimited("x")], ids=repr
)
def test_what_may_pass_is_tried_twice_more_after_growing_pauses(error: ProviderError) -> None:
    assert tries(error) == [Again(REQUEST, 0.5), Again(REQUEST, 1.0)]


@pytest.mark.parametrize(
    "error",
    [
        KeyRefused("x"),
        RequestTooLarge("x"),
        RequestRefused("x", "no", 400),
        AnswerWithheld("x"),
        AnswerEmpty("x", "stop"),
        AnswerCut("x"),
        ProviderStalled("x"),
    ],
    ids=repr,
)
def test_what_lasts_is_not_tried_again(error: ProviderError) -> None:
    assert tries(error) == []


def test_pauses_differ_from_one_to_the_next() -> None:
    pauses = [Patience(jitter=lambda j=j: j).after(ProviderDown("x"), REQUEST) for j in (0.0, 0.5)]
    assert pauses == [Again(REQUEST, 0.25), Again(REQUEST, 0.375)]


def test_what_a_provider_says_to_wait_is_waited_unless_it_is_too_long() -> None:
    assert [again.pause for again in tries(RateLimited("x", "", 7.0))] == [7.0, 7.0]
    assert [again.pause for again in tries(RateLimited("x", "", 0.0))] == [0.5, 1.0]
    assert tries(RateLimited("x", "", 31.0)) == []


def test_a_refused_effort_is_left_out_once() -> None:
    refused = RequestRefused("x", "Reasoning is mandatory and cannot be disabled.", 400)
    assert tries(refused) == [Again(replace(REQUEST, effort=""), 0.0)]
    assert tries(refused, replace(REQUEST, effort="")) == []


@pytest.mark.parametrize("reason", ["length", "MAX_TOKENS"])
def test_an_answer_that_was_all_thoughts_is_asked_for_once_with_fewer(reason: str) -> None:
    again = tries(AnswerEmpty("x", reason), least="none")
    assert again == [Again(replace(REQUEST, effort="none", max_tokens=200), 0.0)]


def sse(*chunks: Any) -> bytes:
    return b"".join(b"data: " + json.dumps(chunk).encode() + b"\n\n" for chunk in chunks)


def said(text: str, reason: str | None = None) -> dict[str, Any]:
    return {"choices": [{"delta": {"content": text}, "finish_reason": reason}]}


ANSWER = sse(said("yes", "stop"))
BROKEN = {"error": {"code": 502, "message": "Provider returned error"}}


class Server:
    """Answers each request with the next of its responses; None resets in the middle of it."""

    def __init__(self, *responses: tuple[str, bytes] | None) -> None:
        self.responses = list(responses)
        self.bodies: list[Any] = []

    async def __call__(self, peer: Peer) -> None:
        while True:
            _, headers = await peer.request()
            response = self.responses.pop(0)
            if response is None:
                await peer.reader.readexactly(int(headers["content-length"]) // 2)
                peer.reset()
                return
            self.bodies.append(json.loads(await peer.body(headers)))
            status, body = response
            kind = "text/event-stream" if body.startswith(b"data:") else "application/json"
            await peer.respond(body, status, f"Content-Type: {kind}")


@pytest.fixture
async def session() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession() as session:
        yield session


class Asker:
    """Asks with nothing to wait for, and notes the pauses."""

    def __init__(self, session: aiohttp.ClientSession) -> None:
        self.slept: list[float] = []
        self.told: list[type[ProviderError]] = []
        self.heard: list[Event] = []
        provider = Provider(partial(relay.post, session))
        self._retrying = Retrying(provider, patience, self._sleep)

    async def _sleep(self, seconds: float) -> None:
        self.slept.append(seconds)

    async def ask(self, url: str) -> list[Event]:
        endpoint = Endpoint(replace(OPENROUTER, base_url=url), "k")
        answering = self._retrying.answer(
            endpoint,
            REQUEST,
            lambda _sent, _total: None,
            lambda error, _: self.told.append(type(error)),
            least_effort="none",
        )
        async with answering as events:
            async for event in events:
                self.heard.append(event)
        return self.heard


DOWN = ("503 Service Unavailable", json.dumps(BROKEN).encode())


async def test_an_answer_comes_after_two_failures_and_the_clip_is_sent_whole_each_time(
    session: aiohttp.ClientSession,
) -> None:
    server, asker = Server(DOWN, None, ("200 OK", ANSWER)), Asker(session)
    async with serving(server) as url:
        assert await asker.ask(url) == [Piece("yes"), Finished("", "stop", None)]
    assert asker.told == [ProviderDown, ProviderUnreachable]
    assert asker.slept == [0.5, 1.0]
    assert server.bodies[0] == server.bodies[1]


async def test_an_error_in_the_stream_before_the_first_word_is_tried_again(
    session: aiohttp.ClientSession,
) -> None:
    broken = ("200 OK", sse(said(""), said(" "), {**BROKEN, "choices": []}))
    asker = Asker(session)
    async with serving(Server(broken, ("200 OK", ANSWER))) as url:
        assert await asker.ask(url) == [Piece("yes"), Finished("", "stop", None)]


async def test_nothing_is_asked_again_after_the_first_word(session: aiohttp.ClientSession) -> None:
    broken = ("200 OK", sse(said("half"), {**BROKEN, "choices": []}))
    server, asker = Server(broken, ("200 OK", ANSWER)), Asker(session)
    async with serving(server) as url:
        with pytest.raises(AnswerCut):
            await asker.ask(url)
    assert asker.heard == [Piece("half")]
    assert len(server.bodies) == 1


async def test_thoughts_that_took_all_tokens_are_asked_to_be_none(
    session: aiohttp.ClientSession,
) -> None:
    thought = {"choices": [{"delta": {"reasoning": "hm"}, "finish_reason": "length"}]}
    server, asker = Server(("200 OK", sse(thought)), ("200 OK", ANSWER)), Asker(session)
    async with serving(server) as url:
        await asker.ask(url)
    first, second = server.bodies
    assert (first["reasoning"], first["max_tokens"]) == ({"effort": "minimal"}, 100)
    assert (second["reasoning"], second["max_tokens"]) == ({"effort": "none"}, 200)


async def test_a_failure_that_stays_is_raised_after_three_tries(
    session: aiohttp.ClientSession,
) -> None:
    server, asker = Server(*[DOWN] * 4), Asker(session)
    async with serving(server) as url:
        with pytest.raises(ProviderDown):
            await asker.ask(url)
    assert len(server.bodies) == 3
