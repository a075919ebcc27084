"""Limits of what may be asked in a day, as values."""

from dataclasses import dataclass
from typing import TypeVar

from bot.errors import Measure

N = TypeVar("N", int, float)


@dataclass(frozen=True, slots=True)
class Limits:
    """The most in a day: questions, seconds of video, millionths of a US dollar.

    None where there is no limit.
    """

    questions: int | None = None
    seconds: float | None = None
    micros: int | None = None

    def of(self, measure: Measure) -> float | None:
        """Return the limit in one measure."""
        match measure:
            case Measure.QUESTIONS:
                return self.questions
            case Measure.SECONDS:
                return self.seconds
            case Measure.MICROS:
                return self.micros

    def within(self, ceiling: "Limits") -> "Limits":
        """Return the lower of both, measure by measure."""
        return Limits(
            _lower(self.questions, ceiling.questions),
            _lower(self.seconds, ceiling.seconds),
            _lower(self.micros, ceiling.micros),
        )


@dataclass(frozen=True, slots=True)
class Allowances:
    """The limits of a server and of each person, and of everybody together.

    The operator's hold for a person wherever they ask, a server's own in that server. Only the
    operator has a limit for everywhere.
    """

    server: Limits = Limits()
    person: Limits = Limits()
    everywhere: Limits = Limits()


UNLIMITED = Allowances()


def _lower(one: N | None, other: N | None) -> N | None:
    known = [limit for limit in (one, other) if limit is not None]
    return min(known, default=None)
