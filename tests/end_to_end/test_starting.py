import asyncio
import os
import signal
import sys
from asyncio.subprocess import PIPE
from pathlib import Path

import pytest

from bot.app import restarts
from bot.playground import model as stand_in
from bot.playground.discord import Answer, Fault, serve
from bot.playground.model import Stall
from tests.end_to_end.conftest import Start
from tests.end_to_end.staging import Stage, sha256
from tests.servers import Peer, serving

ROOT = Path(__file__).parents[2]
TOKEN = {"DISCORD_TOKEN": "token"}
KEY = {"OPENROUTER_API_KEY": "key"}
NOBODY = {"DISCORD_API_URL": "http://127.0.0.1:9/api/v10"}


async def reeltalk(folder: Path, *arguments: str, **environ: str) -> asyncio.subprocess.Process:
    """Start the bot in a folder, with these variables and no others of its own."""
    inherited = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    return await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "bot", *arguments),
        stdout=PIPE,
        stderr=PIPE,
        cwd=folder,
        env={**inherited, "PYTHONPATH": str(ROOT), **environ},
    )


async def ended(process: asyncio.subprocess.Process) -> tuple[int | None, str, str]:
    async with asyncio.timeout(30):
        out, err = await process.communicate()
    return process.returncode, out.decode(), err.decode()


@pytest.mark.parametrize(
    ("environ", "status", "words"),
    [
        (KEY, 2, "DISCORD_TOKEN is missing"),
        (TOKEN, 2, "No provider is configured"),
        ({**TOKEN, "PROVIDER": "lunos"}, 2, "needs LUNOS_API_KEY"),
        ({**TOKEN, **KEY, **NOBODY}, 1, "Discord can't be reached"),
    ],
    ids=["no token", "no provider", "no key", "no Discord"],
)
async def test_a_bot_that_can_not_run_says_why_in_one_sentence(
    tmp_path: Path, environ: dict[str, str], status: int, words: str
) -> None:
    returned, out, err = await ended(await reeltalk(tmp_path, **environ))
    assert (returned, out) == (status, "")
    (line,) = err.splitlines()
    assert line.startswith("Reeltalk can't start: ")
    assert words in line


async def test_a_wrong_token_is_one_sentence(tmp_path: Path) -> None:
    async with serve() as discord:
        bot = await reeltalk(tmp_path, **TOKEN, **KEY, DISCORD_API_URL=discord.api_url)
        returned, _, err = await ended(bot)
    assert returned == 1
    (line,) = err.splitlines()
    assert line.startswith("Reeltalk can't start: Discord refused DISCORD_TOKEN")


async def test_settings_are_read_from_a_file_and_the_environment_wins(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("DISCORD_TOKEN=token\nOPENROUTER_API_KEY=key\nLOG_LEVEL=loud\n")
    _, _, err = await ended(await reeltalk(tmp_path))
    assert "LOG_LEVEL" in err
    assert "DISCORD_TOKEN" not in err
    _, _, err = await ended(await reeltalk(tmp_path, LOG_LEVEL="INFO", MAX_CLIP_MB="none"))
    assert "LOG_LEVEL" not in err
    assert "MAX_CLIP_MB" in err


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
async def test_a_bot_that_is_told_to_stop_ends_well(tmp_path: Path, number: int) -> None:
    async with serve() as discord:
        bot = await reeltalk(
            tmp_path,
            **KEY,
            DISCORD_TOKEN=discord.token,
            DISCORD_API_URL=discord.api_url,
            DISCORD_GATEWAY_URL=discord.gateway_url,
        )
        await discord.until(lambda: discord.ready)
        bot.send_signal(number)
        returned, _, err = await ended(bot)
    assert returned == 0
    assert "Traceback" not in err


async def test_a_folder_that_can_not_be_written_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("a file where the folder should be")
    async with serve() as discord:
        bot = await reeltalk(
            tmp_path, **KEY, DISCORD_TOKEN=discord.token, DISCORD_API_URL=discord.api_url
        )
        returned, _, err = await ended(bot)
    assert returned == 1
    (line,) = err.splitlines()
    assert "Questions can't be kept in data/reeltalk-jobs.sqlite" in line


async def test_a_wrong_key_is_told_to_who_asked(start: Start, mp4: Path) -> None:
    async with (
        stand_in.serve(key="right") as strict,
        start(OPENROUTER_BASE_URL=strict.base_url) as s,
    ):
        said = await s.answered(s.ask("what is this?", mp4), "failed")
    assert "OpenRouter refused this bot's key" in said


async def test_a_server_that_is_no_discord_is_one_sentence(tmp_path: Path) -> None:
    async def talk(peer: Peer) -> None:
        while True:
            await peer.request()
            await peer.respond(b"It works!")

    async with serving(talk) as url:
        returned, _, err = await ended(
            await reeltalk(tmp_path, **TOKEN, **KEY, DISCORD_API_URL=url)
        )
    assert returned == 1
    (line,) = err.splitlines()
    assert "check DISCORD_API_URL" in line


async def test_a_file_of_settings_that_is_no_text_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / ".env").write_bytes("DISCORD_TOKEN=token\n".encode("utf-16"))
    returned, _, err = await ended(await reeltalk(tmp_path))
    assert returned == 2
    (line,) = err.splitlines()
    assert "save it as UTF-8" in line


