"""What REST accepts and how it refuses, through the real client."""

import json
from collections.abc import Awaitable, Callable
from io import BytesIO
from typing import Any, TypeAlias

import aiohttp
import discord
import pytest
from discord.http import Route

from bot.playground.discord import Discord, Rate, Reaction, serve

Act: TypeAlias = Callable[[discord.Client, Discord], Awaitable[object]]


def place(caller: discord.Client, channel_id: int) -> discord.PartialMessageable:
    return caller.get_partial_messageable(channel_id)


async def too_long(caller: discord.Client, emulated: Discord) -> None:
    await place(caller, emulated.channel_id).send("x" * 2001)


async def empty(caller: discord.Client, emulated: Discord) -> None:
    await place(caller, emulated.channel_id).send(" ")


async def long_nonce(caller: discord.Client, emulated: Discord) -> None:
    await place(caller, emulated.channel_id).send("x", nonce="n" * 26)


async def edit_of_another(caller: discord.Client, emulated: Discord) -> None:
    said = emulated.say("mine")
    await place(caller, emulated.channel_id).get_partial_message(said.id).edit(content="yours")


async def deletion_of_another(caller: discord.Client, emulated: Discord) -> None:
    said = emulated.say("mine")
    await place(caller, emulated.channel_id).get_partial_message(said.id).delete()


async def reply_to_nothing(caller: discord.Client, emulated: Discord) -> None:
    said = emulated.say("gone soon")
    emulated.delete(said.id)
    await place(caller, emulated.channel_id).get_partial_message(said.id).reply("to what?")


async def unknown_channel(caller: discord.Client, _: Discord) -> None:
    await place(caller, 1).send("hello")


async def unknown_message(caller: discord.Client, emulated: Discord) -> None:
    await place(caller, emulated.channel_id).fetch_message(1)


async def unknown_emoji(caller: discord.Client, emulated: Discord) -> None:
    said = emulated.say("hm")
    message = place(caller, emulated.channel_id).get_partial_message(said.id)
    await message.add_reaction("thumbsup")


async def upload_too_large(caller: discord.Client, emulated: Discord) -> None:
    big = discord.File(BytesIO(bytes(10 * 1024 * 1024 + 1)), "big.bin")
    await place(caller, emulated.channel_id).send(file=big)


async def embeds_too_long(caller: discord.Client, emulated: Discord) -> None:
    embeds = [discord.Embed(description="x" * 3001) for _ in range(2)]
    await place(caller, emulated.channel_id).send(embeds=embeds)


async def second_thread(caller: discord.Client, emulated: Discord) -> None:
    thread = await start_thread(caller, emulated)
    await bare_thread(caller, emulated.channel_id, thread.id)


async def nameless_thread(caller: discord.Client, emulated: Discord) -> None:
    await start_thread(caller, emulated, name="x" * 101)


async def thread_in_a_thread(caller: discord.Client, emulated: Discord) -> None:
    thread = await start_thread(caller, emulated)
    inner = await thread.send("deeper")
    await bare_thread(caller, thread.id, inner.id)


async def thread_in_direct(caller: discord.Client, emulated: Discord) -> None:
    said = emulated.say("hello", channel_id=emulated.dm_channel_id)
    await bare_thread(caller, emulated.dm_channel_id, said.id)


async def one_thread_too_many(caller: discord.Client, emulated: Discord) -> None:
    emulated.thread_cap_reached = True
    await start_thread(caller, emulated)


async def edit_in_an_archived_thread(caller: discord.Client, emulated: Discord) -> None:
    thread = await start_thread(caller, emulated)
    answer = await thread.send("an answer")
    emulated.archive(thread.id)
    await answer.edit(content="another")


async def talk_in_a_locked_thread(caller: discord.Client, emulated: Discord) -> None:
    thread = await start_thread(caller, emulated)
    emulated.archive(thread.id, locked=True)
    await thread.send("hello?")


async def stranger_in_a_thread(caller: discord.Client, emulated: Discord) -> None:
    thread = await start_thread(caller, emulated)
    await thread.add_user(discord.Object(1))


async def direct_with_itself(caller: discord.Client, emulated: Discord) -> None:
    await caller.http.start_private_message(emulated.bot_id)


async def no_route(caller: discord.Client, _: Discord) -> None:
    await caller.http.request(Route("GET", "/nowhere"))


