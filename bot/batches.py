"""Many of the same at once, done in one go."""

import asyncio
from collections.abc import Callable, Sequence
from typing import Generic, TypeVar

T = TypeVar("T")
R = TypeVar("R")


class Batches(Generic[T, R]):
    """Hands what is asked for to one function, in a thread: all that came during its last call.

    What costs as much for many as for one, such as a commit, is so paid for once. One call is
    under way at a time, and nothing waits for more to come.
    """

    def __init__(self, act: Callable[[Sequence[T]], Sequence[R]]) -> None:
        self._act = act
        self._asked: list[tuple[T, asyncio.Future[R]]] = []
        self._acting: asyncio.Task[None] | None = None

    async def ask(self, item: T) -> R:
        """Return what the function makes of an item; raise what it raises, of any in the batch."""
        future = asyncio.get_running_loop().create_future()
        self._asked.append((item, future))
        if self._acting is None:
            self._acting = asyncio.create_task(self._act_on_all())
        return await future

    async def settled(self) -> None:
        """Wait until everything that was asked for is done."""
        if self._acting is not None:
            await asyncio.wait([self._acting])

    async def _act_on_all(self) -> None:
        try:
            while batch := self._asked:
                self._asked = []
                try:
                    results = await asyncio.to_thread(self._act, [item for item, _ in batch])
                except Exception as error:  # noqa: BLE001 (each who asked is told)
                    results = [error] * len(batch)
                for (_, future), result in zip(batch, results, strict=True):
                    _settle(future, result)
        finally:
            self._acting = None


def _settle(future: asyncio.Future[R], result: R | Exception) -> None:
    if future.done():  # who asked was cancelled in the meantime
        return
    if isinstance(result, Exception):
        future.set_exception(result)
    else:
        future.set_result(result)
