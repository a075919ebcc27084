"""Accepted questions, kept until they are answered: submit, cancel, run."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack, asynccontextmanager

from dbos import WorkflowStatus
from sqlalchemy.engine import URL

from bot.jobs.line import Line, question_of
from bot.jobs.liveness import PERIOD, Recovery, lock_of
from bot.jobs.worker import Worker
from bot.locks import Alone, Locks, Session, in_turn, passed
from bot.questions import Question
from bot.tasks import ended, repeating
from bot.waiting import Waiting
from bot.work import Work

_SWEEP_EVERY, _TELL_EVERY = 60.0, 2.0


class Jobs:
    """One fair line of questions: no server waits for another's, and none is lost.

    `url` is that of an SQLite file of its own, or of the PostgreSQL that several processes share,
    whose `locks` tell which of them live. `drain` are the seconds that unfinished answers are given
    when the bot is stopped.
    """

    def __init__(self, url: URL, locks: Locks | None = None, *, drain: float = 0.0) -> None:
        self._line = Line(url)
        self._locks = locks or Alone()
        self._drain_seconds = drain
        self._work: Work | None = None
        self._worker: Worker | None = None
        self._ended = True

    def register(self, work: Work) -> None:
        """Say what is done about questions."""
        self._work = work

    @property
    def closing(self) -> bool:
        """Tell whether what is being answered is to be left to others, or to the next run."""
        return self._ended or self._locks.lost.is_set()

    @asynccontextmanager
    async def run(self, *, works: bool = True) -> AsyncGenerator[None]:
        """Accept questions inside the block, and where it `works`, answer them.

        That begins with those of the last process, or of dead ones. Leaving the block accepts no
        more, gives what is being answered its time, and hands the rest back. Raises JobsUnusable
        when questions can't be kept.
        """
        async with AsyncExitStack() as stack:
            await stack.enter_async_context(self._line.run())
            self._ended = False
            if works:
                await self._begin_to_work(stack)
            telling = asyncio.create_task(repeating(_TELL_EVERY, self._tell_places))
            try:
                yield
            finally:
                self._ended = True
                await ended([telling])
                await self._line.settled()
                if self._locks.lost.is_set():
                    await self.hand_back()  # there is nothing more to be said about it from here

    async def _begin_to_work(self, stack: AsyncExitStack) -> None:
        worker = self._worker = Worker(
            self._line, self._give, lambda: self.closing, drain=self._drain_seconds
        )
        await in_turn(self._locks, lock_of(worker.name))
        await stack.enter_async_context(worker.run())
        rounds = [repeating(_SWEEP_EVERY, self.sweep)]
        if isinstance(self._locks, Session):
            self._locks.still_ours = worker.still_ours
            recovery = Recovery(self._line, self._locks, worker.name)
            rounds.append(repeating(PERIOD, recovery.look))
        tasks = [asyncio.create_task(one) for one in rounds]
        stack.push_async_callback(ended, tasks)

    async def submit(self, question: Question, had: int = 0) -> bool:
        """Accept a question: when this returns, it is kept. False when it was before.

        `had` is how many its asker has had today, or waits for: in their server's line, those who
        have had fewer come first. Raises SQLAlchemyError when it can't be kept.
        """
        return not self.closing and await self._line.submit(question, had)

    async def waiting(self) -> Waiting:
        """Return how long the line is. Raises SQLAlchemyError when it can't be read."""
        return await self._line.waiting()

    async def cancel(self, question_id: int, *, still_stands: bool = False) -> None:
        """Stop working on a question, or take it out of the line.

        It may have been cancelled before, and whoever was to tell have died: that is told when its
        Stop `still_stands`.
        """
        status = await self._line.status(question_id)
        if status is None or status.status not in {"ENQUEUED", "PENDING", "CANCELLED"}:
            return
        if status.status != "CANCELLED":
            await self._line.cancel(question_id)
        elif not still_stands:
            return
        if self._worker is not None and self._worker.has(question_id):
            self._worker.stop(question_id)
        elif not await self._is_answered_elsewhere(status):
            await self._registered.withdraw(question_of(status))

    async def hand_back(self) -> None:
        """Accept no more, and leave what is being answered to others, or to the next run."""
        self._ended = True
        if self._worker is not None:
            await self._worker.hand_back()

    @asynccontextmanager
    async def held_in_line(self, question_id: int) -> AsyncGenerator[bool]:
        """Let nobody begin with a question inside the block; tell there whether nobody has.

        Where one process listens and another answers, an edit that tells its place must not come
        after the other's first. Raises TimeoutError when it can be held no longer.
        """
        async with self._locks.holding(_lock_of_question(question_id)) as is_held:
            is_alone = isinstance(self._locks, Alone)
            yield is_held and (is_alone or await self._line.is_waiting(question_id))

    async def sweep(self) -> None:
        """Tell of what is given up, and forget what was done long enough ago."""
        async with self._locks.holding("sweep") as is_ours:
            if is_ours:
                for lost in await self._line.given_up():
                    await self._registered.give_up(lost)
                    await self._line.delete(lost)
                await self._line.forget()

    @property
    def _registered(self) -> Work:
        assert self._work is not None  # noqa: S101 (a cog's setup has registered it)
        return self._work

    async def _give(self, question: Question) -> None:
        await passed(self._locks, _lock_of_question(question.id))
        await self._registered.give(question)

    async def _is_answered_elsewhere(self, status: WorkflowStatus) -> bool:
        """Tell whether there is one who has begun with a question, other than this process."""
        executor = status.executor_id
        if status.status == "ENQUEUED" or executor is None:
            return False
        is_own = self._worker is not None and executor == self._worker.name
        return not is_own and not await self._locks.is_free(lock_of(executor))

    async def _tell_places(self) -> None:
        if self._registered.has_waiting:
            await self._registered.tell(await self._line.places())


def _lock_of_question(question_id: int) -> str:
    return f"question {question_id}"
