"""What holds for every test."""

import os
from collections.abc import AsyncGenerator, Generator
from pathlib import Path

import pytest

from bot.playground.clips import make_clip
from tests.answering import Asker, asking
from tests.postgresql import PostgresqlMissing, Server, postgresql


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Where Discord's document is promised, nothing has a reason to be skipped."""
    report = yield
    if report.skipped and "DISCORD_OPENAPI" in os.environ:
        report.outcome = "failed"
        report.longrepr = f"skipped, though DISCORD_OPENAPI is set: {report.longrepr}"
    return report


@pytest.fixture(scope="session")
def server() -> Generator[Server]:
    """Return a real PostgreSQL, on which a test makes a database of its own."""
    try:
        with postgresql() as running:
            yield running
    except PostgresqlMissing as error:
        if os.environ.get("POSTGRESQL") == "needed":
            raise
        pytest.skip(str(error))


@pytest.fixture(scope="session")
def two_seconds(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return an MP4 of two seconds."""
    path = tmp_path_factory.mktemp("clips") / "clip.mp4"
    make_clip(path, seconds=2)
    return path


@pytest.fixture
async def asker(two_seconds: Path) -> AsyncGenerator[Asker]:
    async with asking(two_seconds) as asker:
        yield asker
