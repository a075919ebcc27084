"""Which messages a bot may read without the privileged message-content intent."""

from .state import Json, Message

EMPTIED = ("content", "attachments", "embeds", "components")


def is_open(message: Message, *, bot_id: int, direct: bool) -> bool:
    """Tell whether a message is the bot's to read.

    It is when it mentions the bot, is in a direct message, or is the bot's own.
    """
    return direct or message.author_id == bot_id or bot_id in message.mentions


def emptied(payload: Json) -> Json:
    """Return a message as it is shown to a bot that may not read it."""
    return payload | {key: type(payload[key])() for key in EMPTIED}
