"""Accepted questions, kept on disk until they are answered: submit, cancel, run.

The only module that knows the engine, DBOS Transact. A question is one workflow of one step,
under its own id: whatever kills the process, it is worked on again from the start by the next
one, and the step's effects on Discord are such that this changes nothing but the time.
"""

import asyncio
import logging
import time
from collections import Counter
from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from dbos import DBOS, DBOSClient, DBOSPortableJSONSerializer, EnqueueOptions, WorkflowStatus
from sqlalchemy.exc import SQLAlchemyError

from bot.batches import Batches
from bot.database import database
from bot.questions import Question
from bot.tasks import ended, repeating
from bot.waiting import Waiting, waiting_in
from bot.work import Work

_log = logging.getLogger(__name__)

_NAME, _QUEUE = "reeltalk", "questions"
# Named and pinned: the engine's own default, a hash of the code, would leave what an older
# version accepted waiting for ever.
_WORKFLOW, _VERSION = "answer_v1", "1"
_SERIALIZER = DBOSPortableJSONSerializer()  # the engine's default would pickle
_AT_ONCE, _AT_ONCE_PER_SERVER = 24, 3
_DEATHS = 10
_MOST = 1000
_POLL, _NOTING = 0.2, 10.0
_SWEEP_EVERY, _TELL_EVERY = 60.0, 2.0
_KEPT = 12 * 3600
"""Seconds that what a question said is kept once it is done; the promise is a day."""
_REMEMBERED = 7 * 24 * 3600
"""Seconds that its id is, against a late second delivery."""
_DONE = ["SUCCESS", "ERROR", "CANCELLED"]

