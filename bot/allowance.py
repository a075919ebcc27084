"""How much may be asked in a day: the rule, without a clock or a store of its own.

A day is one of UTC's. All limits then free up at the same instant, which can be said and shown;
the days are the ledger's, so what somebody reads in a chart is what they were measured by; and
what is kept about today can be deleted tomorrow. A window of 24 hours would free up bit by bit, at
another time for each limit.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from bot.clips import Clip, Upload
from bot.errors import AllowanceSpent, Measure, Scope
from bot.limits import Allowances, Limits
from bot.preferences import Preferences
from bot.providers.catalogue import Model
from bot.providers.pricing import Cost, estimate

# Of a model with a price, of which nobody has measured how many it takes: more than most do.
_TOKENS_PER_SECOND = 300


@dataclass(frozen=True, slots=True)
class Amount:
    """What one question, or many, came to or will; `micros` are millionths of a US dollar."""

    questions: int = 0
    seconds: float = 0.0
    micros: int = 0

    def of(self, measure: Measure) -> float:
        """Return it in one measure."""
        match measure:
            case Measure.QUESTIONS:
                return self.questions
            case Measure.SECONDS:
                return self.seconds
            case Measure.MICROS:
                return self.micros


@dataclass(frozen=True, slots=True)
class Charge:
    """What is to be reserved for a question.

    `is_exempt` for somebody whom the server's own limits don't bind; the operator's do.
    `has_own_key` where the server pays by a key of its own: the operator's limits of money are
    not about that money, the server's are.
    """

    question_id: int
    guild_id: int | None
    person_id: int
    amount: Amount
    is_exempt: bool = False
    has_own_key: bool = False


Used = Mapping[Scope, Amount]
"""What was used or is reserved today, as each kind of limit counts it for a question."""

OPERATORS = (Scope.EVERYWHERE, Scope.SERVER, Scope.PERSON)
"""The kinds of limits that count the operator's money alone; the others count all."""


def refusal(
    charge: Charge, used: Used, operators: Allowances, chosen: Allowances, now: datetime
) -> AllowanceSpent | None:
    """Return why a question may not be asked now, None where it may.

    The operator's limits are looked at first, the widest before the narrower: a limit that
    somebody could do nothing about is not hidden behind one that they could.
    """
    for scope, limits in _binding(charge, operators, chosen):
        for measure in Measure:
            limit, had = limits.of(measure), used[scope].of(measure)
            asked = charge.amount.of(measure)
            if measure is Measure.MICROS and charge.has_own_key and scope in OPERATORS:
                continue
            # What costs nothing in a measure is never refused by it.
            if limit is not None and asked > 0 and had + asked > limit:
                frees_at = None if asked > limit else next_day(now).timestamp()
                return AllowanceSpent(scope, measure, had, asked, limit, frees_at)
    return None


def next_day(now: datetime) -> datetime:
    """Return the instant at which all limits free up."""
    midnight = now.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    return midnight + timedelta(days=1)


def expected(
    clips: Iterable[Clip], model: Model | None, preferences: Preferences, *, unknown: float
) -> Amount:
    """Return what a question will come to, before a byte of its clips is read.

    A clip that nobody knows the length of counts as `unknown` seconds, and none for more than is
    shown of it. The answer counts as long as it may be. What a model costs that has no price
    nobody knows, and it counts as nothing.
    """
    known = (clip.seconds if isinstance(clip, Upload) else None for clip in clips)
    longest = preferences.max_clip_seconds
    seconds = sum(min(unknown if one is None else one, longest) for one in known)
    tokens = preferences.max_answer_tokens
    return Amount(1, seconds, 0 if model is None else _price(model, seconds, tokens))


def _price(model: Model, seconds: float, tokens: int) -> int:
    prompt, completion = model.prompt_price or 0.0, model.completion_price or 0.0
    watching = estimate(model, seconds) or Cost(seconds * _TOKENS_PER_SECOND * prompt)
    return Cost(watching.dollars + tokens * completion).micros


def _binding(
    charge: Charge, operators: Allowances, chosen: Allowances
) -> Iterator[tuple[Scope, Limits]]:
    """Yield the limits that a question has to be within; direct messages are in no server."""
    yield Scope.EVERYWHERE, operators.everywhere
    if charge.guild_id is not None:
        yield Scope.SERVER, operators.server
    yield Scope.PERSON, operators.person
    if charge.guild_id is not None and not charge.is_exempt:
        yield Scope.SERVER_CHOSEN, chosen.server
        yield Scope.PERSON_CHOSEN, chosen.person
