import asyncio
import json
from collections.abc import AsyncIterator
from dataclasses import replace
from functools import partial
from typing import Any

import aiohttp
import pytest

from bot.errors import (
    AddressWrong,
    AnswerCut,
    CreditSpent,
    KeyRefused,
    ProviderDown,
    ProviderError,
    ProviderStalled,
    ProviderUnreachable,
    RequestRefused,
)
from bot.media import relay
from bot.media.kinds import InlineVideo
from bot.providers.client import Provider
from bot.providers.dialect import LUNOS, OPENROUTER, Endpoint
from bot.providers.stream import Event, Finished, Piece
from bot.providers.wire import Request
from tests.servers import Chunks, Handler, Peer, serving

CLIP = InlineVideo("clip.mp4", "video/mp4", 5, Chunks((b"bytes",)))
REQUEST = Request("m", "i", (CLIP,), "q", 1)
CHUNK = {"model": "m", "choices": [{"delta": {"content": "yes"}, "finish_reason": "stop"}]}
STREAM = f"data: {json.dumps(CHUNK)}\n\ndata: [DONE]\n\n".encode()
SSE = "Content-Type: text/event-stream"
JSON = "Content-Type: application/json"


@pytest.fixture
async def session() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession() as session:
        yield session


async def ask(
    session: aiohttp.ClientSession,
    url: str,
    *,
    key: str = "secret",
    said: list[Event] | None = None,
) -> list[Event]:
    endpoint = Endpoint(replace(OPENROUTER, base_url=url), key)
    provider = Provider(partial(relay.post, session))
    async with provider.answer(endpoint, REQUEST, lambda _sent, _total: None) as events:
        said = [] if said is None else said
        async for event in events:
            said.append(event)
    return said


def answering(*responses: tuple[bytes, str, str]) -> Handler:
    async def handle(peer: Peer) -> None:
        for body, status, kind in responses:
            _, headers = await peer.request()
            await peer.body(headers)
            await peer.respond(body, status, kind)

    return handle


async def test_an_answer_is_streamed(session: aiohttp.ClientSession) -> None:
    async with serving(answering((STREAM, "200 OK", SSE))) as url:
        assert await ask(session, url) == [Piece("yes"), Finished("m", "stop", None)]


async def test_the_key_and_the_dialects_headers_go_with_the_question(
    session: aiohttp.ClientSession,
) -> None:
    seen: list[tuple[str, dict[str, str]]] = []

    async def note(peer: Peer) -> None:
        for _ in range(2):
            first, headers = await peer.request()
            seen.append((first, headers))
            await peer.body(headers)
            await peer.respond(STREAM, "200 OK", SSE)

    async with serving(note) as url:
        await ask(session, url)
        await ask(session, url, key="")
    (first, headers), (_, without) = seen
    assert first == "POST /chat/completions HTTP/1.1"
    assert headers["authorization"] == "Bearer secret"
    assert headers["content-type"] == "application/json"
    assert headers["x-openrouter-title"] == "Reeltalk"
    assert "authorization" not in without


@pytest.mark.parametrize("kind", [JSON, SSE, "Content-Type: text/plain", "X-No-Type: at all"])
async def test_plain_json_is_taken_though_a_stream_was_asked_for(
    session: aiohttp.ClientSession, kind: str
) -> None:
    whole = {"choices": [{"message": {"content": "yes"}, "finish_reason": "stop"}]}
    async with serving(answering((json.dumps(whole).encode(), "200 OK", kind))) as url:
        assert await ask(session, url) == [Piece("yes"), Finished("", "stop", None)]


@pytest.mark.parametrize(
    ("body", "status", "kind"),
    [
        (b'{"error":{"code":401,"message":"User not found."}}', "401 Unauthorized", KeyRefused),
        (b'{"error":{"code":402,"message":"none"}}', "402 Payment Required", CreditSpent),
        (b"<html>", "502 Bad Gateway", ProviderDown),
        (b'{"error":{"code":400,"message":"bad video"}}', "200 OK", RequestRefused),
        (b"not json", "200 OK", AnswerCut),
        (b"", "302 Found", AddressWrong),
        (b"<html><title>Sign in</title>", "200 OK\r\nContent-Type: text/html", AddressWrong),
    ],
)
async def test_a_refusal_is_told_by_its_body_and_status(
    session: aiohttp.ClientSession, body: bytes, status: str, kind: type[ProviderError]
) -> None:
    async with serving(answering((body, status, JSON))) as url:
        with pytest.raises(kind):
            await ask(session, url)


