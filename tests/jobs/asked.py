"""Questions, and work on them that a test lets go."""

import asyncio
from collections.abc import AsyncGenerator, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager

from sqlalchemy.engine import URL

from bot.jobs import Jobs
from bot.locks import Alone, Locks, Session
from bot.questions import Question


def question(number: int, guild: int | None = 7, text: str = "what?") -> Question:
    return Question(number, guild, 1, number, 2, text, ())


class Work:
    """Work that goes on until it is let go, and remembers what was asked of it."""

    def __init__(self) -> None:
        self.begun: list[int] = []
        self.ended: list[int] = []
        self.cancelled: list[int] = []
        self.withdrawn: list[int] = []
        self.given_up: list[int] = []
        self.places: dict[int, int] = {}
        self.has_waiting = True
        self.go = asyncio.Event()
        self._changed = asyncio.Event()

    async def give(self, question: Question) -> None:
        self._note(self.begun, question)
        try:
            await self.go.wait()
        except asyncio.CancelledError:
            self._note(self.cancelled, question)
            raise
        self._note(self.ended, question)

    async def tell(self, places: Mapping[int, int]) -> None:
        self.places = dict(places)
        self._changed.set()

    async def withdraw(self, question: Question) -> None:
        self._note(self.withdrawn, question)

    async def give_up(self, question: Question) -> None:
        self._note(self.given_up, question)

    def _note(self, where: list[int], question: Question) -> None:
        where.append(question.id)
        self._changed.set()

    async def until(self, where: list[int], count: int) -> None:
        await self._until(lambda: len(where) >= count)

    async def until_told(self, waiting: set[int]) -> None:
        """Wait until the places of these were told, and of no others: of none that has begun."""
        await self._until(lambda: set(self.places) == waiting)

    async def _until(self, is_so: Callable[[], bool]) -> None:
        async with asyncio.timeout(20):
            while not is_so():
                self._changed.clear()
                await self._changed.wait()


@asynccontextmanager
async def running(url: URL, work: "Work", drain: float = 0.0) -> AsyncGenerator[Jobs]:
    """Work on what lies there, as the one process that does."""
    async with AsyncExitStack() as stack:
        locks: Locks = Alone()
        if url.get_backend_name() != "sqlite":
            locks = await stack.enter_async_context(Session.opened(url))
        jobs = Jobs(url, locks, drain=drain)
        jobs.register(work)
        await stack.enter_async_context(jobs.run())
        yield jobs
