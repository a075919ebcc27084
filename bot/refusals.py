"""Sentences for what may not be asked, or not be chosen; `bot.phrases` has them in its table."""

from bot import errors
from bot.errors import Measure, Scope
from bot.moments import clock
from bot.providers.pricing import MICROS
from bot.wording import Voice, small_dollars

_WHOSE = {
    Scope.SERVER: "This server's allowance",
    Scope.PERSON: "Your allowance",
    Scope.SERVER_CHOSEN: "This server's allowance",
    Scope.PERSON_CHOSEN: "Your allowance in this server",
}
_CHOICES = {
    "model": "The model's name",
    "instructions": "The instructions",
    "language": "The language",
    "max_clip_seconds": "The longest clip",
    "max_clips": "The number of clips",
    "watched": "The question for a watched channel",
    "channels": "The list of channels",
    "roles": "The list of roles",
    "exempt_roles": "The list of exempt roles",
}
_LIMITS = {
    "questions": "The number of questions",
    "seconds": "The minutes of video",
    "micros": "The amount of money",
}
_SECONDS = {"max_clip_seconds", "seconds"}


def spent(error: errors.AllowanceSpent, voice: Voice) -> str:
    """Return why somebody has to wait, and until when."""
    again = "" if error.frees_at is None else f"Ask again {voice.at(error.frees_at)}"
    if error.scope is Scope.EVERYWHERE:
        return f"I have spent what I may in a day. {again or 'Ask about a shorter part'}."
    whose, limit = _WHOSE[error.scope], _amount(error.measure, error.limit)
    takes = _amount(error.measure, error.asked)
    if error.frees_at is None:
        return (
            f"{whose} for a day is {limit}, and this question alone takes about {takes}. Ask about "
            "a shorter part, or fewer clips."
        )
    used = _figure(error.measure, error.used)
    said = f"{whose} for today is {limit}, of which {used} {_verb(used)} used"
    more = "" if error.measure is Measure.QUESTIONS else f", and this question takes about {takes}"
    return f"{said}{more}. {again}."


def above_ceiling(error: errors.ChoiceAboveCeiling, _: Voice) -> str:
    """Return what the operator allows at most."""
    most = _choice_amount(error.choice, error.ceiling)
    return f"{_choice(error)} can be {most} at most here: whoever runs this bot set that."


def too_small(error: errors.ChoiceTooSmall, _: Voice) -> str:
    """Return what it has to be at least."""
    return f"{_choice(error)} has to be {_choice_amount(error.choice, error.least)} or more."


def too_long(error: errors.ChoiceTooLong, _: Voice) -> str:
    """Return how long a text may be."""
    return (
        f"{_choice(error)} may have {error.limit:,} characters, and this has {error.length:,}. "
        "Make it shorter."
    )


def too_many(error: errors.ChoiceTooMany, _: Voice) -> str:
    """Return how many there may be."""
    return f"{_choice(error)} may have {error.limit} entries, and this has {error.count}."


def unreadable(error: errors.ChoiceUnreadable, _: Voice) -> str:
    """Return that there is nothing usable in a text."""
    return f"{_choice(error)} can't be that: it is empty, or holds what can't be there."


def _choice(error: errors.ChoiceRefused) -> str:
    whose, _, measure = error.choice.partition(".")
    if measure:
        return f"{_LIMITS[measure]} for {'a' if whose == 'person' else 'the'} {whose} in a day"
    return _CHOICES.get(error.choice, error.choice)


def _choice_amount(choice: str, value: float) -> str:
    name = choice.rpartition(".")[2]
    if name in _SECONDS:
        return clock(round(value))
    return small_dollars(value / MICROS) if name == "micros" else f"{value:,.0f}"


def _amount(measure: Measure, value: float) -> str:
    figure = _figure(measure, value)
    match measure:
        case Measure.QUESTIONS:
            return f"{figure} question{'' if value == 1 else 's'}"
        case Measure.SECONDS:
            return f"{figure} of video"
        case Measure.MICROS:
            return figure


def _figure(measure: Measure, value: float) -> str:
    match measure:
        case Measure.QUESTIONS:
            return f"{value:,.0f}"
        case Measure.SECONDS:
            return clock(round(value))
        case Measure.MICROS:
            return small_dollars(value / MICROS)


def _verb(figure: str) -> str:
    return "are" if figure.isdecimal() and figure != "1" else "is"
