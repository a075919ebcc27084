"""Make the place where a question is answered show what it should."""

import asyncio
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Any

import discord

from bot.client import DISCORD_ERRORS, Client, retrying
from bot.questions import Question
from cogs._asked import with_message
from cogs._buttons import Button, drawn, is_about
from cogs._places import Place, Places
from cogs._shown import FILE_REFUSED, Shown
from cogs._transcript import is_asked

_LOOK_BACK = 100  # messages after the question, among which ours are looked for
_SERVER_ERROR = 500
_ARCHIVED = 50083
_NO_REPLY = {50035, 160002}
"""What it replies to can't be replied to, or READ_MESSAGE_HISTORY is missing."""
_MAY_NOT_EDIT = {10008, 30046}
"""The message is gone, or was edited too often for its age."""
_CLOSED, _LOCKED = {403, 404}, 160005
_MOVES = 3  # times that an answer begins anew, elsewhere or in new messages


class _FileRefused(Exception):
    """No file may be attached there, or not one of that size."""


@dataclass(slots=True)
class _Held:
    """A message of the answer as Discord holds it."""

    message: discord.PartialMessage
    shown: Shown | None


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
            discord.HTTPException, aiohttp.ClientError, OSError: Discord does not let us, anywhere.
        """
        async with self._turn:
            if not shown.pages:
                return
            if not self._looked:
                await self._adopt()
                self._looked = True
            while True:
                try:
                    await self._make_equal(shown)
                except _FileRefused:
                    shown = Shown(shown.unabridged, shown.buttons)
                except discord.HTTPException as error:
                    if error.status >= _SERVER_ERROR or self._generation >= _MOVES:
                        raise
                    await self._begin_anew(error)
                else:
                    return

    async def _make_equal(self, shown: Shown) -> None:
        pages = shown.pages
        for index, wanted in enumerate(shown.each()):
            if index == len(self._held):
                self._held.append(await self._add(wanted, index))
            held, is_last = self._held[index], index == len(pages) - 1
            # Until the next page has the buttons, this one keeps them: an answer can be stopped,
            # and found by the next process, at any time.
            kept = wanted.buttons if is_last or held.shown is None else held.shown.buttons
            await self._change(held, replace(wanted, buttons=kept))
        for held, wanted in zip(self._held, shown.each(), strict=False):
            await self._change(held, wanted)
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
        await _deleted(held)

    async def clear(self) -> None:
        """Take away what is shown, as far as Discord lets us."""
        async with self._turn:
            held, self._held = self._held, []
            await _deleted(held)

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
                is_thread = place != question.channel_id
                self._place = Place(place, None if is_thread else question.message_id)
                return

    async def _history(self, channel_id: int) -> dict[int, discord.Message]:
        """Return the messages right after the question, and the newest ones.

        A question that is asked again goes on in messages that may be long after it.
        """
        channel = self._places.channel(channel_id)
        after = discord.Object(min(self._question.id, self._question.message_id))
        early = channel.history(limit=_LOOK_BACK, after=after, oldest_first=True)
        found = {one.id: one async for one in early}
        if len(found) == _LOOK_BACK:
            found |= {one.id: one async for one in channel.history(limit=_LOOK_BACK)}
        return found

    def _ours(self, found: dict[int, discord.Message]) -> list[discord.Message]:
        """Return the pages: the newest message with our button, those before it and after it."""
        user, question_id = self._client.user, self._question.message_id
        ours = {
            one.id: one
            for one in found.values()
            if user is not None
            and one.author.id == user.id
            and one.id != question_id
            and not is_asked(one.content)
        }
        about = [one for one in ours.values() if is_about(one, self._question.id)]
        pages: list[discord.Message] = []
        page = max(about, key=lambda one: one.id, default=None)
        while page is not None:
            pages.insert(0, page)
            before = page.reference and page.reference.message_id
            page = ours.get(before or 0)
        following = {one.reference.message_id: one for one in ours.values() if one.reference}
        while pages and (page := following.get(pages[-1].id)):
            pages.append(page)  # it has no buttons, for one after it was to have them
        return pages

    def _as_held(self, message: discord.Message) -> _Held:
        # As if empty: what it says and its buttons are made right by the first showing.
        channel = self._places.channel(message.channel.id)
        return _Held(channel.get_partial_message(message.id), None)

    async def _change(self, held: _Held, wanted: Shown) -> None:
        if held.shown == wanted:
            return
        has_file = held.shown is not None and held.shown.file == wanted.file
        (page,) = wanted.pages

        async def edit() -> None:
            changes: dict[str, Any] = {"content": page, "view": drawn(wanted.buttons)}
            if not has_file:
                changes["attachments"] = wanted.files()
            # A whole message's edit would bring suppressed embeds back (discord.py 2.7.1).
            await held.message.edit(**changes)

        try:
            await retrying(edit)
        except discord.HTTPException as error:
            if wanted.file and not has_file and error.code in FILE_REFUSED:
                raise _FileRefused from error
            if error.code != _ARCHIVED:
                raise
            await self._places.wake(held.message.channel.id)
            await retrying(edit)
        held.shown = wanted

    async def _add(self, wanted: Shown, index: int) -> _Held:
        """Send a page; return what Discord holds, which is older text where it knew the nonce."""
        (page,) = wanted.pages
        if self._held:
            before = self._held[-1].message
            place = Place(before.channel.id, before.id)
            sent = await self._send(place, page, index, wanted.buttons)
        else:
            place, sent = await self._send_first(page, wanted.buttons)
        message = self._places.channel(place.channel_id).get_partial_message(sent.id)
        buttons = wanted.buttons if sent.components else ()
        return _Held(message, Shown([sent.content], buttons))

    async def _send_first(
        self, page: str, buttons: tuple[Button, ...]
    ) -> tuple[Place, discord.Message]:
        """Send the first page to the first place that takes it, of those not tried yet."""
        while place := self._place or await self._places.next():
            try:
                sent = await self._send(place, page, 0, buttons)
            except discord.HTTPException as error:
                if error.status >= _SERVER_ERROR:
                    raise
                self._closed, self._place = error, None
            else:
                self._place = place
                return place, sent
        assert self._closed is not None  # noqa: S101 (there are always places)
        raise self._closed  # also when none was left to try this time

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
            if error.code not in _NO_REPLY or given.pop("reference", None) is None:
                raise
        return await retrying(send)


async def _deleted(held: list[_Held]) -> None:
    for one in reversed(held):
        with suppress(*DISCORD_ERRORS):
            await one.message.delete()
