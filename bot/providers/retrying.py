"""Ask again where that can help, and only before the first word."""

import asyncio
import random
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, replace

from bot.errors import (
    AnswerEmpty,
    ProviderDown,
    ProviderError,
    ProviderUnreachable,
    RateLimited,
    RequestRefused,
)
from bot.providers.client import Provider
from bot.providers.dialect import Endpoint
from bot.providers.stream import Event, Piece
from bot.providers.wire import Request

# What may be gone in a moment. A stall is not among them: it has taken minutes, and the upload
# would have to be made again.
_PASSING = (ProviderUnreachable, ProviderDown, RateLimited)
_TIMES = 2
# Seconds: the first pause, which doubles, and the longest that a person is let wait. A limit that
# lasts longer is told instead.
_PAUSE, _LONGEST = 0.5, 30.0
_TOO_LONG = {"length", "max_tokens"}

OnPause = Callable[[ProviderError, float], None]
"""Called with why it is asked again, and in how many seconds."""


@dataclass(frozen=True, slots=True)
class Again:
    """Another try: what is asked, and the seconds until then."""

    request: Request
    pause: float


class Patience:
    """Decides what follows a failure; one for each question. `jitter` gives 0 to 1."""

    def __init__(self, least_effort: str = "", jitter: Callable[[], float] = random.random) -> None:
        self._least_effort = least_effort
        self._jitter = jitter
        self._passed = 0
        self._adapted: set[type[ProviderError]] = set()

    def after(self, error: ProviderError, request: Request) -> Again | None:
        """Return what to try next, None where nothing is worth it."""
        if isinstance(error, _PASSING):
            return self._once_more(error, request)
        if type(error) in self._adapted:
            return None
        self._adapted.add(type(error))
        match error:
            # An effort that a model does not have, or may not be without, is a plain 400.
            case RequestRefused() if request.effort and "reasoning" in error.detail.lower():
                self._least_effort = ""
                return Again(replace(request, effort=""), 0.0)
            # Thinking is part of the answer's tokens, and has taken all of them.
            case AnswerEmpty() if error.detail.lower() in _TOO_LONG:
                effort = request.effort and (self._least_effort or request.effort)
                tokens = 2 * request.max_tokens
                return Again(replace(request, effort=effort, max_tokens=tokens), 0.0)
            case _:
                return None

    def _once_more(self, error: ProviderError, request: Request) -> Again | None:
        if self._passed == _TIMES:
            return None
        # Between a half and the whole of it, so that not all who failed come back at once.
        pause = _PAUSE * 2**self._passed * (1 + self._jitter()) / 2
        if isinstance(error, RateLimited) and error.retry_after is not None:
            pause = max(pause, error.retry_after)
        if pause > _LONGEST:
            return None
        self._passed += 1
        return Again(request, pause)


class Retrying:
    """A provider that is asked again, by the rules of `Patience`."""

    def __init__(
        self,
        provider: Provider,
        patience: Callable[[str], Patience] = Patience,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._provider = provider
        self._patience = patience
        self._sleep = sleep

    @asynccontextmanager
    async def answer(
        self,
        endpoint: Endpoint,
        request: Request,
        on_sent: Callable[[int, int], None],
        on_pause: OnPause,
        *,
        least_effort: str = "",
    ) -> AsyncGenerator[AsyncIterator[Event]]:
        """Ask as `Provider.answer` does; the block begins with the first word.

        `least_effort` is the least that the model can be asked to think.

        Raises:
            ProviderError: at the block or at an event.
            ClipError: a clip of the request could not be read.
        """
        patience = self._patience(least_effort)
        while True:
            async with AsyncExitStack() as stack:
                try:
                    asking = self._provider.answer(endpoint, request, on_sent)
                    events = await stack.enter_async_context(asking)
                    begun = await _until_first_word(events)
                except ProviderError as error:
                    again = patience.after(error, request)
                    if again is None:
                        raise
                    on_pause(error, again.pause)
                else:
                    yield _joined(begun, events)
                    return
            # The connection is closed by now.
            await self._sleep(again.pause)
            request = again.request


async def _until_first_word(events: AsyncIterator[Event]) -> list[Event]:
    begun: list[Event] = []
    async for event in events:
        begun.append(event)
        if isinstance(event, Piece) and event.text.strip():
            break
    return begun


async def _joined(begun: list[Event], events: AsyncIterator[Event]) -> AsyncIterator[Event]:
    for event in begun:
        yield event
    async for event in events:
        yield event
