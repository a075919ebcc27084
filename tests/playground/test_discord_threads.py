"""Threads: private ones, and what may be changed about them."""

from typing import Any

import discord
import pytest

from bot.playground.discord import Discord
from tests.discord_calls import place, start_thread
from tests.playground.events import heard_of


async def test_a_private_thread_is_unseen_until_the_bot_is_mentioned(
    emulated: Discord, witness: Any
) -> None:
    told = heard_of(witness, "thread_join", "message")
    thread_id = emulated.add_private_thread("between us")
    emulated.say("psst", channel_id=thread_id)
    with pytest.raises(discord.Forbidden) as refused:
        await witness.fetch_channel(thread_id)
    assert refused.value.code == 50001
    called = emulated.say(f"<@{emulated.bot_id}> come in", channel_id=thread_id)
    # discord.py takes both the thread and the membership for a joining.
    seen = [await told.get() for _ in range(3)]
    assert seen == [("thread_join", thread_id), ("thread_join", thread_id), ("message", called.id)]
    heard = await witness.heard.get()
    assert heard.channel.type is discord.ChannelType.private_thread
    assert (heard.channel.parent_id, heard.channel.owner_id) == (
        emulated.channel_id,
        emulated.user_id,
    )
    await heard.reply("here I am")
    assert emulated.thread_members(thread_id) == {emulated.user_id, emulated.bot_id}


async def test_who_connects_is_told_only_of_private_threads_it_is_in(
    emulated: Discord, connect: Any
) -> None:
    stranger = emulated.add_person("a stranger")
    inside, outside = [emulated.add_private_thread(name, owner_id=stranger) for name in "ab"]
    emulated.say(f"<@{emulated.bot_id}>", channel_id=inside)
    async with connect() as witness:
        assert [one.id for one in witness.guilds[0].threads] == [inside]
        with pytest.raises(discord.Forbidden):
            await place(witness, outside).send("hello?")


async def test_a_thread_is_archived_and_woken_by_its_owner(
    emulated: Discord, caller: discord.Client
) -> None:
    thread = await start_thread(caller, emulated)
    await thread.edit(archived=True)
    with pytest.raises(discord.HTTPException) as refused:
        await thread.edit(name="another")
    assert refused.value.code == 50083
    await thread.edit(archived=False, name="woken", auto_archive_duration=60)
    known = emulated.thread(thread.id)
    assert known
    assert (known.name, known.archived, known.auto_archive_minutes) == ("woken", False, 60)


async def test_a_thread_of_another_is_only_woken(emulated: Discord, caller: discord.Client) -> None:
    thread = emulated.start_thread(emulated.say("x").id, "theirs")
    emulated.archive(thread.id)
    fetched: Any = await caller.fetch_channel(thread.id)
    await fetched.edit(archived=False)
    for change in ({"name": "ours"}, {"archived": True}, {"locked": True}):
        with pytest.raises(discord.Forbidden) as refused:
            await fetched.edit(**change)
        assert refused.value.code == 50013
    assert emulated.thread(thread.id) == thread


async def test_a_locked_thread_stays_asleep(emulated: Discord, caller: discord.Client) -> None:
    thread = await start_thread(caller, emulated)
    emulated.archive(thread.id, locked=True)
    with pytest.raises(discord.Forbidden) as refused:
        await thread.edit(archived=False)
    assert refused.value.code == 50013


async def test_waking_a_thread_needs_leave_to_talk_there(
    emulated: Discord, caller: discord.Client
) -> None:
    thread = await start_thread(caller, emulated)
    emulated.archive(thread.id)
    emulated.deny(emulated.channel_id, "SEND_MESSAGES_IN_THREADS")
    with pytest.raises(discord.Forbidden) as refused:
        await thread.edit(archived=False)
    assert refused.value.code == 50013


@pytest.mark.parametrize("wrong", [{"name": ""}, {"auto_archive_duration": 61}])
async def test_a_thread_is_not_changed_into_what_cannot_be(
    wrong: Any, emulated: Discord, caller: discord.Client
) -> None:
    thread = await start_thread(caller, emulated)
    with pytest.raises(discord.HTTPException) as refused:
        await caller.http.edit_channel(thread.id, **wrong)
    assert refused.value.code == 50035


async def test_a_channel_is_not_the_bots_to_change(
    emulated: Discord, caller: discord.Client
) -> None:
    with pytest.raises(discord.Forbidden) as refused:
        await caller.http.edit_channel(emulated.channel_id, name="mine")
    assert refused.value.code == 50013
