"""Everything that is said, held against Discord's own document."""

import asyncio
import json
import os
from io import BytesIO
from pathlib import Path
from typing import Any

import discord
import pytest
from discord import app_commands
from discord.http import Route

from bot.playground.discord import Discord, Exchange, File
from tests.discord_calls import start_thread
from tests.discord_openapi import violations
from tests.playground.apps import Form, offer


@pytest.fixture(scope="module")
def document() -> Any:
    path = os.environ.get("DISCORD_OPENAPI")
    if not path:
        pytest.skip("DISCORD_OPENAPI names no document")
    return json.loads(Path(path).read_text())


async def test_every_call_and_every_answer_is_as_discord_documents_it(
    emulated: Discord, witness: Any, clip: Path, document: Any
) -> None:
    await manage(witness)
    emulated.say(f"<@{emulated.bot_id}> what is this?", files=[File(clip)])
    await converse(emulated, witness)
    await interact(emulated, witness)
    await settle(emulated, witness)
    await deal(emulated, witness, clip)
    await err(emulated, witness)
    templates = {one.template for one in emulated.requests}
    assert len(templates) >= 19
    assert violations(emulated.requests, document) == []


async def manage(witness: Any) -> None:
    async def ask(interaction: discord.Interaction, message: discord.Message) -> None:
        raise NotImplementedError

    async def about(interaction: discord.Interaction, clip: discord.Attachment) -> None:
        raise NotImplementedError

    witness.tree.add_command(app_commands.ContextMenu(name="Ask about this clip", callback=ask))
    witness.tree.add_command(app_commands.Command(name="ask", description="Ask", callback=about))
    await witness.tree.sync()
    await witness.tree.fetch_commands()
    witness.tree.clear_commands(guild=None)
    await witness.application_info()


async def converse(emulated: Discord, witness: Any) -> None:
    heard = await witness.heard.get()
    await heard.add_reaction("👀")
    thread = await heard.create_thread(name="What is this?")
    await thread.add_user(discord.Object(emulated.user_id))
    await thread.fetch_members()
    await thread.fetch_member(emulated.user_id)
    await thread.join()
    await thread.typing()
    view = discord.ui.View(timeout=None)
    view.add_item(discord.ui.Button(label="Stop", custom_id="stop"))
    file, embed = discord.File(BytesIO(b"frames"), "frames.txt"), discord.Embed(title="t")
    answer = await thread.send("a cat", file=file, embed=embed, view=view)
    await answer.edit(content="a cat, asleep", view=None)
    await heard.reply("see the thread")
    layout = discord.ui.LayoutView(timeout=None)
    layout.add_item(discord.ui.Container(discord.ui.TextDisplay("a panel")))
    await heard.channel.send(view=layout)
    forward = emulated.forward(heard.id)
    await heard.channel.fetch_message(forward.id)
    assert len([one async for one in thread.history()]) == 2
    assert len([one async for one in heard.channel.history()]) == 4
    await heard.remove_reaction("👀", witness.user)
    await answer.delete()
    for channel_id in (thread.id, heard.channel.id, emulated.dm_channel_id):
        await witness.fetch_channel(channel_id)
    await (await witness.fetch_user(emulated.user_id)).create_dm()
    await witness.get_partial_messageable(emulated.dm_channel_id).send("in private")
    route = Route("POST", "/attachments/refresh-urls")
    await witness.http.request(route, json={"attachment_urls": [heard.attachments[0].url]})


async def interact(emulated: Discord, witness: Any) -> None:
    opened: asyncio.Queue[discord.Interaction] = asyncio.Queue()
    witness.add_listener(opened.put, "on_interaction")
    for channel_id in (emulated.channel_id, emulated.dm_channel_id):
        for answer in (written, whispered, promised, put_off, updated):
            view = discord.ui.View(timeout=None)
            view.add_item(discord.ui.Button(label="Stop", custom_id="stop"))
            channel = witness.get_partial_messageable(channel_id)
            shown = await channel.send("an answer", view=view)
            emulated.press(shown.id, "stop")
            await answer(await opened.get())
            await channel.fetch_message(shown.id)


