"""How a question has gone, for the log: one line each."""

import logging
from dataclasses import dataclass, field

from bot.conversation import Conversation
from bot.errors import (
    AllowanceSpent,
    BotPaused,
    ChannelClosed,
    ClipError,
    DownloadBroken,
    LinksUnsupported,
    NothingToWatch,
    PersonBlocked,
    ReeltalkError,
    ReplyHidden,
    RoleLacking,
    ServerBlocked,
    TooManyClips,
)
from bot.progress import Answer, Asking, Growing, Progress, Sending
from bot.questions import Question

_log = logging.getLogger(__name__)


@dataclass(slots=True)
class Course:
    """How far a question has come; times in seconds of the clock, `sent` in bytes.

    `waited` is how many seconds it was in line, None where it was never begun, and `seconds` how
    many it took from there.
    """

    start: float
    waited: float | None = None
    text: str = ""
    sent: int = 0
    first_word: float | None = None
    outcome: str = "failed"
    error: str = ""
    conversation: Conversation | None = field(default=None, repr=False)
    answer: Answer | None = field(default=None, repr=False)
    was_asked: bool = False
    seconds: float = 0.0

    def note(self, progress: Progress, now: float) -> None:
        """Remember what the log, and an early end, will need."""
        match progress:
            case Growing(text):
                self.text = text
                self.first_word = self.first_word or now
            case Sending(sent=sent):
                self.sent = sent
            case Asking():
                self.was_asked = True
            case _:
                pass

    @property
    def to_first_word(self) -> float | None:
        """Seconds from the start to the model's first word, if there was one."""
        return None if self.first_word is None else self.first_word - self.start

    def log(self, question: Question, model: str) -> None:
        """Write the one line that each question leaves: its fields, as text and by their names."""
        known, guild = self.conversation, question.guild_id
        fields = {
            # More digits than the numbers of JSON have for those who read it.
            "question": str(question.id),
            "guild": None if guild is None else str(guild),
            "channel": str(question.channel_id),
            "model": model,
            "clips": len(known.clips if known else question.clips),
            "turns": len(known.turns if known else ()),
            "bytes": self.sent,
            "waited_ms": _ms(self.waited),
            "first_word_ms": _ms(self.to_first_word),
            "total_ms": _ms(self.seconds),
            "outcome": self.outcome,
            **({"error": self.error} if self.error else {}),
        }
        line = " ".join(f"{name}={value}" for name, value in fields.items())
        _log.info("%s", line, extra=fields)


def _ms(seconds: float | None) -> int | None:
    return None if seconds is None else round(1000 * seconds)


def outcome(error: ReeltalkError) -> str:
    """Tell a question that can't be answered as it is from one that could be another time."""
    is_askers = isinstance(
        error,
        ClipError
        | TooManyClips
        | LinksUnsupported
        | NothingToWatch
        | ReplyHidden
        | AllowanceSpent
        | BotPaused
        | ServerBlocked
        | PersonBlocked
        | ChannelClosed
        | RoleLacking,
    )
    return "refused" if is_askers and not isinstance(error, DownloadBroken) else "failed"
