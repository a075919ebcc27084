"""Read a question out of a Discord message, or out of an interaction."""

import logging
from functools import partial
from typing import Any, TypeAlias

import discord

from bot.client import DISCORD_ERRORS, Client, retrying
from bot.clips import Clip, find_links, without_links
from bot.questions import Question
from cogs._finding import clips_of, clips_pointed_at, name_of, newest_clips, starters_clips, words
from cogs._transcript import heard, read_asked

Interaction: TypeAlias = discord.Interaction[Any]  # discord.py leaves the client open here

_log = logging.getLogger(__name__)

_KINDS = {discord.MessageType.default, discord.MessageType.reply}


def is_from_a_person(message: discord.Message) -> bool:
    """Tell whether a person wrote a message: no bot, no webhook, and not Discord itself."""
    return not (message.author.bot or message.webhook_id) and message.type in _KINDS


def is_addressed(user: discord.abc.User, message: discord.Message) -> bool:
    """Tell whether a message is for the bot.

    It is when it mentions it, which a reply with its ping does too, or when it is direct.
    """
    if isinstance(message.channel, discord.DMChannel):
        return True
    return any(user.id == mentioned.id for mentioned in message.mentions)


def is_own_thread(user: discord.abc.User, channel: object) -> bool:
    """Tell whether a channel is a thread that the bot has made, for one conversation."""
    return isinstance(channel, discord.Thread) and channel.owner_id == user.id


def is_between_others(user: discord.abc.User, message: discord.Message) -> bool:
    """Tell whether a message in the bot's own thread is meant for somebody else there."""
    target = message.reference and message.reference.resolved
    replies = isinstance(target, discord.Message) and target.author.id != user.id
    called = message.mentions or message.role_mentions or message.mention_everyone
    return replies or bool(called)


async def read_question(
    client: Client, user: discord.abc.User, message: discord.Message, question_id: int | None = None
) -> Question:
    """Read what a message asks, under its own id or another, and look for what it is about."""
    channel, follows = message.channel, _follows(user, message)
    clips, is_hidden = clips_of(message), False
    try:
        if not clips:
            clips, is_hidden = await _clips_pointed_at(client, message)
        has_memory = is_own_thread(user, channel) or isinstance(channel, discord.DMChannel)
        if not (clips or is_hidden or has_memory):
            clips = await _clips_nearby(client, message)
    except DISCORD_ERRORS as error:
        # A question without a clip is answered, too: it is told how to ask.
        _log.warning("question=%s its clip was not looked for: %r", message.id, error)
    return Question(
        id=question_id or message.id,
        guild_id=message.guild.id if message.guild else None,
        channel_id=channel.id,
        message_id=message.id,
        author_id=message.author.id,
        text=words(user, message.content),
        clips=clips,
        author=name_of(message.author),
        follows=follows,
        is_hidden=is_hidden,
        places=_places(channel),
        roles=_roles(message.author),
    )


def read_standing_question(message: discord.Message, asked: str) -> Question | None:
    """Return what is asked about every clip in a watched channel; None of a message without one."""
    if not (clips := clips_of(message)):
        return None
    return Question(
        id=message.id,
        guild_id=message.guild.id if message.guild else None,
        channel_id=message.channel.id,
        message_id=message.id,
        author_id=message.author.id,
        text=asked,
        clips=clips,
        author=name_of(message.author),
        is_unasked=True,
        places=_places(message.channel),
        roles=_roles(message.author),
    )


async def read_again(
    client: Client,
    user: discord.abc.User,
    message: discord.Message,
    interaction: Interaction,
    author_id: int,
) -> Question | None:
    """Read the same question once more, for the button that asks it again.

    It stays its author's, whoever pressed. The message may be one that stands for a question, or
    one that holds its answer, too.
    """
    if message.author.id != user.id:
        return await read_question(client, user, message, interaction.id)
    found = read_asked(message.content, (message.channel.id, message.id))
    if found is None:
        return None
    turn, _ = found
    replied = message.reference and message.reference.message_id
    follows = message.channel.id if is_own_thread(user, message.channel) else replied
    return Question(
        id=interaction.id,
        guild_id=interaction.guild_id,
        channel_id=message.channel.id,
        message_id=message.id,
        author_id=author_id,
        text=turn.text,
        clips=turn.clips,
        start=turn.start,
        end=turn.end,
        author=turn.author,
        follows=None if is_guest(interaction) else follows,
        token=interaction.token if is_guest(interaction) else "",
        is_guest=is_guest(interaction),
        places=_places(interaction.channel),
        roles=_roles(interaction.user),
    )


