"""Whether a server may choose what it chooses: each choice is held against what it may be."""

import re
from collections.abc import Iterator
from dataclasses import fields

from bot.errors import (
    ChoiceAboveCeiling,
    ChoiceRefused,
    ChoiceTooLong,
    ChoiceTooMany,
    ChoiceTooSmall,
    ChoiceUnreadable,
    Measure,
)
from bot.limits import Allowances, Limits
from bot.preferences import Choices, Preferences, ceilings_of

LONGEST_INSTRUCTIONS = 1500
"""In characters; each of them is paid for with every question."""
LONGEST_QUESTION = 500
_LONGEST_LANGUAGE = 60
_LONGEST_MODEL = 200
_MOST_WATCHED = 25  # as many as one menu of Discord's holds
_MOST_NAMED = 25
_SHORTEST_CLIP = 1.0
_LEAST, _MOST = 1, 10**12
# Letters, with what stands between words in the names of languages: "Português (Brasil)".
_LANGUAGE = re.compile(r"[^\W\d_][^\d_\n\r\t\"<>{}\\:;.!?]*")
_MODEL = re.compile(r"[^\s\x00-\x1f]+")


def checked(operator: Preferences, chosen: Choices) -> Choices:
    """Return a server's choices, as they can be kept.

    Raises:
        ChoiceRefused: the first that can't be chosen.
    """
    for refused in _refused(operator, chosen):
        raise refused
    return chosen


def _refused(operator: Preferences, chosen: Choices) -> Iterator[ChoiceRefused]:
    yield from _words("model", chosen.model, _LONGEST_MODEL, _MODEL)
    yield from _words("language", chosen.language, _LONGEST_LANGUAGE, _LANGUAGE)
    yield from _words("instructions", chosen.instructions, LONGEST_INSTRUCTIONS)
    yield from _number(
        "max_clip_seconds", chosen.max_clip_seconds, _SHORTEST_CLIP, operator.max_clip_seconds
    )
    yield from _number("max_clips", chosen.max_clips, 1, operator.max_clips)
    yield from _allowances(chosen.allowances, ceilings_of(operator))
    yield from _count("watched", len(chosen.watched), _MOST_WATCHED)
    for watched in chosen.watched:
        yield from _words("watched", watched.question, LONGEST_QUESTION)
    for name in ("channels", "roles", "exempt_roles"):
        yield from _count(name, len(getattr(chosen, name)), _MOST_NAMED)


def _words(
    choice: str, text: str | None, limit: int, shape: re.Pattern[str] | None = None
) -> Iterator[ChoiceRefused]:
    if text is None:
        return
    if len(text) > limit:
        yield ChoiceTooLong(choice, len(text), limit)
    # PostgreSQL keeps no NUL, and half a surrogate can't be sent anywhere.
    readable = text.strip() and "\0" not in text and _is_whole(text)
    if not readable or (shape and not shape.fullmatch(text)):
        yield ChoiceUnreadable(choice)


def _is_whole(text: str) -> bool:
    return not any("\ud800" <= one <= "\udfff" for one in text)


def _number(
    choice: str, value: float | None, least: float, ceiling: float | None
) -> Iterator[ChoiceRefused]:
    if value is None:
        return
    if not value >= least:  # which a NaN is not either
        yield ChoiceTooSmall(choice, value, least)
    most = _MOST if ceiling is None else ceiling
    if value > most:
        yield ChoiceAboveCeiling(choice, value, most)


def _allowances(chosen: Allowances, ceilings: Allowances) -> Iterator[ChoiceRefused]:
    for field in fields(chosen):
        limits: Limits = getattr(chosen, field.name)
        ceiling: Limits = getattr(ceilings, field.name)
        for measure in Measure:
            name = f"{field.name}.{measure.name.lower()}"
            yield from _number(name, limits.of(measure), _LEAST, ceiling.of(measure))


def _count(choice: str, count: int, limit: int) -> Iterator[ChoiceRefused]:
    if count > limit:
        yield ChoiceTooMany(choice, count, limit)
