"""Who may ask how much: what a question is held against before, and what is kept of it after."""

import logging
import time
from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial

from sqlalchemy.exc import SQLAlchemyError

from bot.allowance import Amount, Charge, expected
from bot.answering import Answerer
from bot.conversation import Conversation
from bot.errors import ReeltalkError, Scope
from bot.metrics import Metrics
from bot.preferences import Preferences
from bot.questions import Question
from bot.recent import Recent
from bot.store.engine import again
from bot.store.ledger import Entry
from bot.store.opening import Store
from bot.tasks import finished
from cogs._course import Course

_log = logging.getLogger(__name__)

_FRESH = 5.0
"""Seconds after which a block, or a pause, holds for somebody who has just asked."""

_CLOSING = 10.0
"""Seconds that a database has to take what a cancelled question came to."""


class Accounts:
    """The books of a question.

    `unknown_seconds` is what a clip of unknown length is reserved for until it was watched.
    """

    def __init__(
        self,
        store: Store,
        answerer: Answerer,
        unknown_seconds: float,
        metrics: Metrics,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._clock = clock
        self._allowed = Recent[tuple[int | None, int], float]()
        self._had = Recent[int, tuple[float, int]]()
        self._store = store
        self._answerer = answerer
        self._unknown = unknown_seconds
        self._metrics = metrics

    async def refusal(self, question: Question, preferences: Preferences) -> ReeltalkError | None:
        """Return why nothing may be asked by this person, there; None where it may.

        Who may ask now may for a few seconds more without a look; and a database that can't be
        read keeps nobody from asking.
        """
        asker, blocked = (question.guild_id, question.author_id), None
        if self._clock() - self._allowed.get(asker, -_FRESH) >= _FRESH:
            try:
                blocked = await again(partial(self._store.blocks.refusal, *asker))
            except SQLAlchemyError:
                _log.exception("question=%s it is not known who is blocked", question.id)
            if blocked is None:
                self._allowed[asker] = self._clock()
        return blocked or preferences.refusal(question.places, question.roles)

    async def had_today(self, question: Question) -> int:
        """Return how many questions of this person's count against today's limits.

        It is as of some seconds ago for who asks that often.
        """
        at, known = self._had.get(question.author_id, (-_FRESH, 0))
        if self._clock() - at < _FRESH:
            return known
        try:
            used = await self._store.charges.used(question.guild_id, question.author_id)
        except SQLAlchemyError:
            _log.exception("question=%s its asker's day is not known", question.id)
            return 0
        had = used[Scope.PERSON].questions
        self._had[question.author_id] = (self._clock(), had)
        return had

    async def reserve(
        self, question: Question, conversation: Conversation, preferences: Preferences
    ) -> None:
        """Take what the question will come to out of what is left today, once.

        Raises:
            AllowanceSpent: it is more than that.
            ProviderError: the model can't be had.
        """
        model = await self._answerer.model(preferences)
        amount = expected(conversation.clips, model, preferences, unknown=self._unknown)
        charge = _charge(question, preferences, amount)
        await again(partial(self._store.charges.reserve, charge, preferences))

    async def close(self, question: Question, preferences: Preferences, course: Course) -> None:
        """Put what it came to in the place of that, and keep an entry; a failure is logged.

        What nobody was asked costs nothing. What was asked, and told no cost, costs what was
        reserved. A question can be cancelled twice, and the second time meanwhile: what was spent
        is written down all the same.
        """
        await finished(self._close(question, preferences, course), _CLOSING)

    async def _close(self, question: Question, preferences: Preferences, course: Course) -> None:
        try:
            await again(partial(self._settle, question, course))
            entry = _entry(question, preferences, course)
            if await again(partial(self._store.ledger.record, entry)):
                self._metrics.count(entry, waited=course.waited, first_word=course.to_first_word)
        except SQLAlchemyError:
            _log.exception("question=%s its books were not closed", question.id)

    async def _settle(self, question: Question, course: Course) -> None:
        charges, answer = self._store.charges, course.answer
        if answer is not None:
            micros = None if answer.cost is None else answer.cost.micros
            await charges.settle(question.id, seconds=answer.watched, micros=micros)
        elif course.was_asked:
            await charges.settle(question.id)
        else:
            await charges.release(question.id)


def _charge(question: Question, preferences: Preferences, amount: Amount) -> Charge:
    return Charge(
        question_id=question.id,
        guild_id=question.guild_id,
        person_id=question.author_id,
        amount=amount,
        is_exempt=preferences.is_exempt(question.roles),
        has_own_key=preferences.has_own_key,
    )


def _entry(question: Question, preferences: Preferences, course: Course) -> Entry:
    answer = course.answer
    usage, cost = (answer.usage, answer.cost) if answer else (None, None)
    clips = course.conversation.clips if course.conversation else question.clips
    return Entry(
        question_id=question.id,
        day=datetime.now(UTC).date(),
        guild_id=question.guild_id,
        channel_id=question.channel_id,
        person_id=question.author_id,
        model=answer.model if answer else preferences.model,
        outcome=course.outcome,
        clips=len(clips),
        video_seconds=(answer.watched or 0.0) if answer else 0.0,
        prompt_tokens=usage.prompt_tokens if usage else 0,
        cached_tokens=(usage.cached_tokens or 0) if usage else 0,
        completion_tokens=usage.completion_tokens if usage else 0,
        micros=cost.micros if cost else 0,
        by_own_key=preferences.has_own_key,
        seconds=course.seconds,
    )
