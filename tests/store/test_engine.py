import asyncio
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory

from bot.keeping import Keeping
from bot.settings import read_keeping
from bot.store import migrations
from bot.store.engine import Database, StoreUnusable, opened
from bot.store.schema import metadata

ROOT = Path(__file__).parent.parent.parent
OPENS = """
import asyncio, sys
from bot.settings import read_keeping
from bot.store.engine import opened

async def main():
    print("ready", flush=True)
    sys.stdin.readline()
    async with opened(read_keeping({"DATABASE_URL": sys.argv[1]}).url):
        print("open", flush=True)

asyncio.run(main())
"""


def tables(connection: sa.Connection) -> set[str]:
    return set(sa.inspect(connection).get_table_names())


async def test_an_empty_database_gets_its_tables_and_keeps_them(keeping: Keeping) -> None:
    for _ in range(2):
        async with opened(keeping.url) as database, database.reading() as connection:
            assert await connection.run_sync(tables) == {*metadata.tables, "alembic_version"}


async def test_the_steps_lead_to_the_tables_as_they_are(database: Database) -> None:
    def differences(connection: sa.Connection) -> object:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        return compare_metadata(context, metadata)

    async with database.reading() as connection:
        assert await connection.run_sync(differences) == []


def test_the_newest_step_is_the_one_that_is_named() -> None:
    folder = Path(migrations.__file__).parent
    assert ScriptDirectory(str(folder)).get_heads() == [migrations.HEAD]


@pytest.mark.parametrize("processes", [2, 6])
def test_processes_that_start_at_once_on_an_empty_database_all_come_up(
    database_url: str, processes: int
) -> None:
    started = [
        subprocess.Popen(  # noqa: S603 (our own words)
            [sys.executable, "-c", OPENS, database_url],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for _ in range(processes)
    ]
    for one in started:
        assert one.stdout is not None
        assert one.stdout.readline() == "ready\n"
    for one in started:  # all are loaded by now, and begin in the same instant
        assert one.stdin is not None
        one.stdin.write("\n")
        one.stdin.flush()
    ends = [one.communicate(timeout=50) for one in started]
    assert [(one.returncode, *end) for one, end in zip(started, ends, strict=True)] == [
        (0, "open\n", "") for _ in started
    ]


async def test_a_file_that_another_is_just_making_is_waited_for(tmp_path: Path) -> None:
    path = tmp_path / "reeltalk.sqlite"
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")  # for which a change of journal never waits by itself
        asyncio.get_running_loop().call_later(0.2, other.execute, "COMMIT")
        async with opened(read_keeping({"DATABASE_URL": f"sqlite:///{path}"}).url):
            assert not other.in_transaction


async def test_what_fails_leaves_nothing_behind(database: Database) -> None:
    table = metadata.tables["pauses"]
    with pytest.raises(ZeroDivisionError):
        async with database.writing() as connection:
            await connection.execute(sa.insert(table), {"id": 1, "message": "x"})
            raise ZeroDivisionError
    async with database.reading() as connection:
        assert (await connection.execute(sa.select(table))).all() == []


async def test_those_that_write_alone_do_so_one_after_the_other(database: Database) -> None:
    inside, most = 0, 0

    async def write() -> None:
        nonlocal inside, most
        async with database.writing("alone"):
            inside += 1
            most = max(most, inside)
            await asyncio.sleep(0.01)
            inside -= 1

    await asyncio.gather(*(write() for _ in range(8)))
    assert most == 1


async def test_a_newer_database_is_not_touched(keeping: Keeping) -> None:
    async with opened(keeping.url) as database, database.writing() as connection:
        await connection.execute(sa.text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(StoreUnusable, match="9999"):
        async with opened(keeping.url):
            pass


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("sqlite:////proc/nowhere/reeltalk.sqlite", "/proc/nowhere/reeltalk.sqlite"),
        ("postgresql://me:s3cret@127.0.0.1:9/reeltalk", "127.0.0.1"),
    ],
)
async def test_what_can_not_be_opened_is_told_without_its_password(url: str, said: str) -> None:
    with pytest.raises(StoreUnusable) as caught:
        async with opened(read_keeping({"DATABASE_URL": url}).url):
            pass
    assert said in str(caught.value)
    assert "s3cret" not in str(caught.value)
