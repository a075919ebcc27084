import asyncio
import os
import sys
import time
from asyncio.subprocess import PIPE
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import URL

from bot.database import database
from bot.jobs.line import Line
from bot.jobs.liveness import Recovery
from bot.locks import Session
from tests.jobs.asked import Work, question, running

KILLS_ITSELF = """
import asyncio, os, sys
from sqlalchemy.engine import make_url
from tests.jobs.asked import Work, question, running

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


async def test_what_was_begun_is_still_with_who_began_though_it_was_cancelled(url: URL) -> None:
    given = Work()
    async with running(url, given) as jobs:
        await jobs.submit(question(1))
        await given.until(given.begun, 1)
        line = Line(url)
        async with line.run():
            (name,) = await line.executors()
            assert await line.is_with(name, {1})
            assert await line.is_with(name, set())
            assert not await line.is_with("another", {1})
            await line.cancel(1)
            assert await line.is_with(name, {1})
            await given.until(given.cancelled, 1)


async def test_a_question_that_kills_its_process_ten_times_is_given_up(url: URL) -> None:
    await made(url)
    deaths = 0
    while deaths < 12:
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-c", KILLS_ITSELF, url.render_as_string(hide_password=False)),
            stdout=PIPE,
            env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])},
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
