"""What people read in Discord: the sentences of `bot`, and those that only Discord needs."""

from discord.utils import escape_markdown

from bot import lines, phrases
from bot.clips import Clip
from bot.errors import ReeltalkError
from bot.phrases import BROKEN
from bot.progress import Answer, Growing, Progress
from bot.wording import Voice

__all__ = ["BROKEN"]

STOPPED = "I was stopped here. Ask again when you like."
PAUSED = "I am being restarted, and will go on with this in a moment."
STALE = "I could not answer this in time, sorry. Press Retry if you still want to know."
GIVEN_UP = (
    "This question has stopped me again and again, so I gave up on it. Ask about another clip, or "
    "tell whoever runs this bot."
)
NOT_YOURS = "Only whoever asked, or a moderator, can press this."
QUESTION_GONE = "The question's message is gone, so I can't ask it again. Ask anew."

_MARKDOWN = Voice(escape_markdown, name="**{}**")


def phrase(error: ReeltalkError) -> str:
    """Return the sentence for an error."""
    return phrases.phrase(error, _MARKDOWN)


def in_line(clips: tuple[Clip, ...], place: int | None = None) -> str:
    """Return the first sign of an accepted question, with its place in its server's line."""
    names = ", ".join(_MARKDOWN.escape(clip.name) for clip in clips)
    return small(f"{names} · in line" if place is None else f"{names} · number {place} in line")


def status(clips: tuple[Clip, ...], progress: Progress) -> str:
    """Return what the thread shows: one small line that moves, then the answer itself."""
    if isinstance(progress, Growing):
        return progress.text
    return small(lines.stage(clips, progress, _MARKDOWN))


def footer(answer: Answer) -> str:
    """Return what stands under an answer: notices, and its facts."""
    notices = [lines.notice(notice, _MARKDOWN) for notice in answer.notices]
    return "\n".join(map(small, [*notices, lines.facts(answer, _MARKDOWN)]))


def small(line: str) -> str:
    """Return a line in Discord's small print."""
    return f"-# {line}"
