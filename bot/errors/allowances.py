"""What can keep somebody from asking, though their clip is well."""

from collections.abc import Collection
from dataclasses import dataclass
from enum import Enum
from typing import ClassVar

from bot.errors.root import ReeltalkError


class Scope(Enum):
    """Whose use is counted against a limit."""

    EVERYWHERE = "all that this bot is asked"
    SERVER = "all that is asked in the server, by the operator's limit"
    PERSON = "all that the person asks, in whatever server, by the operator's limit"
    SERVER_CHOSEN = "all that is asked in the server, by its own limit"
    PERSON_CHOSEN = "what the person asks in the server, by the server's own limit"


class Measure(Enum):
    """What a limit counts, in its unit."""

    QUESTIONS = "questions"
    SECONDS = "seconds of video"
    MICROS = "millionths of a US dollar"


@dataclass(eq=False)
class AllowanceSpent(ReeltalkError):
    """Somebody has had what they may have on one day.

    `used`, `asked` and `limit` are in the measure's unit: what was used or is reserved, what the
    question would come to, and what there is. `frees_at` is the second since 1970 at which asking
    can succeed, None where the question alone is more than the limit.
    """

    scope: Scope
    measure: Measure
    used: float
    asked: float
    limit: float
    frees_at: float | None


@dataclass(eq=False)
class BotPaused(ReeltalkError):
    """The operator has paused the bot; `message` is what they have to say about it."""

    passing: ClassVar[bool] = True

    message: str


@dataclass(eq=False)
class QuestionNotKept(ReeltalkError):
    """The database is away, and a question that is not kept is not accepted."""

    passing: ClassVar[bool] = True


@dataclass(eq=False)
class ServerBlocked(ReeltalkError):
    """The operator has blocked the server."""


@dataclass(eq=False)
class PersonBlocked(ReeltalkError):
    """The operator has blocked the person."""


@dataclass(eq=False)
class ChannelClosed(ReeltalkError):
    """The server lets nobody ask here; `channels` are the ids of those where one may."""

    channels: Collection[int]


@dataclass(eq=False)
class RoleLacking(ReeltalkError):
    """The server lets only some ask; `roles` are the ids of theirs."""

    roles: Collection[int]
