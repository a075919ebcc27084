"""The bot without the engine: `python -m tests.benchmarks.unkept`.

It stands in for `bot.jobs`, so that the engine is not even imported: the same line with the same
bounds, of tasks that die with the process.
"""

import asyncio
import sys
from collections import Counter, defaultdict
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from bot.questions import Question
from bot.tasks import ended, repeating
from bot.waiting import Waiting

if TYPE_CHECKING:
    from sqlalchemy.engine import URL

    from bot.locks import Locks
    from bot.work import Work

# As in bot.jobs: what runs at the same time must be the same, or it is what is measured.
_AT_ONCE, _AT_ONCE_PER_SERVER = 24, 3
_TELL_EVERY = 2.0


class JobsUnusable(Exception):
    """Never raised: memory can always be written."""


class Jobs:
    """One fair line of questions, in memory alone."""

    def __init__(self, url: "URL", locks: "Locks | None" = None, *, drain: float = 0.0) -> None:
        del url, locks, drain
        self._work: Work | None = None
        self._all = asyncio.Semaphore(_AT_ONCE)
        self._lines: dict[int, asyncio.Semaphore] = defaultdict(
            lambda: asyncio.Semaphore(_AT_ONCE_PER_SERVER)
        )
        self._known: set[int] = set()
        self._tasks: dict[int, asyncio.Task[None]] = {}
        self._waiting: dict[int, Question] = {}
        self.closing = False

    def register(self, work: "Work") -> None:
        self._work = work

    @asynccontextmanager
    async def run(self, *, works: bool = True) -> AsyncGenerator[None]:
        assert works
        telling = asyncio.create_task(repeating(_TELL_EVERY, self._tell_places))
        try:
            yield
        finally:
            self.closing = True
            await ended([telling, *self._tasks.values()])

    async def submit(self, question: Question, had: int = 0) -> bool:
        del had  # a memory without an order but that of coming
        if self.closing or question.id in self._known:
            return False
        self._known.add(question.id)
        self._waiting[question.id] = question
        self._tasks[question.id] = task = asyncio.create_task(self._answer(question))
        task.add_done_callback(lambda _: self._tasks.pop(question.id))
        return True

    @asynccontextmanager
    async def held_in_line(self, question_id: int) -> AsyncGenerator[bool]:
        yield bool(question_id)

    async def hand_back(self) -> None:
        self.closing = True

    async def waiting(self) -> Waiting:
        return Waiting(len(self._waiting), None)

    async def cancel(self, question_id: int, *, still_stands: bool = False) -> None:
        del still_stands
        if task := self._tasks.get(question_id):
            task.cancel()
        if self._work and (question := self._waiting.pop(question_id, None)):
            await self._work.withdraw(question)

    async def sweep(self) -> None:
        """Leave it: what dies with the process is never given up or forgotten."""

    async def _answer(self, question: Question) -> None:
        assert self._work is not None
        async with self._lines[_line(question)], self._all:
            del self._waiting[question.id]
            await self._work.give(question)

    async def _tell_places(self) -> None:
        assert self._work is not None
        places: Counter[int] = Counter()
        told: dict[int, int] = {}
        for question in self._waiting.values():
            places[_line(question)] += 1
            told[question.id] = places[_line(question)]
        await self._work.tell(told)


def _line(question: Question) -> int:
    return question.guild_id or question.author_id


if __name__ == "__main__":
    sys.modules["bot.jobs"] = sys.modules[__name__]
    from bot.__main__ import main

    main()
