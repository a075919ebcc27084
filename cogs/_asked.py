"""The message of a question that was asked through an interaction, and has none of its own."""

from contextlib import suppress
from dataclasses import replace
from typing import Any

import discord
from discord.http import Route

from bot.client import Client, retrying
from bot.questions import Question
from cogs._transcript import asked

_MESSAGE = 4  # the callback that answers with a message
_SUPPRESS_EMBEDS = 1 << 2
_ACKNOWLEDGED = 40060
_SERVER_ERROR = 500
_LOOK_BACK = 100  # messages after the interaction
_QUIET: dict[str, Any] = {"allowed_mentions": {"parse": []}, "flags": _SUPPRESS_EMBEDS}


async def with_message(client: Client, question: Question) -> Question:
    """Return a question that has a message, making one by its interaction if it has none.

    It may be called by several processes at once, and again by a later one: an interaction is
    answered once. An interaction waits three seconds for its answer; when it does no more, an
    ordinary message takes the place.

    Raises:
        discord.HTTPException, aiohttp.ClientError, OSError: Discord does not let us.
    """
    if not question.token or question.message_id:
        return question
    try:
        message = await retrying(lambda: _answer(client, question))
    except discord.HTTPException as error:
        if question.is_guest:
            raise  # there is no other way to say anything
        if error.status >= _SERVER_ERROR:
            raise
        # A token that has run out tells nothing of the message that an earlier process made.
        return replace(question, message_id=await _said(client, question))
    return replace(question, message_id=int(message["id"]))


async def _answer(client: Client, question: Question) -> Any:
    """Answer the interaction, or return the answer that it had."""
    http = client.http
    # Its parameters are named as those by which discord.py tells one rate limit from another.
    callback = Route(
        "POST",
        "/interactions/{webhook_id}/{webhook_token}/callback",
        webhook_id=question.id,
        webhook_token=question.token,
    )
    body = {"type": _MESSAGE, "data": {"content": asked(question), **_QUIET}}
    try:
        told: Any = await http.request(callback, json=body, params={"with_response": "true"})
        return told["resource"]["message"]
    except discord.HTTPException as error:
        if error.code != _ACKNOWLEDGED:
            raise
    original = Route(
        "GET",
        "/webhooks/{webhook_id}/{webhook_token}/messages/@original",
        webhook_id=client.application_id,
        webhook_token=question.token,
    )
    return await http.request(original)


async def _said(client: Client, question: Question) -> int:
    """Return the ordinary message that stands for the question, saying it if nobody has."""
    channel = client.get_partial_messageable(question.channel_id, guild_id=question.guild_id)
    content = asked(question)
    given: dict[str, Any] = {"nonce": f"{question.id}-q", "suppress_embeds": True}
    if question.follows is not None and question.follows != question.channel_id:
        given["reference"] = discord.MessageReference(
            message_id=question.follows,
            channel_id=question.channel_id,
            fail_if_not_exists=False,
        )

    async def find() -> int | None:
        history = channel.history(limit=_LOOK_BACK, after=discord.Object(question.id))
        ids = [one.id async for one in history if one.content == content]
        return ids[0] if ids else None

    with suppress(discord.NotFound, discord.Forbidden):
        if known := await retrying(find):
            return known
    return (await retrying(lambda: channel.send(content, **given))).id
