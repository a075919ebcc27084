import asyncio
import os
import signal
import sys
from asyncio.subprocess import PIPE
from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

import psycopg
import pytest
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import OperationalError

from bot.locks import Alone, LocksUnusable, Session, in_turn, passed
from tests.postgresql import Server

LEASE = 2.0

HOLDS = """
import asyncio, sys
from sqlalchemy.engine import make_url
from bot.locks import Session

async def main():
    async with Session.opened(make_url(sys.argv[1]), 2.0) as locks:
        print(await locks.take("mine"), flush=True)
        await asyncio.Event().wait()

asyncio.run(main())
"""


@pytest.fixture(scope="module")
def url(server: Server) -> URL:
    return make_url(server.make())


@pytest.fixture
async def two(url: URL) -> AsyncGenerator[tuple[Session, Session]]:
    async with AsyncExitStack() as stack:
        sessions = [await stack.enter_async_context(Session.opened(url, LEASE)) for _ in range(2)]
        yield sessions[0], sessions[1]


@asynccontextmanager
async def another_process(url: URL) -> AsyncGenerator[asyncio.subprocess.Process]:
    """Run a process that holds a lock by the name of "mine"."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", HOLDS, url.render_as_string(hide_password=False)),
        stdout=PIPE,
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parent.parent)},
    )
    assert process.stdout is not None
    try:
        assert await process.stdout.readline() == b"True\n"
        yield process
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()


def cut(url: URL) -> None:
    """End every session with locks, as a restart of the server would."""
    address = url.set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(address, autocommit=True) as connection:
        connection.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            "WHERE application_name = 'reeltalk locks' AND datname = current_database()"
        )


async def test_what_one_holds_no_other_can_take(two: tuple[Session, Session]) -> None:
    ours, theirs = two
    assert await ours.take("a")
    assert not await theirs.take("a")
    assert not await theirs.is_free("a")
    assert await theirs.take("b")
    async with ours.holding("c") as is_held, theirs.holding("c") as is_theirs:
        assert (is_held, is_theirs) == (True, False)
    assert await theirs.is_free("c")


async def test_one_process_holds_a_lock_once(two: tuple[Session, Session]) -> None:
    ours, _ = two
    async with ours.holding("a") as first, ours.holding("a") as second:
        assert (first, second) == (True, False)


async def test_who_waits_for_a_lock_has_it_next(two: tuple[Session, Session]) -> None:
    ours, theirs = two
    async with ours.holding("a"):
        waiting = asyncio.create_task(in_turn(theirs, "a"))
        looking = asyncio.create_task(passed(theirs, "a"))
        done, _ = await asyncio.wait([waiting, looking], timeout=0.5)
        assert not done
    async with asyncio.timeout(5):
        await waiting
    looking.cancel()
    assert not await ours.is_free("a")


async def test_a_lock_is_held_for_a_time_that_is_not_waited_for(
    two: tuple[Session, Session],
) -> None:
    ours, theirs = two
    loop = asyncio.get_running_loop()
    async with asyncio.timeout(10):
        began = loop.time()
        await ours.take_for("a", 1.0)
        assert loop.time() - began < 1.0
        await theirs.take_for("a", 0.1)
        assert loop.time() - began >= 1.0


async def test_the_locks_of_a_killed_process_are_free_at_once(
    url: URL, two: tuple[Session, Session]
) -> None:
    ours, _ = two
    async with another_process(url) as process:
        assert not await ours.is_free("mine")
        process.kill()
        async with asyncio.timeout(LEASE / 2):
            await passed(ours, "mine")


async def test_the_locks_of_a_frozen_process_are_free_when_its_lease_is_over(
    url: URL, two: tuple[Session, Session]
) -> None:
    ours, _ = two
    async with another_process(url) as process:
        process.send_signal(signal.SIGSTOP)
        try:
            async with asyncio.timeout(3 * LEASE):
                await passed(ours, "mine")
        finally:
            process.send_signal(signal.SIGCONT)


async def test_what_was_taken_for_good_outlives_the_session(
    url: URL, two: tuple[Session, Session]
) -> None:
    ours, theirs = two
    assert await ours.take("a")
    cut(url)
    await theirs.confirm()
    async with asyncio.timeout(3 * LEASE):
        while await theirs.is_free("a"):  # noqa: ASYNC110 (the server tells nobody)
            await asyncio.sleep(0.05)
        await ours.confirm()
    assert not ours.lost.is_set()


async def test_a_block_ends_when_its_lock_is_lost(url: URL, two: tuple[Session, Session]) -> None:
    ours, _ = two
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(5 * LEASE), ours.holding("a") as is_held:
            assert is_held
            cut(url)
            await asyncio.Event().wait()
    await ours.confirm()
    assert await ours.is_free("a")


async def test_who_loses_a_lock_to_another_is_stopped(
    url: URL, two: tuple[Session, Session]
) -> None:
    ours, theirs = two
    assert await ours.take("a")
    address = url.set(drivername="postgresql").render_as_string(hide_password=False)
    async with await psycopg.AsyncConnection.connect(address, autocommit=True) as other:
        from bot.locks import number_of  # noqa: PLC0415 (of all tests, this one alone waits so)

        taken = asyncio.create_task(other.execute("SELECT pg_advisory_lock(%s)", [number_of("a")]))
        await asyncio.sleep(0.2)
        cut(url)
        await taken
        async with asyncio.timeout(10 * LEASE):
            await ours.lost.wait()
    with pytest.raises(asyncio.CancelledError):
        await ours.confirm()
    await theirs.confirm()


async def test_who_is_told_that_it_was_taken_over_is_stopped(
    url: URL, two: tuple[Session, Session]
) -> None:
    ours, _ = two

    async def still_ours() -> bool:
        return False

    ours.still_ours = still_ours
    cut(url)
    async with asyncio.timeout(10 * LEASE):
        await ours.lost.wait()
    with pytest.raises(asyncio.CancelledError):
        await ours.confirm()


async def test_a_database_that_goes_away_while_it_is_asked_is_asked_again(
    url: URL, two: tuple[Session, Session]
) -> None:
    ours, _ = two
    tries = list[int]()

    async def still_ours() -> bool:
        tries.append(1)
        if len(tries) == 1:
            raise OperationalError("SELECT true", None, ConnectionError("away"))
        return True

    ours.still_ours = still_ours
    cut(url)
    async with asyncio.timeout(10 * LEASE):
        while len(tries) < 2:  # noqa: ASYNC110 (the session tells nobody)
            await asyncio.sleep(0.05)
        await ours.confirm()
    assert not ours.lost.is_set()


async def test_nothing_is_certain_before_the_session_is_known_to_be_there(url: URL) -> None:
    now = 0.0
    session = Session(url, LEASE, clock=lambda: now)
    waiting = asyncio.create_task(session.confirm())
    done, _ = await asyncio.wait([waiting], timeout=0.5)
    assert not done
    waiting.cancel()


async def test_a_server_that_is_not_there_is_told(url: URL) -> None:
    with pytest.raises(LocksUnusable):
        async with Session.opened(url.set(port=1), LEASE):
            pass


async def test_a_process_that_shares_nothing_holds_what_it_likes() -> None:
    locks = Alone()
    async with locks.holding("a") as first, locks.holding("a") as second:
        assert (first, second) == (True, True)
    assert await locks.take("a")
    assert await locks.is_free("a")
    await locks.confirm()
    assert not locks.lost.is_set()
