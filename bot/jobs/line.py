"""The line of accepted questions, as it lies in the database. Any process may write to it."""

import asyncio
import time
from collections import Counter
from collections.abc import AsyncGenerator, Callable, Collection, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from functools import partial
from typing import Any, TypeVar

import sqlalchemy as sa
from dbos import DBOS, DBOSClient, DBOSPortableJSONSerializer, EnqueueOptions, WorkflowStatus
from sqlalchemy.engine import URL
from sqlalchemy.exc import OperationalError, SQLAlchemyError

from bot.batches import Batches
from bot.database import close, database, file_of
from bot.locks import number_of
from bot.questions import Question
from bot.waiting import Waiting, waiting_in

T = TypeVar("T")

NAME, QUEUE = "reeltalk", "questions"
# Named and pinned: the engine's own default, a hash of the code, would leave what an older
# version accepted waiting for ever.
WORKFLOW, VERSION = "answer_v1", "1"
SERIALIZER = DBOSPortableJSONSerializer()  # the engine's default would pickle

_MOST = 1000
_KEPT = 12 * 3600
"""Seconds that what a question said is kept once it is done; the promise is a day."""
_REMEMBERED = 7 * 24 * 3600
"""Seconds that its id is, against a late second delivery."""
_PATIENCE, _TRY_AGAIN = 30.0, 0.5
_DONE = ["SUCCESS", "ERROR", "CANCELLED"]
_GIVEN_UP = "MAX_RECOVERY_ATTEMPTS_EXCEEDED"

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
_ALONE = sa.text("SELECT pg_advisory_xact_lock(:number)")


class JobsUnusable(Exception):
    """The file of accepted questions can't be made or written, or their database not be had."""


