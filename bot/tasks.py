"""Tasks beside the main one: how they go on, and how they end."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Coroutine, Iterable
from typing import Any, TypeVar

T = TypeVar("T")

_log = logging.getLogger(__name__)


async def repeating(seconds: float, act: Callable[[], Awaitable[None]]) -> None:
    """Do something now and again every so many seconds; a failure is logged, not the end."""
    while True:
        try:
            await act()
        except Exception:  # noqa: BLE001 (whatever it was, there is a next time)
            _log.exception("%s failed this time", getattr(act, "__qualname__", act))
        await asyncio.sleep(seconds)


async def ended(tasks: Iterable[asyncio.Task[Any]]) -> None:
    """Cancel tasks and wait for their end."""
    ending = list(tasks)
    for task in ending:
        task.cancel()
    await asyncio.gather(*ending, return_exceptions=True)


async def finished(act: Coroutine[Any, Any, T], seconds: float) -> T:
    """Do something to its end, though whoever waits for it be cancelled; that is raised after.

    Once they are, it has so many seconds left.
    """
    task = asyncio.create_task(act)
    cancelled: asyncio.CancelledError | None = None
    while not task.done():
        try:
            await asyncio.wait({task})
        except asyncio.CancelledError as error:
            if cancelled is None:
                asyncio.get_running_loop().call_later(seconds, task.cancel)
            cancelled = error
    if cancelled is not None:
        raise cancelled
    return task.result()
