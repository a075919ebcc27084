"""What a real client meets at the gateway."""

from pathlib import Path
from typing import Any

import discord
import pytest
from discord import app_commands

from bot.playground.discord import (
    Discord,
    File,
    GatewayReady,
    MessageCreated,
    MessageDeleted,
    MessageEdited,
    ThreadCreated,
)


async def test_a_mention_arrives_with_its_clip_byte_for_byte(
    emulated: Discord, witness: Any, clip: Path, footage: bytes
) -> None:
    said = emulated.say(f"<@{emulated.bot_id}> what is this?", files=[File(clip)])
    heard = await witness.heard.get()
    assert heard.id == said.id
    assert heard.guild.id == emulated.guild_id
    assert witness.user in heard.mentions
    assert heard.attachments[0].content_type == "video/mp4"
    assert await heard.attachments[0].read() == footage


async def test_a_clip_may_be_claimed_to_be_what_it_is_not(
    emulated: Discord, witness: Any, clip: Path, footage: bytes
) -> None:
    lie = File(clip, name="notes.txt", claimed_type="text/plain", claimed_size=3)
    emulated.say(f"<@{emulated.bot_id}>", files=[lie])
    attachment = (await witness.heard.get()).attachments[0]
    assert (attachment.filename, attachment.content_type, attachment.size) == (
        "notes.txt",
        "text/plain",
        3,
    )
    assert len(await attachment.read()) == len(footage)


async def test_a_file_of_unknown_kind_has_no_content_type(
    emulated: Discord, witness: Any, clip: Path
) -> None:
    emulated.say(f"<@{emulated.bot_id}>", files=[File(clip, name="clip.unheardof")])
    assert (await witness.heard.get()).attachments[0].content_type is None


async def test_a_message_that_does_not_concern_the_bot_arrives_empty(
    emulated: Discord, witness: Any, clip: Path
) -> None:
    said = emulated.say("look at this", files=[File(clip)])
    heard = await witness.heard.get()
    fetched = await heard.channel.fetch_message(said.id)
    for seen in (heard, fetched):
        assert (seen.content, seen.attachments) == ("", [])


async def test_the_portal_toggle_opens_rest_but_not_the_gateway(
    emulated: Discord, witness: Any, clip: Path
) -> None:
    emulated.portal_toggle = True
    emulated.say("look at this", files=[File(clip)])
    heard = await witness.heard.get()
    fetched = await heard.channel.fetch_message(heard.id)
    assert (heard.content, heard.attachments) == ("", [])
    assert (fetched.content, len(fetched.attachments)) == ("look at this", 1)
    assert (await witness.application_info()).flags.gateway_message_content_limited


async def test_the_toggle_and_the_intent_together_open_the_gateway(
    emulated: Discord, connect: Any
) -> None:
    emulated.portal_toggle = True
    intents = discord.Intents.default()
    intents.message_content = True
    async with connect(intents) as witness:
        emulated.say("look at this")
        assert (await witness.heard.get()).content == "look at this"


async def test_the_intent_without_the_toggle_is_refused(connect: Any) -> None:
    intents = discord.Intents.default()
    intents.message_content = True
    with pytest.raises(discord.PrivilegedIntentsRequired):
        async with connect(intents):
            pass


async def test_a_direct_message_is_read_without_a_mention(emulated: Discord, witness: Any) -> None:
    emulated.say("hello", channel_id=emulated.dm_channel_id)
    heard = await witness.heard.get()
    assert (heard.content, heard.guild) == ("hello", None)
    await heard.channel.send("hello yourself")
    assert emulated.messages(emulated.dm_channel_id)[-1].content == "hello yourself"


async def test_a_mention_on_a_reply_does_not_open_what_it_replies_to(
    emulated: Discord, witness: Any, clip: Path
) -> None:
    other = emulated.add_person("somebody else")
    shown = emulated.say("my clip", files=[File(clip)], author_id=other)
    emulated.say(f"<@{emulated.bot_id}> and this?", reply_to=shown.id)
    await witness.heard.get()
    asked = await witness.heard.get()
    assert asked.reference.resolved.id == shown.id
    assert asked.reference.resolved.attachments == []


async def test_only_a_reply_that_pings_counts_as_a_mention(emulated: Discord, witness: Any) -> None:
    answer = await witness.get_channel(emulated.channel_id).send("an answer")
    emulated.say("go on", reply_to=answer.id)
    emulated.say("go on", reply_to=answer.id, ping=False)
    assert [(await witness.heard.get()).content for _ in range(2)] == ["go on", ""]


async def test_a_forward_carries_its_clip_in_a_snapshot(
    emulated: Discord, witness: Any, clip: Path, footage: bytes
) -> None:
    shown = emulated.say("my clip", files=[File(clip)])
    emulated.forward(shown.id, channel_id=emulated.dm_channel_id)
    await witness.heard.get()
    forwarded = await witness.heard.get()
    assert forwarded.content == ""
    assert forwarded.reference.type is discord.MessageReferenceType.forward
    snapshot = forwarded.message_snapshots[0]
    assert snapshot.content == "my clip"
    assert await snapshot.attachments[0].read() == footage