async def test_commands_are_sent_only_when_discord_holds_others(tmp_path: Path) -> None:
    async with serve() as discord:
        environ = {
            **KEY,
            "DISCORD_TOKEN": discord.token,
            "DISCORD_API_URL": discord.api_url,
            "DISCORD_GATEWAY_URL": discord.gateway_url,
        }
        for start in (1, 2):
            bot = await reeltalk(tmp_path, **environ)
            await discord.until(lambda start=start: discord.identifies == start)
            bot.terminate()
            assert (await ended(bot))[0] == 0
        puts = [one for one in discord.requests if one.method == "PUT"]
    assert [one.template for one in puts] == ["/applications/{application_id}/commands"]
    assert {one["name"] for one in puts[0].request} == {
        "about",
        "ask",
        "forget",
        "privacy",
        "settings",
        "usage",
        "Ask about this clip",
    }


async def test_commands_that_can_not_be_sent_keep_nobody_from_asking(
    start: Start, mp4: Path
) -> None:
    refused = Fault(Answer(403), "GET", "/applications/*/commands", times=9)
    async with start(faults=[refused]) as stage:
        await stage.answered(stage.ask("what is this?", mp4))


async def test_an_event_that_makes_no_sense_costs_itself_alone(stage: Stage, mp4: Path) -> None:
    stage.model.script.append(Stall(pieces=("so far",)))
    question = stage.ask("what is this?", mp4)
    await stage.discord.until(lambda: stage.said(question) == ["so far"])
    stage.discord.tell("MESSAGE_CREATE", {"id": "1", "channel_id": "what"})
    await stage.answered(stage.ask("and this?", mp4))
    assert stage.said(question) == ["so far"]
    assert stage.discord.identifies == 1


async def test_a_bot_whose_connection_breaks_down_starts_again(stage: Stage, mp4: Path) -> None:
    stage.model.script.append(Stall(pieces=("so far",)))
    question = stage.ask("what is this?", mp4)
    await stage.discord.until(lambda: stage.said(question) == ["so far"])
    stage.discord.garble_gateway()
    await stage.discord.until(lambda: stage.discord.identifies == 2)
    # What was being answered is begun again, and nothing asked meanwhile is left.
    await stage.discord.until(lambda: sha256(mp4) in "".join(stage.said(question)))
    await stage.answered(stage.ask("and this?", mp4))


def test_starting_again_never_uses_up_a_days_identifies() -> None:
    day, starts, seconds = 86_400, 0, 0.0
    for pause in restarts():
        seconds += pause
        starts += 1
        if seconds > day:
            break
    assert starts < 500  # of a thousand