_accepted = sa.Table(
    "accepted_questions",
    sa.MetaData(),
    sa.Column("id", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("at", sa.Float, nullable=False),
)
# In plain words, for SQLAlchemy has no insert of its own that passes over what is there.
_ACCEPT = sa.text(
    "INSERT INTO accepted_questions (id, at) VALUES (:id, :at) ON CONFLICT DO NOTHING RETURNING id"
)


class JobsUnusable(Exception):
    """The file of accepted questions can't be made or written."""


class Jobs:
    """One fair line of questions: no server waits for another's, and none is lost.

    `path` is the engine's own SQLite file, `drain` the seconds that unfinished answers are
    given when the bot is stopped.
    """

    def __init__(self, path: Path, *, drain: float = 0.0) -> None:
        self._path = path
        self._drain_seconds = drain
        self._engine = database(path)
        self._accepting: Batches[tuple[Question, int], bool] | None = None
        self._work: Work | None = None
        self._running: dict[int, asyncio.Task[None]] = {}
        self._handed_back: dict[int, asyncio.Task[Any]] = {}
        self.closing = False

    def register(self, work: Work) -> None:
        """Say what is done about questions."""
        self._work = work

    @asynccontextmanager
    async def run(self) -> AsyncGenerator[None]:
        """Work on questions inside the block, beginning with those of the last process.

        Leaving it accepts no more, gives what is being answered its time, and hands the rest
        back to the next process. Raises JobsUnusable when the file can't be written.
        """
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            _accepted.create(self._engine, checkfirst=True)
        except (OSError, SQLAlchemyError) as error:
            raise JobsUnusable(str(self._path)) from error
        client = _launch(self._path, self._engine, self._answer)
        await DBOS.register_queue_async(
            _QUEUE,
            global_concurrency=_AT_ONCE,
            partition_concurrency=_AT_ONCE_PER_SERVER,
            polling_interval_sec=_POLL,
        )
        accepting = self._accepting = Batches(partial(_accept, self._engine, client))
        self.closing = False
        rounds = [
            asyncio.create_task(repeating(_SWEEP_EVERY, self.sweep)),
            asyncio.create_task(repeating(_TELL_EVERY, self._tell_places)),
        ]
        try:
            yield
        finally:
            self.closing = True
            await ended(rounds)
            await accepting.settled()
            await self._drain()
            await asyncio.to_thread(DBOS.destroy, destroy_registry=True)
            # The engine's threads were the loop's as well, and are gone: the loop may go on.
            asyncio.get_running_loop().set_default_executor(ThreadPoolExecutor())
            await ended(self._handed_back.values())
            self._engine.dispose()

    async def submit(self, question: Question, had: int = 0) -> bool:
        """Accept a question: when this returns, it is on disk. False when it was before.

        `had` is how many its asker has had today, or waits for: in their server's line, those who
        have had fewer come first.
        """
        if self.closing or self._accepting is None:
            return False
        return await self._accepting.ask((question, had))

    async def cancel(self, question_id: int) -> None:
        """Stop working on a question, or take it out of the line."""
        status = await DBOS.get_workflow_status_async(str(question_id))
        if status is None or status.status not in {"ENQUEUED", "PENDING"}:
            return
        await DBOS.cancel_workflow_async(str(question_id))
        if task := self._running.get(question_id):
            task.cancel()  # the engine would, too, within a second
        elif self._work is not None and status.status == "ENQUEUED":
            await self._work.withdraw(_question(status))

    async def waiting(self) -> Waiting:
        """Look at the line. Raises SQLAlchemyError when it can't be read."""
        return await asyncio.to_thread(waiting_in, self._engine, _QUEUE)

    async def hand_back(self) -> None:
        """Accept no more, and leave what is being answered to the next process, or the next run."""
        self.closing = True
        await ended(self._running.values())

    async def sweep(self) -> None:
        """Tell of what is given up, and forget what was done long enough ago."""
        assert self._work is not None  # noqa: S101 (there was work, or there would be no line)
        for lost in await DBOS.list_workflows_async(
            name=_WORKFLOW, status="MAX_RECOVERY_ATTEMPTS_EXCEEDED"
        ):
            await self._work.give_up(_question(lost))
            await DBOS.delete_workflow_async(lost.workflow_id)
        before = datetime.fromtimestamp(time.time() - _KEPT, UTC).isoformat()
        old = await DBOS.list_workflows_async(
            name=_WORKFLOW, status=_DONE, completed_before=before, load_input=False
        )
        await DBOS.delete_workflows_async([one.workflow_id for one in old])
        await asyncio.to_thread(self._forget)

    async def _answer(self, text: str) -> None:
        """Work on one question; return and raise nothing of it, for the engine would keep that."""
        assert self._work is not None  # noqa: S101 (as in sweep)
        question = Question.from_json(text)
        if self.closing:
            await self._hand_back(question.id)
        giving = asyncio.create_task(self._work.give(question), name=f"question-{question.id}")
        self._running[question.id] = giving
        try:
            await giving
        except asyncio.CancelledError:
            if not self.closing:
                raise
            await self._hand_back(question.id)
        except Exception:  # noqa: BLE001 (the edge of a task: a bug must not go unseen)
            _log.exception("question=%s could not be worked on", question.id)
        finally:
            self._running.pop(question.id, None)

    async def _hand_back(self, question_id: int) -> None:
        """Neither return nor raise while the engine could note it: the next process goes on."""
        task = asyncio.current_task()
        assert task is not None  # noqa: S101 (this is a coroutine)
        self._handed_back[question_id] = task
        await asyncio.Event().wait()

    async def _drain(self) -> None:
        """Give what is being answered its time, then ask it to stop where it is."""
        if begun := list(self._running.values()):
            await asyncio.wait(begun, timeout=self._drain_seconds)
        await self.hand_back()
        try:
            async with asyncio.timeout(_NOTING):
                while not await self._all_noted():  # noqa: ASYNC110
                    await asyncio.sleep(0.01)
        except TimeoutError:
            _log.warning("Some answers will be given again: their end could not be kept")

    async def _all_noted(self) -> bool:
        """Tell whether the engine has noted every end, as it does a moment after the step's."""
        pending = await DBOS.list_workflows_async(status="PENDING", load_input=False)
        return {int(one.workflow_id) for one in pending} <= self._handed_back.keys()

    async def _tell_places(self) -> None:
        assert self._work is not None  # noqa: S101 (as in sweep)
        places: Counter[str] = Counter()
        line = await DBOS.list_workflows_async(name=_WORKFLOW, status="ENQUEUED", queue_name=_QUEUE)
        for waiting in sorted(line, key=lambda one: one.priority or 0):
            server = waiting.queue_partition_key or ""
            places[server] += 1
            await self._work.wait(_question(waiting), places[server])

    def _forget(self) -> None:
        with self._engine.begin() as connection:
            before = time.time() - _REMEMBERED
            connection.execute(sa.delete(_accepted).where(_accepted.c.at < before))


def _accept(
    engine: sa.Engine, client: DBOSClient, questions: Sequence[tuple[Question, int]]
) -> list[bool]:
    """Keep them all in one transaction, or none; tell of each whether it is new."""
    with engine.begin() as connection:
        return [_keep(connection, client, question, had) for question, had in questions]


def _keep(connection: sa.Connection, client: DBOSClient, question: Question, had: int) -> bool:
    row = {"id": question.id, "at": time.time()}
    if connection.execute(_ACCEPT, row).first() is None:
        return False
    options: EnqueueOptions = {
        "workflow_name": _WORKFLOW,
        "queue_name": _QUEUE,
        "workflow_id": str(question.id),
        "queue_partition_key": str(question.guild_id or f"direct-{question.author_id}"),
        "app_version": _VERSION,
        "priority": 1 + min(had, _MOST),  # the lower first, and of the same the older
    }
    client.enqueue_in_transaction(connection, options, question.to_json())
    return True


def _launch(path: Path, engine: sa.Engine, answer: Callable[[str], Awaitable[None]]) -> DBOSClient:
    """Start the engine inside the running loop, on which it then works.

    Returns the way in that takes a transaction of ours: its own takes one for each question,
    after two to ask whether it is a new one.
    """
    DBOS(
        config={
            "name": _NAME,
            "system_database_url": f"sqlite:///{path}",
            "system_database_engine": engine,
            "application_version": _VERSION,
            "executor_id": "local",
            "serializer": _SERIALIZER,
            "max_executor_threads": 8,  # it becomes the loop's own pool, unbounded otherwise
            "notification_listener_polling_interval_sec": 0.25,  # it delays the end, no more
            "log_level": "CRITICAL",
        }
    )

    # Preemptible: cancelling the workflow cancels the step.
    @DBOS.step(name="answer", preemptible=True)
    async def step(question: str) -> None:
        await answer(question)

    # It is tried once more than that many times.
    @DBOS.workflow(name=_WORKFLOW, max_recovery_attempts=_DEATHS - 1)
    async def workflow(question: str) -> None:
        await step(question)

    del workflow  # known by its name
    DBOS.launch()
    return DBOSClient(
        system_database_engine=engine,
        serializer=_SERIALIZER,
        application_name=_NAME,
        lazy=True,
    )


def _question(status: WorkflowStatus) -> Question:
    assert status.input is not None  # noqa: S101 (it was asked for)
    return Question.from_json(status.input["args"][0])
