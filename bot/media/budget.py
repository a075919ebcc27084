"""A budget of bytes that are under way at a time, whoever sends them."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager


class Budget:
    """So many bytes, taken before the first is read and given back on every way out.

    Who comes first is served first, so that a large clip is not passed by small ones for ever.
    """

    def __init__(self, size: int) -> None:
        self._size = size
        self._left = size
        self._turn = asyncio.Lock()
        self._returned = asyncio.Event()

    @property
    def taken(self) -> int:
        """Bytes that somebody has taken."""
        return self._size - self._left

    @asynccontextmanager
    async def take(self, size: int) -> AsyncGenerator[None]:
        """Hold so many bytes; one that is larger than all there are waits to be alone."""
        share = min(size, self._size)
        async with self._turn:
            while self._left < share:
                self._returned.clear()
                await self._returned.wait()
            self._left -= share
        try:
            yield
        finally:
            self._left += share
            self._returned.set()
