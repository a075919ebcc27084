import asyncio
import logging

import pytest
from sqlalchemy.engine import URL
from sqlalchemy.exc import OperationalError

from bot.jobs import Jobs
from bot.questions import Question
from tests.jobs.asked import Work, question, running


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
    assert len(given.begun) == 4
    assert 11 in given.begun
    await given.until_told(set(range(1, 11)) - set(given.begun))
    assert len(given.begun) == 4
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


async def test_a_question_that_meets_a_database_which_is_away_is_begun_anew(url: URL) -> None:
    class Away(Work):
        async def give(self, question: Question) -> None:
            self._note(self.begun, question)
            if len(self.begun) == 1:
                raise OperationalError("SELECT true", None, ConnectionError("away"))
            self._note(self.ended, question)

    given = Away()
    async with running(url, given) as jobs:
        await jobs.submit(question(7))
        await given.until(given.ended, 1)
    assert given.begun == [7, 7]


async def test_who_has_had_fewer_comes_first_in_their_servers_line(
    work: tuple[Jobs, Work],
) -> None:
    jobs, given = work
    for number in (1, 2, 3):  # as many as a server may have answered at a time
        await jobs.submit(question(number))
    await given.until(given.begun, 3)
    for number, had in ((10, 1), (11, 2), (12, 0), (13, 1)):
        await jobs.submit(question(number), had)
    await given.until_told({10, 11, 12, 13})
    assert sorted(given.places, key=given.places.__getitem__) == [12, 10, 13, 11]
    given.go.set()
    await given.until(given.ended, 7)
    assert set(given.begun[3:6]) == {12, 10, 13}  # which may begin all at once
    assert given.begun[6] == 11
