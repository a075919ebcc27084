"""Show what changes often to somebody who may be told only now and then."""

import asyncio
import time
from collections import deque
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Generic, TypeVar

T = TypeVar("T")

_PAUSE = 1.5


class Pacer(Generic[T]):
    """Shows the newest value, one showing at a time.

    The next showing begins after the longer of `pause` seconds and twice as long as the last
    one took, so a slow or rate-limited place is asked less often.
    """

    def __init__(
        self,
        show: Callable[[T], Awaitable[None]],
        *,
        pause: float = _PAUSE,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._show = show
        self._pause = pause
        self._clock = clock
        self._sleep = sleep
        self._newest: deque[T] = deque(maxlen=1)
        self._changed = asyncio.Event()
        self._showing = asyncio.Lock()

    @asynccontextmanager
    async def run(self) -> AsyncGenerator[Callable[[T], None]]:
        """Hold the showing; the block gets a function that offers a value to be shown.

        Leaving the block waits for a showing under way, for one that is broken off may or may
        not have happened. The last value offered may not have been shown then: whoever leaves
        shows what is final. A showing that failed raises its error at the next offer.
        """
        task = asyncio.create_task(self._keep_showing())
        try:
            yield lambda value: self._offer(task, value)
        finally:
            try:
                async with self._showing:
                    pass
            finally:  # also when the wait itself is cancelled
                task.cancel()
                await asyncio.gather(task, return_exceptions=True)

    def _offer(self, task: asyncio.Task[None], value: T) -> None:
        if task.done():
            task.result()
        self._newest.append(value)
        self._changed.set()

    async def _keep_showing(self) -> None:
        while True:
            await self._changed.wait()
            self._changed.clear()
            start = self._clock()
            async with self._showing:
                await self._show(self._newest.pop())
            await self._sleep(max(self._pause, 2 * (self._clock() - start)))
