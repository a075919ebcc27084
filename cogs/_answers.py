"""Give the answer to a question, where it was asked."""

import asyncio
import logging
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass

import discord

from bot.answering import Answerer
from bot.client import DISCORD_ERRORS, Client
from bot.errors import (
    AnswerUnseen,
    ClipError,
    DownloadBroken,
    LinksUnsupported,
    NothingToWatch,
    ReeltalkError,
    TooManyClips,
)
from bot.pacing import Pacer
from bot.pages import paginate
from bot.preferences import Preferences, PreferencesFor
from bot.progress import Growing, Progress, Sending
from bot.questions import Question
from cogs import _phrases as phrases
from cogs._buttons import Button
from cogs._thread_reply import ThreadReply

_log = logging.getLogger(__name__)


class Answers:
    """The work on questions: status line, growing answer, footer or a sentence."""

    def __init__(
        self,
        client: Client,
        answerer: Answerer,
        preferences_for: PreferencesFor,
        clock: Callable[[], float] = time.monotonic,
        now: Callable[[], float] = time.time,
    ) -> None:
        self._client = client
        self._answerer = answerer
        self._preferences_for = preferences_for
        self._clock = clock
        self._now = now
        # Of questions that wait: what they are shown in, until it is their turn.
        self._waiting: dict[int, ThreadReply] = {}

    async def accept(self, question: Question) -> None:
        """Put a question in the line, and once it is kept there, give the first sign."""
        reply = await self._reply(question)
        # Its turn may come before the sign: both then speak through the same reply.
        known = self._waiting.setdefault(question.id, reply)
        if await self._client.jobs.submit(question):
            known.begin()
            await self._show_in_line(question, None)
        elif known is reply:
            self._waiting.pop(question.id, None)

    async def wait(self, question: Question, place: int) -> None:
        """Tell its place in its server's line."""
        await self._show_in_line(question, place)

    async def withdraw(self, question: Question) -> None:
        """Tell that it was cancelled while it waited."""
        with suppress(*DISCORD_ERRORS):
            await self._end(question, phrases.STOPPED, "cancelled")

    async def give_up(self, question: Question) -> None:
        """Tell that it is given up, having killed its process too often."""
        await self._end(question, phrases.GIVEN_UP, "given_up")

    async def give(self, question: Question) -> None:
        """Answer a question so that whoever asked reads an answer or a sentence, in the end."""
        preferences = await self._preferences_for(question.guild_id)
        reply = self._waiting.pop(question.id, None) or await self._reply(question)
        course = _Course(start=self._clock())
        try:
            if self._now() - question.asked_at > preferences.stale_seconds:
                await reply.show([phrases.STALE], Button.of("retry", question))
                course.outcome = "expired"
                return
            ending = await self._answer(question, preferences, reply, course)
            await reply.show(
                ending.pages, Button.of("retry", question) if ending.may_retry else None
            )
            course.outcome = ending.outcome
        except asyncio.CancelledError:
            course.outcome = "paused" if self._client.jobs.closing else "cancelled"
            sentence = phrases.PAUSED if self._client.jobs.closing else phrases.STOPPED
            with suppress(*DISCORD_ERRORS):
                await reply.show(_pages_with(course.text, sentence))
            raise
        except DISCORD_ERRORS as error:
            course.error = repr(error)
        finally:
            self._log(question, preferences, course)

    async def _reply(self, question: Question) -> ThreadReply:
        preferences = await self._preferences_for(question.guild_id)
        in_thread = preferences.in_thread and bool(question.clips)
        return ThreadReply(self._client, question, in_thread=in_thread)

    async def _show_in_line(self, question: Question, place: int | None) -> None:
        reply = self._waiting.get(question.id)
        if reply is None or not question.clips:
            return
        line = phrases.in_line(question.clips, place)
        try:
            await reply.show([line], Button.of("stop", question))
        except DISCORD_ERRORS as error:
            _log.info("question=%s its place was not shown: %r", question.id, error)

    async def _end(self, question: Question, sentence: str, outcome: str) -> None:
        preferences = await self._preferences_for(question.guild_id)
        reply = self._waiting.pop(question.id, None) or await self._reply(question)
        await reply.show([sentence])
        self._log(question, preferences, _Course(self._clock(), outcome=outcome))

    async def _answer(
        self, question: Question, preferences: Preferences, reply: ThreadReply, course: "_Course"
    ) -> "_Ending":
        """Return how it ended and what is to be shown of that, showing progress until then."""

        async def show(progress: Progress) -> None:
            try:
                pages = paginate(phrases.status(question.clips, progress))
                await reply.show(pages, Button.of("stop", question))
            except (discord.NotFound, discord.Forbidden):
                raise  # nobody can read the answer any more
            except DISCORD_ERRORS as error:
                _log.info("question=%s progress was not shown: %r", question.id, error)

        try:
            async with Pacer(show).run() as offer:

                def tell(progress: Progress) -> None:
                    course.note(progress, self._clock())
                    offer(progress)

                answer = await self._answerer.answer(question, preferences, tell)
            return _Ending("answered", paginate(answer.text, phrases.footer(answer)))
        except ReeltalkError as error:
            course.error = str(error)
            # What was said without having seen the clip is not let stand.
            said = "" if isinstance(error, AnswerUnseen) else course.text
            pages = _pages_with(said, phrases.phrase(error))
            return _Ending(_outcome(error), pages, may_retry=error.passing)
        except (discord.NotFound, discord.Forbidden):
            raise
        except Exception as error:  # noqa: BLE001 (a bug is logged, and told to who asked)
            _log.exception("question=%s met a bug", question.id)
            course.error = repr(error)
            pages = _pages_with(course.text, phrases.BROKEN)
            return _Ending("failed", pages, may_retry=True)

    def _log(self, question: Question, preferences: Preferences, course: "_Course") -> None:
        """Write the one line that each question leaves in the log."""
        now = self._clock()
        first = course.first_word
        _log.info(
            "question=%s guild=%s channel=%s model=%s clips=%s bytes=%s first_word_ms=%s "
            "total_ms=%.0f outcome=%s%s",
            question.id,
            question.guild_id,
            question.channel_id,
            preferences.model,
            len(question.clips),
            course.sent,
            None if first is None else f"{1000 * (first - course.start):.0f}",
            1000 * (now - course.start),
            course.outcome,
            f" error={course.error}" if course.error else "",
        )


@dataclass(slots=True)
class _Course:
    """How a question has gone so far; times in seconds of the clock, `sent` in bytes."""

    start: float
    text: str = ""
    sent: int = 0
    first_word: float | None = None
    outcome: str = "failed"
    error: str = ""

    def note(self, progress: Progress, now: float) -> None:
        match progress:
            case Growing(text):
                self.text = text
                self.first_word = self.first_word or now
            case Sending(sent=sent):
                self.sent = sent
            case _:
                pass


@dataclass(frozen=True, slots=True)
class _Ending:
    """How a question ended, what is shown of it, and whether asking the same again may help."""

    outcome: str
    pages: list[str]
    may_retry: bool = False


def _outcome(error: ReeltalkError) -> str:
    """Tell a question that can't be answered as it is from one that could be another time."""
    is_askers = isinstance(error, ClipError | TooManyClips | LinksUnsupported | NothingToWatch)
    return "refused" if is_askers and not isinstance(error, DownloadBroken) else "failed"


def _pages_with(text: str, sentence: str) -> list[str]:
    """Keep what was said, and put a sentence beneath it."""
    return paginate(f"{text.rstrip()}\n\n{sentence}")
