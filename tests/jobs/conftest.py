from collections.abc import AsyncGenerator
from pathlib import Path

import pytest
from sqlalchemy.engine import URL, make_url

from bot.jobs import Jobs
from tests.jobs.asked import Work, running
from tests.postgresql import Server


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> URL:
    if request.param == "sqlite":
        return make_url(f"sqlite:///{tmp_path / 'jobs.sqlite'}")
    server: Server = request.getfixturevalue("server")
    return make_url(server.make())


@pytest.fixture
async def work(url: URL) -> AsyncGenerator[tuple[Jobs, Work]]:
    given = Work()
    async with running(url, given, drain=0.1) as jobs:
        yield jobs, given
