"""Tell whoever asked that they can't be answered where they asked."""

import logging
from contextlib import suppress
from typing import Any

import discord

from bot.client import DISCORD_ERRORS, Client, retrying
from bot.questions import Question
from cogs import _phrases as phrases

_log = logging.getLogger(__name__)
_SIGN = "⚠️"


async def apologise(client: Client, question: Question, error: BaseException) -> None:
    """Say so directly, with what is missing there; who takes no messages sees a sign."""
    sentence = phrases.unsaid(question, error)
    try:
        direct: Any = await retrying(lambda: client.http.start_private_message(question.author_id))
        channel = client.get_partial_messageable(int(direct["id"]))
        await retrying(
            lambda: channel.send(sentence, nonce=f"{question.id}-d", suppress_embeds=True)
        )
    except DISCORD_ERRORS as refused:
        _log.info("question=%s could not be apologised for: %r", question.id, refused)
        if isinstance(refused, discord.HTTPException) and question.message_id:
            with suppress(*DISCORD_ERRORS):
                await client.http.add_reaction(question.channel_id, question.message_id, _SIGN)
