"""Make the place where a question is answered show what it should."""

import logging
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing, suppress
from typing import Any, Literal

import discord

from bot.client import Client, retrying
from bot.questions import Question

_log = logging.getLogger(__name__)

_NAME = 100
_ARCHIVE_AFTER: Literal[1440] = 1440  # minutes
_THREAD_EXISTS = 160004
_SERVER_ERROR = 500


class ThreadReply:
    """The messages of one answer, in a thread made from the question's message.

    Where no thread can be made (a direct message, inside a thread, no permission, too many
    threads) the answer replies to the message in place. It works from ids, on a client that has
    only logged in. Everything it does may be done twice: the thread's id is the message's, a
    page is sent with a nonce of its own, and all else are edits.
    """

    def __init__(self, client: Client, question: Question, *, in_thread: bool) -> None:
        self._client = client
        self._question = question
        self._wants_thread = in_thread and question.guild_id is not None
        self._shown: list[tuple[discord.PartialMessage, str]] = []

    async def show(self, pages: Sequence[str]) -> None:
        """Make the messages equal to the pages, with as few calls as that takes.

        Raises:
            discord.HTTPException: Discord does not let us.
        """
        for index, page in enumerate(pages):
            if index == len(self._shown):
                self._shown.append(await self._add(page, index))
            message, content = self._shown[index]
            if content != page:
                # A whole message's edit would bring suppressed embeds back (discord.py 2.7.1).
                await retrying(lambda m=message, p=page: m.edit(content=p))
                self._shown[index] = (message, page)
        while len(self._shown) > len(pages) > 0:
            surplus, _ = self._shown.pop()
            with suppress(discord.NotFound):  # deleted by a call whose answer was lost
                await retrying(surplus.delete)

    async def _add(self, page: str, index: int) -> tuple[discord.PartialMessage, str]:
        """Send a page; return what Discord holds, which is older text where it knew the nonce."""
        if not self._shown:
            channel, sent = await self._begin(page)
        else:
            channel = self._channel(self._shown[0][0].channel.id)
            sent = await self._send(channel, page, index)
        return channel.get_partial_message(sent.id), sent.content

    async def _begin(self, page: str) -> tuple[discord.PartialMessageable, discord.Message]:
        """Send the first page to the first place that takes it."""
        refused: discord.HTTPException | None = None
        async with aclosing(self._places()) as places:
            async for channel, reference in places:
                try:
                    return channel, await self._send(channel, page, 0, reference)
                except discord.HTTPException as error:
                    if error.status >= _SERVER_ERROR:
                        raise
                    refused = error
        assert refused is not None  # noqa: S101 (there are always places)
        raise refused

    async def _places(
        self,
    ) -> AsyncGenerator[tuple[discord.PartialMessageable, discord.MessageReference | None]]:
        """Yield where the answer may go, and what it replies to, the best place first."""
        question = self._question
        if self._wants_thread and await self._make_thread():
            yield self._channel(question.message_id), None
        # A message that was deleted in the meantime must not keep its asker from an answer.
        reply = discord.MessageReference(
            message_id=question.message_id, channel_id=question.channel_id, fail_if_not_exists=False
        )
        yield self._channel(question.channel_id), reply
        # A reply needs READ_MESSAGE_HISTORY, a message of its own does not.
        yield self._channel(question.channel_id), None

    async def _make_thread(self) -> bool:
        """Make the thread with the asker in it; tell whether there is one.

        Not through `create_thread`, which needs the guild in the client's cache.
        """
        question, http = self._question, self._client.http
        try:
            await retrying(
                lambda: http.start_thread_with_message(
                    question.channel_id,
                    question.message_id,
                    name=_title(question),
                    auto_archive_duration=_ARCHIVE_AFTER,
                )
            )
        except discord.HTTPException as error:
            if error.status >= _SERVER_ERROR:
                raise
            if error.code != _THREAD_EXISTS or not await self._is_ours(question.message_id):
                return False
        try:
            await retrying(lambda: http.add_user_to_thread(question.message_id, question.author_id))
        except discord.HTTPException as error:
            # The asker still sees the thread under the message; the answer matters more.
            _log.info("question=%s asker not added to the thread: %s", question.id, error)
        return True

    async def _is_ours(self, thread_id: int) -> bool:
        """Tell whether a thread is one that we made, by a call whose answer was lost."""
        thread: Any = await retrying(lambda: self._client.http.get_channel(thread_id))
        user = self._client.user
        return user is not None and int(thread["owner_id"]) == user.id

    async def _send(
        self,
        channel: discord.PartialMessageable,
        page: str,
        index: int,
        reference: discord.MessageReference | None = None,
    ) -> discord.Message:
        nonce = f"{self._question.id}-{index}"
        if reference is None:
            return await retrying(lambda: channel.send(page, nonce=nonce, suppress_embeds=True))
        return await retrying(
            lambda: channel.send(page, nonce=nonce, suppress_embeds=True, reference=reference)
        )

    def _channel(self, channel_id: int) -> discord.PartialMessageable:
        return self._client.get_partial_messageable(channel_id, guild_id=self._question.guild_id)


def _title(question: Question) -> str:
    """Name the thread after the question, else after its first clip."""
    text = " ".join(question.text.split()) or question.clips[0].name
    return text if len(text) <= _NAME else f"{text[: _NAME - 1]}…"
