"""The work on accepted questions, by the engine, DBOS Transact.

A question is one workflow of one step, under its own id: whatever kills the process, it is worked
on again from the start by the next one, and the step's effects on Discord are such that this
changes nothing but the time.
"""

import asyncio
import logging
import secrets
import socket
from collections.abc import AsyncGenerator, Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager, suppress
from typing import Any

from dbos import DBOS
from sqlalchemy.exc import OperationalError, SQLAlchemyError

from bot.database import file_of
from bot.jobs.line import NAME, QUEUE, SERIALIZER, VERSION, WORKFLOW, Line
from bot.questions import Question
from bot.tasks import ended

_log = logging.getLogger(__name__)

_AT_ONCE, _AT_ONCE_PER_SERVER = 24, 3
_DEATHS = 10
_POLL, _NOTING, _TRY_AGAIN = 0.2, 10.0, 1.0  # seconds


class Worker:
    """Answers questions of the line by `give`, 24 at once.

    A server has 3 answered at once, by however many processes. Once it is `closing`, it begins
    with no more; what is begun then has `drain` seconds.
    """

    def __init__(
        self,
        line: Line,
        give: Callable[[Question], Coroutine[Any, Any, None]],
        closing: Callable[[], bool],
        *,
        drain: float,
    ) -> None:
        self._line = line
        self._give = give
        self._closing = closing
        self._drain_seconds = drain
        self._running: dict[int, asyncio.Task[None]] = {}
        self._handed_back: dict[int, asyncio.Task[Any]] = {}
        # A file has one process at a time, which goes on with what the last one had begun.
        is_file = file_of(line.url) is not None
        self.name = "local" if is_file else f"{socket.gethostname()}-{secrets.token_hex(4)}"

    @asynccontextmanager
    async def run(self) -> AsyncGenerator[None]:
        """Work on questions inside the block, and hand back in the end what is unfinished."""
        try:
            self._launch()
            await DBOS.register_queue_async(
                QUEUE,
                worker_concurrency=_AT_ONCE,
                partition_concurrency=_AT_ONCE_PER_SERVER,
                polling_interval_sec=_POLL,
            )
            yield
        finally:
            if begun := list(self._running.values()):
                await asyncio.wait(begun, timeout=self._drain_seconds)
            await self.hand_back()
            await self._noted()
            await asyncio.to_thread(DBOS.destroy, destroy_registry=True)
            # The engine's threads were the loop's as well, and are gone: the loop may go on.
            asyncio.get_running_loop().set_default_executor(ThreadPoolExecutor())
            await ended(self._handed_back.values())
            with suppress(SQLAlchemyError):  # others will find out by themselves
                await self._line.put_back(self.name)

    def has(self, question_id: int) -> bool:
        """Tell whether a question is being answered here."""
        return question_id in self._running

    def stop(self, question_id: int) -> None:
        """Stop an answer at once; the engine would, too, within a second."""
        if task := self._running.get(question_id):
            task.cancel()

    async def hand_back(self) -> None:
        """Leave what is being answered to others, or to the next run."""
        await ended(self._running.values())

    async def still_ours(self) -> bool:
        """Tell whether nobody else goes on with what is being answered here."""
        return await self._line.is_with(self.name, self._running)

    def _launch(self) -> None:
        """Start the engine inside the running loop, on which it then works."""
        DBOS(
            config={
                "name": NAME,
                "system_database_url": self._line.url.render_as_string(hide_password=False),
                "system_database_engine": self._line.engine,
                "application_version": VERSION,
                "executor_id": self.name,
                "serializer": SERIALIZER,
                # What is said between workflows, of which there is nothing, is not listened for.
                "use_listen_notify": False,
                "max_executor_threads": 8,  # it becomes the loop's own pool, unbounded otherwise
                "notification_listener_polling_interval_sec": 0.25,  # it delays the end, no more
                "log_level": "CRITICAL",
            }
        )

        # Preemptible: cancelling the workflow cancels the step.
        @DBOS.step(name="answer", preemptible=True)
        async def step(question: str) -> None:
            await self._answer(Question.from_json(question))

        # It is tried once more than that many times.
        @DBOS.workflow(name=WORKFLOW, max_recovery_attempts=_DEATHS - 1)
        async def workflow(question: str) -> None:
            await step(question)

        del workflow  # known by its name
        DBOS.launch()

    async def _answer(self, question: Question) -> None:
        """Work on one question; return and raise nothing of it, for the engine would keep that."""
        if self._closing():
            await self._kept_from_the_engine(question.id)
        giving = asyncio.create_task(self._given(question), name=f"question-{question.id}")
        self._running[question.id] = giving
        try:
            await giving
        except asyncio.CancelledError:
            if not self._closing():
                raise
            await self._kept_from_the_engine(question.id)
        except Exception:  # noqa: BLE001 (the edge of a task: a bug must not go unseen)
            _log.exception("question=%s could not be worked on", question.id)
        finally:
            self._running.pop(question.id, None)

    async def _given(self, question: Question) -> None:
        """Answer it, from the start again where the database was away for too long."""
        while True:
            try:
                await self._give(question)
            except OperationalError as error:
                _log.warning("question=%s waits for the database: %r", question.id, error)
                await asyncio.sleep(_TRY_AGAIN)
            else:
                return

    async def _kept_from_the_engine(self, question_id: int) -> None:
        """Neither return nor raise while the engine could note it: somebody else goes on."""
        task = asyncio.current_task()
        assert task is not None  # noqa: S101 (this is a coroutine)
        self._handed_back[question_id] = task
        await asyncio.Event().wait()

    async def _noted(self) -> None:
        """Wait until the engine has noted every end, as it does a moment after the step's."""
        try:
            async with asyncio.timeout(_NOTING):
                while not await self._line.begun_by(self.name) <= self._handed_back.keys():  # noqa: ASYNC110
                    await asyncio.sleep(0.01)
        except (TimeoutError, SQLAlchemyError):
            _log.warning("Some answers will be given again: their end could not be kept")
