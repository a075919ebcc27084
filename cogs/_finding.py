"""Find the clips that a message points at, wherever they are."""

import re
from collections.abc import Iterable, Sequence

import discord

from bot.client import Client, retrying
from bot.clips import Clip, Upload, YouTubeLink, find_links, without_links
from bot.conversation import same

_LOOK_BACK = 10  # messages before the question, among which the asker's newest clip is looked for


def words(user: discord.abc.User, content: str) -> str:
    """Return what a message says, without its mention of the bot and its links to clips."""
    return without_links(re.sub(rf"<@!?{user.id}>", "", content))


def name_of(user: discord.abc.User) -> str:
    """Return somebody's name as it is told everywhere, and not what a server calls them.

    The gateway tells that, and REST does not: they would seem to be two people.
    """
    return user.global_name or user.name


def clips_of(message: discord.Message, *, is_readable_again: bool = True) -> tuple[Clip, ...]:
    """Return the clips of a message, and of what it forwards: uploads, then links.

    Every attachment is taken for a clip: its bytes will tell, its name and claimed type may lie. A
    link to one that can't be asked for again is kept as it was signed.
    """
    parts: Sequence[discord.Message | discord.MessageSnapshot] = [
        message,
        *message.message_snapshots,
    ]
    found = [
        _upload(message, attachment, is_signed=not is_readable_again)
        for part in parts
        for attachment in part.attachments
    ]
    links = [link for part in parts for link in _links(part)]
    # The first of the same: an embed's link knows neither a start nor a spoiler.
    known: dict[tuple[int, str], Clip] = {}
    for clip in [*found, *links]:
        known.setdefault(same(clip), clip)
    return tuple(known.values())


def loose_clip(attachment: discord.Attachment) -> Upload:
    """Return a clip that was given to a command, and lies in no message."""
    return Upload(
        0,
        0,
        attachment.id,
        attachment.title or attachment.filename,
        attachment.duration,
        attachment.url,
        attachment.is_spoiler(),
    )


async def clips_pointed_at(client: Client, message: discord.Message) -> tuple[Clip, ...] | None:
    """Return the clips of what a message replies to; None when the bot may not read it.

    A message that does not mention the bot is empty for it, unless the portal's toggle is on; even
    then the gateway's copy is, since the intent is never requested.
    """
    reference = message.reference
    if reference is None or reference.type is not discord.MessageReferenceType.reply:
        return ()
    target = reference.resolved
    if isinstance(target, discord.Message) and _is_ours(client, target):
        return ()  # what we said is no clip; it is what the question goes on from
    if isinstance(target, discord.Message) and (found := clips_of(target, is_readable_again=False)):
        return found
    if reference.message_id is None or target is None:
        return ()
    fetched = await _fetched(client, reference.channel_id, reference.message_id)
    if fetched is None:
        return ()
    return clips_of(fetched) or (None if is_empty(fetched) else ())


async def starters_clips(client: Client, thread: discord.Thread) -> tuple[Clip, ...]:
    """Return the clips of what a thread began with, which a forum post holds itself."""
    for channel_id in (thread.id, thread.parent_id):
        starter = await _fetched(client, channel_id, thread.id)
        if starter is not None:
            return clips_of(starter)
    return ()


async def newest_clips(
    client: Client, channel_id: int, author_id: int, before_id: int
) -> tuple[Clip, ...]:
    """Return the clips of somebody's newest message, of the last few, that has any."""
    channel = client.get_partial_messageable(channel_id)
    before = discord.Object(before_id)

    async def newest_first() -> list[discord.Message]:
        return [one async for one in channel.history(limit=_LOOK_BACK, before=before)]

    try:
        history = await retrying(newest_first)
    except (discord.NotFound, discord.Forbidden):
        return ()
    theirs = (clips_of(one) for one in history if one.author.id == author_id)
    return next(filter(None, theirs), ())


def is_empty(message: discord.Message) -> bool:
    """Tell whether nothing of a message can be read, which of one without a sign is unlikely."""
    return not (
        message.content
        or message.attachments
        or message.embeds
        or message.stickers
        or message.components
        or any(one.content or one.attachments or one.embeds for one in message.message_snapshots)
    )


def _is_ours(client: Client, message: discord.Message) -> bool:
    return client.user is not None and message.author.id == client.user.id


async def _fetched(
    client: Client,
    channel_id: int,
    message_id: int,
) -> discord.Message | None:
    channel = client.get_partial_messageable(channel_id)
    try:
        return await retrying(lambda: channel.fetch_message(message_id))
    except (discord.NotFound, discord.Forbidden):
        return None


def _upload(message: discord.Message, attachment: discord.Attachment, *, is_signed: bool) -> Upload:
    return Upload(
        message.channel.id,
        message.id,
        attachment.id,
        attachment.title or attachment.filename,
        attachment.duration,
        attachment.url if is_signed else attachment.url.partition("?")[0],
        attachment.is_spoiler(),
    )


def _links(part: discord.Message | discord.MessageSnapshot) -> Iterable[YouTubeLink]:
    yield from find_links(part.content)
    for embed in part.embeds:
        yield from find_links(embed.url or "")
