"""The CDN: attachments behind signed links, streamed from disk."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import dataclass
from pathlib import Path

from aiohttp import web

from .faults import (
    Answer,
    BodyEffect,
    Faults,
    Redirect,
    Reset,
    ResetMidway,
    Stall,
    Throttle,
    Truncate,
    Unmeasured,
)
from .files import Attachment
from .links import Links
from .wire import broken, sever
from .world import World

PATHS = (
    "/attachments/{channel_id}/{attachment_id}/{name}",
    "/ephemeral-attachments/{app_id}/{attachment_id}/{name}",
)
CHUNK = 256 * 1024
# A throttled body is sent in so many pieces a second.
TICKS = 20
GONE = "This content is no longer available."


@dataclass(frozen=True, slots=True)
class Span:
    """The bytes of a file from `start` up to `stop`."""

    start: int
    stop: int

    @classmethod
    def asked(cls, part: slice, size: int) -> "Span | None":
        """Return the bytes a request asks of a file, None when there are none such."""
        start = 0 if part.start is None else part.start
        if start < 0:
            return cls(max(size + start, 0), size) if size else None
        stop = size if part.stop is None else min(part.stop, size)
        return cls(start, stop) if start < stop or (start == stop == 0) else None

    def __len__(self) -> int:
        return self.stop - self.start


async def pieces(path: Path, span: Span, largest: int = CHUNK) -> AsyncGenerator[bytes]:
    """Read part of a file, then zeros where the file is too short."""
    # Not in a thread: a download cut off while it opens would leave the file open.
    with path.open("rb") as file:
        file.seek(span.start)
        left = len(span)
        while left:
            wanted = min(left, largest)
            piece = await asyncio.to_thread(file.read, wanted) or bytes(wanted)
            left -= len(piece)
            yield piece


@dataclass(frozen=True, slots=True)
class Cdn:
    """The downloads of everything attached to a message."""

    world: World
    links: Links
    faults: Faults

    async def download(self, request: web.Request) -> web.StreamResponse:
        """Answer a download, or spoil it."""
        effect = self.faults.for_cdn(request.method, request.path)
        match effect:
            case Answer():
                return broken(effect)
            case Reset():
                return sever(request)
            case Redirect():
                return web.Response(status=effect.status, headers={"Location": effect.to})
            case _:
                return await self._send(request, effect)

    async def _send(self, request: web.Request, effect: BodyEffect | None) -> web.StreamResponse:
        attachment = self._found(request)
        if attachment is None:
            return web.Response(status=404, text=GONE)
        size = attachment.path.stat().st_size
        span = _asked(request, size)
        if span is None:
            return web.Response(status=416, headers={"Content-Range": f"bytes */{size}"})
        response = _opening(request, attachment, span, size)
        if isinstance(effect, Unmeasured):
            response.enable_chunked_encoding()
        else:
            response.content_length = len(span)
        await response.prepare(request)
        if request.method != "HEAD":
            await _write(request, response, attachment.path, span, effect)
        return response

    def _found(self, request: web.Request) -> Attachment | None:
        if not self.links.hold(request.rel_url.raw_path, request.query):
            return None
        identity = request.match_info["attachment_id"]
        return self.world.attachment(int(identity)) if identity.isdecimal() else None


def _asked(request: web.Request, size: int) -> Span | None:
    try:
        return Span.asked(request.http_range, size)
    except ValueError:
        return None


def _opening(
    request: web.Request, attachment: Attachment, span: Span, size: int
) -> web.StreamResponse:
    partial = "Range" in request.headers
    response = web.StreamResponse(status=206 if partial else 200)
    response.content_type = attachment.content_type or "application/octet-stream"
    response.headers["Accept-Ranges"] = "bytes"
    if partial:
        response.headers["Content-Range"] = f"bytes {span.start}-{span.stop - 1}/{size}"
    return response


async def _write(
    request: web.Request,
    response: web.StreamResponse,
    path: Path,
    span: Span,
    effect: BodyEffect | None,
) -> None:
    match effect:
        case None:
            await _copy(response, path, span)
        case Unmeasured(size):
            await _copy(response, path, Span(span.start, span.start + size))
        case Throttle(rate):
            await _copy(response, path, span, rate)
        case Truncate(after) | ResetMidway(after) | Stall(after):
            await _copy(response, path, Span(span.start, min(span.start + after, span.stop)))
            await _break_off(request, effect)


async def _copy(
    response: web.StreamResponse, path: Path, span: Span, rate: int | None = None
) -> None:
    largest = CHUNK if rate is None else max(1, min(CHUNK, rate // TICKS))
    async with aclosing(pieces(path, span, largest)) as read:
        async for piece in read:
            await response.write(piece)
            if rate is not None:
                await asyncio.sleep(len(piece) / rate)


async def _break_off(request: web.Request, effect: Truncate | ResetMidway | Stall) -> None:
    match effect:
        case Truncate():
            if request.transport is not None:
                request.transport.close()
        case ResetMidway():
            sever(request)
        case Stall():
            # Until the client leaves or the server closes: either cancels this.
            await asyncio.Event().wait()
