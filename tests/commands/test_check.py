import json
from collections.abc import AsyncGenerator

import pytest

from bot.commands.check import check
from bot.commands.terminal import Status
from bot.playground.discord import Discord, serve
from bot.playground.model import Model, Respond, Stream
from bot.playground.model.wire import catalogue_entry
from tests.servers import Peer, serving

Captured = pytest.CaptureFixture[str]


@pytest.fixture
async def discord() -> AsyncGenerator[Discord]:
    async with serve() as running:
        yield running


@pytest.fixture
def whole(environ: dict[str, str], discord: Discord, model: Model) -> dict[str, str]:
    """Return settings with which there is nothing to do."""
    model.others.append(catalogue_entry("google/gemini-3.5-flash-lite"))
    return {**environ, "DISCORD_TOKEN": discord.token, "DISCORD_API_URL": discord.api_url}


async def lines(environ: dict[str, str], capsys: Captured, status: Status) -> list[str]:
    assert await check(environ) is status
    return capsys.readouterr().out.splitlines()


async def test_everything_that_is_well_is_one_line_each(
    whole: dict[str, str], capsys: Captured
) -> None:
    said = await lines(whole, capsys, Status.DONE)
    assert [line.partition(":")[0] for line in said] == [
        "✓ Discord token",
        "✓ intents",
        "✓ servers (1)",
        "✓ OpenRouter key",
        "✓ model google/gemini-3.5-flash-lite",
        "✓ a clip of four seconds",
    ]


async def test_missing_settings_are_told_and_the_rest_is_looked_at(
    environ: dict[str, str], capsys: Captured
) -> None:
    said = await lines(environ, capsys, Status.FAILED)
    assert said[0] == "✗ settings: not as they should be"
    assert "DISCORD_TOKEN is missing" in said[1]
    assert said[-1].startswith("✓ a clip of four seconds: answered")
    assert await check({}) is Status.FAILED


async def test_a_refused_token_is_told_with_its_remedy(
    whole: dict[str, str], capsys: Captured
) -> None:
    said = await lines({**whole, "DISCORD_TOKEN": "wrong"}, capsys, Status.FAILED)
    assert said[0] == "✗ Discord token: refused"
    assert "reset it on the Bot page" in said[1]


async def test_an_unreachable_discord_is_told(whole: dict[str, str], capsys: Captured) -> None:
    unreachable = {**whole, "DISCORD_API_URL": "http://127.0.0.1:9/api"}
    said = await lines(unreachable, capsys, Status.FAILED)
    assert said[0].startswith("✗ Discord: can't be reached")


async def test_a_server_that_grants_too_little_is_named(
    environ: dict[str, str], capsys: Captured
) -> None:
    answers = {
        "/users/@me": {"username": "Reeltalk"},
        "/oauth2/applications/@me": {"flags": 1 << 18},
        "/users/@me/guilds": [
            {"name": "Film [club]", "permissions": str(1 << 10 | 1 << 11)},
            {"name": "Admins", "permissions": "8"},
        ],
    }

    async def discord(peer: Peer) -> None:
        while True:
            first, headers = await peer.request()
            assert headers["authorization"] == "Bot token"
            body = json.dumps(answers[first.split()[1]]).encode()
            await peer.respond(body, "200 OK", "Content-Type: application/json")

    async with serving(discord) as url:
        given = {**environ, "DISCORD_TOKEN": "token", "DISCORD_API_URL": url}
        said = await lines(given, capsys, Status.FAILED)
    assert said[1].endswith("message content is on")
    assert said[2].startswith("✓ servers (1)")
    assert said[3] == (
        "✗ server Film [club]: lacks Attach Files, Read Message History, Create Public Threads, "
        "Send Messages in Threads"
    )


async def test_a_refused_key_is_told_and_no_clip_is_sent(
    whole: dict[str, str], model: Model, capsys: Captured
) -> None:
    model.key = "another"
    said = await lines(whole, capsys, Status.FAILED)
    assert said[-2] == "✗ OpenRouter key: refused"
    assert "has to set a valid one" in said[-1]
    assert not model.requests


async def test_a_model_that_takes_no_video_is_told_with_one_that_does(
    whole: dict[str, str], model: Model, capsys: Captured
) -> None:
    model.others[:] = [catalogue_entry("google/gemini-3.5-flash-lite", ["text"])]
    said = await lines(whole, capsys, Status.FAILED)
    at = said.index("✗ model google/gemini-3.5-flash-lite: takes no video")
    assert said[at + 1].strip() == "→ set MODEL to playground/stand-in"


async def test_a_clip_that_was_not_seen_is_told(
    whole: dict[str, str], model: Model, capsys: Captured
) -> None:
    usage = {"prompt_tokens": 40, "completion_tokens": 4}
    model.script.append(Stream(("A dog.",), usage=usage))
    said = await lines(whole, capsys, Status.FAILED)
    assert "may not have seen the clip" in said[-1]
    model.script.append(Respond(402, {"error": {"code": 402, "message": "Insufficient credits"}}))
    said = await lines(whole, capsys, Status.FAILED)
    assert said[-2] == "✗ a clip of four seconds: was not answered"
    assert "credit with OpenRouter is used up" in said[-1]


@pytest.mark.parametrize(
    ("account", "words"),
    [
        ({"limit_remaining": 12.5}, "accepted, $12.50 left"),
        ({"limit_remaining": None}, "accepted, without a limit of its own"),
        ({"balance": 0.5, "email": "me@example.org"}, "accepted, $0.5000 left, which is not much"),
        ({"balance": 0}, "accepted, but nothing is left of its credit"),
    ],
)
async def test_what_is_left_of_the_credit_is_told_and_nobodys_address(
    capsys: Captured, account: dict[str, object], words: str
) -> None:
    async def lunos(peer: Peer) -> None:
        while True:
            first, _ = await peer.request()
            body = json.dumps({"data": account if "/balance" in first else []}).encode()
            await peer.respond(body, "200 OK", "Content-Type: application/json")

    async with serving(lunos) as url:
        await check({"LUNOS_API_KEY": "k", "LUNOS_BASE_URL": url, "SILENCE_SECONDS": "0.2"})
    out = capsys.readouterr().out
    assert f"Lunos key: {words}" in out
    assert "example.org" not in out
