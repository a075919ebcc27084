"""Messages of every sort, and what a bot is shown of them."""

import asyncio
from pathlib import Path
from typing import Any

import discord
import pytest

from bot.playground.discord import Discord, File, Message, MessageKind
from tests.discord_calls import place
from tests.playground.events import heard_of

LINK = {"type": "video", "url": "https://example.org/v", "title": "A video"}


async def test_a_webhook_writes_without_being_anybody(emulated: Discord, witness: Any) -> None:
    said = emulated.say(f"<@{emulated.bot_id}> news", webhook=True)
    heard = await witness.heard.get()
    assert (heard.id, heard.webhook_id, heard.content[-4:]) == (said.id, said.author_id, "news")
    assert isinstance(heard.author, discord.User)
    assert heard.author.bot
    with pytest.raises(discord.NotFound):
        await witness.fetch_user(heard.author.id)
    assert said.author_id not in {one.id for one in heard.guild.members}
    thread_id = emulated.start_thread(said.id, "one").id
    emulated.say("more", webhook=True, channel_id=thread_id)
    assert said.author_id not in emulated.thread_members(thread_id)


async def test_another_bot_is_known_for_one(emulated: Discord, witness: Any) -> None:
    other = emulated.add_person("another bot", bot=True)
    emulated.say(f"<@{emulated.bot_id}> hello", author_id=other)
    heard = await witness.heard.get()
    assert (heard.author.id, heard.author.bot) == (other, True)


@pytest.mark.parametrize(
    ("kind", "told"),
    [
        (MessageKind.JOIN, discord.MessageType.new_member),
        (MessageKind.PIN, discord.MessageType.pins_add),
    ],
)
async def test_discord_itself_writes_what_nobody_can_reply_to(
    kind: MessageKind, told: discord.MessageType, emulated: Discord, witness: Any
) -> None:
    newcomer = emulated.add_person("a newcomer")
    emulated.system(emulated.channel_id, newcomer, kind)
    heard = await witness.heard.get()
    assert (heard.type, heard.author.id) == (told, newcomer)
    assert heard.is_system()
    with pytest.raises(discord.HTTPException) as refused:
        await heard.reply("welcome")
    assert refused.value.code == 50035
    with pytest.raises(discord.HTTPException) as refused:
        await heard.create_thread(name="welcome")
    assert refused.value.code == 50068


async def test_a_link_unfurls_a_while_after_it_was_written(emulated: Discord, witness: Any) -> None:
    said = emulated.say(f"<@{emulated.bot_id}> https://example.org/v")
    heard = await witness.heard.get()
    assert heard.embeds == []
    told = heard_of(witness, "message_edit")
    emulated.unfurl(said.id, LINK)
    assert await told.get() == ("message_edit", said.id)
    fetched = await heard.channel.fetch_message(said.id)
    assert (fetched.embeds[0].title, fetched.embeds[0].type) == ("A video", "video")
    assert fetched.edited_at is None


async def test_several_messages_are_deleted_at_once(emulated: Discord, witness: Any) -> None:
    told: asyncio.Queue[Any] = asyncio.Queue()
    witness.add_listener(told.put, "on_raw_bulk_message_delete")
    said = [emulated.say(str(number)).id for number in range(3)]
    emulated.bulk_delete(said[:2])
    assert (await told.get()).message_ids == set(said[:2])
    assert [one.id for one in emulated.messages(emulated.channel_id)] == said[2:]
    elsewhere = emulated.say("x", channel_id=emulated.dm_channel_id)
    with pytest.raises(ValueError, match=str(elsewhere.id)):
        emulated.bulk_delete([said[2], elsewhere.id])


async def test_a_file_is_told_of_with_all_that_discord_knows(
    emulated: Discord, witness: Any, clip: Path, footage: bytes
) -> None:
    spoiler = File(clip, name="my (best) clip.mp4", spoiler=True, seconds=12.5)
    emulated.say(f"<@{emulated.bot_id}>", files=[spoiler, File(clip)])
    first, second = (await witness.heard.get()).attachments
    assert (first.filename, first.title) == ("my_best_clip.mp4", "my (best) clip")
    assert (first.flags.spoiler, first.duration) == (True, 12.5)
    assert await first.read() == footage
    assert (second.filename, second.title, second.flags.value) == ("clip.mp4", None, 0)
    assert second.duration is None


@pytest.mark.parametrize("shown", [False, True])
async def test_what_a_readable_message_replies_to_may_be_shown_or_not(
    emulated: Discord, witness: Any, clip: Path, *, shown: bool
) -> None:
    emulated.shows_referenced = shown
    other = emulated.add_person("somebody else")
    clipped = emulated.say("my clip", files=[File(clip)], author_id=other)
    for mention in (f"<@{emulated.bot_id}> and this?", "and this?"):
        emulated.say(mention, reply_to=clipped.id, ping=False)
    await witness.heard.get()
    asked, unread = [await witness.heard.get() for _ in range(2)]
    assert [one.filename for one in asked.reference.resolved.attachments] == ["clip.mp4"] * shown
    assert unread.reference.resolved.attachments == []


@pytest.mark.parametrize("shown", [False, True])
async def test_what_a_readable_message_forwards_may_be_shown_or_not(
    emulated: Discord, witness: Any, clip: Path, footage: bytes, *, shown: bool
) -> None:
    emulated.shows_snapshots = shown
    clipped = emulated.say("my clip", files=[File(clip)])
    emulated.say(f"<@{emulated.bot_id}> and this?", forward_of=clipped.id)
    emulated.forward(clipped.id)
    await witness.heard.get()
    asked, unread = [await witness.heard.get() for _ in range(2)]
    assert asked.content == f"<@{emulated.bot_id}> and this?"
    (snapshot,) = asked.message_snapshots
    assert (snapshot.content, len(snapshot.attachments)) == ("my clip" * shown, shown)
    assert unread.message_snapshots[0].content == ""
    if shown:
        assert await snapshot.attachments[0].read() == footage


async def test_a_portal_toggle_opens_forwards_as_well(
    emulated: Discord, witness: Any, clip: Path, footage: bytes
) -> None:
    emulated.portal_toggle = True
    clipped = emulated.say("my clip", files=[File(clip)])
    forwarded = emulated.forward(clipped.id)
    emulated.delete(clipped.id)
    fetched = await place(witness, emulated.channel_id).fetch_message(forwarded.id)
    assert await fetched.message_snapshots[0].attachments[0].read() == footage


async def test_a_forward_is_forwarded_and_replied_to(
    emulated: Discord, witness: Any, clip: Path
) -> None:
    emulated.portal_toggle = True
    emulated.shows_referenced = True
    linked = emulated.say("https://example.org/v", files=[File(clip)])
    emulated.unfurl(linked.id, LINK)
    twice = emulated.forward(emulated.forward(linked.id).id)
    emulated.say(f"<@{emulated.bot_id}> what is it?", reply_to=twice.id)
    asked = [await witness.heard.get() for _ in range(4)][-1]
    answered = await asked.channel.fetch_message(asked.reference.message_id)
    for seen in (answered, asked.reference.resolved):
        (snapshot,) = seen.message_snapshots
        assert snapshot.embeds[0].title == "A video"
        assert [one.filename for one in snapshot.attachments] == ["clip.mp4"]


async def test_a_forward_is_no_reply_as_well(emulated: Discord) -> None:
    said: Message = emulated.say("x")
    with pytest.raises(ValueError, match=str(said.id)):
        emulated.say("x", reply_to=said.id, forward_of=said.id)
