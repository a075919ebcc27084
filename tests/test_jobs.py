import asyncio
import logging

import pytest

from bot.jobs import Jobs
from bot.questions import Question


def question(number: int) -> Question:
    return Question(number, None, 1, 2, "what?", ())


class Work:
    """Work that goes on until it is let go."""

    def __init__(self) -> None:
        self.begun: list[int] = []
        self.cancelled: list[int] = []
        self.ended: list[int] = []
        self.go = asyncio.Event()

    async def __call__(self, question: Question) -> None:
        self.begun.append(question.id)
        try:
            await self.go.wait()
        except asyncio.CancelledError:
            self.cancelled.append(question.id)
            raise
        self.ended.append(question.id)


async def settle() -> None:
    for _ in range(5):
        await asyncio.sleep(0)


async def test_submitted_questions_are_worked_on_at_the_same_time() -> None:
    jobs, work = Jobs(), Work()
    jobs.register(work)
    async with jobs.run():
        await jobs.submit(question(1))
        await jobs.submit(question(2))
        await settle()
        assert work.begun == [1, 2]
        work.go.set()
        await settle()
        assert work.ended == [1, 2]


async def test_a_question_delivered_twice_is_worked_on_once() -> None:
    jobs, work = Jobs(), Work()
    jobs.register(work)
    work.go.set()
    async with jobs.run():
        for _ in range(2):
            await jobs.submit(question(1))
            await jobs.submit(question(1))
            await settle()
    assert work.begun == [1]


async def test_a_cancelled_question_is_stopped_and_others_go_on() -> None:
    jobs, work = Jobs(), Work()
    jobs.register(work)
    async with jobs.run():
        await jobs.submit(question(1))
        await jobs.submit(question(2))
        await settle()
        await jobs.cancel(1)
        await jobs.cancel(3)
        work.go.set()
        await settle()
    assert (work.cancelled, work.ended) == ([1], [2])


async def test_leaving_stops_what_is_unfinished() -> None:
    jobs, work = Jobs(), Work()
    jobs.register(work)
    before = asyncio.all_tasks()
    async with jobs.run():
        await jobs.submit(question(1))
        await settle()
    assert work.cancelled == [1]
    assert asyncio.all_tasks() == before


async def test_a_bug_in_the_work_is_logged_with_its_question(
    caplog: pytest.LogCaptureFixture,
) -> None:
    async def broken(_: Question) -> None:
        raise LookupError("a bug")

    jobs = Jobs()
    jobs.register(broken)
    async with jobs.run():
        with caplog.at_level(logging.ERROR):
            await jobs.submit(question(7))
            await settle()
    assert "question=7" in caplog.text
    assert "a bug" in caplog.text


async def test_a_question_that_comes_while_all_is_stopped_is_not_begun() -> None:
    jobs, work = Jobs(), Work()
    jobs.register(work)
    async with jobs.run():
        pass
    await jobs.submit(question(1))
    await settle()
    assert work.begun == []
