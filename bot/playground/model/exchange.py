"""One chat request and its answer, honest or scripted."""

import asyncio
import socket
import struct
import time
from collections.abc import AsyncIterator, Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, TypeVar, assert_never
from uuid import uuid4

from aiohttp import web

from .answer import Look, Opened, compose, pieces, usage
from .asking import Asked, Attached, Linked, Received, read_request
from .findings import Findings
from .intake import Body, Intake
from .looking import look_at
from .script import Play, RefuseEarly, Reset, Respond, Scripted, Stall, Stream
from .wire import COMMENT, DONE, EVENTS, JSON, PROVIDER, Reply, event, usage_fields

T = TypeVar("T")

RESET_ON_CLOSE = struct.pack("ii", 1, 0)


@dataclass(frozen=True, slots=True)
class Recorded:
    """A chat request as it came, with names in its JSON where the data URLs were."""

    headers: Mapping[str, str]
    """By lower-case name."""
    body: Any
    clips: tuple[Received, ...]


class Exchange:
    """Answer one chat request."""

    def __init__(
        self,
        request: web.Request,
        *,
        only_model: str | None,
        pace: float,
        price: float,
        known: dict[str, Findings],
        record: Callable[[Recorded], None],
    ) -> None:
        self._request = request
        self._only_model = only_model
        self._pace = pace
        self._price = price
        self._known = known
        self._record = record

    async def answer(self) -> web.StreamResponse:
        """Measure the clips and say what was found."""
        with TemporaryDirectory(prefix="stand-in-") as name:
            folder = Path(name)
            body = await self._read(folder)
            asked = read_request(body.fields, body.clips, self._only_model)
            looks = [await self._look(clip, folder) for clip in asked.clips]
        text = compose(asked, looks)
        used = usage_fields(usage(asked, looks, text), self._price)
        return await self._say(asked, text, used)

    async def _look(self, clip: Attached | Linked, folder: Path) -> Look:
        match clip:
            case Attached(clip=Received(sha256=name)):
                found = self._known.get(name) or await look_at(folder / name)
                if isinstance(found, Findings):
                    self._known[name] = found
                return Opened(clip, found)
            case Linked():
                return clip

    async def play(self, scripted: Scripted) -> web.StreamResponse:
        """Do as told."""
        match scripted:
            case RefuseEarly(status, body):
                return await self._refuse_early(status, body)
            case Reset(after=share) if share < 1:
                return await self._reset(after=share)
            case _:
                pass
        with TemporaryDirectory(prefix="stand-in-") as name:
            body = await self._read(Path(name))
        reply = _reply(_named_model(body), scripted)
        match scripted:
            case Respond(status, content, headers):
                return _response(status, content, headers)
            case Stream(said):
                return await self._stream(reply, said, _ending(reply, scripted))
            case Play(chunks, status, headers):
                return await self._play(chunks, status, headers)
            case Reset(pieces=said):
                if said:
                    await self._begin(reply, said)
                return await self._reset()
            case Stall(said):
                await self._begin(reply, said)
                return await _forever()
            case _:
                assert_never(scripted)

    async def _read(self, folder: Path) -> Body:
        intake = Intake(folder)
        async for chunk in self._request.content.iter_any():
            intake.feed(chunk)
        body = intake.finish()
        headers = {name.lower(): value for name, value in self._request.headers.items()}
        self._record(Recorded(headers, body.fields, tuple(body.clips.values())))
        return body

    async def _say(self, asked: Asked, text: str, used: JSON) -> web.StreamResponse:
        reply = _reply(asked.model)
        if not asked.stream:
            return web.json_response(reply.whole(text, used), headers=_headers(reply))
        ending = [reply.finished(), reply.used(used)]
        return await self._stream(reply, pieces(text), ending)

    async def _stream(
        self, reply: Reply, said: Iterable[str], ending: Iterable[JSON]
    ) -> web.StreamResponse:
        response = await self._begin(reply, said)
        for fields in ending:
            await response.write(event(fields))
        await response.write(DONE)
        await response.write_eof()
        return response

    async def _begin(self, reply: Reply, said: Iterable[str]) -> web.StreamResponse:
        response = web.StreamResponse(headers=_headers(reply))
        response.content_type = EVENTS
        await response.prepare(self._request)
        await response.write(COMMENT)
        await response.write(event(reply.piece("")))
        async for piece in self._paced(said):
            await response.write(event(reply.piece(piece)))
        return response

    async def _paced(self, said: Iterable[T]) -> AsyncIterator[T]:
        for piece in said:
            await asyncio.sleep(self._pace)
            yield piece

    async def _refuse_early(self, status: int, body: Any) -> web.StreamResponse:
        response = _response(status, body, {"Connection": "close"})
        await response.prepare(self._request)
        await response.write_eof()
        if self._request.transport is not None:
            self._request.transport.close()
        return response

    async def _play(
        self, chunks: Iterable[bytes], status: int, headers: Mapping[str, str]
    ) -> web.StreamResponse:
        response = web.StreamResponse(status=status, headers=headers)
        await response.prepare(self._request)
        async for chunk in self._paced(chunks):
            await response.write(chunk)
        await response.write_eof()
        return response

    async def _reset(self, *, after: float = 1.0) -> web.StreamResponse:
        length = self._request.content_length or 0
        read = length if after == 1 else 0
        async for chunk in self._request.content.iter_any():
            read += len(chunk)
            if read >= after * length:
                break
        transport = self._request.transport
        if transport is not None:
            plain: socket.socket = transport.get_extra_info("socket")
            plain.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET_ON_CLOSE)
            transport.abort()
        return await _forever()


def _named_model(body: Body) -> str:
    match body.fields:
        case {"model": str(model)}:
            return model
        case _:
            return ""


def _reply(model: str, scripted: Scripted | None = None) -> Reply:
    host = scripted.host if isinstance(scripted, Stream) else PROVIDER
    return Reply(f"gen-{uuid4().hex}", model, int(time.time()), host)


def _headers(reply: Reply) -> dict[str, str]:
    return {"X-Generation-Id": reply.id}


def _response(status: int, body: Any, headers: Mapping[str, str]) -> web.Response:
    if isinstance(body, str):
        return web.Response(status=status, text=body, content_type="text/html", headers=headers)
    return web.json_response(body, status=status, headers=headers)


def _ending(reply: Reply, scripted: Stream) -> list[JSON]:
    if scripted.error is not None:
        return [reply.failed(scripted.error)]
    used = [] if scripted.usage is None else [reply.used(scripted.usage)]
    return [reply.finished(scripted.finish_reason), *used]


async def _forever() -> web.StreamResponse:
    """Wait to be cancelled, which happens when the client is gone."""
    return await asyncio.get_running_loop().create_future()
