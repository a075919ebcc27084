"""Ask a provider: post the request, read the answer as it comes."""

from collections.abc import AsyncGenerator, AsyncIterator, Callable, Generator, Mapping, Sequence
from contextlib import (
    AbstractAsyncContextManager,
    AsyncExitStack,
    asynccontextmanager,
    contextmanager,
)
from http import HTTPStatus
from typing import Protocol

import aiohttp

from bot.errors import AnswerCut, ProviderStalled, ProviderUnreachable
from bot.media.kinds import InlineVideo, LinkedVideo, Segment
from bot.providers.dialect import Endpoint
from bot.providers.error_bodies import error_of
from bot.providers.failures import Asked, failure
from bot.providers.stream import Event, EventDecoder
from bot.providers.wire import Request, encode

_MAX_BODY = 4 << 20
# Bytes of clips from which on a proxy may have found the request too long.
_LARGE = 1 << 20


class Post(Protocol):
    """How a body that holds clips is posted; TimeoutError means that nobody took it."""

    def __call__(  # noqa: D102 (the class says it)
        self,
        url: str,
        headers: Mapping[str, str],
        body: Sequence[Segment],
        on_sent: Callable[[int, int], None],
    ) -> AbstractAsyncContextManager[aiohttp.ClientResponse]: ...


class Provider:
    """The chat-completions wire, whoever speaks it."""

    def __init__(self, post: Post) -> None:
        self._post = post

    @asynccontextmanager
    async def answer(
        self, endpoint: Endpoint, request: Request, on_sent: Callable[[int, int], None]
    ) -> AsyncGenerator[AsyncIterator[Event]]:
        """Ask, and hold the answer's events; leaving the block ends the connection.

        `on_sent` is called with the bytes sent so far and the length of the whole request.

        Raises:
            ProviderError: at the block or at an event.
            ClipError: a clip of the request could not be read.
        """
        asked = _asked(endpoint, request)
        headers = {
            "Content-Type": "application/json",
            "Accept": "text/event-stream",
            **endpoint.headers,
        }
        url = f"{endpoint.dialect.base_url}/chat/completions"
        posting = self._post(url, headers, encode(request, endpoint.dialect), on_sent)
        async with AsyncExitStack() as stack:
            with _translated(asked):
                response = await stack.enter_async_context(posting)
            # A wrong address is often answered with somebody's page.
            if response.status != HTTPStatus.OK or response.content_type == "text/html":
                with _translated(asked):
                    body = await _whole(b"", response)
                raise failure(asked, response.status, error_of(body), headers=response.headers)
            yield _events(response, asked)


def _asked(endpoint: Endpoint, request: Request) -> Asked:
    sizes = [media.size for media in request.media if isinstance(media, InlineVideo)]
    return Asked(
        provider=endpoint.dialect.title,
        linked=any(isinstance(media, LinkedVideo) for media in request.media),
        large=sum(sizes) >= _LARGE,
        secret=endpoint.api_key,
    )


async def _events(response: aiohttp.ClientResponse, asked: Asked) -> AsyncIterator[Event]:
    decoder = EventDecoder(asked)
    try:
        with _translated(asked):
            first = await response.content.readany()
            # A whole completion, though a stream was asked for, under whatever content type.
            if response.content_type == "application/json" or first.lstrip().startswith(b"{"):
                for piece in decoder.feed_whole(await _whole(first, response)):
                    yield piece
            else:
                async for data in _then(first, response):
                    for piece in decoder.feed(data):
                        yield piece
                    if decoder.is_done:  # the server may well keep the connection
                        break
    except ProviderUnreachable as error:
        # What was said whole stands, however the connection ended.
        if decoder.has_piece and not decoder.has_ended:
            raise AnswerCut(asked.provider, "connection lost") from error
        if not decoder.has_ended:
            raise
    for event in decoder.finish():
        yield event


async def _then(first: bytes, response: aiohttp.ClientResponse) -> AsyncIterator[bytes]:
    yield first
    async for data in response.content.iter_any():
        yield data


async def _whole(first: bytes, response: aiohttp.ClientResponse) -> bytes:
    body = bytearray(first)
    async for data in response.content.iter_any():
        body += data
        if len(body) > _MAX_BODY:
            break
    return bytes(body)


@contextmanager
def _translated(asked: Asked) -> Generator[None]:
    try:
        yield
    except aiohttp.ConnectionTimeoutError as error:
        raise ProviderUnreachable(asked.provider, "no connection in time") from error
    except TimeoutError as error:
        raise ProviderStalled(asked.provider, str(error)) from error
    except (aiohttp.ClientError, OSError) as error:
        raise ProviderUnreachable(asked.provider, f"{type(error).__name__}: {error}") from error
