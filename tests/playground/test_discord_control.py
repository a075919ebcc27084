"""The door for another process, and the command line."""

import asyncio
import json
import signal
import sys
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import aiohttp
import discord
import pytest

from bot.playground.discord import Discord
from tests.discord_calls import place
from tests.playground.apps import Form, offer


@pytest.fixture
async def http(emulated: Discord) -> AsyncGenerator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession(emulated.control_url + "/") as session:
        yield session


async def lines(answer: aiohttp.ClientResponse, last: str) -> list[Any]:
    told: list[Any] = []
    async for line in answer.content:
        told.append(json.loads(line))
        if told[-1]["kind"] == last:
            break
    return told


async def test_another_process_writes_and_watches(
    emulated: Discord, connect: Any, http: aiohttp.ClientSession, clip: Path
) -> None:
    async with http.get("changes") as changes, connect() as witness:
        form = {"content": f"<@{emulated.bot_id}> what?", "files": [str(clip)]}
        async with http.post("messages", json=form) as answer:
            said = await answer.json()
        thread = await (await witness.heard.get()).create_thread(name="What?")
        await (await thread.send("a")).edit(content="a cat")
        emulated.delete(int(said["id"]))
        told = await lines(changes, "message_deleted")
    assert [one["kind"] for one in told] == [
        "gateway_ready",
        "message_created",
        "thread_created",
        "message_created",
        "message_edited",
        "message_deleted",
    ]
    assert told[1]["message"] == said
    assert told[2]["thread"]["id"] == said["id"]
    assert told[4]["message"]["content"] == "a cat"


async def test_a_person_sees_what_the_bot_may_not(
    emulated: Discord, witness: Any, http: aiohttp.ClientSession
) -> None:
    async with http.get("changes") as changes:
        emulated.say("not for the bot")
        told = await lines(changes, "message_created")
    assert told[0] == {"kind": "gateway_ready"}
    assert told[1]["message"]["content"] == "not for the bot"
    assert (await witness.heard.get()).content == ""


@pytest.mark.parametrize(
    "form", [{"content": "x", "channel_id": 1}, {"files": ["/nowhere/clip.mp4"]}, {"reply_to": "a"}]
)
async def test_what_cannot_be_written_is_said(
    form: dict[str, Any], http: aiohttp.ClientSession, emulated: Discord
) -> None:
    async with http.post("messages", json=form) as answer:
        assert answer.status == 400
        assert (await answer.json())["message"]
    assert emulated.messages(emulated.channel_id) == []


@pytest.mark.parametrize(
    "path", ["messages", "presses", "commands", "message-commands", "submissions"]
)
async def test_a_form_from_a_foreign_page_is_not_taken(
    path: str, http: aiohttp.ClientSession
) -> None:
    async with http.post(path, data='{"content": "x"}') as answer:
        assert answer.status == 415


async def test_another_process_presses_a_button(
    emulated: Discord, caller: discord.Client, http: aiohttp.ClientSession
) -> None:
    view = discord.ui.View(timeout=None)
    view.add_item(discord.ui.Button(label="Stop", custom_id="stop"))
    shown = await place(caller, emulated.channel_id).send("an answer", view=view)
    form = {"message_id": str(shown.id), "custom_id": "stop"}
    async with http.post("presses", json=form) as answer:
        opened = emulated.interaction(int((await answer.json())["id"]))
    assert (answer.status, opened.user_id, opened.message_id) == (200, emulated.user_id, shown.id)
    for wrong in ({"custom_id": "go"}, {"message_id": "x"}, {"author_id": 1}):
        async with http.post("presses", json=form | wrong) as answer:
            assert answer.status == 400


async def test_another_process_uses_commands_and_fills_in_forms(
    emulated: Discord, witness: Any, http: aiohttp.ClientSession, clip: Path
) -> None:
    used, form = await offer(witness), Form()
    said = emulated.say("my clip")
    async with http.get("changes") as changes:
        by_hand = {"name": "Ask about this clip", "message_id": str(said.id)}
        opened = await posted(http, "message-commands", by_hand)
        await (await used.get())[0].response.send_modal(form)
        told = (await lines(changes, "interaction_answered"))[-1]
    assert (told["id"], told["custom_id"]) == (opened["id"], "form")
    assert [one["type"] for one in told["modal"]["components"]] == [1, 18, 18]
    filled = {"values": {"question": "Why?"}, "files": {"clip": [str(clip)]}}
    await posted(http, "submissions", {"interaction_id": told["id"], **filled})
    _, (question, _, clips) = await form.sent.get()
    assert (question, [one.filename for one in clips]) == ("Why?", ["clip.mp4"])
    options = {"options": {"question": "What?"}, "files": {"clip": str(clip)}}
    await posted(http, "commands", {"name": "ask", **options})
    asked, (question, attached, *_) = await used.get()
    assert (question, attached.filename) == ("What?", "clip.mp4")
    async with http.get("changes") as changes:
        await asked.response.defer(thinking=True)
        told = (await lines(changes, "interaction_answered"))[-1]
    assert (told["id"], told["custom_id"], told["modal"]) == (str(asked.id), None, None)


async def posted(http: aiohttp.ClientSession, path: str, form: Any) -> Any:
    async with http.post(path, json=form) as answer:
        assert answer.status == 200
        return await answer.json()


@pytest.mark.parametrize(
    ("path", "form"),
    [
        ("commands", {}),
        ("commands", {"name": "ask"}),
        ("commands", {"name": "ask", "options": ["x"]}),
        ("commands", {"name": "ask", "options": {"question": 3}}),
        ("message-commands", {"name": "Ask about this clip", "message_id": 1}),
        ("submissions", {"interaction_id": 1}),
    ],
)
async def test_what_nobody_could_do_is_not_done(
    path: str, form: Any, witness: Any, http: aiohttp.ClientSession
) -> None:
    await offer(witness)
    async with http.post(path, json=form) as answer:
        assert answer.status == 400
        assert (await answer.json())["message"]


@asynccontextmanager
async def command_line() -> AsyncGenerator[asyncio.subprocess.Process]:
    program = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "bot.playground.discord",
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        cwd=Path(__file__).parents[2],
    )
    try:
        yield program
    finally:
        if program.returncode is None:
            program.kill()
        await program.communicate()


def interrupt(program: asyncio.subprocess.Process) -> None:
    program.send_signal(signal.SIGINT)


def leave(program: asyncio.subprocess.Process) -> None:
    assert program.stdin
    program.stdin.close()


@pytest.mark.parametrize("end", [asyncio.subprocess.Process.terminate, interrupt, leave])
async def test_the_command_line_tells_where_it_listens_and_ends(
    end: Callable[[asyncio.subprocess.Process], None],
) -> None:
    async with command_line() as program:
        assert program.stdout
        facts = json.loads(await asyncio.wait_for(program.stdout.readline(), 20))
        headers = {"Authorization": f"Bot {facts['token']}"}
        async with aiohttp.ClientSession(headers=headers) as http:
            async with http.get(f"{facts['api_url']}/users/@me") as answer:
                assert (await answer.json())["id"] == str(facts["bot_id"])
            async with http.post(
                f"{facts['control_url']}/messages", json={"content": "hi"}
            ) as said:
                assert (await said.json())["channel_id"] == str(facts["channel_id"])
        end(program)
        assert await asyncio.wait_for(program.wait(), 20) == 0
