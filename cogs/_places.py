"""Where an answer may go: a thread made from its question, or else beside it."""

import logging
import re
from dataclasses import dataclass
from typing import Any, Literal

import discord

from bot.client import Client, retrying
from bot.questions import Question

_log = logging.getLogger(__name__)

_NAME = 100
_ARCHIVE_AFTER: Literal[1440] = 1440  # minutes
_THREAD_EXISTS = 160004
_SERVER_ERROR = 500


@dataclass(frozen=True, slots=True)
class Place:
    """A channel or a thread, and what the first page replies to there."""

    channel_id: int
    reply_to: int | None = None


class Places:
    """The places for one answer, the best first, each tried once."""

    def __init__(self, client: Client, question: Question, *, in_thread: bool) -> None:
        self._client = client
        self._question = question
        self.wants_thread = in_thread and question.guild_id is not None
        self._has_tried_thread = not self.wants_thread
        self._has_tried_channel = False

    async def next(self) -> Place | None:
        """Return the next place to try; None when there is none left."""
        if not self._has_tried_thread:
            has_thread = await self._make_thread()
            self._has_tried_thread = True
            if has_thread:
                return Place(self._question.message_id)
        if self._has_tried_channel:
            return None
        self._has_tried_channel = True
        return Place(self._question.channel_id, self._question.message_id)

    def channel(self, channel_id: int) -> discord.PartialMessageable:
        """Return a channel by its id alone."""
        return self._client.get_partial_messageable(channel_id, guild_id=self._question.guild_id)

    async def wake(self, channel_id: int) -> None:
        """Take a thread out of the archive, where nothing can be edited.

        Raises:
            discord.HTTPException: it is locked.
        """
        await retrying(lambda: self._client.http.edit_channel(channel_id, archived=False))

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
        try:
            thread: Any = await retrying(lambda: self._client.http.get_channel(thread_id))
        except (discord.NotFound, discord.Forbidden):
            return False  # it was deleted, and the message it was made from can have no other
        user = self._client.user
        return user is not None and int(thread["owner_id"]) == user.id


def _title(question: Question) -> str:
    """Name the thread after the question, else after its first clip."""
    shown = re.sub(r"\|\|.*?\|\|", "…", question.text, flags=re.DOTALL)
    text = " ".join(shown.split()) or question.clips[0].name
    return text if len(text) <= _NAME else f"{text[: _NAME - 1]}…"
