"""The ways to send a clip from a CDN to a model."""

import base64
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager, nullcontext
from typing import Any

import aiohttp
from yarl import URL

from bot import assembly
from bot.clips import Upload
from bot.hosts import Hosts
from bot.media import relay
from bot.media.fetch import Cdn
from tests.benchmarks.loopback import QUESTION, body_about, body_length, body_pieces

Uploads = AbstractAsyncContextManager[object] | None
Send = Callable[[str, int], Awaitable[None]]
"""Send the clip of that size between the ends at that address."""

Way = Callable[[Uploads], AbstractAsyncContextManager[Send]]
"""Open what all clips share; the limit, if any, is held by each for as long as it is sent."""

_PATIENCE = 60
_JSON = {"Content-Type": "application/json"}


def clip_at(address: str, size: int) -> str:
    return f"{address}/clips/{size}"


def model_at(address: str, size: int) -> str:
    return f"{address}/{size}/chat/completions"


@asynccontextmanager
async def relayed(uploads: Uploads) -> AsyncGenerator[Send]:
    """Send as the bot does."""
    relay.keep_freed_memory()
    async with assembly.session() as session:

        async def send(address: str, size: int) -> None:
            clip = clip_at(address, size)
            source = cdn_of(session, clip).clip(Upload(1, 2, 3, "clip.mp4"))
            body = body_about((await source.look()).size, source)
            model = model_at(address, size)
            async with relay.post(session, model, _JSON, body, uploads=uploads) as response:
                await _taken(response)

        yield send


def cdn_of(session: aiohttp.ClientSession, clip: str) -> Cdn:
    """Return a CDN on which every upload is this clip."""

    async def locate(upload: Upload) -> str:
        del upload
        return clip

    return Cdn(session, locate, Hosts(frozenset({URL(clip).authority})))


@asynccontextmanager
async def naive(uploads: Uploads) -> AsyncGenerator[Send]:
    """Send as one would at first: download, encode, post as JSON."""
    async with aiohttp.ClientSession() as session:

        async def send(address: str, size: int) -> None:
            async with uploads or nullcontext():
                messages = await _messages(session, clip_at(address, size))
                body = {"model": "model", "messages": messages}
                async with session.post(model_at(address, size), json=body) as response:
                    await _taken(response)

        yield send


@asynccontextmanager
async def through_openai(uploads: Uploads) -> AsyncGenerator[Send]:
    """Send with the package that OpenAI offers, which wants the whole clip as a string."""
    from openai import AsyncOpenAI  # noqa: PLC0415 (the other ways need none of it)

    # Its five seconds for connecting run out where other clips hold the loop for as long.
    async with (
        aiohttp.ClientSession() as session,
        AsyncOpenAI(base_url="", api_key="key", max_retries=0, timeout=_PATIENCE) as openai,
    ):

        async def send(address: str, size: int) -> None:
            async with uploads or nullcontext():
                messages = await _messages(session, clip_at(address, size))
                model = openai.with_options(base_url=f"{address}/{size}")
                await model.chat.completions.create(model="model", messages=messages)

        yield send


async def _messages(session: aiohttp.ClientSession, clip: str) -> Any:
    async with session.get(clip) as response:
        response.raise_for_status()
        video = base64.b64encode(await response.read()).decode()
    parts = [
        {"type": "text", "text": "Video: clip.mp4"},
        {"type": "video_url", "video_url": {"url": f"data:video/mp4;base64,{video}"}},
        {"type": "text", "text": QUESTION},
    ]
    return [{"role": "user", "content": parts}]


@asynccontextmanager
async def copied(uploads: Uploads) -> AsyncGenerator[Send]:
    """Download the request as if it were ready and post it as it comes, with no more care."""
    relay.keep_freed_memory()
    async with assembly.session() as session:

        async def send(address: str, size: int) -> None:
            async with uploads or nullcontext(), session.get(f"{address}/bodies/{size}") as body:
                body.raise_for_status()
                assert body.content_length
                model = model_at(address, size)
                await _post(session, model, body.content.iter_any(), body.content_length)

        yield send


@asynccontextmanager
async def uploaded(uploads: Uploads) -> AsyncGenerator[Send]:
    """Post as many bytes without a CDN: what the link to the model takes alone."""
    relay.keep_freed_memory()
    async with assembly.session() as session:

        async def send(address: str, size: int) -> None:
            async with uploads or nullcontext():
                body, total = _made(size), body_length(size)
                await _post(session, model_at(address, size), body, total)

        yield send


async def _made(size: int) -> AsyncIterator[bytes]:
    for piece in body_pieces(size):
        yield bytes(piece)


async def _post(
    session: aiohttp.ClientSession, model: str, body: AsyncIterator[bytes], total: int
) -> None:
    headers = {**_JSON, "Content-Length": str(total)}
    async with session.post(model, data=body, headers=headers) as response:
        await _taken(response)


async def _taken(response: aiohttp.ClientResponse) -> None:
    response.raise_for_status()
    await response.read()


WAYS: dict[str, Way] = {
    "relay": relayed,
    "copy": copied,
    "naive": naive,
    "openai": through_openai,
    "upload": uploaded,
}
