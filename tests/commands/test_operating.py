import asyncio
import csv
import io
import os
import subprocess
import sys
from collections.abc import AsyncGenerator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.commands.blocking import block, unblock
from bot.commands.pausing import pause, resume
from bot.commands.servers import servers
from bot.commands.terminal import Status
from bot.commands.usage import usage
from bot.errors import BotPaused, PersonBlocked
from bot.settings import read_keeping
from bot.store.keys import OwnKey
from bot.store.opening import Books, open_books
from tests.store.ours import DOLLAR, SECRET, entry

ROOT = Path(__file__).parent.parent.parent
Captured = pytest.CaptureFixture[str]


@pytest.fixture
def kept(tmp_path: Path) -> dict[str, str]:
    """Return settings that name a database, and nothing else."""
    return {"DATABASE_URL": f"sqlite:///{tmp_path / 'reeltalk.sqlite'}", "SECRET_KEY": SECRET}


@pytest.fixture
async def books(kept: dict[str, str]) -> AsyncGenerator[Books]:
    async with open_books(read_keeping(kept)) as books:
        yield books


@pytest.fixture
async def used(books: Books) -> Books:
    """Return books of two servers and two days."""
    today = datetime.now(UTC).date()
    await books.blocks.saw({7: "=Film [club]", 8: "Zoo\x1b[31m"})
    for one in (
        entry(1, day=today),
        entry(2, day=today, model="qwen/other", outcome="failed", micros=DOLLAR),
        entry(3, day=today - timedelta(days=1), guild_id=8, by_own_key=True),
        entry(4, day=today, guild_id=None, person_id=701),
        entry(5, day=today - timedelta(days=40)),
    ):
        await books.ledger.record(one)
    return books


async def test_blocks_and_pauses_hold_at_once_and_are_told(
    kept: dict[str, str], books: Books, capsys: Captured
) -> None:
    for _ in range(2):
        assert await block(kept, "person", 700) is Status.DONE
    assert isinstance(await books.blocks.refusal(7, 700), PersonBlocked)
    for _ in range(2):
        await unblock(kept, "person", 700)
    assert await books.blocks.refusal(7, 700) is None
    await pause(kept, "Back at noon.")
    assert isinstance(await books.blocks.refusal(7, 700), BotPaused)
    assert await pause(kept, "x" * 301) is Status.MISUSED
    for _ in range(2):
        await resume(kept)
    assert capsys.readouterr().out.splitlines() == [
        "Person 700 is blocked.",
        "Person 700 was already blocked.",
        "Person 700 may ask again.",
        "Person 700 was not blocked.",
        "The bot takes no questions until `reeltalk resume`.",
        "The bot takes questions again.",
        "The bot was not paused.",
    ]


async def test_servers_are_listed_with_what_is_known_of_them(
    kept: dict[str, str], used: Books, capsys: Captured
) -> None:
    await block(kept, "server", 8)
    await block(kept, "server", 9)
    await pause(kept, "Back at [noon].")
    await used.keys.keep(7, OwnKey("lunos", "lunos-key-of-theirs"))
    capsys.readouterr()
    assert await servers(kept) is Status.DONE
    said = capsys.readouterr().out
    today = f"{datetime.now(UTC):%Y-%m-%d}"
    assert [line.split() for line in said.splitlines()] == [
        ["server", "id", "since"],
        ["=Film", "[club]", "7", today, "own", "key"],
        ["Zoo[31m", "8", today, "blocked"],
        ["Blocked:", "server", "9"],
        ["Paused:", "Back", "at", "[noon]."],
    ]
    assert "\x1b" not in said


async def test_without_servers_that_is_said(kept: dict[str, str], capsys: Captured) -> None:
    assert await servers(kept) is Status.DONE
    assert capsys.readouterr().out.startswith("The bot is in no server")


def rows(said: str) -> list[list[str]]:
    return [line.split() for line in said.splitlines()]