async def test_a_refusal_that_comes_in_pieces_is_read_whole(
    session: aiohttp.ClientSession,
) -> None:
    refusal = b'{"error":{"code":402,"message":"Insufficient credits"}}'

    async def piecemeal(peer: Peer) -> None:
        _, headers = await peer.request()
        await peer.body(headers)
        await peer.respond(refusal[:20], "400 Bad Request", JSON, length=len(refusal))
        await asyncio.sleep(0.05)  # so that they arrive apart
        await peer.say(refusal[20:])

    async with serving(piecemeal) as url:
        with pytest.raises(CreditSpent):
            await ask(session, url)


async def test_an_error_in_the_middle_keeps_what_was_said(session: aiohttp.ClientSession) -> None:
    half: Any = {"choices": [{"delta": {"content": "half"}}]}
    error: Any = {"error": {"code": "server_error", "message": "gone"}, "choices": []}
    stream = "".join(f"data: {json.dumps(chunk)}\n\n" for chunk in (half, error)).encode()
    said: list[Event] = []
    async with serving(answering((stream, "200 OK", SSE))) as url:
        with pytest.raises(AnswerCut):
            await ask(session, url, said=said)
    assert said == [Piece("half")]


async def test_a_connection_lost_in_the_middle_is_unreachable(
    session: aiohttp.ClientSession,
) -> None:
    async def lose(peer: Peer) -> None:
        _, headers = await peer.request()
        await peer.body(headers)
        await peer.respond(STREAM[:20], "200 OK", SSE, length=1000)
        peer.reset()

    async with serving(lose) as url:
        with pytest.raises(ProviderUnreachable):
            await ask(session, url)


async def test_an_answer_that_was_whole_stands_however_its_connection_ends(
    session: aiohttp.ClientSession,
) -> None:
    for whole in (STREAM, STREAM.partition(b"data: [DONE]")[0]):

        async def lose(peer: Peer, said: bytes = whole) -> None:
            _, headers = await peer.request()
            await peer.body(headers)
            await peer.respond(said, "200 OK", SSE, length=1000)
            peer.writer.close()

        async with serving(lose) as url:
            assert await ask(session, url) == [Piece("yes"), Finished("m", "stop", None)]


async def test_an_answer_ends_with_done_though_the_connection_stays(
    session: aiohttp.ClientSession,
) -> None:
    async def stay(peer: Peer) -> None:
        _, headers = await peer.request()
        await peer.body(headers)
        await peer.respond(STREAM, "200 OK", SSE, length=1000)
        await peer.gone()

    async with serving(stay) as url:
        assert await ask(session, url) == [Piece("yes"), Finished("m", "stop", None)]


async def test_a_connection_lost_after_a_word_cuts_the_answer(
    session: aiohttp.ClientSession,
) -> None:
    half: Any = {"choices": [{"delta": {"content": "half"}}]}

    async def lose(peer: Peer) -> None:
        _, headers = await peer.request()
        await peer.body(headers)
        chunk = f"data: {json.dumps(half)}\n\n".encode()
        await peer.respond(chunk, "200 OK", SSE, length=1000)
        peer.writer.close()

    said: list[Event] = []
    async with serving(lose) as url:
        with pytest.raises(AnswerCut):
            await ask(session, url, said=said)
    assert said == [Piece("half")]


async def test_nobody_listening_is_unreachable(session: aiohttp.ClientSession) -> None:
    async with serving(answering()) as url:
        pass
    with pytest.raises(ProviderUnreachable):
        await ask(session, url)


async def test_a_body_nobody_takes_is_a_stall(session: aiohttp.ClientSession) -> None:
    async def sit(_: Peer) -> None:
        await asyncio.Event().wait()

    clip = InlineVideo("clip.mp4", "video/mp4", 64 << 20, Chunks((bytes(1 << 20),) * 64))
    provider = Provider(partial(relay.post, session, stall=0.2))
    async with serving(sit) as url:
        endpoint = Endpoint(replace(LUNOS, base_url=url), "k")
        request = replace(REQUEST, media=(clip,))
        with pytest.raises(ProviderStalled):
            async with provider.answer(endpoint, request, lambda _sent, _total: None):
                pass