async def written(pressed: discord.Interaction) -> None:
    await pressed.response.send_message("stopped", file=discord.File(BytesIO(b"x"), "x.txt"))
    second = await pressed.followup.send("and more", wait=True)
    await pressed.followup.fetch_message(second.id)
    await second.edit(content="and less")
    await second.delete()
    await pressed.delete_original_response()


async def whispered(pressed: discord.Interaction) -> None:
    await pressed.response.send_message("not yours", ephemeral=True)
    await pressed.original_response()


async def promised(pressed: discord.Interaction) -> None:
    await pressed.response.defer(thinking=True, ephemeral=True)
    await pressed.followup.send("stopped")


async def put_off(pressed: discord.Interaction) -> None:
    await pressed.response.defer()
    await pressed.edit_original_response(content="stopped", view=None)


async def updated(pressed: discord.Interaction) -> None:
    await pressed.response.edit_message(content="stopped", view=None)


async def settle(emulated: Discord, witness: Any) -> None:
    for kind in ("text", "voice", "announcement", "forum"):
        await witness.fetch_channel(emulated.add_channel("one", kind=kind))
    posted = emulated.post(emulated.add_channel("clips", kind="forum"), "A bird", "Which?")
    thread_id = emulated.add_private_thread("between us")
    emulated.say(f"<@{emulated.bot_id}>", channel_id=thread_id)
    thread = await start_thread(witness, emulated)
    await thread.edit(archived=True)
    await thread.edit(archived=False, name="another")
    channel = witness.get_partial_messageable(emulated.channel_id)
    emulated.say("news", webhook=True)
    linked = emulated.say("a link", forward_of=posted.id)
    emulated.unfurl(linked.id, {"type": "link", "url": "https://example.org", "title": "x"})
    emulated.system(emulated.channel_id)
    for channel_id in (channel.id, posted.channel_id, thread_id):
        assert [one async for one in witness.get_partial_messageable(channel_id).history()]
    assert [one async for one in witness.fetch_guilds()]


async def deal(emulated: Discord, witness: Any, clip: Path) -> None:
    used = await offer(witness, user=True)
    foreign = emulated.add_elsewhere("a foreign place")
    for channel_id in (emulated.channel_id, emulated.dm_channel_id, foreign):
        emulated.use_command("ask", question="What?", clip=File(clip), channel_id=channel_id)
        await written((await used.get())[0])
        emulated.autocomplete("ask", focused="model", channel_id=channel_id)
        await used.get()
        said = emulated.say("my clip", files=[File(clip)], channel_id=channel_id)
        form = Form()
        opened = emulated.use_on_message("Ask about this clip", said.id)
        await (await used.get())[0].response.send_modal(form)
        emulated.submit(opened.id, {"question": "Why?"}, files={"clip": [File(clip)]})
        await written((await form.sent.get())[0])


async def err(emulated: Discord, witness: Any) -> None:
    channel = witness.get_partial_messageable(emulated.channel_id)
    with pytest.raises(discord.NotFound):
        await channel.fetch_message(1)
    with pytest.raises(discord.HTTPException):
        await channel.send("x" * 2001)


def test_what_departs_from_the_document_is_found(document: Any) -> None:
    def exchange(template: str, request: Any, status: int, response: Any) -> Exchange:
        return Exchange("POST", template, template, {}, request, (), status, response)

    found = violations(
        [
            exchange("/nowhere", None, 200, None),
            exchange("/channels/{channel_id}/messages", {"content": 3}, 200, {"id": "1"}),
            exchange("/channels/{channel_id}/typing", None, 299, None),
            exchange("/channels/{channel_id}/typing", None, 204, {}),
            exchange("/channels/{channel_id}/typing", None, 404, {"code": "x"}),
        ],
        document,
    )
    assert {line.split(": ")[1] for line in found} >= {
        "no such operation",
        "request $.content",
        "response $",
        "status 299 is not one of ['200', '204', '429', '4XX']",
        "status 204 has a body",
    }
