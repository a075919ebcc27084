"""The work that has been accepted: submit a question, cancel it, run what is submitted."""

import asyncio
import logging
from collections import deque
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager

from bot.questions import Question

Work = Callable[[Question], Awaitable[None]]

_log = logging.getLogger(__name__)
_REMEMBERED = 10_000


class Jobs:
    """Runs the registered work once for each question, however often it is submitted."""

    def __init__(self) -> None:
        self._work: Work | None = None
        self._running: dict[int, asyncio.Task[None]] = {}
        self._seen: deque[int] = deque(maxlen=_REMEMBERED)

    def register(self, work: Work) -> None:
        """Say how a question is worked on; before `run`."""
        self._work = work

    @asynccontextmanager
    async def run(self) -> AsyncGenerator[None]:
        """Work on questions inside the block; leaving it cancels what is unfinished."""
        try:
            yield
        finally:
            self._work = None
            tasks = tuple(self._running.values())
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    async def submit(self, question: Question) -> None:
        """Accept a question, once: not again, and not before or after `run`'s block."""
        if self._work is None or question.id in self._seen:
            _log.info("question=%s was not accepted", question.id)
            return
        self._seen.append(question.id)
        task = asyncio.create_task(self._finish(self._work, question), name=f"answer-{question.id}")
        self._running[question.id] = task
        task.add_done_callback(lambda _: self._running.pop(question.id, None))

    async def cancel(self, question_id: int) -> None:
        """Stop working on a question, if it is being worked on."""
        if task := self._running.get(question_id):
            task.cancel()

    async def _finish(self, work: Work, question: Question) -> None:
        try:
            await work(question)
        except Exception:  # noqa: BLE001 # the edge of a task: a bug in one answer must not go unseen
            _log.exception("question=%s could not be worked on", question.id)
