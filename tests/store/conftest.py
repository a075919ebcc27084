"""Databases, empty and of both kinds, and a store on them."""

from collections.abc import AsyncGenerator
from pathlib import Path

import pytest

from bot.keeping import Keeping
from bot.settings import read_keeping
from bot.store.engine import Database, opened
from bot.store.opening import Store, open_store
from tests.postgresql import Server
from tests.store.ours import OPERATORS, SECRET, Clock


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'kept' / 'reeltalk.sqlite'}"
    running: Server = request.getfixturevalue("server")
    return running.make()


@pytest.fixture
def environ(database_url: str) -> dict[str, str]:
    return {"DATABASE_URL": database_url, "SECRET_KEY": SECRET}


@pytest.fixture
def keeping(environ: dict[str, str]) -> Keeping:
    return read_keeping(environ)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def database(keeping: Keeping) -> AsyncGenerator[Database]:
    async with opened(keeping.url) as database:
        yield database


@pytest.fixture
async def store(keeping: Keeping, clock: Clock) -> AsyncGenerator[Store]:
    async with open_store(keeping, OPERATORS, clock.now) as store:
        yield store
