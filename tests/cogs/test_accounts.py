import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path

import aiohttp
import pytest

from bot.assembly import answerer
from bot.hosts import Hosts
from bot.media.fetch import Cdn
from bot.metrics import Metrics
from bot.questions import Question
from bot.store.ledger import Span
from bot.store.opening import Store
from cogs._accounts import Accounts
from cogs._course import Course
from tests.store.ours import PREFERENCES
from tests.stores import kept_in
from tests.test_metrics import scraped

QUESTION = Question(42, 7, 70, 42, 700, "what?", ())


@asynccontextmanager
async def kept(folder: Path) -> AsyncGenerator[tuple[Accounts, Store, Metrics]]:
    metrics = Metrics()
    async with aiohttp.ClientSession() as web, kept_in(folder, PREFERENCES) as store:
        cdn = Cdn(web, locate=nowhere, hosts=Hosts(frozenset()))
        yield Accounts(store, answerer(web, cdn.clip), 300.0, metrics), store, metrics


async def nowhere(_: object) -> str:
    raise AssertionError


async def in_ledger(store: Store) -> int:
    return (await store.ledger.total(Span.until(datetime.now(UTC).date(), 1))).questions


async def test_a_question_that_is_closed_twice_is_counted_once(tmp_path: Path) -> None:
    async with kept(tmp_path) as (accounts, store, metrics):
        for outcome in ("failed", "answered"):
            await accounts.close(QUESTION, PREFERENCES, Course(0.0, 0.5, outcome=outcome))
        seen = await scraped(metrics)
        assert seen["reeltalk_questions_total failed"] == await in_ledger(store) == 1
        assert seen["reeltalk_questions_total answered"] == 0
        assert seen["reeltalk_question_seconds_sum waiting"] == 0.5


async def test_one_that_the_ledger_did_not_take_is_not_counted(tmp_path: Path) -> None:
    async with kept(tmp_path) as (accounts, store, metrics):
        async with store.database.writing() as connection:
            await connection.exec_driver_sql("DROP TABLE ledger")
        await accounts.close(QUESTION, PREFERENCES, Course(0.0, outcome="answered"))
        assert (await scraped(metrics))["reeltalk_questions_total answered"] == 0


@pytest.mark.parametrize("times", [1, 2, 3])
async def test_one_that_is_cancelled_while_it_is_closed_is_kept_and_counted(
    tmp_path: Path, times: int
) -> None:
    async with kept(tmp_path) as (accounts, store, metrics):
        async with store.database.writing():  # nobody else can, meanwhile
            course = Course(0.0, 0.5, outcome="cancelled")
            closing = asyncio.create_task(accounts.close(QUESTION, PREFERENCES, course))
            for _ in range(times):
                await asyncio.wait({closing}, timeout=0.05)
                closing.cancel()
            await asyncio.wait({closing}, timeout=0.05)
        with pytest.raises(asyncio.CancelledError):
            await closing
        seen = await scraped(metrics)
        assert seen["reeltalk_questions_total cancelled"] == await in_ledger(store) == 1
