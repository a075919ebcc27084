"""Tasks beside the main one: how they go on, and how they end."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterable
from typing import Any

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
