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
    """How far a question has come; times in seconds of the clock, `sent` in bytes."""

    start: float
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

    def log(self, question: Question, model: str, now: float) -> None:
        """Write the one line that each question leaves."""
        self.seconds = now - self.start
        first, turns = self.first_word, self.conversation.turns if self.conversation else ()
        clips = self.conversation.clips if self.conversation else question.clips
        _log.info(
            "question=%s guild=%s channel=%s model=%s clips=%s turns=%s bytes=%s "
            "first_word_ms=%s total_ms=%.0f outcome=%s%s",
            question.id,
            question.guild_id,
            question.channel_id,
            model,
            len(clips),
            len(turns),
            self.sent,
            None if first is None else f"{1000 * (first - self.start):.0f}",
            1000 * (now - self.start),
            self.outcome,
            f" error={self.error}" if self.error else "",
        )


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