async def test_a_thread_grows_from_a_message_and_is_talked_in(
    emulated: Discord, witness: Any
) -> None:
    said = emulated.say(f"<@{emulated.bot_id}> what is this?")
    heard = await witness.heard.get()
    thread = await heard.create_thread(name="What is this?")
    await thread.add_user(discord.Object(emulated.user_id))
    answer = await thread.send("a cat")
    await answer.edit(content="a cat, asleep")
    emulated.say(f"<@{emulated.bot_id}> whose?", channel_id=thread.id)
    follow_up = await witness.heard.get()
    assert thread.id == said.id
    assert follow_up.channel == thread
    assert [one.content for one in emulated.messages(thread.id)][:1] == ["a cat, asleep"]
    assert emulated.thread_members(thread.id) == {emulated.user_id, emulated.bot_id}
    kinds = [one.type async for one in thread.history(oldest_first=True)]
    assert kinds[0] is discord.MessageType.thread_starter_message
    assert (await heard.channel.fetch_message(said.id)).flags.has_thread


async def test_a_deleted_message_is_told(emulated: Discord, witness: Any) -> None:
    said = emulated.say("never mind")
    emulated.delete(said.id)
    assert await witness.lost.get() == said.id


async def test_changes_are_seen_in_order_from_the_moment_of_asking(
    emulated: Discord, connect: Any
) -> None:
    emulated.say("before")
    changes = emulated.changes()
    async with connect() as witness:
        said = emulated.say(f"<@{emulated.bot_id}>")
        thread = await (await witness.heard.get()).create_thread(name="thread")
        answer = await thread.send("one")
        await answer.edit(content="two")
        emulated.delete(said.id)
        told = (GatewayReady, MessageCreated, ThreadCreated, MessageEdited, MessageDeleted)
        seen: list[type] = []
        async for change in changes:
            seen += [type(change)] if isinstance(change, told) else []
            if isinstance(change, MessageDeleted):
                break
    assert seen == [
        GatewayReady,
        MessageCreated,
        ThreadCreated,
        MessageCreated,
        MessageEdited,
        MessageDeleted,
    ]


async def test_what_was_missed_is_told_when_a_session_resumes(
    emulated: Discord, witness: Any
) -> None:
    emulated.drop_gateway()
    assert not emulated.ready
    emulated.say(f"<@{emulated.bot_id}> are you there?")
    assert (await witness.heard.get()).content == f"<@{emulated.bot_id}> are you there?"
    assert (emulated.identifies, emulated.resumes) == (1, 1)


async def test_a_client_asked_to_reconnect_resumes(emulated: Discord, witness: Any) -> None:
    emulated.ask_reconnect()
    await emulated.until(lambda: emulated.resumes == 1)
    emulated.say(f"<@{emulated.bot_id}>")
    await witness.heard.get()
    assert emulated.identifies == 1


async def test_an_invalid_session_is_begun_anew(emulated: Discord, witness: Any) -> None:
    emulated.invalidate_sessions()
    await emulated.until(lambda: emulated.identifies == 2)
    emulated.say(f"<@{emulated.bot_id}> again")
    assert (await witness.heard.get()).content.endswith("again")
    assert emulated.resumes == 0


async def test_what_is_said_while_nobody_listens_is_lost(emulated: Discord, connect: Any) -> None:
    async with connect():
        pass
    await emulated.until(lambda: not emulated.ready)
    emulated.say(f"<@{emulated.bot_id}> early")
    async with connect() as witness:
        emulated.say(f"<@{emulated.bot_id}> late")
        assert (await witness.heard.get()).content.endswith("late")


async def test_a_wrong_token_opens_nothing(emulated: Discord) -> None:
    async with discord.Client(intents=discord.Intents.none()) as client:
        with pytest.raises(discord.LoginFailure):
            await client.login("wrong")
    assert [one.status for one in emulated.requests] == [401]


async def test_nothing_is_heard_from_a_channel_that_cannot_be_seen(
    emulated: Discord, witness: Any
) -> None:
    hidden = emulated.add_channel("hidden", denied=("VIEW_CHANNEL",))
    emulated.say(f"<@{emulated.bot_id}> psst", channel_id=hidden)
    emulated.say(f"<@{emulated.bot_id}> hello")
    assert (await witness.heard.get()).content.endswith("hello")


async def test_a_client_works_out_what_it_is_denied(emulated: Discord, witness: Any) -> None:
    channel_id = emulated.add_channel("no threads", denied=("CREATE_PUBLIC_THREADS",))
    emulated.say(f"<@{emulated.bot_id}>", channel_id=channel_id)
    channel = (await witness.heard.get()).channel
    permissions = channel.permissions_for(channel.guild.me)
    assert permissions.send_messages
    assert not permissions.create_public_threads


async def test_commands_are_registered_and_keep_their_ids(witness: Any) -> None:
    async def ask(interaction: discord.Interaction, message: discord.Message) -> None:
        raise NotImplementedError

    witness.tree.add_command(app_commands.ContextMenu(name="Ask about this clip", callback=ask))
    first = await witness.tree.sync()
    second = await witness.tree.sync()
    assert [one.id for one in first] == [one.id for one in second]
    assert [one.name for one in await witness.tree.fetch_commands()] == ["Ask about this clip"]


async def test_waiting_for_what_never_comes_ends(emulated: Discord) -> None:
    with pytest.raises(TimeoutError):
        await emulated.until(lambda: False, seconds=0.01)


async def test_several_clients_hear_the_same(emulated: Discord, connect: Any) -> None:
    async with connect() as one, connect() as other:
        emulated.say(f"<@{emulated.bot_id}> both")
        heard: list[int] = [(await each.heard.get()).id for each in (one, other)]
    assert heard[0] == heard[1]
