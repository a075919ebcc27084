"""The whole bot on PostgreSQL, in place of a file."""

from pathlib import Path

from tests.end_to_end.conftest import Start
from tests.end_to_end.panels import Panel
from tests.postgresql import Server


async def test_settings_and_limits_are_kept_there(start: Start, server: Server, mp4: Path) -> None:
    async with start(DATABASE_URL=server.make()) as stage:
        panel = await Panel.opened(stage.discord)
        await panel.press("footer")
        await panel.fill_in("person", questions="1", minutes="", dollars="")
        await stage.bot.end()
        await stage.bot.begin()
        assert " tokens" not in await stage.answered(stage.ask("what?", mp4))
        assert "<t:" in await stage.answered(stage.ask("and?", mp4), "refused")
