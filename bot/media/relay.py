"""Send a request whose body holds clips, without ever holding a clip.

A clip's bytes are encoded as base64 and written to the provider while they arrive from the
CDN. Each direction waits for the other, so a clip costs a few hundred kilobytes of memory
whatever its size.
"""

import asyncio
import ctypes
import select
from collections.abc import AsyncGenerator, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager, nullcontext
from typing import NoReturn

import aiohttp
from aiohttp.abc import AbstractStreamWriter
from aiohttp.payload import Payload
from pybase64 import b64encode

from bot.errors import ClipLengthWrong
from bot.media.kinds import Inline, Segment

READ_BUFFER = 128 << 10
"""Bytes for a session's `read_bufsize`: twice aiohttp's own, for a tenth less CPU per clip."""

UPLOADS = 8
"""How many clips may well be sent at a time."""

OnSent = Callable[[int, int], None]
"""Called with the bytes sent so far and the length of the whole body."""

_CONNECT = 10.0
_STALL = 60.0
SILENCE = 120.0
"""Seconds that a model may well say nothing, not even that it is still at it."""
_YIELD_EVERY = 1 << 20


class UploadStalled(TimeoutError):
    """The other side took no byte for as long as we wait."""


@asynccontextmanager
async def post(
    session: aiohttp.ClientSession,
    url: str,
    headers: Mapping[str, str],
    body: Sequence[Segment],
    on_sent: OnSent = lambda sent, total: None,  # noqa: ARG005 (nobody listens)
    *,
    uploads: AbstractAsyncContextManager[object] | None = None,
    stall: float = _STALL,
    silence: float = SILENCE,
) -> AsyncGenerator[aiohttp.ClientResponse]:
    """Post a body and hold the response; leaving the block ends the connection.

    Every call opens its clips anew, so the same body can be posted again. `uploads` is held until
    there is a response: a semaphore bounds how many are sent at a time, each of which takes some
    memory. The other side may take no byte for `stall` seconds, and send none for `silence`.

    Raises:
        ClipError: a clip could not be read, or was not as long as it was said to be. The
            other side has received an incomplete body, hence nothing it could act on.
        UploadStalled: it took no byte for too long.
        aiohttp.ClientError: the connection failed.
    """
    payload = _Relay(body, on_sent, stall)
    # `total` would count the upload and the whole answer. `sock_read` begins to count when the
    # body is written, so it bounds the silences of the model, not the upload.
    timeout = aiohttp.ClientTimeout(total=None, sock_connect=_CONNECT, sock_read=silence)
    try:
        async with uploads or nullcontext():
            response = await session.post(
                url, data=payload, headers=headers, allow_redirects=False, timeout=timeout
            )
    except (aiohttp.ClientError, UploadStalled) as error:
        # aiohttp wraps what the body raised in an error of its own.
        if payload.failure is not None:
            raise payload.failure from error
        raise
    async with response:
        yield response


def encoded_length(size: int) -> int:
    """Return how many characters of base64 `size` bytes become, padding included."""
    return (size + 2) // 3 * 4


class _Relay(Payload):
    """A request body of an exactly known length that is made while it is sent."""

    def __init__(self, body: Sequence[Segment], on_sent: OnSent, stall: float) -> None:
        super().__init__(body, content_type="application/json")
        self._size = sum(_length(segment) for segment in body)
        self._body = body
        self._on_sent = on_sent
        self._stall = stall
        self._sent = 0
        self._since_yield = 0
        self.failure: Exception | None = None

    def decode(self, encoding: str = "utf-8", errors: str = "strict") -> NoReturn:  # noqa: ARG002
        """Refuse: the body never exists whole."""
        raise TypeError("a relayed body has no text of its own")

    async def write(self, writer: AbstractStreamWriter) -> None:
        """Write the whole body."""
        try:
            for segment in self._body:
                if isinstance(segment, Inline):
                    await self._relay(writer, segment)
                else:
                    await self._send(writer, segment)
        except Exception as failure:
            self.failure = failure
            raise

    async def write_with_length(
        self, writer: AbstractStreamWriter, content_length: int | None
    ) -> None:
        """Write the whole body; its length is ours to keep.

        aiohttp would clip a body that is too long without a word, and send one that is too
        short, for which the server then waits.
        """
        del content_length
        await self.write(writer)

    async def _relay(self, writer: AbstractStreamWriter, clip: Inline) -> None:
        received, carry = 0, b""
        async with clip.source.open() as chunks:
            async for chunk in chunks:
                received += len(chunk)
                if received > clip.size:
                    break
                # Three bytes make four characters: up to two wait for the next chunk.
                buffer = carry + chunk if carry else chunk
                cut = len(buffer) - len(buffer) % 3
                await self._send(writer, b64encode(memoryview(buffer)[:cut]))
                carry = buffer[cut:]
        if received != clip.size:
            raise ClipLengthWrong(clip.name, announced=clip.size, received=received)
        await self._send(writer, b64encode(carry))

    async def _send(self, writer: AbstractStreamWriter, data: bytes) -> None:
        try:
            async with asyncio.timeout(self._stall):
                await _let_an_answer_in(writer)
                await writer.write(data)
        except TimeoutError as error:
            raise UploadStalled from error
        self._sent += len(data)
        self._on_sent(self._sent, self._size or 0)
        # A source that never waits, such as a local file, would keep the loop to itself.
        self._since_yield += len(data)
        if self._since_yield >= _YIELD_EVERY:
            self._since_yield = 0
            await asyncio.sleep(0)


async def _let_an_answer_in(writer: AbstractStreamWriter) -> None:
    """Let the reader run first when the other side has already said something.

    A server that refuses early (401, 413, 429) often closes at once. The next write would then
    fail with a reset, and the answer would be thrown away unread with the socket's buffer:
    measured in 17 to 83 of 100 refusals without this look.
    """
    transport = getattr(writer, "transport", None)
    sock = transport.get_extra_info("socket") if transport else None
    if sock is None or not hasattr(select, "poll"):
        return
    poll = select.poll()
    poll.register(sock.fileno(), select.POLLIN)
    if poll.poll(0):
        # Once for the transport to read, once for the response to be handed on.
        await asyncio.sleep(0)
        await asyncio.sleep(0)


def _length(segment: Segment) -> int:
    return encoded_length(segment.size) if isinstance(segment, Inline) else len(segment)


def keep_freed_memory(threshold: int = 4 << 20) -> None:
    """Ask glibc not to hand chunk-sized blocks back to the kernel each time.

    Chunks of 256 KiB lie above its thresholds; mapping them anew each time is half of the CPU
    bill of a transfer over TLS. Both have to be set: one alone switches the self-tuning off and
    is worse than none. Other C libraries have no such function and need none.
    """
    m_trim_threshold, m_mmap_threshold = -1, -3
    try:
        mallopt = ctypes.CDLL(None).mallopt
    except (AttributeError, OSError, TypeError):
        return
    mallopt(m_mmap_threshold, threshold)
    mallopt(m_trim_threshold, threshold)
