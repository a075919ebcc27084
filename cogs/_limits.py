"""Limits of a day as people read them, and as they type them."""

from dataclasses import replace

from bot.limits import Limits
from bot.wording import small_dollars

_MINUTE, _DOLLAR = 60.0, 1_000_000


def told(limits: Limits) -> str:
    """Return the limits in words."""
    parts: list[str] = []
    if limits.questions is not None:
        parts.append(f"{limits.questions:,} questions")
    if limits.seconds is not None:
        parts.append(f"{limits.seconds / _MINUTE:,.0f} minutes of video")
    if limits.micros is not None:
        parts.append(small_dollars(limits.micros / _DOLLAR))
    return ", ".join(parts) or "no limit"


def typed_as(limits: Limits) -> dict[str, str]:
    """Return the limits as they stand in a window's fields."""
    return {
        "questions": "" if limits.questions is None else str(limits.questions),
        "minutes": "" if limits.seconds is None else f"{limits.seconds / _MINUTE:g}",
        "dollars": "" if limits.micros is None else f"{limits.micros / _DOLLAR:g}",
    }


def read_limits(fields: dict[str, str]) -> Limits:
    """Read them from there; an empty field is no limit.

    Raises:
        ValueError: a field holds what is no number; it is the exception's one argument.
    """
    questions, minutes, dollars = (
        number(fields.get(name, "")) for name in ("questions", "minutes", "dollars")
    )
    limits = Limits()
    if questions is not None:
        limits = replace(limits, questions=int(questions))
    if minutes is not None:
        limits = replace(limits, seconds=minutes * _MINUTE)
    if dollars is not None:
        limits = replace(limits, micros=round(dollars * _DOLLAR))
    return limits


def number(text: str) -> float | None:
    """Read a number that somebody typed; None for nothing.

    Raises:
        ValueError: it is none; its one argument is what was typed.
    """
    plain = text.strip().removeprefix("$").replace(",", ".")
    if not plain:
        return None
    try:
        found = float(plain)
    except ValueError:
        raise ValueError(text) from None
    if not 0 <= found < 10**9:
        raise ValueError(text)
    return found
