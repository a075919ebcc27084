"""Read what a plan picks out of a clip, as if it were a clip by itself."""

import asyncio
from asyncio import Task
from collections import deque
from collections.abc import AsyncGenerator, AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import replace

from bot.errors import ClipBroken, ClipLengthWrong
from bot.media.boxes import boxes
from bot.media.kinds import Look, Original, Posted
from bot.media.ladder import Wanted, may_be_picked, picks
from bot.media.picking import AT_ONCE, Bounds, Piece, Plan, plan
from bot.media.probe import MOST_MOVIE
from bot.media.sample_table import NotUnderstood
from bot.media.units import Units

_CHUNK = 64 << 10
_SAMPLES, _START = 4, 4 << 10  # key frames that are looked at first, and bytes of each

Read = tuple[int, Task[bytes]]


class PickedClip:
    """What is kept of a clip; its bytes pass while they are fetched, and are never held."""

    def __init__(self, name: str, original: Original, plan: Plan) -> None:
        self._name = name
        self._original = original
        self._plan = plan

    async def look(self) -> Look:
        """Return its head and its size."""
        return Look(self._plan.head, self._plan.size)

    async def read(self, offset: int, length: int) -> bytes:
        """Return some bytes of its head, which is all that is known of it."""
        return self._plan.head[offset : offset + length]

    async def can_be_had(self) -> bool:
        """Look at some key frames: whether they can be read apart, and be shown alone."""
        keys = [piece for piece in self._plan.pieces if piece.is_key]
        some = keys[:2] + keys[2 :: max(1, len(keys) // _SAMPLES)]
        # All are waited for, whatever becomes of one: none is left behind.
        looked = await asyncio.gather(*map(self._look_at, some), return_exceptions=True)
        for failure in filter(None, looked):
            if not isinstance(failure, NotUnderstood | ClipLengthWrong):
                raise failure
        return not any(looked)

    async def _look_at(self, key: Piece) -> None:
        start = await self._whole(key.offset, min(key.size, _START))
        Units(self._plan.description).passed(start)

    @asynccontextmanager
    async def open(self) -> AsyncGenerator[AsyncIterator[bytes]]:
        """Read it from its first byte; ranges of the clip are asked for ahead."""
        ahead = deque[Read]()
        try:
            yield self._chunks(ahead)
        finally:
            for _, task in ahead:
                task.cancel()
            await asyncio.gather(*(task for _, task in ahead), return_exceptions=True)

    async def _chunks(self, ahead: deque[Read]) -> AsyncIterator[bytes]:
        chunk, units = bytearray(self._plan.head), Units(self._plan.description)
        reads = self._plan.reads()
        at, data = 0, b""
        try:
            for start, size, is_key in self._plan.pieces:
                left = size
                while left:
                    while (begin := start + size - left) >= at + len(data):
                        at, data = await self._next(ahead, reads)
                    part = data[begin - at : begin - at + left]
                    left -= len(part)
                    chunk += units.passed(part) if is_key else part
                    if len(chunk) >= _CHUNK:
                        yield bytes(chunk)
                        chunk.clear()
                if is_key:
                    units.end()
        except NotUnderstood as error:
            raise ClipBroken(self._name, str(error)) from error
        yield bytes(chunk)

    async def _next(
        self, ahead: deque[Read], reads: Iterator[tuple[int, int]]
    ) -> tuple[int, bytes]:
        while len(ahead) < AT_ONCE and (read := next(reads, None)):
            ahead.append((read[0], asyncio.create_task(self._whole(*read))))
        at, task = ahead[0]
        data = await task
        ahead.popleft()
        return at, data

    async def _whole(self, offset: int, length: int) -> bytes:
        data = await self._original.read(offset, length)
        if len(data) != length:
            raise ClipLengthWrong(self._name, announced=length, received=len(data))
        return data


async def picked(
    clip: Posted, movie: bytes, wanted: Wanted, seconds: float | None, limit: int
) -> tuple[Posted, Plan] | None:
    """Return what is picked out of a clip, and how, where that is the way to have it.

    `movie` is what is inside its `moov`. Of a clip of more than `limit` bytes, there is no other.

    Raises:
        ClipError: it can't be read.
    """
    if len(movie) >= MOST_MOVIE or not may_be_picked(clip.size, wanted, limit):
        return None
    most = limit if clip.size > limit else clip.size // 2
    bounds = Bounds(wanted.span(seconds), min(wanted.most_bytes, limit), most)
    ftyp = next((end for name, _, end in boxes(clip.head, 0, len(clip.head)) if name == b"ftyp"), 0)
    try:
        made = await asyncio.to_thread(plan, movie, clip.head[:ftyp], clip.size, bounds)
    except NotUnderstood:
        return None
    small = PickedClip(clip.name, clip.original, made)
    if not picks(made, clip.size, wanted, limit) or not await small.can_be_had():
        return None
    return replace(clip, original=small, head=made.head, size=made.size), made
