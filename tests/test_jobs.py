import asyncio
import logging
import os
import sys
import time
from asyncio.subprocess import PIPE
from collections.abc import AsyncGenerator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import URL, make_url

from bot.database import database
from bot.jobs import Jobs
from bot.jobs.line import Line
from bot.jobs.liveness import Recovery
from bot.locks import Alone, Locks, Session
from bot.questions import Question
from tests.postgresql import Server

KILLS_ITSELF = """
import asyncio, os, sys
from sqlalchemy.engine import make_url
from tests.test_jobs import Work, question, running

class Deadly(Work):
    async def give(self, question):
        print("begun", flush=True)
        os._exit(9)

async def main():
    async with running(make_url(sys.argv[1]), Deadly()) as jobs:
        await jobs.submit(question(1))
        await asyncio.sleep(20)

asyncio.run(main())
"""


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
        self.places |= places
        self._changed.set()

    async def withdraw(self, question: Question) -> None:
        self._note(self.withdrawn, question)

    async def give_up(self, question: Question) -> None:
        self._note(self.given_up, question)

    def _note(self, where: list[int], question: Question) -> None:
        where.append(question.id)
        self._changed.set()

    async def until(self, where: list[int] | dict[int, int], count: int) -> None:
        async with asyncio.timeout(20):
            while len(where) < count:
                self._changed.clear()
                await self._changed.wait()


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> URL:
    if request.param == "sqlite":
        return make_url(f"sqlite:///{tmp_path / 'jobs.sqlite'}")
    running: Server = request.getfixturevalue("server")
    return make_url(running.make())


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


async def made(url: URL) -> None:
    """Make the tables, which takes a while."""
    async with running(url, Work()):
        pass


async def buried(url: URL) -> None:
    """Let somebody look twice who is dead; a file has nobody else who could."""
    if url.get_backend_name() != "sqlite":
        line = Line(url)
        async with line.run(), Session.opened(url) as locks:
            recovery = Recovery(line, locks, "ours")
            await recovery.look()
            assert await line.executors() != set()
            await recovery.look()
            assert await line.executors() == set()


@pytest.fixture
async def work(url: URL) -> AsyncGenerator[tuple[Jobs, Work]]:
    given = Work()
    async with running(url, given, drain=0.1) as jobs:
        yield jobs, given


async def test_a_question_delivered_twice_is_worked_on_once(work: tuple[Jobs, Work]) -> None:
    jobs, given = work
    given.go.set()
    assert [await jobs.submit(question(1)), await jobs.submit(question(1))] == [True, False]
    await given.until(given.ended, 1)
    assert not await jobs.submit(question(1))
    assert given.begun == [1]


async def test_a_server_has_its_share_and_another_does_not_wait(work: tuple[Jobs, Work]) -> None:
    jobs, given = work
    for number in range(1, 11):
        await jobs.submit(question(number, guild=7))
    await jobs.submit(question(11, guild=8))
    await given.until(given.begun, 4)
    given.places.clear()  # of those that had not yet begun when places were last told
    await given.until(given.places, 7)
    assert len(given.begun) == 4
    assert 11 in given.begun
    assert set(given.places) == set(range(1, 11)) - set(given.begun)
    assert sorted(given.places.values()) == [1, 2, 3, 4, 5, 6, 7]
    given.go.set()
    await given.until(given.ended, 11)


async def test_a_cancelled_question_is_stopped_and_others_go_on(work: tuple[Jobs, Work]) -> None:
    jobs, given = work
    for number in (1, 2):
        await jobs.submit(question(number))
    await given.until(given.begun, 2)
    await jobs.cancel(1)
    await jobs.cancel(3)
    await given.until(given.cancelled, 1)
    given.go.set()
    await given.until(given.ended, 1)
    assert (given.cancelled, given.ended, given.withdrawn) == ([1], [2], [])
    assert not await jobs.submit(question(1))


async def test_a_question_cancelled_in_line_is_never_begun(work: tuple[Jobs, Work]) -> None:
    jobs, given = work
    for number in range(1, 5):
        await jobs.submit(question(number))
    await given.until(given.begun, 3)
    await jobs.cancel(4)
    given.go.set()
    await given.until(given.ended, 3)
    assert given.withdrawn == [4]
    assert 4 not in given.begun


