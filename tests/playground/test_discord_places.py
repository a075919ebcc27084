"""Channels of every kind, forums' posts, and servers."""

from pathlib import Path
from typing import Any

import discord
import pytest

from bot.playground.discord import ChannelKind, Discord, File
from tests.discord_calls import place
from tests.playground.events import heard_of


@pytest.mark.parametrize("kind", list(ChannelKind))
async def test_a_channel_has_a_kind(kind: ChannelKind, emulated: Discord, witness: Any) -> None:
    told = heard_of(witness, "guild_channel_create")
    channel_id = emulated.add_channel("one", kind=kind.name.lower())
    assert await told.get() == ("guild_channel_create", channel_id)
    channels = witness.get_channel(channel_id), await witness.fetch_channel(channel_id)
    assert [one.type.value for one in channels] == [kind, kind]


async def test_an_announcement_is_discussed_in_a_thread_of_its_own_kind(
    emulated: Discord, witness: Any
) -> None:
    news = emulated.add_channel("news", kind="announcement")
    emulated.say(f"<@{emulated.bot_id}> hello", channel_id=news)
    thread = await (await witness.heard.get()).create_thread(name="hello")
    assert thread.type is discord.ChannelType.news_thread
    await thread.send("hello yourself")
    emulated.thread_cap_reached = True
    emulated.say(f"<@{emulated.bot_id}> again", channel_id=news)
    with pytest.raises(discord.HTTPException) as refused:
        await (await witness.heard.get()).create_thread(name="again")
    assert refused.value.code == 160007


async def test_a_post_is_a_thread_that_begins_with_its_message(
    emulated: Discord, witness: Any, clip: Path, footage: bytes
) -> None:
    told = heard_of(witness, "thread_create", "message")
    forum = emulated.add_channel("clips", kind="forum")
    mention = f"<@{emulated.bot_id}> which bird is it?"
    posted = emulated.post(forum, "A bird", mention, files=[File(clip)])
    assert posted.id == posted.channel_id
    assert [await told.get() for _ in range(2)] == [
        ("thread_create", posted.id),
        ("message", posted.id),
    ]
    heard = await witness.heard.get()
    assert (heard.channel.name, heard.channel.parent_id) == ("A bird", forum)
    assert heard.channel.owner_id == emulated.user_id
    assert heard.channel.message_count == 0
    assert await heard.attachments[0].read() == footage
    answer = await heard.reply("a wren")
    assert [one.id for one in emulated.messages(posted.id)] == [posted.id, answer.id]
    assert not (await heard.channel.fetch_message(posted.id)).flags.has_thread


async def test_nobody_talks_in_a_forum_itself_or_posts_elsewhere(
    emulated: Discord, caller: discord.Client
) -> None:
    forum = emulated.add_channel("clips", kind="forum")
    with pytest.raises(discord.HTTPException) as refused:
        await place(caller, forum).send("hello")
    assert (refused.value.status, refused.value.code) == (400, 50008)
    with pytest.raises(ValueError, match=str(emulated.channel_id)):
        emulated.post(emulated.channel_id, "A bird")


@pytest.mark.parametrize("where", ["voice", "post", "thread", "direct"])
async def test_a_thread_is_not_made_just_anywhere(
    where: str, emulated: Discord, caller: discord.Client
) -> None:
    said = {
        "voice": lambda: emulated.say("x", channel_id=emulated.add_channel("v", kind="voice")),
        "post": lambda: emulated.post(emulated.add_channel("f", kind="forum"), "a", "b"),
        "thread": lambda: emulated.say("x", channel_id=emulated.add_private_thread("t")),
        "direct": lambda: emulated.say("x", channel_id=emulated.dm_channel_id),
    }[where]()
    if where == "thread":
        emulated.say(f"<@{emulated.bot_id}>", channel_id=said.channel_id)
    with pytest.raises(discord.HTTPException) as refused:
        await caller.http.start_thread_with_message(
            said.channel_id, said.id, name="one", auto_archive_duration=1440
        )
    assert refused.value.code == 50024


async def test_the_bot_talks_in_a_voice_channel(emulated: Discord, witness: Any) -> None:
    voice = emulated.add_channel("lounge", kind="voice")
    emulated.say(f"<@{emulated.bot_id}> hello", channel_id=voice)
    await (await witness.heard.get()).reply("hello yourself")
    assert emulated.messages(voice)[-1].content == "hello yourself"


async def test_a_deleted_channel_is_gone_with_its_threads(emulated: Discord, witness: Any) -> None:
    told = heard_of(witness, "guild_channel_delete")
    channel_id = emulated.add_channel("short-lived")
    said = emulated.say("x", channel_id=channel_id)
    thread = emulated.start_thread(said.id, "one")
    emulated.delete_channel(channel_id)
    assert await told.get() == ("guild_channel_delete", channel_id)
    assert emulated.messages(channel_id) == []
    for gone in (channel_id, thread.id):
        with pytest.raises(discord.NotFound) as refused:
            await place(witness, gone).send("hello?")
        assert refused.value.code == 10003
    with pytest.raises(KeyError):
        emulated.delete_channel(emulated.dm_channel_id)


async def test_a_deleted_thread_is_gone_and_its_beginning_stays(
    emulated: Discord, witness: Any
) -> None:
    told = heard_of(witness, "thread_delete")
    said = emulated.say(f"<@{emulated.bot_id}>")
    thread = await (await witness.heard.get()).create_thread(name="one")
    emulated.delete_channel(thread.id)
    assert await told.get() == ("thread_delete", said.id)
    with pytest.raises(discord.NotFound) as refused:
        await thread.send("hello?")
    assert refused.value.code == 10003
    assert emulated.thread(said.id) is None
    assert await place(witness, emulated.channel_id).fetch_message(said.id)


async def test_permissions_are_taken_and_given_back(emulated: Discord, witness: Any) -> None:
    told = heard_of(witness, "guild_channel_update")
    for names, sends in ((("SEND_MESSAGES",), False), ((), True), (("VIEW_CHANNEL",), False)):
        emulated.deny(emulated.channel_id, *names)
        await told.get()
        channel = witness.get_channel(emulated.channel_id)
        granted = channel.permissions_for(channel.guild.me)
        assert granted.send_messages == sends
    with pytest.raises(discord.Forbidden) as refused:
        await channel.send("hello?")
    assert refused.value.code == 50001


async def test_a_server_has_channels_and_threads_of_its_own(
    emulated: Discord, connect: Any
) -> None:
    other = emulated.add_server("Another")
    channel_id = emulated.add_channel("elsewhere", guild_id=other)
    async with connect() as witness:
        later = emulated.add_server("A third")
        assert {one.id async for one in witness.fetch_guilds()} == {emulated.guild_id, other, later}
        emulated.say(f"<@{emulated.bot_id}> hello", channel_id=channel_id)
        heard = await witness.heard.get()
        assert (heard.guild.id, heard.guild.name) == (other, "Another")
        assert isinstance(heard.author, discord.Member)
        assert [one.id for one in heard.guild.channels] == [channel_id]
        thread = await heard.create_thread(name="hello")
        assert thread.guild.id == other
        assert {one.name for one in witness.guilds} == {"The playground", "Another", "A third"}
    with pytest.raises(KeyError):
        emulated.add_channel("nowhere", guild_id=1)
