import asyncio

import pytest
from sqlalchemy.engine import make_url
from sqlalchemy.exc import SQLAlchemyError

from bot.jobs import Jobs
from bot.waiting import Waiting
from tests.jobs.asked import Work, question


async def test_the_line_is_counted_without_what_is_being_answered(work: tuple[Jobs, Work]) -> None:
    jobs, given = work
    assert await jobs.waiting() == Waiting(0, None)
    for number in range(1, 6):
        await jobs.submit(question(number))
    await given.until(given.begun, 3)  # a server's share
    seen = await jobs.waiting()
    assert seen.count == 2
    assert seen.oldest_seconds is not None
    assert 0 <= seen.oldest_seconds < 30
    await asyncio.sleep(0.05)
    later = await jobs.waiting()
    assert later.oldest_seconds is not None
    assert later.oldest_seconds >= seen.oldest_seconds + 0.05
    given.go.set()
    await given.until(given.ended, 5)
    assert await jobs.waiting() == Waiting(0, None)


async def test_a_line_that_is_not_there_is_no_empty_one() -> None:
    with pytest.raises(SQLAlchemyError):
        await Jobs(make_url("sqlite:///nowhere/jobs.sqlite")).waiting()
