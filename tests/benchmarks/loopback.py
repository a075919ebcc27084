"""The two ends that a clip travels between: a CDN and a model, both on loopback."""

import asyncio
import random
import ssl
from base64 import b64encode
from collections.abc import AsyncGenerator, Iterator, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import trustme
from aiohttp import web

from bot.media.files import FileClip
from bot.media.kinds import InlineVideo, Segment, Source
from bot.media.relay import READ_BUFFER, encoded_length
from bot.providers.dialect import CUSTOM
from bot.providers.wire import Request, encode

HOST = "127.0.0.1"
QUESTION = "What happens in this clip?"
WARM_UPS = (3000, 300_001)
"""Sizes in bytes of the small clips, whose every byte is checked when they arrive."""

# What a body says beside its clip: a few hundred bytes of JSON.
_JSON = 2000
# Sent over and over: what a large clip says is no matter.
_BLANK = memoryview(bytes(256 << 10))
_BURST = len(_BLANK)
_NOWHERE = FileClip(Path(), "clip.mp4")  # for a body that is only measured


@dataclass(frozen=True, slots=True)
class Rates:
    """Bytes per second that the CDN sends, and that the model takes, on each connection."""

    cdn: float
    model: float


def body_about(size: int, source: Source) -> Sequence[Segment]:
    """Write the request that the bot makes about a clip of that size."""
    video = InlineVideo("clip.mp4", "video/mp4", size, source)
    return encode(Request("model", "Be brief.", (video,), QUESTION, 1000), CUSTOM)


def body_length(size: int) -> int:
    """Return how many bytes the request about a clip of that size has."""
    return sum(
        len(segment) if isinstance(segment, bytes) else encoded_length(segment.size)
        for segment in body_about(size, _NOWHERE)
    )


def body_pieces(size: int) -> Iterator[memoryview]:
    """Write the request about a clip of that size as if it were ready."""
    return _pieces(_small_body(size) if size in WARM_UPS else None, 0, body_length(size))


def certified(folder: Path) -> tuple[ssl.SSLContext, Path]:
    """Return what a server on loopback shows, and the authority's certificate to trust."""
    authority, trusted, shown = trustme.CA(), folder / "authority.pem", folder / "server.pem"
    authority.cert_pem.write_to_path(trusted)
    authority.issue_cert(HOST).private_key_and_cert_chain_pem.write_to_path(shown)
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(shown)
    return context, trusted


@asynccontextmanager
async def serving(
    tls: ssl.SSLContext | None = None, rates: Rates | None = None
) -> AsyncGenerator[str]:
    """Serve clips of any size, and a model that takes them; the block gets the address.

    `/clips/SIZE` is a clip, `/bodies/SIZE` the body of the request about it as if it were ready,
    and `/SIZE/chat/completions` a model that was asked about that one.
    """
    app = web.Application()
    cdn, model = _Cdn(rates and rates.cdn), _Model(rates and rates.model)
    app.router.add_get(r"/{kind:clips|bodies}/{size:\d+}", cdn.send)
    app.router.add_post(r"/{size:\d+}/chat/completions", model.answer)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=1, read_bufsize=READ_BUFFER)
    await runner.setup()
    try:
        await web.TCPSite(runner, HOST, 0, ssl_context=tls).start()
        port = runner.addresses[0][1]
        yield f"{'https' if tls else 'http'}://{HOST}:{port}"
    finally:
        await runner.cleanup()


class Bucket:
    """Lets bytes through at a rate, and a burst of them at once after a pause.

    Written as the time at which all that was let through will have been due: equal to counting
    tokens, and with nothing to refill.
    """

    def __init__(self, rate: float) -> None:
        self._rate = rate
        self._loop = asyncio.get_running_loop()
        self._due = 0.0

    async def let_through(self, count: int) -> None:
        now = self._loop.time()
        self._due = max(self._due, now - _BURST / self._rate) + count / self._rate
        if self._due > now:
            await asyncio.sleep(self._due - now)


class _Cdn:
    """Sends files, or a range of one. Only the small ones say anything."""

    def __init__(self, rate: float | None) -> None:
        self._rate = rate

    async def send(self, request: web.Request) -> web.StreamResponse:
        clip, size = request.match_info["kind"] == "clips", int(request.match_info["size"])
        content = (_small_clip(size) if clip else _small_body(size)) if size in WARM_UPS else None
        total = size if clip else body_length(size)
        start, stop, _ = request.http_range.indices(total)
        response = web.StreamResponse(status=206 if "Range" in request.headers else 200)
        response.content_length = stop - start
        response.headers["Content-Range"] = f"bytes {start}-{stop - 1}/{total}"
        await response.prepare(request)
        bucket = Bucket(self._rate) if self._rate else None
        with suppress(ConnectionError):  # a client may leave, as when its clip is refused
            for piece in _pieces(content, start, stop):
                if bucket:
                    await bucket.let_through(len(piece))
                await response.write(piece)
                await asyncio.sleep(0)  # or a lost connection would go unnoticed
        return response


class _Model:
    """Takes a body and answers 200, or 400 where it isn't what it should be."""

    def __init__(self, rate: float | None) -> None:
        self._rate = rate

    async def answer(self, request: web.Request) -> web.Response:
        size = int(request.match_info["size"])
        if size in WARM_UPS:
            right = b64encode(_small_clip(size)) in await request.read()
        else:
            right = 0 <= await self._count(request) - encoded_length(size) < _JSON
        return web.json_response({"choices": []}, status=200 if right else 400)

    async def _count(self, request: web.Request) -> int:
        received = 0
        bucket = Bucket(self._rate) if self._rate else None
        async for chunk in request.content.iter_any():
            received += len(chunk)
            if bucket:
                await bucket.let_through(len(chunk))
        return received


def _pieces(content: bytes | None, start: int, stop: int) -> Iterator[memoryview]:
    for at in range(start, stop, len(_BLANK)):
        end = min(stop, at + len(_BLANK))
        yield _BLANK[: end - at] if content is None else memoryview(content)[at:end]


def _small_clip(size: int) -> bytes:
    return random.Random(size).randbytes(size)  # noqa: S311 (no secret)


def _small_body(size: int) -> bytes:
    clip = b64encode(_small_clip(size))
    segments = body_about(size, _NOWHERE)
    return b"".join(segment if isinstance(segment, bytes) else clip for segment in segments)