class Line:
    """Accepted questions: those that wait, those that are being answered, and, for a while, all.

    `url` is SQLite's or PostgreSQL's, where several processes share it.
    """

    def __init__(self, url: URL) -> None:
        self.url = url
        self.engine = database(url)
        self._accepting = Batches(self._accept)
        # Its own way in takes a transaction for each question, after two to ask whether it is new;
        # this one takes ours.
        self.client = DBOSClient(
            system_database_engine=self.engine,
            serializer=SERIALIZER,
            application_name=NAME,
            lazy=True,
            retry_connection_errors=False,  # it would keep a thread for as long as it takes
        )

    @asynccontextmanager
    async def run(self) -> AsyncGenerator[None]:
        """Have it inside the block, made where it was not there.

        Raises:
            JobsUnusable: the database can't be had, or not be written.
        """
        try:
            try:
                await asyncio.to_thread(self._make)
            except (OSError, SQLAlchemyError) as error:
                raise JobsUnusable(str(file_of(self.url) or "its database")) from error
            yield
        finally:
            await self._accepting.settled()
            close(self.engine)

    def _make(self) -> None:
        if (path := file_of(self.url)) is not None:
            path.parent.mkdir(parents=True, exist_ok=True)
        else:
            # SQLite's tables are made by the one process there is, as it begins to work.
            DBOS.migrate(self.engine.url.render_as_string(hide_password=False))
        with self.engine.begin() as connection:
            if path is None:
                connection.execute(_ALONE, {"number": number_of(_accepted.name)})
            _accepted.create(connection, checkfirst=True)

    async def submit(self, question: Question, had: int) -> bool:
        """Put a question in the line; False when it was there before.

        A database that is away is waited for, half a minute at most.

        Raises:
            SQLAlchemyError: it can't be kept.
        """
        return await self._accepting.ask((question, had))

    async def settled(self) -> None:
        """Wait until all that was submitted is kept."""
        await self._accepting.settled()

    async def status(self, question_id: int) -> WorkflowStatus | None:
        """Return how far a question has come; None where it is not known, or not any more."""
        found = await self._listed(workflow_ids=[str(question_id)])
        return found[0] if found else None

    async def is_waiting(self, question_id: int) -> bool:
        """Tell whether nobody has begun with a question."""
        status = await self.status(question_id)
        return status is not None and status.status == "ENQUEUED"

    async def cancel(self, question_id: int) -> None:
        """Let nobody begin with a question, or go on with it: who answers it learns within 1 s."""
        await self._patiently(self.client.cancel_workflow, str(question_id))

    async def places(self) -> dict[int, int]:
        """Return the place of each question that waits, from 1, in its server's own line."""
        waiting = await self._listed(
            name=WORKFLOW, status="ENQUEUED", queue_name=QUEUE, load_input=False
        )
        servers: Counter[str] = Counter()
        places: dict[int, int] = {}
        for one in sorted(waiting, key=lambda one: one.priority or 0):
            server = one.queue_partition_key or ""
            servers[server] += 1
            places[int(one.workflow_id)] = servers[server]
        return places

    async def waiting(self) -> Waiting:
        """Return how long the line is.

        Raises:
            SQLAlchemyError: it can't be read.
        """
        schema = None if file_of(self.url) is not None else "dbos"
        return await asyncio.to_thread(waiting_in, self.engine, QUEUE, schema)

    async def executors(self) -> set[str]:
        """Return who has begun with a question, as far as the line knows, and not ended."""
        begun = await self._listed(name=WORKFLOW, status="PENDING", load_input=False)
        return {one.executor_id for one in begun if one.executor_id}

    async def begun_by(self, executor: str) -> set[int]:
        """Return the questions that somebody has begun with and not ended."""
        begun = await self._listed(
            name=WORKFLOW, status="PENDING", executor_id=executor, load_input=False
        )
        return {int(one.workflow_id) for one in begun}

    async def is_with(self, executor: str, questions: Collection[int]) -> bool:
        """Tell whether nobody has begun, or is to begin, anew with what somebody had begun with."""
        if not questions:
            return True
        found = await self._listed(workflow_ids=[*map(str, questions)], load_input=False)
        return all(one.executor_id == executor and one.status != "ENQUEUED" for one in found)

    async def put_back(self, executor: str) -> int:
        """Let others go on with what somebody has begun with; return how many questions that is.

        The public way does not look at who has a question by then, and forgets how often it was
        tried: one that kills whoever begins with it would do so for ever.
        """
        database = self.client._sys_db  # noqa: SLF001  # pyright: ignore[reportPrivateUsage]
        put_back = 0
        for question_id in await self.begun_by(executor):
            put_back += await self._patiently(
                database.reenqueue_for_recovery, str(question_id), [executor], QUEUE
            )
        return put_back

    async def given_up(self) -> list[Question]:
        """Return the questions that have killed who began with them too often."""
        lost = await self._listed(name=WORKFLOW, status=_GIVEN_UP)
        return [question_of(one) for one in lost]

    async def delete(self, question: Question) -> None:
        """Forget what a question said, and how far it has come."""
        await self._patiently(self.client.delete_workflows, [str(question.id)])

    async def forget(self) -> None:
        """Forget what was done long enough ago."""
        before = datetime.fromtimestamp(time.time() - _KEPT, UTC).isoformat()
        old = await self._listed(
            name=WORKFLOW, status=_DONE, completed_before=before, load_input=False
        )
        await self._patiently(self.client.delete_workflows, [one.workflow_id for one in old])
        await self._patiently(self._forget_ids)

    async def _listed(self, **which: Any) -> list[WorkflowStatus]:
        return await self._patiently(partial(self.client.list_workflows, **which))

    async def _patiently(self, act: Callable[..., T], *arguments: Any) -> T:
        """Do something in a thread; a PostgreSQL that is away is waited for, as in `submit`."""
        last = time.monotonic() + _PATIENCE
        while True:
            try:
                return await asyncio.to_thread(act, *arguments)
            except OperationalError:
                if file_of(self.url) is not None or time.monotonic() > last:
                    raise
            await asyncio.sleep(_TRY_AGAIN)

    def _forget_ids(self) -> None:
        with self.engine.begin() as connection:
            before = time.time() - _REMEMBERED
            connection.execute(sa.delete(_accepted).where(_accepted.c.at < before))

    def _accept(self, questions: Sequence[tuple[Question, int]]) -> list[bool]:
        """Keep them all in one transaction, or none; tell of each whether it is new."""
        last = time.monotonic() + _PATIENCE
        while True:
            try:
                with self.engine.begin() as connection:
                    return [self._keep(connection, *one) for one in questions]
            except OperationalError:
                if file_of(self.url) is not None or time.monotonic() > last:
                    raise
            time.sleep(_TRY_AGAIN)

    def _keep(self, connection: sa.Connection, question: Question, had: int) -> bool:
        row = {"id": question.id, "at": time.time()}
        if connection.execute(_ACCEPT, row).first() is None:
            return False
        options: EnqueueOptions = {
            "workflow_name": WORKFLOW,
            "queue_name": QUEUE,
            "workflow_id": str(question.id),
            "queue_partition_key": str(question.guild_id or f"direct-{question.author_id}"),
            "app_version": VERSION,
            "priority": 1 + min(had, _MOST),  # the lower first, and of the same the older
        }
        self.client.enqueue_in_transaction(connection, options, question.to_json())
        return True


def question_of(status: WorkflowStatus) -> Question:
    """Return the question that a workflow is about, whose input was loaded."""
    given: Any = status.input
    return Question.from_json(given["args"][0])
