"""Make the place where a question is answered show what it should."""

import asyncio
import io
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import discord

from bot.client import Client, retrying
from bot.questions import Question
from cogs._asked import with_message
from cogs._buttons import Button, drawn, is_about
from cogs._places import Place, Places
from cogs._shown import Shown

_LOOK_BACK = 100  # messages after the question, among which ours are looked for
_SERVER_ERROR = 500
_ARCHIVED = 50083
_FORM_INVALID = 50035
_MAY_NOT_EDIT = {10008, 30046}
"""The message is gone, or was edited too often for its age."""
_NO_FILE = {40005, 50013}
"""It is too large, or the permission to attach files is missing."""
_CLOSED, _LOCKED = {403, 404}, 160005
_MOVES = 3  # times that an answer begins anew, elsewhere or in new messages


class FileRefused(Exception):
    """No file may be attached there, or not one of that size."""


@dataclass(slots=True)
class _Held:
    """A message of the answer as Discord holds it."""

    message: discord.PartialMessage
    content: str
    buttons: tuple[Button, ...]
    file: str = ""


class ThreadReply:
    """The messages of one answer, in a thread made from the question's message.

    Where no thread can be made (a direct message, inside a thread, no permission, too many
    threads) the answer replies to the message in place, and each further page to the one before
    it. It works from ids, on a client that has only logged in. Everything it does may be done
    twice: the thread's id is the message's, a page is sent with a nonce of its own, and all else
    are edits. Discord knows a nonce for minutes only, so what an earlier process may have sent is
    looked for before anything is, and gone on with. A place that closes midway (locked, deleted,
    forbidden) is left for the next one.
    """

    def __init__(self, client: Client, question: Question, *, in_thread: bool) -> None:
        self._client = client
        self._question = question
        self._in_thread = in_thread
        self._places = Places(client, question, in_thread=in_thread)
        self._place: Place | None = None
        self._closed: discord.HTTPException | None = None
        self._held: list[_Held] = []
        self._generation = 0
        self._looked = False
        self._turn = asyncio.Lock()

    def begin(self) -> None:
        """Take it that nothing was sent before, so that nothing is looked for."""
        self._looked = True

    async def settle(self) -> Question:
        """Return the question as it stands in a message, once it does.

        Raises:
            discord.HTTPException, aiohttp.ClientError, OSError: Discord does not let us.
        """
        async with self._turn:
            settled = await with_message(self._client, self._question)
            if settled != self._question:
                self._question = settled
                self._places = Places(self._client, settled, in_thread=self._in_thread)
        return settled

    async def show(self, shown: Shown) -> None:
        """Make the messages equal to what is to be seen.

        Raises:
            FileRefused: the file can't be beside the first page.
            discord.HTTPException, aiohttp.ClientError, OSError: Discord does not let us, anywhere.
        """
        async with self._turn:
            if not self._looked:
                await self._adopt()
                self._looked = True
            while True:
                try:
                    await self._make_equal(shown)
                except discord.HTTPException as error:
                    if error.status >= _SERVER_ERROR or self._generation >= _MOVES:
                        raise
                    await self._begin_anew(error)
                else:
                    return

    async def _make_equal(self, shown: Shown) -> None:
        pages = shown.pages
        for index, page in enumerate(pages):
            is_last = index == len(pages) - 1
            if index == len(self._held):
                self._held.append(await self._add(page, index, shown.buttons if is_last else ()))
            held = self._held[index]
            # Until the next page has the buttons, this one keeps them: an answer can be stopped,
            # and found by the next process, at any time.
            buttons = shown.buttons if is_last else held.buttons
            await self._change(held, page, buttons, "" if index else shown.file)
        for held in self._held[: len(pages)][:-1]:
            await self._change(held, held.content, (), held.file)
        while len(self._held) > len(pages) > 0:
            surplus = self._held.pop().message
            with suppress(discord.NotFound):  # deleted by a call whose answer was lost
                await retrying(surplus.delete)

    async def _begin_anew(self, error: discord.HTTPException) -> None:
        """Leave the messages that can't be edited, or the place that is closed; else raise."""
        may_pass = error.code not in _MAY_NOT_EDIT and error.status not in _CLOSED
        if (may_pass and error.code != _LOCKED) or not self._held:
            raise error  # it was this edit alone, or there is no place left
        held, self._held = self._held, []
        self._generation += 1
        if error.code not in _MAY_NOT_EDIT:
            self._place, self._closed = None, error
        for one in reversed(held):
            with suppress(discord.HTTPException):
                await one.message.delete()

    async def _adopt(self) -> None:
        """Find what an earlier process had sent: the message with our button, and those before."""
        question = self._question
        places = [question.channel_id]
        if self._places.wants_thread:
            places.insert(0, question.message_id)
        for place in places:
            with suppress(discord.NotFound, discord.Forbidden):
                found = await retrying(lambda p=place: self._history(p))
                self._held = [self._as_held(one) for one in self._ours(found)]
            if self._held:
                return

    async def _history(self, channel_id: int) -> dict[int, discord.Message]:
        after = discord.Object(min(self._question.id, self._question.message_id))
        history = self._places.channel(channel_id).history(
            limit=_LOOK_BACK, after=after, oldest_first=True
        )
        return {one.id: one async for one in history}

    def _ours(self, found: dict[int, discord.Message]) -> list[discord.Message]:
        user = self._client.user
        by_us = {
            one.id: one
            for one in found.values()
            if user is not None and one.author.id == user.id and one.id != self._question.message_id
        }
        about = [one for one in by_us.values() if is_about(one, self._question.id)]
        pages: list[discord.Message] = []
        page = about[-1] if about else None
        while page is not None:
            pages.insert(0, page)
            before = page.reference and page.reference.message_id
            page = by_us.get(before or 0)
        following = {one.reference.message_id: one for one in by_us.values() if one.reference}
        while pages and (page := following.get(pages[-1].id)):
            pages.append(page)  # it has no buttons, for one after it was to have them
        return pages

    def _as_held(self, message: discord.Message) -> _Held:
        # As if empty: what it says and its buttons are made right by the first showing.
        channel = self._places.channel(message.channel.id)
        return _Held(channel.get_partial_message(message.id), "", ())

    async def _change(self, held: _Held, page: str, buttons: tuple[Button, ...], file: str) -> None:
        if (held.content, held.buttons, held.file) == (page, buttons, file):
            return
        changes: dict[str, Any] = {"content": page, "view": drawn(buttons)}

        async def edit() -> None:
            if file != held.file:
                files = [discord.File(io.BytesIO(file.encode()), "answer.md")] if file else []
                changes["attachments"] = files
            # A whole message's edit would bring suppressed embeds back (discord.py 2.7.1).
            await held.message.edit(**changes)

        try:
            await retrying(edit)
        except discord.HTTPException as error:
            if file != held.file and error.code in _NO_FILE:
                raise FileRefused from error
            if error.code != _ARCHIVED:
                raise
            await self._places.wake(held.message.channel.id)
            await retrying(edit)
        held.content, held.buttons, held.file = page, buttons, file

    async def _add(self, page: str, index: int, buttons: tuple[Button, ...]) -> _Held:
        """Send a page; return what Discord holds, which is older text where it knew the nonce."""
        if self._held:
            before = self._held[-1].message
            place = Place(before.channel.id, before.id)
            sent = await self._send(place, page, index, buttons)
        else:
            place, sent = await self._send_first(page, buttons)
        held = buttons if sent.components else ()
        message = self._places.channel(place.channel_id).get_partial_message(sent.id)
        return _Held(message, sent.content, held)

    async def _send_first(
        self, page: str, buttons: tuple[Button, ...]
    ) -> tuple[Place, discord.Message]:
        """Send the first page to the first place that takes it, of those not tried yet."""
        refused = self._closed
        while place := self._place or await self._places.next():
            try:
                sent = await self._send(place, page, 0, buttons)
            except discord.HTTPException as error:
                if error.status >= _SERVER_ERROR:
                    raise
                refused, self._place = error, None
            else:
                self._place = place
                return place, sent
        assert refused is not None  # noqa: S101 (there are always places)
        raise refused

    async def _send(
        self, place: Place, page: str, index: int, buttons: tuple[Button, ...]
    ) -> discord.Message:
        channel = self._places.channel(place.channel_id)
        generation = f"-{self._generation}" if self._generation else ""
        given: dict[str, Any] = {"nonce": f"{self._question.id}-{index}{generation}"}
        if buttons:
            given["view"] = drawn(buttons)
        if place.reply_to is not None:
            # A message that was deleted in the meantime must not keep its asker from an answer.
            given["reference"] = discord.MessageReference(
                message_id=place.reply_to, channel_id=place.channel_id, fail_if_not_exists=False
            )

        async def send() -> discord.Message:
            return await channel.send(page, suppress_embeds=True, **given)

        try:
            return await retrying(send)
        except discord.HTTPException as error:
            if error.code != _FORM_INVALID or given.pop("reference", None) is None:
                raise
        return await retrying(send)  # what it was to reply to can't be replied to
