"""How figures, and the words of somebody else, stand in a sentence."""

import math
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

from bot.providers.pricing import Cost

_MIB = 1 << 20
_LONGEST = 300  # characters of somebody else's words
_IN_SECONDS, _IN_MINUTES = 90, 5400  # up to where a wait is said in these


@dataclass(frozen=True, slots=True)
class Voice:
    """How a place shows text: `escape` words of somebody else, and set a name apart by `name`.

    `instant` is how it shows an instant by itself, given in seconds since 1970; empty where it
    does not.
    """

    escaping: Callable[[str], str]
    name: str = "{}"
    instant: str = ""

    def escape(self, text: str) -> str:
        """Return words of somebody else's as they are, on one line, and not without end."""
        line = " ".join(text.split())
        return self.escaping(line if len(line) <= _LONGEST else f"{line[: _LONGEST - 1]}…")

    def at(self, instant: float) -> str:
        """Return when something is, as it ends a sentence; `instant` in seconds since 1970."""
        if self.instant:
            return self.instant.format(math.ceil(instant))
        return f"{datetime.fromtimestamp(math.ceil(instant), UTC):on %d %B at %H:%M} UTC"


PLAIN = Voice(str)
"""Text without markup, for a terminal."""


def megabytes(size: int) -> str:
    """Return bytes as people read them; 1 MB is 1,048,576 bytes, as in Discord itself."""
    return f"{size / _MIB:.0f} MB" if size >= 10 * _MIB or not size % _MIB else over(size)


def over(size: int) -> str:
    """Return a size rounded up, so that it never reads as small as a limit it is over."""
    return f"{math.ceil(size / _MIB * 10) / 10:.1f} MB"


def dollars(cost: Cost) -> str:
    """Return a cost, with the word that tells a computed one from one that was told."""
    amount = small_dollars(cost.dollars)
    return f"about {amount}" if cost.about else amount


def small_dollars(amount: float) -> str:
    """Return an amount; a small one keeps two figures that say something."""
    if amount >= 1 or amount <= 0:
        return f"${amount:.2f}"
    return f"${amount:.{max(4, 1 - math.floor(math.log10(amount)))}f}"


def soon(seconds: float | None) -> str:
    """Return when to try again."""
    if seconds is None:
        return "in a few minutes"
    if seconds <= 1:
        return "in a second"
    if seconds <= _IN_SECONDS:
        return f"in {math.ceil(seconds)} seconds"
    if seconds <= _IN_MINUTES:
        return f"in {math.ceil(seconds / 60)} minutes"
    return f"in {math.ceil(seconds / 3600)} hours"
