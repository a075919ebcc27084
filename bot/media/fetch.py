"""Read clips from Discord's CDN: signed links that expire, and hosts from a list only."""

from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Generator
from contextlib import asynccontextmanager, contextmanager
from http import HTTPStatus

import aiohttp
from yarl import URL

from bot.clips import Upload
from bot.errors import (
    ClipGone,
    DownloadFailed,
    DownloadStalled,
    RedirectRefused,
)
from bot.hosts import Hosts
from bot.media.kinds import Look
from bot.media.probe import HEAD

Locate = Callable[[Upload], Awaitable[str]]
"""Ask Discord for a clip's link as it is now. Raise ClipGone."""

# The default total of 300 s would cover a whole upload to a slow provider. Reading that is
# paused by backpressure does not count towards `sock_read`.
_TIMEOUT = aiohttp.ClientTimeout(total=None, sock_connect=10, sock_read=60)
_REDIRECTS = 3
# Discord answers 404 when a link has expired, and 403 has been seen as well.
_EXPIRED = {HTTPStatus.FORBIDDEN, HTTPStatus.NOT_FOUND}


class Cdn:
    """Where uploads are read from."""

    def __init__(self, session: aiohttp.ClientSession, locate: Locate, hosts: Hosts) -> None:
        self._session = session
        self._locate = locate
        self._hosts = hosts

    def clip(self, upload: Upload) -> "CdnClip":
        """Return a source for one upload; nothing is asked of the network yet."""
        return CdnClip(upload, self._session, self._locate, self._hosts)


class CdnClip:
    """One upload as a replayable source of bytes.

    A link is asked for when first needed. Where it turns out to have expired, a fresh one is
    asked for, once per reading.
    """

    def __init__(
        self, upload: Upload, session: aiohttp.ClientSession, locate: Locate, hosts: Hosts
    ) -> None:
        self._upload = upload
        self._session = session
        self._locate = locate
        self._hosts = hosts
        # As it was given with the clip, it still works: it was signed a moment ago.
        self._url = URL(upload.link, encoded=True) if "?" in upload.link else None

    async def look(self) -> Look:
        """Read the first bytes and the size, and nothing more of the file.

        Raises:
            ClipGone: the file is not there.
            DownloadBroken: the host failed.
        """
        async with self._get(_range(0, HEAD)) as response:
            if response.status == HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE:
                return Look(b"", 0)  # an empty file has no first byte
            # A host without ranges sends the whole file: stop reading where the head ends.
            return Look(await self._start(response, HEAD), self._size(response))

    async def read(self, offset: int, length: int) -> bytes:
        """Read so many bytes from an offset, or fewer: none from a host without ranges.

        Raises:
            ClipGone: the file is not there.
            DownloadBroken: the host failed.
        """
        async with self._get(_range(offset, length)) as response:
            if response.status != HTTPStatus.PARTIAL_CONTENT:
                return b""
            return await self._start(response, length)

    async def _start(self, response: aiohttp.ClientResponse, length: int) -> bytes:
        read = bytearray()
        with _translated(self._upload.name):
            while len(read) < length and (data := await response.content.read(length - len(read))):
                read += data
        return bytes(read)

    @asynccontextmanager
    async def open(self) -> AsyncGenerator[AsyncIterator[bytes]]:
        """Read it from its first byte, in the chunks that arrive (256 KiB at most)."""
        async with self._get({}) as response:
            yield self._chunks(response)

    async def _chunks(self, response: aiohttp.ClientResponse) -> AsyncIterator[bytes]:
        # Cutting the stream into chunks of our own costs twice the CPU of taking what comes.
        with _translated(self._upload.name):
            async for chunk in response.content.iter_any():
                yield chunk

    @asynccontextmanager
    async def _get(self, headers: dict[str, str]) -> AsyncGenerator[aiohttp.ClientResponse]:
        for fresh in (False, True):
            if self._url is None or fresh:
                self._url = URL(await self._locate(self._upload), encoded=True)
            async with self._follow(self._url, headers) as response:
                if response.status not in _EXPIRED:
                    self._require_content(response)
                    yield response
                    return
        raise ClipGone(self._upload.name)

    @asynccontextmanager
    async def _follow(
        self, url: URL, headers: dict[str, str]
    ) -> AsyncGenerator[aiohttp.ClientResponse]:
        for _ in range(_REDIRECTS + 1):
            if not self._hosts.allow(url):
                raise RedirectRefused(self._upload.name, url.host or "")
            with _translated(self._upload.name):
                response = await self._session.get(
                    url,
                    headers={"Accept-Encoding": "identity", **headers},
                    allow_redirects=False,
                    timeout=_TIMEOUT,
                )
            async with response:
                target = response.headers.get("Location", "")
                if not (HTTPStatus.MULTIPLE_CHOICES <= response.status < HTTPStatus.BAD_REQUEST):
                    yield response
                    return
                with _translated(self._upload.name):
                    url = url.join(URL(target))
        raise DownloadFailed(self._upload.name, "too many redirects")

    def _require_content(self, response: aiohttp.ClientResponse) -> None:
        if response.status not in {
            HTTPStatus.OK,
            HTTPStatus.PARTIAL_CONTENT,
            HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE,
        }:
            raise DownloadFailed(self._upload.name, f"HTTP {response.status}")

    def _size(self, response: aiohttp.ClientResponse) -> int:
        # "bytes 0-511/123456" where the range was honoured. What Discord declares of an
        # attachment is not believed: the size sent to the provider has to be the true one.
        total = response.headers.get("Content-Range", "").rpartition("/")[2]
        if response.status == HTTPStatus.PARTIAL_CONTENT and total.isdigit():
            return int(total)
        if response.status == HTTPStatus.OK and response.content_length is not None:
            return response.content_length
        raise DownloadFailed(self._upload.name, "the host does not say how long the file is")


def _range(offset: int, length: int) -> dict[str, str]:
    return {"Range": f"bytes={offset}-{offset + length - 1}"}


@contextmanager
def _translated(name: str) -> Generator[None]:
    """Turn the transport's errors into ours, on the lines that read from it and no others."""
    try:
        yield
    except TimeoutError as error:
        raise DownloadStalled(name) from error
    except (aiohttp.ClientError, OSError, ValueError) as error:
        # Its words may hold the signed link.
        raise DownloadFailed(name, type(error).__name__) from error
