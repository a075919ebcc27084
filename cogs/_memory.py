"""What was said before, read back from where it was said: the thread is the memory."""

from collections.abc import Sequence
from contextlib import suppress
from typing import Any

import discord

from bot.client import Client, retrying
from bot.clips import Clip
from bot.conversation import Turn, same
from bot.questions import Question
from cogs._buttons import has_stop
from cogs._finding import clips_of, name_of, newest_clips, words
from cogs._transcript import is_asked, read_answer, read_asked, read_clips

_THREAD, _PLACE = 1000, 100  # messages that are looked through
_TURNS = 50
_GONE = "(The question was deleted.)"


async def earlier_turns(client: Client, question: Question) -> tuple[Turn, ...]:
    """Return the turns that a question goes on from, the first ones first.

    A thread of ours holds one conversation; a direct channel holds one for as long as it is about
    the same clips; elsewhere, it is a chain of replies.

    Raises:
        discord.HTTPException, aiohttp.ClientError, OSError: Discord does not let us read.
    """
    if question.heard or question.follows is None:
        return question.heard
    place = _Place(client, question)
    if question.follows != question.channel_id:
        await place.read(_PLACE)
        return await place.chain(question.follows)
    await place.read(_THREAD if question.guild_id else _PLACE)
    turns = await place.all()
    return turns if question.guild_id else _about_the_same(turns)


async def clips_before(client: Client, question: Question) -> tuple[Clip, ...]:
    """Return what a conversation is about in which nothing has been answered yet.

    Raises:
        discord.HTTPException, aiohttp.ClientError, OSError: Discord does not let us read.
    """
    if question.follows != question.channel_id:
        return ()
    if question.guild_id is None:
        return await newest_clips(client, question.channel_id, question.author_id, question.id)
    starter = await _Place(client, question).starter()
    if starter is None:
        return ()
    found = read_asked(starter.content, _place_of(starter))
    return found[0].clips if found else clips_of(starter)


class _Place:
    """The messages of one channel before a question, by their ids, newest first."""

    def __init__(self, client: Client, question: Question) -> None:
        assert client.user is not None  # noqa: S101 (it is logged in)
        self._client = client
        self._user = client.user
        self._question = question
        self._channel = client.get_partial_messageable(
            question.channel_id, guild_id=question.guild_id
        )
        self._messages: dict[int, discord.Message] = {}
        self._replies: dict[int | None, discord.Message] = {}

    async def read(self, limit: int) -> None:
        """Read so many messages."""
        before = discord.Object(self._question.id)

        async def newest_first() -> dict[int, discord.Message]:
            history = self._channel.history(limit=limit, before=before)
            return {one.id: one async for one in history}

        self._messages = await retrying(newest_first)
        self._replies = {
            _reply_to(one): one
            for one in self._messages.values()
            if one.author.id == self._user.id and not is_asked(one.content)
        }

    async def all(self) -> tuple[Turn, ...]:
        """Return every turn."""
        firsts = [one for one in reversed(self._messages.values()) if self._begins_answer(one)]
        # What is still being answered is not yet what it will be.
        ended = [one for one in firsts if not any(map(has_stop, self._pages(one)))]
        return tuple([await self._turn(first) for first in ended])

    async def chain(self, page_id: int | None) -> tuple[Turn, ...]:
        """Return the turns to which replies lead back from a page of an answer."""
        turns: list[Turn] = []
        while page_id is not None and len(turns) < _TURNS:
            first = await self._first_page(page_id)
            if first is None:
                break
            turns.append(await self._turn(first))
            asked = await self._asked_by(first)
            page_id = _reply_to(asked)
        return tuple(reversed(turns))

    async def _first_page(self, page_id: int) -> discord.Message | None:
        page = await self._find(page_id)
        while page is not None and page.author.id == self._user.id:
            if self._begins_answer(page):
                return page
            before = _reply_to(page)
            page = None if before is None else await self._find(before)
        return None

    async def _turn(self, first: discord.Message) -> Turn:
        message = await self._asked_by(first)
        answer = read_answer([page.content for page in self._pages(first)])
        where = (first.channel.id, first.id) if message is None else _place_of(message)
        clips = read_clips(first.content, where) or ()
        if message is None:
            return Turn(_GONE, clips, answer=answer)
        if message.author.id == self._user.id and (found := read_asked(message.content, where)):
            asked, _ = found
            return Turn(asked.text, clips, asked.author, answer, asked.start, asked.end)
        text = words(self._user, message.content)
        return Turn(text, clips, name_of(message.author), answer)

    def _begins_answer(self, message: discord.Message) -> bool:
        ours = message.author.id == self._user.id
        return ours and read_clips(message.content, (0, 0)) is not None

    def _pages(self, first: discord.Message) -> Sequence[discord.Message]:
        """Follow an answer from page to page, each of which replies to the one before."""
        pages, page = [first], self._replies.get(first.id)
        while page is not None:
            pages.append(page)
            page = self._replies.get(page.id)
        return pages

    async def _asked_by(self, first: discord.Message) -> discord.Message | None:
        """Return the question to an answer: what it replies to, or what its thread began with."""
        replied = _reply_to(first)
        if replied is not None or self._question.guild_id is None:
            return None if replied is None else await self._find(replied)
        return await self.starter()

    async def starter(self) -> discord.Message | None:
        """Return the message that a thread was made from."""
        found = await self._find(self._question.channel_id)
        if found is not None:
            return found  # a forum post, whose first message lies in its thread
        with suppress(discord.NotFound, discord.Forbidden):
            thread: Any = await retrying(
                lambda: self._client.http.get_channel(self._question.channel_id)
            )
            if "thread_metadata" not in thread:
                return None
            parent = self._client.get_partial_messageable(
                int(thread["parent_id"]), guild_id=self._question.guild_id
            )
            return await retrying(lambda: parent.fetch_message(self._question.channel_id))
        return None

    async def _find(self, message_id: int) -> discord.Message | None:
        with suppress(discord.NotFound, discord.Forbidden):
            if message_id not in self._messages:
                fetched = await retrying(lambda: self._channel.fetch_message(message_id))
                self._messages[message_id] = fetched
            return self._messages[message_id]
        return None


def _reply_to(message: discord.Message | None) -> int | None:
    reference = message and message.reference
    if not reference or reference.type is not discord.MessageReferenceType.reply:
        return None
    return reference.message_id


def _place_of(message: discord.Message) -> tuple[int, int]:
    return message.channel.id, message.id


def _about_the_same(turns: Sequence[Turn]) -> tuple[Turn, ...]:
    """Keep the newest turns, as far back as each is about clips of the one after it."""
    kept: list[Turn] = []
    for turn in reversed(turns):
        known = {same(clip) for clip in kept[-1].clips} if kept else None
        if known is not None and not {same(clip) for clip in turn.clips} <= known:
            break
        kept.append(turn)
    return tuple(reversed(kept))
