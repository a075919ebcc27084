"""The whole bot on PostgreSQL, in place of a file."""

from collections.abc import Generator
from pathlib import Path

import pytest

from tests.end_to_end.conftest import Start
from tests.end_to_end.panels import Panel
from tests.postgresql import PostgresqlMissing, Server, postgresql


@pytest.fixture(scope="module")
def server() -> Generator[Server]:
    try:
        with postgresql() as running:
            yield running
    except PostgresqlMissing as error:
        pytest.skip(str(error))


async def test_settings_and_limits_are_kept_there(
    start: Start, server: Server, mp4: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)  # accepted questions lie in a file all the same
    async with start(DATABASE_URL=server.make()) as stage:
        panel = await Panel.opened(stage.discord)
        await panel.press("footer")
        await panel.fill_in("person", questions="1", minutes="", dollars="")
        await stage.bot.end()
        await stage.bot.begin()
        assert " tokens" not in await stage.answered(stage.ask("what?", mp4))
        assert "<t:" in await stage.answered(stage.ask("and?", mp4), "refused")
