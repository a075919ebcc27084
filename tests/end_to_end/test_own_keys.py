"""A server's own key: it pays for that server's questions, and is seen nowhere."""

import logging
from pathlib import Path

import pytest

from bot.playground import model as stand_in
from bot.playground.model import Stream
from bot.settings import read_keeping
from bot.store.keys import OwnKey
from bot.store.opening import open_books
from tests.end_to_end.conftest import Start
from tests.end_to_end.panels import Panel
from tests.end_to_end.test_usage import used, written_in

SECRET = "c2VjcmV0IG9mIHRoaXJ0eS10d28gYnl0ZXMgZm9yIHU="  # noqa: S105 (it seals nothing else)
KEY = "sk-planted-0123456789abcdef-last4"


async def test_a_servers_own_key_pays_and_is_seen_nowhere(
    start: Start, mp4: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    keeping = read_keeping(
        {"DATABASE_URL": f"sqlite:///{tmp_path / 'reeltalk.sqlite'}", "SECRET_KEY": SECRET}
    )
    async with (
        stand_in.serve(key=KEY) as theirs,
        start(
            SECRET_KEY=SECRET,
            LUNOS_API_KEY="operator",
            LUNOS_BASE_URL=theirs.base_url,
            PROVIDER="openrouter",
        ) as stage,
    ):
        async with open_books(keeping) as books:
            await books.keys.keep(stage.discord.guild_id, OwnKey("lunos", KEY))
        usage = {"prompt_tokens": 700, "completion_tokens": 20, "cost": 0.0021}
        theirs.script.append(Stream(("A square.",), usage=usage))
        await stage.answered(stage.ask("what?", mp4))
        (asked,) = theirs.requests
        assert asked.headers["authorization"] == f"Bearer {KEY}"
        assert stage.model.requests == []
        assert (await used(tmp_path, stage.discord.guild_id)).own_micros == 2100
        # A key that its provider refuses is not quoted either.
        async with open_books(keeping) as books:
            await books.keys.keep(stage.discord.guild_id, OwnKey("lunos", f"{KEY}-wrong"))
            await stage.bot.end()
            await stage.bot.begin()
        await stage.answered(stage.ask("what?", mp4), "failed")
        other = stage.discord.add_channel("other", guild_id=stage.discord.add_server("Another"))
        await stage.answered(stage.ask("what?", mp4, channel_id=other))
        assert len(stage.model.requests) == 1
        panel = await Panel.opened(stage.discord)
        said = [repr(one) for one in stage.discord.requests]
        produced = "\n".join([*said, panel.text, caplog.text, repr(keeping), repr(stage.bot)])
    assert KEY not in produced
    assert KEY[:-6] not in produced
    assert KEY.encode() not in written_in(tmp_path)
