from urllib.parse import parse_qs, urlsplit

import discord as discord_py
import pytest

from bot.commands.invite import invite
from bot.commands.terminal import Status
from bot.playground.discord import Answer, Fault, serve
from bot.settings import SettingsError

Captured = pytest.CaptureFixture[str]


async def test_the_link_asks_for_exactly_what_is_needed(capsys: Captured) -> None:
    async with serve() as discord:
        environ = {"DISCORD_TOKEN": discord.token, "DISCORD_API_URL": discord.api_url}
        assert await invite(environ) is Status.DONE
    link = urlsplit(capsys.readouterr().out.strip())
    assert (link.netloc, link.path) == ("discord.com", "/oauth2/authorize")
    asked = parse_qs(link.query)
    assert asked["client_id"] == [str(discord.bot_id)]
    assert asked["scope"] == ["bot applications.commands"]
    granted = discord_py.Permissions(int(asked["permissions"][0]))
    assert {name for name, is_granted in granted if is_granted} == {
        "read_messages",
        "send_messages",
        "send_messages_in_threads",
        "create_public_threads",
        "read_message_history",
        "attach_files",
    }


async def test_what_keeps_the_link_is_said(capsys: Captured) -> None:
    async with serve() as discord:
        environ = {"DISCORD_TOKEN": "wrong", "DISCORD_API_URL": discord.api_url}
        assert await invite(environ) is Status.FAILED
        assert "Discord refused DISCORD_TOKEN" in capsys.readouterr().err
        discord.faults.append(Fault(Answer(500), "GET", "/oauth2/applications/@me"))
        assert await invite({**environ, "DISCORD_TOKEN": discord.token}) is Status.FAILED
        assert "status 500" in capsys.readouterr().err
    assert await invite(environ) is Status.FAILED
    assert "can't be reached" in capsys.readouterr().err


async def test_without_a_token_there_is_nobody_to_invite() -> None:
    with pytest.raises(SettingsError, match="DISCORD_TOKEN is missing"):
        await invite({})