async def test_what_is_unfinished_is_handed_to_the_next_process(url: URL) -> None:
    for last in (False, False, True):
        given = Work()
        async with running(url, given, drain=0.05) as jobs:
            await jobs.submit(question(1))
            await given.until(given.begun, 1)
            if last:
                given.go.set()
                await given.until(given.ended, 1)
        assert given.cancelled == ([] if last else [1])
    given = Work()
    async with running(url, given) as jobs:
        assert not await jobs.submit(question(1))
    assert given.begun == []


async def test_an_answer_that_ends_in_time_is_waited_for(url: URL) -> None:
    given = Work()
    async with running(url, given, drain=10) as jobs:
        await jobs.submit(question(1))
        await given.until(given.begun, 1)
        asyncio.get_running_loop().call_later(0.2, given.go.set)
    assert (given.ended, given.cancelled) == ([1], [])


async def test_nothing_is_accepted_while_it_is_closing(url: URL) -> None:
    given = Work()
    async with running(url, given) as jobs:
        pass
    assert not await jobs.submit(question(1))


async def test_a_bug_in_the_work_is_logged_and_is_no_reason_to_try_again(
    url: URL, caplog: pytest.LogCaptureFixture
) -> None:
    class Broken(Work):
        async def give(self, question: Question) -> None:
            self._note(self.begun, question)
            raise LookupError("a bug")

    given = Broken()
    with caplog.at_level(logging.ERROR):
        async with running(url, given) as jobs:
            await jobs.submit(question(7))
            await given.until(given.begun, 1)
    assert "question=7" in caplog.text
    assert "a bug" in caplog.text


async def test_a_question_that_kills_its_process_ten_times_is_given_up(url: URL) -> None:
    await made(url)
    deaths = 0
    while deaths < 12:
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-c", KILLS_ITSELF, url.render_as_string(hide_password=False)),
            stdout=PIPE,
            env={**os.environ, "PYTHONPATH": str(Path(__file__).parent.parent)},
        )
        assert process.stdout is not None
        try:
            async with asyncio.timeout(3):
                begun = await process.stdout.readline()
        except TimeoutError:
            begun = b""
        if not begun:
            process.kill()
        await process.wait()
        if not begun:
            break
        deaths += 1
        await buried(url)
    assert deaths == 10
    given = Work()
    async with running(url, given) as jobs:
        await given.until(given.given_up, 1)
        assert not await jobs.submit(question(1))
    assert (given.given_up, given.begun) == ([1], [])


async def test_what_was_asked_is_forgotten_and_its_id_is_not(
    url: URL, monkeypatch: pytest.MonkeyPatch
) -> None:
    given = Work()
    given.go.set()
    async with running(url, given) as jobs:
        await jobs.submit(question(1, text="a secret"))
        await given.until(given.ended, 1)
        while "SUCCESS" not in str(_everything(url)):  # noqa: ASYNC110 (another thread commits it)
            await asyncio.sleep(0.01)
        assert "a secret" in str(_everything(url))
        now = time.time()
        monkeypatch.setattr(time, "time", lambda: now + 23 * 3600)
        await jobs.sweep()
        kept = _everything(url)
        assert "a secret" not in str(kept)
        assert kept["workflow_status"] == kept["operation_outputs"] == ""
        assert not await jobs.submit(question(1))
        monkeypatch.setattr(time, "time", lambda: now + 8 * 24 * 3600)
        await jobs.sweep()
        assert _everything(url)["accepted_questions"] == ""


def _everything(url: URL) -> dict[str, str]:
    """Return what is in each table."""
    engine = database(url)
    schemas = (None,) if url.get_backend_name() == "sqlite" else (None, "dbos")
    found: dict[str, str] = {}
    with engine.connect() as connection:
        for schema in schemas:
            for name in sa.inspect(connection).get_table_names(schema):
                table = sa.table(name, schema=schema)
                rows = connection.execute(sa.select(sa.text("*")).select_from(table))
                found[name] = "\n".join(str(tuple(row)) for row in rows)
    engine.dispose()
    return found


async def test_who_has_had_fewer_comes_first_in_their_servers_line(
    work: tuple[Jobs, Work],
) -> None:
    jobs, given = work
    for number in (1, 2, 3):  # as many as a server may have answered at a time
        await jobs.submit(question(number))
    await given.until(given.begun, 3)
    for number, had in ((10, 1), (11, 2), (12, 0), (13, 1)):
        await jobs.submit(question(number), had)
    await given.until(given.places, 4)
    assert sorted(given.places, key=given.places.__getitem__) == [12, 10, 13, 11]
    given.go.set()
    await given.until(given.ended, 7)
    assert set(given.begun[3:6]) == {12, 10, 13}  # which may begin all at once
    assert given.begun[6] == 11
