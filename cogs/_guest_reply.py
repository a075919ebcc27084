"""Answer where the bot is a guest: an asker brought it along, and it can only answer them."""

import asyncio
from dataclasses import replace
from typing import Any

import discord
from discord.http import Route, handle_message_parameters

from bot.client import Client, retrying
from bot.questions import Question
from cogs._asked import with_message
from cogs._buttons import drawn
from cogs._shown import FILE_REFUSED, Shown

LIFETIME = 14 * 60.0
"""Seconds that an answer may take there: Discord takes no word more after fifteen minutes."""


class GuestReply:
    """The one message of an answer, through the interaction that asked.

    A guest may write five more messages there at most, and can neither delete nor find them again
    without the interaction. So one is all there is: its first page, and a file for the rest.
    """

    def __init__(self, client: Client, question: Question) -> None:
        self._client = client
        self._question = question
        self._shown: Shown | None = None
        self._turn = asyncio.Lock()

    def begin(self) -> None:
        """Do nothing: what an earlier process has shown is edited, whatever it was."""

    async def settle(self) -> Question:
        """Return the question as it stands in the message, once it does.

        Raises:
            discord.HTTPException, aiohttp.ClientError, OSError: Discord does not let us.
        """
        async with self._turn:
            self._question = await with_message(self._client, self._question)
        return self._question

    async def show(self, shown: Shown) -> None:
        """Make the message equal to what is to be seen; of several pages, to the first.

        Raises:
            discord.HTTPException, aiohttp.ClientError, OSError: Discord does not let us.
        """
        async with self._turn:
            if not shown.pages or shown == self._shown:
                return
            try:
                await retrying(lambda: self._edit(shown))
            except discord.HTTPException as error:
                if not shown.file or error.code not in FILE_REFUSED:
                    raise
                # Of what can't lie beside it, its first page is all there can be.
                await retrying(lambda: self._edit(replace(shown, file="")))
            self._shown = shown

    async def clear(self) -> None:
        """Do nothing: what can't be edited can't be deleted either."""

    async def _edit(self, shown: Shown) -> None:
        original = Route(
            "PATCH",
            "/webhooks/{webhook_id}/{webhook_token}/messages/@original",
            webhook_id=self._client.application_id,
            webhook_token=self._question.token,
        )
        given: dict[str, Any] = {"content": shown.pages[0], "view": drawn(shown.buttons)}
        with handle_message_parameters(
            **given, attachments=shown.files(), allowed_mentions=discord.AllowedMentions.none()
        ) as params:
            if params.files:
                await self._client.http.request(original, form=params.multipart, files=params.files)
            else:
                await self._client.http.request(original, json=params.payload)
