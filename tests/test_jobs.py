import asyncio
import logging
import os
import sqlite3
import sys
import time
from asyncio.subprocess import PIPE
from collections.abc import AsyncGenerator, Mapping
from pathlib import Path

import pytest
from sqlalchemy.engine import URL, make_url

from bot.jobs import Jobs
from bot.questions import Question

KILLS_ITSELF = """
import asyncio, os, sys
from sqlalchemy.engine import make_url
from tests.test_jobs import Work, question
from bot.jobs import Jobs

class Deadly(Work):
    async def give(self, question):
        print("begun", flush=True)
        os._exit(9)

async def main():
    jobs, work = Jobs(make_url(sys.argv[1])), Deadly()
    jobs.register(work)
    async with jobs.run():
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


@pytest.fixture
def url(tmp_path: Path) -> URL:
    return make_url(f"sqlite:///{tmp_path / 'jobs.sqlite'}")


@pytest.fixture
async def work(url: URL) -> AsyncGenerator[tuple[Jobs, Work]]:
    jobs, work = Jobs(url, drain=0.1), Work()
    jobs.register(work)
    async with jobs.run():
        yield jobs, work


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
        jobs, given = Jobs(url, drain=0.05), Work()
        jobs.register(given)
        async with jobs.run():
            await jobs.submit(question(1))
            await given.until(given.begun, 1)
            if last:
                given.go.set()
                await given.until(given.ended, 1)
        assert given.cancelled == ([] if last else [1])
    jobs, given = Jobs(url), Work()
    jobs.register(given)
    async with jobs.run():
        assert not await jobs.submit(question(1))
    assert given.begun == []


async def test_an_answer_that_ends_in_time_is_waited_for(url: URL) -> None:
    jobs, given = Jobs(url, drain=10), Work()
    jobs.register(given)
    async with jobs.run():
        await jobs.submit(question(1))
        await given.until(given.begun, 1)
        asyncio.get_running_loop().call_later(0.2, given.go.set)
    assert (given.ended, given.cancelled) == ([1], [])


async def test_nothing_is_accepted_while_it_is_closing(url: URL) -> None:
    jobs, given = Jobs(url), Work()
    jobs.register(given)
    async with jobs.run():
        pass
    assert not await jobs.submit(question(1))


async def test_a_bug_in_the_work_is_logged_and_is_no_reason_to_try_again(
    url: URL, caplog: pytest.LogCaptureFixture
) -> None:
    class Broken(Work):
        async def give(self, question: Question) -> None:
            self._note(self.begun, question)
            raise LookupError("a bug")

    jobs, given = Jobs(url), Broken()
    jobs.register(given)
    with caplog.at_level(logging.ERROR):
        async with jobs.run():
            await jobs.submit(question(7))
            await given.until(given.begun, 1)
    assert "question=7" in caplog.text
    assert "a bug" in caplog.text


async def test_a_question_that_kills_its_process_ten_times_is_given_up(url: URL) -> None:
    deaths = 0
    while deaths < 12:
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-c", KILLS_ITSELF, str(url)),
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
    assert deaths == 10
    jobs, given = Jobs(url), Work()
    jobs.register(given)
    async with jobs.run():
        await given.until(given.given_up, 1)
        assert not await jobs.submit(question(1))
    assert (given.given_up, given.begun) == ([1], [])


async def test_what_was_asked_is_forgotten_and_its_id_is_not(
    url: URL, monkeypatch: pytest.MonkeyPatch
) -> None:
    jobs, given = Jobs(url), Work()
    jobs.register(given)
    given.go.set()
    async with jobs.run():
        await jobs.submit(question(1, text="a secret"))
        await given.until(given.ended, 1)
        done = "SELECT 1 FROM workflow_status WHERE status = 'SUCCESS'"
        while not _rows(url, done):  # noqa: ASYNC110 (another thread commits it)
            await asyncio.sleep(0.01)
        assert "a secret" in _dump(url)
        now = time.time()
        monkeypatch.setattr(time, "time", lambda: now + 23 * 3600)
        await jobs.sweep()
        assert _rows(url, "SELECT * FROM workflow_status") == []
        assert "a secret" not in _dump(url)
        assert not await jobs.submit(question(1))
        monkeypatch.setattr(time, "time", lambda: now + 8 * 24 * 3600)
        await jobs.sweep()
        assert _rows(url, "SELECT * FROM accepted_questions") == []


def _rows(url: URL, statement: str) -> list[tuple[object, ...]]:
    connection = sqlite3.connect(str(url.database))
    try:
        return connection.execute(statement).fetchall()
    finally:
        connection.close()


def _dump(url: URL) -> str:
    connection = sqlite3.connect(str(url.database))
    try:
        return "\n".join(connection.iterdump())
    finally:
        connection.close()


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
