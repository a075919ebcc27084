"""Read what a plan picks out of a clip, as if it were a clip by itself."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Sequence
from contextlib import AbstractAsyncContextManager, aclosing, suppress
from dataclasses import dataclass, replace

from bot.errors import ClipEntangled, ClipLengthWrong
from bot.media.kinds import Posted
from bot.media.ladder import Wanted, may_be_picked, picks
from bot.media.picking import Plan, plan
from bot.media.probe import MOST_MOVIE, Read
from bot.media.sample_table import NotUnderstood, Sample
from bot.media.units import alone


@dataclass(frozen=True, slots=True)
class PickedClip:
    """What is kept of a clip; its bytes pass while they are fetched, and are never held."""

    name: str
    read: Read
    plan: Plan

    async def can_be_had(self) -> bool:
        """Look at a key frame from its midst: whether it can be read apart, and be shown alone."""
        keys = [one for read in self.plan.reads for one in read if one.is_key]
        with suppress(ClipEntangled, ClipLengthWrong):
            return bool(await self._kept([keys[len(keys) // 2]]))
        return False

    def open(self) -> AbstractAsyncContextManager[AsyncIterator[bytes]]:
        """Read it from its first byte, some parts of the clip at a time."""
        return aclosing(self._chunks())

    async def _chunks(self) -> AsyncGenerator[bytes]:
        yield self.plan.head
        for at in range(0, len(self.plan.reads), self.plan.at_once):
            some = map(self._kept, self.plan.reads[at : at + self.plan.at_once])
            # All are waited for, whatever becomes of one: none is left behind.
            for kept in await asyncio.gather(*some, return_exceptions=True):
                if isinstance(kept, BaseException):
                    raise kept
                yield kept

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
            raise ClipEntangled(self.name, str(error)) from error
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
    span = wanted.span(seconds)
    with suppress(NotUnderstood):
        made = await asyncio.to_thread(plan, movie, clip.head, clip.size, span, most)
        small = PickedClip(clip.name, read, made)
        if picks(made, clip.size, wanted, limit) and await small.can_be_had():
            return replace(clip, source=small, head=made.head, size=made.size), made
    return None
