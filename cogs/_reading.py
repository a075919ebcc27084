"""Read a question out of a Discord message."""

import re

import discord

from bot.clips import Clip, Upload, find_links, without_links
from bot.questions import Question

_KINDS = {discord.MessageType.default, discord.MessageType.reply}


def is_for(user: discord.abc.User, message: discord.Message) -> bool:
    """Tell whether a message asks the bot something.

    It does when a person wrote it (no bot, no webhook, no system message) and it either
    mentions the bot, which a reply with its ping does too, or is a direct message.
    """
    if message.author.bot or message.webhook_id or message.type not in _KINDS:
        return False
    is_direct = isinstance(message.channel, discord.DMChannel)
    return is_direct or any(user.id == mentioned.id for mentioned in message.mentions)


def read_question(
    user: discord.abc.User, message: discord.Message, question_id: int | None = None
) -> Question:
    """Read the words and the clips of a message for the bot, under its own id or another.

    Every attachment is taken for a clip: its bytes will tell, its name and claimed type may lie.
    """
    uploads = [
        Upload(
            message.channel.id,
            message.id,
            attachment.id,
            attachment.title or attachment.filename,
            attachment.duration,
        )
        for attachment in message.attachments
    ]
    clips: tuple[Clip, ...] = (*uploads, *find_links(message.content))
    return Question(
        id=question_id or message.id,
        guild_id=message.guild.id if message.guild else None,
        channel_id=message.channel.id,
        message_id=message.id,
        author_id=message.author.id,
        text=_words(user, message.content),
        clips=clips,
    )


def _words(user: discord.abc.User, content: str) -> str:
    return without_links(re.sub(rf"<@!?{user.id}>", "", content))
