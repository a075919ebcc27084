import asyncio
from pathlib import Path

import pytest
from sqlalchemy.exc import SQLAlchemyError

from bot.jobs import Jobs
from bot.waiting import Waiting
from tests.test_jobs import Work, question


async def test_the_line_is_counted_without_what_is_being_answered(tmp_path: Path) -> None:
    jobs, work = Jobs(tmp_path / "jobs.sqlite", drain=0.1), Work()
    jobs.register(work)
    async with jobs.run():
        assert await jobs.waiting() == Waiting(0, None)
        for number in range(1, 6):
            await jobs.submit(question(number))
        await work.until(work.begun, 3)  # a server's share
        seen = await jobs.waiting()
        assert seen.count == 2
        assert seen.oldest_seconds is not None
        assert 0 <= seen.oldest_seconds < 30
        await asyncio.sleep(0.05)
        later = await jobs.waiting()
        assert later.oldest_seconds is not None
        assert later.oldest_seconds >= seen.oldest_seconds + 0.05
        work.go.set()
        await work.until(work.ended, 5)
        assert await jobs.waiting() == Waiting(0, None)


async def test_a_line_that_is_not_there_is_no_empty_one(tmp_path: Path) -> None:
    with pytest.raises(SQLAlchemyError):
        await Jobs(tmp_path / "jobs.sqlite").waiting()
