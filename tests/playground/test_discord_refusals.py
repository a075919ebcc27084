"""What REST refuses, and with which of Discord's codes."""

from collections.abc import Awaitable, Callable
from io import BytesIO
from typing import TypeAlias

import discord
import pytest
from discord.http import Route

from bot.playground.discord import Discord
from tests.discord_calls import place, start_thread

Act: TypeAlias = Callable[[discord.Client, Discord], Awaitable[object]]


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
