"""Give the answer to a question, where it was asked."""

import asyncio
import logging
import time
from collections.abc import Callable, Mapping
from contextlib import AbstractAsyncContextManager, nullcontext, suppress
from dataclasses import replace
from weakref import WeakValueDictionary

import discord
from sqlalchemy.exc import SQLAlchemyError

from bot.answering import Answerer
from bot.client import DISCORD_ERRORS, Client
from bot.conversation import Conversation
from bot.errors import AnswerUnseen, QuestionNotKept, ReeltalkError, ReplyHidden
from bot.pacing import Pacer
from bot.preferences import Preferences, PreferencesFor
from bot.progress import Growing, Progress
from bot.questions import Question
from bot.recent import Recent
from cogs import _phrases as phrases
from cogs._accounts import Accounts
from cogs._apologies import apologise
from cogs._composing import Composing
from cogs._course import Course, outcome
from cogs._guest_reply import LIFETIME, GuestReply
from cogs._memory import clips_before, earlier_turns
from cogs._shown import Reply
from cogs._thread_reply import ThreadReply
from cogs._waiting import Waiting

_log = logging.getLogger(__name__)

_SIGNS_AT_ONCE = 3


class Answers:
    """The work on questions: status line, growing answer, footer or a sentence."""

    def __init__(
        self,
        client: Client,
        answerer: Answerer,
        accounts: Accounts,
        preferences_for: PreferencesFor,
        *,
        clock: Callable[[], float] = time.monotonic,
        now: Callable[[], float] = time.time,
    ) -> None:
        self._client = client
        self._answerer = answerer
        self._accounts = accounts
        self._preferences_for = preferences_for
        self._clock = clock
        self._now = now
        self._waiting = Waiting(client, self._note)
        # The newest messages that stand for a question of another id.
        self._asked_in = Recent[int, int]()
        # By server, for as long as somebody there waits for a first sign.
        self._turns: WeakValueDictionary[int, asyncio.Semaphore] = WeakValueDictionary()

    async def accept(self, question: Question, *, begins: bool = True) -> bool:
        """Put a question in the line, and once it is kept there, give the first sign.

        Returns whether it is kept: not so when the bot is about to stop, or it was before. One
        that is asked again does not begin: it goes on in the messages that it has.
        """
        preferences = await self._preferences_for(question.guild_id)
        async with self._turn_of(question):
            refused = await self._accounts.refusal(question, preferences)
            had = 0 if refused else await self._had(question)
        if refused:
            await self._refuse(question, refused)
            return False
        reply = await self._reply(question)
        # Its turn may come before the sign: both then speak through the same reply.
        known = self._waiting.add(question, reply)
        if await self._kept(question, had):
            if begins:
                known.begin()
            async with self._turn_of(question):
                await self._waiting.show(question, None)
            return True
        if known is reply:
            self._waiting.begun(question.id)
        return False

    async def _kept(self, question: Question, had: int) -> bool:
        """Tell whether a question is in the line now, and was not before."""
        try:
            return await self._client.jobs.submit(question, had)
        except SQLAlchemyError as error:
            _log.error("question=%s is not kept: %r", question.id, error)
            await self._refuse(question, QuestionNotKept())
            return False

    async def _had(self, question: Question) -> int:
        """Return how many its asker has had today or waits for, if others wait in the server."""
        here = self._waiting.in_server(question.guild_id)
        if not here:
            return 0  # there is nobody to come before
        theirs = sum(one.author_id == question.author_id for one in here)
        return theirs + await self._accounts.had_today(question)

    async def _refuse(self, question: Question, refused: ReeltalkError) -> None:
        """Tell, where it was asked, why it may not be; what nobody has asked is passed over."""
        if question.is_unasked:
            return
        reply: Reply = ThreadReply(self._client, question, in_thread=False)
        if question.is_guest:
            reply = GuestReply(self._client, question)
        try:
            settled = await reply.settle()
            composing = Composing(settled, question.clips)
            await reply.show(composing.sentence(phrases.phrase(refused)))
        except DISCORD_ERRORS as error:
            await apologise(self._client, question, error)

    async def cancel_asked_in(self, message_id: int) -> None:
        """Cancel the question that a message asked, or stands for."""
        await self._client.jobs.cancel(self._asked_in.get(message_id, message_id))

    @property
    def has_waiting(self) -> bool:
        """Tell whether there is somebody here to be told a place."""
        return bool(self._waiting)

    async def tell(self, places: Mapping[int, int]) -> None:
        """Tell the place of each question in its server's line."""
        await self._waiting.tell(places)

    async def withdraw(self, question: Question) -> None:
        """Tell that it was cancelled while it waited."""
        await self._end(question, phrases.STOPPED, "cancelled")

    async def give_up(self, question: Question) -> None:
        """Tell that it is given up, having killed its process too often."""
        await self._end(question, phrases.GIVEN_UP, "given_up")

    async def give(self, question: Question) -> None:
        """Answer a question so that whoever asked reads an answer or a sentence, in the end."""
        with self._client.metrics.answering():
            await self._give(question)

    async def _give(self, question: Question) -> None:
        preferences = await self._preferences_for(question.guild_id)
        reply = self._waiting.begun(question.id) or await self._reply(question)
        course = Course(self._clock(), max(0.0, self._now() - question.asked_at))
        try:
            question = await reply.settle()
            self._note(question)
            if self._now() - question.asked_at > preferences.stale_seconds:
                course.outcome = "expired"
                composing = Composing(question, question.clips)
                await reply.show(composing.sentence(phrases.STALE, "retry"))
                return
            await self._answer(question, preferences, reply, course)
        except asyncio.CancelledError:
            composing = _composing(question, course)
            if self._client.jobs.closing:
                course.outcome = "paused"
                shown = composing.paused(phrases.PAUSED, course.text)
            else:
                course.outcome = "cancelled"
                shown = composing.sentence(phrases.STOPPED, said=course.text)
            with suppress(*DISCORD_ERRORS):
                await reply.show(shown)
            raise
        except DISCORD_ERRORS as error:
            course.outcome, course.error = "failed", repr(error)
            await reply.clear()  # or a status line would stand there for ever
            await apologise(self._client, question, error)
        finally:
            await self._over(question, preferences, course)

    async def _over(self, question: Question, preferences: Preferences, course: Course) -> None:
        """Close a question's books, unless it goes on elsewhere, and then tell the log of it."""
        course.seconds = self._clock() - course.start
        try:
            if course.outcome != "paused":
                await self._accounts.close(question, preferences, course)
        finally:
            course.log(question, preferences.model)

    def _turn_of(self, question: Question) -> AbstractAsyncContextManager[None]:
        """Hold what a server's questions need first to a few at a time, so that others get theirs.

        Each sign takes several calls, and Discord counts a bot's calls wherever it makes them. An
        interaction can't wait: it has three seconds.
        """
        if question.token:
            return nullcontext()
        server = question.guild_id or question.author_id
        return self._turns.setdefault(server, asyncio.Semaphore(_SIGNS_AT_ONCE))

    async def _reply(self, question: Question) -> Reply:
        if question.is_guest:
            return GuestReply(self._client, question)
        preferences = await self._preferences_for(question.guild_id)
        begins = bool(question.clips) and question.follows is None
        return ThreadReply(self._client, question, in_thread=preferences.in_thread and begins)

    def _note(self, settled: Question) -> None:
        if settled.message_id != settled.id:
            self._asked_in[settled.message_id] = settled.id

    async def _end(self, question: Question, sentence: str, outcome: str) -> None:
        preferences = await self._preferences_for(question.guild_id)
        reply = self._waiting.begun(question.id) or await self._reply(question)
        course = Course(self._clock(), outcome=outcome)
        try:
            settled = await reply.settle()
            await reply.show(Composing(settled, question.clips).sentence(sentence))
        except DISCORD_ERRORS as error:
            course.error = repr(error)
        await self._over(question, preferences, course)

    async def _answer(
        self, question: Question, preferences: Preferences, reply: Reply, course: Course
    ) -> None:
        """Show an answer, or the sentence in its place, having shown progress until then."""
        try:
            async with asyncio.timeout(self._time_left(question)):
                await self._show_answer(question, preferences, reply, course)
        except TimeoutError:
            course.error = "Discord takes no word more"
            shown = _composing(question, course).sentence(phrases.OUT_OF_TIME, said=course.text)
        except ReeltalkError as error:
            course.outcome, course.error = outcome(error), str(error)
            # What was said without having seen the clip is not let stand.
            said = "" if isinstance(error, AnswerUnseen) else course.text
            shown = _composing(question, course).sentence(
                phrases.phrase(error), *(("retry",) if error.passing else ()), said=said
            )
        except DISCORD_ERRORS:
            raise
        except Exception as error:  # noqa: BLE001 (a bug is logged, and told to who asked)
            _log.exception("question=%s met a bug", question.id)
            course.error = repr(error)
            shown = _composing(question, course).sentence(phrases.BROKEN, "retry", said=course.text)
        else:
            course.outcome = "answered"
            return
        await reply.show(shown)

    async def _show_answer(
        self, question: Question, preferences: Preferences, reply: Reply, course: Course
    ) -> None:
        earlier = await earlier_turns(self._client, question)
        if question.is_hidden and not earlier:
            raise ReplyHidden
        now = question.turn
        if not now.clips and not any(turn.clips for turn in earlier):
            now = replace(now, clips=await clips_before(self._client, question))
        conversation = Conversation.of(now, earlier, preferences.max_clips)
        course.conversation = conversation
        if conversation.clips:
            await self._accounts.reserve(question, conversation, preferences)
        composing = Composing(question, conversation.clips)

        async def show(progress: Progress) -> None:
            await self._show_progress(progress, composing, reply)

        async with Pacer(show).run() as offer:

            def tell(progress: Progress) -> None:
                course.note(progress, self._clock())
                offer(progress)

            answer = await self._answerer.answer(conversation, preferences, tell)
        course.answer = answer
        footer = phrases.footer(answer, with_facts=preferences.footer)
        await reply.show(composing.ended(answer.text, footer, "follow"))

    async def _show_progress(self, progress: Progress, composing: Composing, reply: Reply) -> None:
        if isinstance(progress, Growing):
            shown = composing.growing(progress.text)
        else:
            shown = composing.status(phrases.status(composing.clips, progress))
        try:
            await reply.show(shown)
        except (discord.NotFound, discord.Forbidden):
            raise  # nobody can read the answer any more
        except DISCORD_ERRORS as error:
            _log.info("question=%s progress was not shown: %r", composing.question.id, error)

    def _time_left(self, question: Question) -> float | None:
        """Return the seconds that Discord leaves an answer; None for as many as it takes."""
        return question.asked_at + LIFETIME - self._now() if question.is_guest else None


def _composing(question: Question, course: Course) -> Composing:
    known = course.conversation
    return Composing(question, question.clips if known is None else known.clips)
