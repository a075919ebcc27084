"""Why something can't be chosen for a server."""

from dataclasses import dataclass

from bot.errors.root import ReeltalkError


@dataclass(eq=False)
class ChoiceRefused(ReeltalkError):
    """`choice` is the name of a field of `bot.preferences.Choices`.

    Of a limit it is such as "person.micros": whose, and in which measure.
    """

    choice: str


@dataclass(eq=False)
class ChoiceAboveCeiling(ChoiceRefused):
    """The operator allows `ceiling` at most; both in the choice's own unit."""

    value: float
    ceiling: float


@dataclass(eq=False)
class ChoiceTooSmall(ChoiceRefused):
    """It has to be `least` or more, in the choice's own unit."""

    value: float
    least: float


@dataclass(eq=False)
class ChoiceTooLong(ChoiceRefused):
    """`length` and `limit` in characters."""

    length: int
    limit: int


@dataclass(eq=False)
class ChoiceTooMany(ChoiceRefused):
    """`count` and `limit` are numbers of channels or roles."""

    count: int
    limit: int


@dataclass(eq=False)
class ChoiceUnreadable(ChoiceRefused):
    """It is empty, or holds characters that can't be there, such as the ends of lines."""