async def test_use_is_shown_across_servers(
    kept: dict[str, str], used: Books, capsys: Captured
) -> None:
    del used
    assert await usage(kept, 30, None, as_csv=False) is Status.DONE
    said = rows(capsys.readouterr().out)
    assert said[1] == ["server", "questions", "answered", "minutes", "tokens", "cached", "cost"]
    assert said[2] == ["=Film", "[club]", "7", "2", "1", "1.0", "18,400", "200", "$1.00"]
    assert said[5] == ["all", "4", "3", "2.0", "36,800", "400", "$1.00"]
    assert ["google/gemini", "3", "3", "1.5", "27,600", "300", "$0.0045"] in said
    assert said[-1][:4] == ["Of", "the", "cost,", "servers"]
    assert "$0.0015" in said[-1]


async def test_use_of_one_server_is_shown_by_person(
    kept: dict[str, str], used: Books, capsys: Captured
) -> None:
    del used
    await usage(kept, 30, 7, as_csv=False)
    said = rows(capsys.readouterr().out)
    assert (said[1][0], said[2][:3]) == ("person", ["700", "2", "1"])


async def test_use_is_written_for_spreadsheets(
    kept: dict[str, str], used: Books, capsys: Captured
) -> None:
    del used
    assert await usage(kept, 30, None, as_csv=True) is Status.DONE
    lines = list(csv.DictReader(io.StringIO(capsys.readouterr().out)))
    assert [(line["server_id"], line["model"], line["usd"]) for line in lines[:1]] == [
        ("8", "google/gemini", "0.001500")
    ]
    assert {line["server"] for line in lines} == {"'=Film [club]", "Zoo[31m", "direct messages"}
    assert sum(int(line["questions"]) for line in lines) == 4
    assert sum(float(line["usd_by_own_key"]) for line in lines) == pytest.approx(0.0015)  # pyright: ignore[reportUnknownMemberType]


async def run(kept: dict[str, str], *words: str, given: str = "") -> tuple[int, str, str]:
    """Run the command line as a process of its own."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "bot",
        *words,
        cwd=ROOT,
        env={"PATH": os.environ["PATH"], **kept},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    out, err = await process.communicate(given.encode())
    assert process.returncode is not None
    return process.returncode, out.decode(), err.decode()


async def test_the_command_line_takes_all_of_it(kept: dict[str, str]) -> None:
    assert await run(kept, "block", "server", "7") == (0, "Server 7 is blocked.\n", "")
    assert await run(kept, "unblock", "server", "7") == (0, "Server 7 may ask again.\n", "")
    assert (await run(kept, "pause", "Back at noon."))[0] == 0
    assert "Paused: Back at noon." in (await run(kept, "servers"))[1]
    assert (await run(kept, "resume"))[0] == 0
    assert "all" in (await run(kept, "usage", "--days", "7"))[1]
    assert (await run(kept, "usage", "--csv"))[1].startswith("day,server_id,")
    assert await run(kept, "key", "show") == (0, "No server has a key of its own.\n", "")


@pytest.mark.parametrize(
    "words",
    [
        ("block", "server", "x"),
        ("block", "bot", "7"),
        ("usage", "--days", "0"),
        ("key",),
        ("key", "set", "7", "nobody"),
    ],
)
async def test_what_makes_no_sense_is_refused(kept: dict[str, str], words: tuple[str]) -> None:
    status, _, said = await run(kept, *words)
    assert status == 2
    assert said.startswith("usage:")


async def test_a_database_that_can_not_be_used_is_told() -> None:
    elsewhere = {"DATABASE_URL": "postgresql://me:s3cret@127.0.0.1:9/reeltalk"}
    status, _, said = await run(elsewhere, "servers")
    assert status == 1
    assert said.startswith("The database can't be used: check DATABASE_URL.")
    assert "s3cret" not in said
    status, _, said = await run({"DATABASE_URL": "mysql://me:s3cret@h/x"}, "servers")
    assert status == 2
    assert "s3cret" not in said