def asked_through(
    user: discord.abc.User,
    interaction: Interaction,
    text: str,
    clips: tuple[Clip, ...] = (),
    span: tuple[float, float | None] = (0.0, None),
) -> Question:
    """Return what somebody asked without a message; under an answer, it goes on from that."""
    answer, channel = interaction.message, interaction.channel
    is_one = is_own_thread(user, channel)
    told = heard(answer.content) if answer is not None and is_guest(interaction) else ()
    assert interaction.channel_id is not None  # noqa: S101 (each takes place somewhere)
    start, end = span
    return Question(
        id=interaction.id,
        guild_id=interaction.guild_id,
        channel_id=interaction.channel_id,
        message_id=0,
        author_id=interaction.user.id,
        text=without_links(text),
        clips=(*clips, *find_links(text)) or tuple(clip for turn in told for clip in turn.clips),
        start=start,
        end=end,
        author=name_of(interaction.user),
        follows=interaction.channel_id if is_one else answer and answer.id,
        token=interaction.token,
        is_guest=is_guest(interaction),
        heard=told,
        places=_places(channel),
        roles=_roles(interaction.user),
    )


def is_guest(interaction: Interaction) -> bool:
    """Tell whether the bot can answer nowhere but in the interaction itself.

    So it is where the asker has brought it along, and where it may not write.
    """
    if interaction.context.private_channel:
        return True
    if interaction.guild_id is None:
        return False  # a direct conversation with the bot
    may = interaction.app_permissions
    in_thread = isinstance(interaction.channel, discord.Thread)
    may_write = may.send_messages_in_threads if in_thread else may.send_messages
    return not (interaction.is_guild_integration() and may_write and may.view_channel)


def _places(channel: object) -> tuple[int, ...]:
    """Return the ids of a channel, of a thread's parent, and of their category."""
    above = (getattr(channel, name, None) for name in ("id", "parent_id", "category_id"))
    return tuple(one for one in above if isinstance(one, int))


def _roles(author: discord.abc.User) -> tuple[int, ...]:
    return tuple(role.id for role in author.roles) if isinstance(author, discord.Member) else ()


def _follows(user: discord.abc.User, message: discord.Message) -> int | None:
    """Return what a message goes on from: see `Question.follows`."""
    if is_own_thread(user, message.channel):
        return message.channel.id
    target = message.reference and message.reference.resolved
    if isinstance(target, discord.Message) and target.author.id == user.id:
        return target.id
    if clips_of(message) or message.reference:
        return None
    return message.channel.id if isinstance(message.channel, discord.DMChannel) else None


async def _clips_pointed_at(
    client: Client, message: discord.Message
) -> tuple[tuple[Clip, ...], bool]:
    """Return the clips that a message forwards or replies to, and whether they can't be read."""
    if message.message_snapshots:
        if client.reads_content:
            # What the gateway tells of a forward may be emptied; what REST does is not.
            fetch = partial(message.channel.fetch_message, message.id)
            return clips_of(await retrying(fetch)), False
        return (), not any(one.content for one in message.message_snapshots)
    pointed_at = await clips_pointed_at(client, message)
    return pointed_at or (), pointed_at is None


async def _clips_nearby(client: Client, message: discord.Message) -> tuple[Clip, ...]:
    if isinstance(message.channel, discord.Thread) and (
        found := await starters_clips(client, message.channel)
    ):
        return found
    return await newest_clips(client, message.channel.id, message.author.id, message.id)
