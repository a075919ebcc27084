"""Make the place where a question is answered show what it should."""

import asyncio
import logging
from collections.abc import AsyncGenerator, Iterator, Sequence
from contextlib import aclosing, suppress
from dataclasses import dataclass
from typing import Any, Literal

import discord

from bot.client import Client, retrying
from bot.questions import Question
from cogs._buttons import Button

_log = logging.getLogger(__name__)

_NAME = 100
_ARCHIVE_AFTER: Literal[1440] = 1440  # minutes
_THREAD_EXISTS = 160004
_SERVER_ERROR = 500
_LOOK_BACK = 100  # messages after the question, among which ours are looked for


@dataclass(slots=True)
class _Shown:
    """A message of the answer as Discord holds it."""

    message: discord.PartialMessage
    content: str
    button: Button | None


class ThreadReply:
    """The messages of one answer, in a thread made from the question's message.

    Where no thread can be made (a direct message, inside a thread, no permission, too many
    threads) the answer replies to the message in place, and each further page to the one before
    it. It works from ids, on a client that has only logged in. Everything it does may be done
    twice: the thread's id is the message's, a page is sent with a nonce of its own, and all else
    are edits. Discord knows a nonce for minutes only, so what an earlier process may have sent is
    looked for before anything is, and gone on with.
    """

    def __init__(self, client: Client, question: Question, *, in_thread: bool) -> None:
        self._client = client
        self._question = question
        self._wants_thread = in_thread and question.guild_id is not None
        self._shown: list[_Shown] = []
        self._looked = False
        self._turn = asyncio.Lock()

    def begin(self) -> None:
        """Take it that nothing was sent before, so that nothing is looked for."""
        self._looked = True

    async def show(self, pages: Sequence[str], button: Button | None = None) -> None:
        """Make the messages equal to the pages, with the button under the last of them.

        Raises:
            discord.HTTPException, aiohttp.ClientError, OSError: Discord does not let us.
        """
        async with self._turn:
            if not self._looked:
                await self._adopt()
                self._looked = True
            for index, page in enumerate(pages):
                wanted = button if index == len(pages) - 1 else None
                if index == len(self._shown):
                    self._shown.append(await self._add(page, index, wanted))
                await self._change(self._shown[index], page, wanted)
            while len(self._shown) > len(pages) > 0:
                surplus = self._shown.pop().message
                with suppress(discord.NotFound):  # deleted by a call whose answer was lost
                    await retrying(surplus.delete)

    async def _adopt(self) -> None:
        """Find what an earlier process had sent.

        In the thread, that is our first message and what replies to it in turn; elsewhere, our
        reply to the question and what replies to that.
        """
        question, user = self._question, self._client.user
        thread = self._channel(question.message_id)
        place = self._channel(question.channel_id)
        places: list[tuple[discord.PartialMessageable, int | None]] = [(place, question.message_id)]
        if self._wants_thread:
            places.insert(0, (thread, None))
        for channel, start in places:
            with suppress(discord.NotFound, discord.Forbidden):
                found = await retrying(lambda c=channel: _history(c, question.message_id))
                ours = [one for one in found if user is not None and one.author.id == user.id]
                self._shown = list(_chain(channel, ours, start))
            if self._shown:
                return

    async def _change(self, shown: _Shown, page: str, button: Button | None) -> None:
        if (shown.content, shown.button) == (page, button):
            return
        view = button.view() if button else None
        # A whole message's edit would bring suppressed embeds back (discord.py 2.7.1).
        await retrying(lambda: shown.message.edit(content=page, view=view))
        shown.content, shown.button = page, button

    async def _add(self, page: str, index: int, button: Button | None) -> _Shown:
        """Send a page; return what Discord holds, which is older text where it knew the nonce."""
        if not self._shown:
            channel, sent = await self._begin(page, button)
        else:
            before = self._shown[-1].message
            channel = self._channel(before.channel.id)
            reply = discord.MessageReference(
                message_id=before.id, channel_id=before.channel.id, fail_if_not_exists=False
            )
            sent = await self._send(channel, page, index, button, reply)
        held = button if sent.components else None
        return _Shown(channel.get_partial_message(sent.id), sent.content, held)

    async def _begin(
        self, page: str, button: Button | None
    ) -> tuple[discord.PartialMessageable, discord.Message]:
        """Send the first page to the first place that takes it."""
        refused: discord.HTTPException | None = None
        async with aclosing(self._places()) as places:
            async for channel, reference in places:
                try:
                    return channel, await self._send(channel, page, 0, button, reference)
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
        button: Button | None,
        reference: discord.MessageReference | None,
    ) -> discord.Message:
        nonce = f"{self._question.id}-{index}"
        given: dict[str, Any] = {} if reference is None else {"reference": reference}
        if button is not None:
            given["view"] = button.view()
        return await retrying(
            lambda: channel.send(page, nonce=nonce, suppress_embeds=True, **given)
        )

    def _channel(self, channel_id: int) -> discord.PartialMessageable:
        return self._client.get_partial_messageable(channel_id, guild_id=self._question.guild_id)


def _title(question: Question) -> str:
    """Name the thread after the question, else after its first clip."""
    text = " ".join(question.text.split()) or question.clips[0].name
    return text if len(text) <= _NAME else f"{text[: _NAME - 1]}…"


async def _history(channel: discord.PartialMessageable, after_id: int) -> list[discord.Message]:
    after = discord.Object(after_id)
    return [one async for one in channel.history(limit=_LOOK_BACK, after=after, oldest_first=True)]


def _chain(
    channel: discord.PartialMessageable, ours: Sequence[discord.Message], start: int | None
) -> Iterator[_Shown]:
    """Follow replies from the message that replies to `start`, or that replies to none."""
    replied = {one.reference.message_id if one.reference else None: one for one in reversed(ours)}
    while found := replied.pop(start, None):
        # As if empty: what it says and its button are made right by the first showing.
        yield _Shown(channel.get_partial_message(found.id), "", None)
        start = found.id
