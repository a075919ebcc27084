"""What REST does, through the real client."""

import json
from io import BytesIO
from typing import Any

import aiohttp
import discord
import pytest

from bot.playground.discord import Discord, Rate, Reaction, serve
from tests.discord_calls import place, start_thread


async def test_a_reply_may_let_its_target_be_gone(
    emulated: Discord, caller: discord.Client
) -> None:
    said = emulated.say("gone soon")
    channel = place(caller, emulated.channel_id)
    reference = discord.MessageReference(
        message_id=said.id, channel_id=said.channel_id, fail_if_not_exists=False
    )
    emulated.delete(said.id)
    sent = await channel.send("anyway", reference=reference)
    assert sent.reference is None


async def test_the_same_nonce_writes_one_message(emulated: Discord, caller: discord.Client) -> None:
    channel = place(caller, emulated.channel_id)
    first = await channel.send("once", nonce="job-1")
    second = await channel.send("once", nonce="job-1")
    await channel.send("once", nonce="job-2")
    assert first.id == second.id
    assert len(emulated.messages(emulated.channel_id)) == 2


async def test_talking_wakes_an_archived_thread(emulated: Discord, caller: discord.Client) -> None:
    thread = await start_thread(caller, emulated)
    emulated.archive(thread.id)
    await thread.send("good morning")
    woken = emulated.thread(thread.id)
    assert woken
    assert not woken.archived


async def test_a_worker_without_a_gateway_finds_and_edits_by_ids(
    emulated: Discord, caller: discord.Client
) -> None:
    thread = await start_thread(caller, emulated)
    sent = await place(caller, thread.id).send("half an ans")
    await place(caller, thread.id).get_partial_message(sent.id).edit(content="a whole answer")
    fetched = await caller.fetch_channel(thread.id)
    assert isinstance(fetched, discord.Thread)
    assert (fetched.message_count, fetched.owner_id) == (1, emulated.bot_id)
    assert [one.id for one in await fetched.fetch_members()] == [emulated.bot_id]
    assert emulated.messages(thread.id)[0].content == "a whole answer"
    assert emulated.messages(thread.id)[0].edited


async def test_an_edit_keeps_what_it_does_not_name(
    emulated: Discord, caller: discord.Client
) -> None:
    channel = place(caller, emulated.channel_id)
    file, embed = discord.File(BytesIO(b"frames"), "frames.txt"), discord.Embed(title="t")
    sent = await channel.send("text", file=file, embed=embed, suppress_embeds=True)
    assert sent.embeds == []
    edited = await channel.get_partial_message(sent.id).edit(content="other")
    assert [one.filename for one in edited.attachments] == ["frames.txt"]
    assert await edited.attachments[0].read() == b"frames"
    assert edited.flags.suppress_embeds
    bare = await edited.edit(attachments=[], suppress=False)
    assert (bare.attachments, bare.embeds[0].title) == ([], "t")


async def test_buttons_and_views_come_back_with_ids(
    emulated: Discord, caller: discord.Client
) -> None:
    view = discord.ui.View(timeout=None)
    view.add_item(discord.ui.Button(label="Stop", custom_id="stop"))
    sent = await place(caller, emulated.channel_id).send("working", view=view)
    assert isinstance(sent.components[0], discord.ActionRow)
    assert sent.components[0].children[0].id == 2
    layout = discord.ui.LayoutView(timeout=None)
    layout.add_item(discord.ui.TextDisplay("a panel"))
    panel = await place(caller, emulated.channel_id).send(view=layout)
    assert panel.flags.components_v2
    with pytest.raises(discord.HTTPException):
        await place(caller, emulated.channel_id).get_partial_message(panel.id).edit(content="x")


async def test_mentions_are_those_the_author_allows(
    emulated: Discord, caller: discord.Client
) -> None:
    channel, text = place(caller, emulated.channel_id), f"<@{emulated.user_id}> @everyone"
    loud = await channel.send(text)
    quiet = await channel.send(text, allowed_mentions=discord.AllowedMentions.none())
    assert ([one.id for one in loud.mentions], loud.mention_everyone) == ([emulated.user_id], True)
    assert (quiet.mentions, quiet.mention_everyone) == ([], False)


async def test_a_reaction_is_put_on_and_taken_off(
    emulated: Discord, caller: discord.Client
) -> None:
    said = emulated.say("hm")
    message = place(caller, emulated.channel_id).get_partial_message(said.id)
    await message.add_reaction("👀")
    reacted = emulated.messages(emulated.channel_id)[0]
    assert reacted.reactions == (Reaction("👀", emulated.bot_id),)
    assert (await message.fetch()).reactions[0].me
    assert caller.user
    await message.remove_reaction("👀", caller.user)
    assert emulated.messages(emulated.channel_id)[0].reactions == ()


async def test_history_is_read_in_pages(emulated: Discord, caller: discord.Client) -> None:
    said = [emulated.say(str(number)).id for number in range(5)]
    channel = place(caller, emulated.channel_id)
    middle = discord.Object(said[2])

    async def read(**marks: Any) -> list[int]:
        return [said.index(one.id) async for one in channel.history(**marks)]

    assert await read(limit=2) == [4, 3]
    assert await read(before=middle) == [1, 0]
    assert await read(after=middle) == [3, 4]
    assert await read(around=middle, limit=3) == [3, 2, 1]


async def test_typing_is_allowed_where_talking_is(
    emulated: Discord, caller: discord.Client
) -> None:
    silent = emulated.add_channel("silent", denied=("SEND_MESSAGES",))
    await place(caller, emulated.channel_id).typing()
    with pytest.raises(discord.Forbidden):
        await place(caller, silent).typing()


async def test_too_many_calls_are_told_to_wait() -> None:
    async with serve(rate=Rate(calls=1, seconds=60)) as emulated, aiohttp.ClientSession() as http:
        headers = {"Authorization": f"Bot {emulated.token}"}
        first = await http.get(f"{emulated.api_url}/users/@me", headers=headers)
        second = await http.get(f"{emulated.api_url}/users/@me", headers=headers)
        body = await second.json()
    assert (first.status, first.headers["X-RateLimit-Remaining"]) == (200, "0")
    assert (second.status, second.headers["Via"]) == (429, "1.1 google")
    assert 0 < body["retry_after"] <= 60


async def test_the_content_type_is_exactly_discords(emulated: Discord) -> None:
    async with aiohttp.ClientSession() as http:
        answer = await http.get(f"{emulated.api_url}/users/@me")
        body = json.loads(await answer.read())
    assert answer.headers["Content-Type"] == "application/json"
    assert body == {"message": "401: Unauthorized", "code": 0}


async def test_a_body_that_is_not_json_is_refused(emulated: Discord) -> None:
    url = f"{emulated.api_url}/channels/{emulated.channel_id}/messages"
    headers = {"Authorization": f"Bot {emulated.token}", "Content-Type": "application/json"}
    async with aiohttp.ClientSession(headers=headers) as http:
        answer = await http.post(url, data=b"{")
        assert (await answer.json())["code"] == 50109