async def wordless(caller: discord.Client, emulated: Discord) -> None:
    route = Route("POST", "/channels/{channel_id}/messages", channel_id=emulated.channel_id)
    await caller.http.request(route, json={"content": ["x"]})


async def no_list(caller: discord.Client, emulated: Discord) -> None:
    route = Route("PUT", "/applications/{id}/commands", id=emulated.bot_id)
    await caller.http.request(route, json={})


async def foreign_commands(caller: discord.Client, _: Discord) -> None:
    await caller.http.request(Route("GET", "/applications/{id}/commands", id=1))


async def unnumbered_channel(caller: discord.Client, _: Discord) -> None:
    await caller.http.request(Route("GET", "/channels/{channel_id}", channel_id="general"))


async def no_form(caller: discord.Client, emulated: Discord) -> None:
    route = Route("POST", "/channels/{channel_id}/messages", channel_id=emulated.channel_id)
    await caller.http.request(route, json=[])


async def start_thread(
    caller: discord.Client, emulated: Discord, name: str = "one", channel_id: int | None = None
) -> discord.Thread:
    said = emulated.say("a beginning", channel_id=channel_id)
    channel = await caller.fetch_channel(said.channel_id)
    assert isinstance(channel, discord.TextChannel)
    return await channel.get_partial_message(said.id).create_thread(name=name)


async def bare_thread(caller: discord.Client, channel_id: int, message_id: int) -> None:
    await caller.http.start_thread_with_message(
        channel_id, message_id, name="one", auto_archive_duration=1440
    )


@pytest.mark.parametrize(
    ("act", "status", "code"),
    [
        (too_long, 400, 50035),
        (empty, 400, 50006),
        (long_nonce, 400, 50035),
        (edit_of_another, 403, 50005),
        (deletion_of_another, 403, 50013),
        (reply_to_nothing, 400, 50035),
        (unknown_channel, 404, 10003),
        (unknown_message, 404, 10008),
        (unknown_emoji, 400, 10014),
        (upload_too_large, 413, 40005),
        (embeds_too_long, 400, 50035),
        (second_thread, 400, 160004),
        (nameless_thread, 400, 50035),
        (thread_in_a_thread, 400, 50024),
        (thread_in_direct, 400, 50024),
        (one_thread_too_many, 400, 160006),
        (edit_in_an_archived_thread, 400, 50083),
        (talk_in_a_locked_thread, 400, 160005),
        (stranger_in_a_thread, 404, 10013),
        (direct_with_itself, 400, 50033),
        (no_route, 404, 0),
        (no_form, 400, 50109),
        (no_list, 400, 50109),
        (wordless, 400, 50035),
        (foreign_commands, 403, 20012),
        (unnumbered_channel, 400, 50035),
    ],
    ids=lambda value: getattr(value, "__name__", ""),
)
async def test_a_wrong_call_is_refused_with_discords_own_code(
    act: Act, status: int, code: int, emulated: Discord, caller: discord.Client
) -> None:
    with pytest.raises(discord.HTTPException) as refused:
        await act(caller, emulated)
    assert (refused.value.status, refused.value.code) == (status, code)


@pytest.mark.parametrize(
    ("denied", "code"),
    [
        ("VIEW_CHANNEL", 50001),
        ("SEND_MESSAGES", 50013),
        ("READ_MESSAGE_HISTORY", 160002),
    ],
)
async def test_a_reply_needs_its_permissions(
    denied: str, code: int, emulated: Discord, caller: discord.Client
) -> None:
    channel_id = emulated.add_channel("strict", denied=(denied,))
    said = emulated.say("hello", channel_id=channel_id)
    with pytest.raises(discord.HTTPException) as refused:
        await place(caller, channel_id).get_partial_message(said.id).reply("hello")
    assert refused.value.code == code


@pytest.mark.parametrize("denied", ["CREATE_PUBLIC_THREADS", "SEND_MESSAGES_IN_THREADS"])
async def test_a_thread_needs_its_permissions(
    denied: str, emulated: Discord, caller: discord.Client
) -> None:
    channel_id = emulated.add_channel("strict", denied=(denied,))
    with pytest.raises(discord.Forbidden) as refused:
        await (await start_thread(caller, emulated, channel_id=channel_id)).send("hi")
    assert refused.value.code == 50013


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
