"""Read what a plan picks out of a clip, as if it were a clip by itself."""

import asyncio
from asyncio import Task
from collections import deque
from collections.abc import AsyncGenerator, AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace

from bot.errors import ClipBroken, ClipLengthWrong
from bot.media.boxes import boxes
from bot.media.kinds import Posted
from bot.media.ladder import Wanted, may_be_picked, picks
from bot.media.picking import AT_ONCE, Plan, plan
from bot.media.probe import MOST_MOVIE, Read
from bot.media.sample_table import NotUnderstood, Sample
from bot.media.units import alone

_UNDER_WAY = 2 << 20
"""Bytes that are asked for at a time, unless one key frame alone has more."""


@dataclass(frozen=True, slots=True)
class PickedClip:
    """What is kept of a clip; its bytes pass while they are fetched, and are never held."""

    name: str
    read: Read
    plan: Plan

    async def can_be_had(self) -> bool:
        """Look at a key frame from its midst: whether it can be read apart, and be shown alone."""
        keys = [one for read in self.plan.reads for one in read if one.is_key]
        try:
            await self._kept([keys[len(keys) // 2]])
        except (ClipBroken, ClipLengthWrong):
            return False
        return True

    @asynccontextmanager
    async def open(self) -> AsyncGenerator[AsyncIterator[bytes]]:
        """Read it from its first byte; parts of the clip are asked for ahead."""
        ahead = deque[Task[bytes]]()
        try:
            yield self._chunks(ahead)
        finally:
            for task in ahead:
                task.cancel()
            await asyncio.gather(*ahead, return_exceptions=True)

    async def _chunks(self, ahead: deque[Task[bytes]]) -> AsyncIterator[bytes]:
        yield self.plan.head
        largest = max(sum(sample.size for sample in read) for read in self.plan.reads)
        at_once = max(1, min(AT_ONCE, _UNDER_WAY // largest))
        for read in self.plan.reads:
            if len(ahead) == at_once:
                yield await ahead.popleft()
            ahead.append(asyncio.create_task(self._kept(read)))
        while ahead:
            yield await ahead.popleft()

    async def _kept(self, read: Sequence[Sample]) -> bytes:
        start, length = read[0].offset, read[-1].offset + read[-1].size - read[0].offset
        data = await self.read(start, length)
        if len(data) != length:
            raise ClipLengthWrong(self.name, announced=length, received=len(data))
        kept = bytearray()
        try:
            for sample in read:
                part = data[sample.offset - start : sample.offset - start + sample.size]
                kept += alone(part, *self.plan.coding) if sample.is_key else part
        except ValueError as error:
            raise ClipBroken(self.name, str(error)) from error
        return bytes(kept)


async def picked(
    clip: Posted, read: Read, movie: bytes, wanted: Wanted, seconds: float | None, *, limit: int
) -> tuple[Posted, Plan] | None:
    """Return what is picked out of a clip, and how, where that is the way to have it.

    `movie` is what is inside its `moov`. Of a clip of more than `limit` bytes, there is no other.

    Raises:
        ClipError: it can't be read.
    """
    if len(movie) >= MOST_MOVIE or not may_be_picked(clip.size, wanted, limit):
        return None
    most = min(wanted.most_bytes, limit if clip.size > limit else clip.size // 2)
    ftyp = next((end for name, _, end in boxes(clip.head, 0, len(clip.head)) if name == b"ftyp"), 0)
    how = (movie, clip.head[:ftyp], clip.size, wanted.span(seconds), most)
    try:
        made = await asyncio.to_thread(plan, *how)
    except NotUnderstood:
        return None
    small = PickedClip(clip.name, read, made)
    if not picks(made, clip.size, wanted, limit) or not await small.can_be_had():
        return None
    return replace(clip, source=small, head=made.head, size=made.size), made
