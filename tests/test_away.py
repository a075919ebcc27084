"""A PostgreSQL that goes away for a moment, and comes again."""

import asyncio
from collections.abc import AsyncGenerator, Generator

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import OperationalError

from bot.jobs import Jobs
from bot.locks import Session
from bot.settings import read_keeping
from bot.store.engine import Database, again, opened
from tests.jobs.asked import Work, question, running
from tests.postgresql import PostgresqlMissing, Server, postgresql


@pytest.fixture(scope="module")
def own_server(server: Server) -> Generator[Server]:
    """Return one that no other test is on; `server` has told whether there can be any."""
    del server
    try:
        with postgresql() as running:
            yield running
    except PostgresqlMissing as error:
        pytest.skip(str(error))


@pytest.fixture
def url(own_server: Server) -> Generator[URL]:
    yield make_url(own_server.make())
    own_server.start()


@pytest.fixture
async def database(url: URL) -> AsyncGenerator[Database]:
    environ = {"DATABASE_URL": url.render_as_string(hide_password=False)}
    async with opened(read_keeping(environ).url) as database:
        yield database


async def is_up(database: Database) -> bool:
    async with database.reading() as connection:
        return (await connection.execute(sa.text("SELECT true"))).scalar_one()


async def waits_for(waiting: "asyncio.Task[bool]", own_server: Server) -> bool:
    """Start the server again for something that waits for it, and return what that makes of it."""
    done, _ = await asyncio.wait([waiting], timeout=1)
    assert not done
    await asyncio.to_thread(own_server.start)
    async with asyncio.timeout(20):
        return await waiting


async def test_who_reads_waits_for_it(database: Database, own_server: Server) -> None:
    assert await is_up(database)
    await asyncio.to_thread(own_server.stop)
    assert await waits_for(asyncio.create_task(is_up(database)), own_server)


async def test_what_it_broke_off_is_done_once_more(database: Database, own_server: Server) -> None:
    tries = list[int]()

    async def act() -> bool:
        async with database.reading() as connection:
            tries.append(1)
            if len(tries) == 1:
                await asyncio.to_thread(own_server.stop)
            return (await connection.execute(sa.text("SELECT true"))).scalar_one()

    assert await waits_for(asyncio.create_task(again(act)), own_server)
    assert len(tries) == 2


async def test_a_question_that_is_asked_meanwhile_is_kept(url: URL, own_server: Server) -> None:
    given = Work()
    given.go.set()
    async with running(url, given) as jobs:
        await asyncio.to_thread(own_server.stop)
        assert await waits_for(asyncio.create_task(jobs.submit(question(1))), own_server)
        await given.until(given.ended, 1)


async def test_an_answer_goes_on_meanwhile_and_is_given_once(url: URL, own_server: Server) -> None:
    given = Work()
    async with running(url, given, drain=10) as jobs:
        await jobs.submit(question(1))
        await given.until(given.begun, 1)
        await asyncio.to_thread(own_server.stop)
        given.go.set()
        await given.until(given.ended, 1)
        await asyncio.to_thread(own_server.start)
    async with running(url, given) as jobs:
        assert not await jobs.submit(question(1))
        assert (await jobs.waiting()).count == 0
    assert (given.begun, given.cancelled) == ([1], [])


async def test_nothing_is_said_until_it_is_there_again(url: URL, own_server: Server) -> None:
    async def confirmed() -> bool:
        await locks.confirm()
        return True

    async with Session.opened(url, lease=1.0) as locks:
        assert await locks.take("a")
        await asyncio.to_thread(own_server.stop)
        await asyncio.sleep(0.8)  # so long it may take it that nobody else has what it holds
        assert await waits_for(asyncio.create_task(confirmed()), own_server)
        assert not locks.lost.is_set()


async def test_a_file_is_not_waited_for() -> None:
    jobs = Jobs(make_url("sqlite:////proc/nowhere/jobs.sqlite"))
    async with asyncio.timeout(5):
        with pytest.raises(OperationalError):
            await jobs.waiting()
