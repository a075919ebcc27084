"""What people read: one table from what went wrong to a sentence with the next step."""

import math
from collections.abc import Callable
from typing import Any, assert_never

from discord.utils import escape_markdown

from bot import errors
from bot.answering import (
    Answer,
    Asking,
    CutAtLimit,
    Growing,
    LeftOut,
    Looking,
    Notice,
    Progress,
    Sending,
)
from bot.clips import Clip
from bot.errors import ReeltalkError
from bot.media.kinds import InlineVideo

_MIB = 1 << 20
_LONGEST = 300  # characters of somebody else's words
_FORMATS = "MP4, QuickTime, WebM or MPEG"

STOPPED = "I was stopped here. Ask again when you like."
PAUSED = "I am being restarted, and will go on with this in a moment."
STALE = "I could not answer this in time, sorry. Press Retry if you still want to know."
GIVEN_UP = (
    "This question has stopped me again and again, so I gave up on it. Ask about another clip, or "
    "tell whoever runs this bot."
)
NOT_YOURS = "Only whoever asked, or a moderator, can press this."
QUESTION_GONE = "The question's message is gone, so I can't ask it again. Ask anew."
BROKEN = "Something broke on my side, and it has been logged. Ask again in a moment."

_PHRASES: dict[type[ReeltalkError], Callable[[Any], str]] = {
    errors.NothingToWatch: lambda _: (
        "I see no clip here. Mention me in a message that has a video attached or a YouTube link "
        "in it, together with your question."
    ),
    errors.ClipGone: lambda e: (
        f"{_name(e)} can't be had any more: it, or its message, was deleted. "
        "Post it again and mention me with it."
    ),
    errors.ClipHidden: lambda e: (
        f"I need the permission “Read Message History” here to fetch {_name(e)}. Ask a moderator "
        "to allow me that, or ask me in another channel."
    ),
    errors.ClipTooLarge: lambda e: (
        f"{_name(e)} is {_over(e.size)}, and I can take {megabytes(e.limit)} at most. "
        "Send a shorter part, or a smaller copy."
    ),
    errors.ClipsTooLarge: lambda e: (
        f"These clips are {_over(e.size)} together, and the model can take {megabytes(e.limit)} "
        "at once. Ask about fewer of them, or send shorter parts."
    ),
    errors.ClipNotVideo: lambda e: (
        f"{_name(e)} is {e.found}, not a video I can watch. Send the video itself, as {_FORMATS}."
    ),
    errors.ClipFormatRefused: lambda e: (
        f"{_name(e)} is {e.found}, which the models don't read. Save it as {_FORMATS} "
        "and send that."
    ),
    errors.DownloadFailed: lambda e: (
        f"I could not download {_name(e)} from Discord, and trying again did not help. "
        "Ask again in a minute."
    ),
    errors.DownloadStalled: lambda e: (
        f"Discord stopped sending {_name(e)} halfway, twice. Ask again in a minute."
    ),
    errors.ClipLengthWrong: lambda e: (
        f"{_name(e)} did not arrive whole: Discord announced {e.announced:,} bytes and sent "
        f"{'more' if e.received > e.announced else f'{e.received:,}'}. Post the clip again."
    ),
    errors.RedirectRefused: lambda e: (
        f"Discord sent me to {e.host or 'an unknown host'} for {_name(e)}, and I only download "
        "from Discord itself. Post the clip again."
    ),
    errors.LinksUnsupported: lambda e: (
        f"YouTube links don't work with {e.provider}. Attach the video as a file instead."
    ),
    errors.ProviderUnreachable: lambda e: (
        f"I can't reach {e.provider} at the moment. Ask again in a minute; if it lasts, tell "
        "whoever runs this bot."
    ),
    errors.ProviderStalled: lambda e: (
        f"{e.provider} stopped responding, so I gave up waiting. Ask again in a minute."
    ),
    errors.ProviderDown: lambda e: (
        f"{e.provider} has trouble of its own{_quoted(e)}. Ask again in a few minutes."
    ),
    errors.KeyRefused: lambda e: (
        f"{e.provider} refused this bot's key. Whoever runs the bot has to set a valid one."
    ),
    errors.CreditSpent: lambda e: (
        f"This bot's credit with {e.provider} is used up. Whoever runs the bot has to top it up."
    ),
    errors.RateLimited: lambda e: (
        f"{e.provider} is taking no more questions for now. Ask again {_in(e.retry_after)}."
    ),
    errors.ModelRefused: lambda e: (
        f"{e.provider} has no such model that takes video{_quoted(e)}. Whoever runs the bot has "
        "to set MODEL to one that does."
    ),
    errors.RequestTooLarge: lambda e: (
        f"The clip is larger than {e.provider} accepts{_quoted(e)}. "
        "Send a shorter part, or a smaller copy."
    ),
    errors.RequestRefused: lambda e: (
        f"{e.provider} refused the question{_quoted(e)}. Asking the same again won't help: try "
        "another clip, or tell whoever runs this bot."
    ),
    errors.AnswerWithheld: lambda e: (
        f"{e.provider}'s content filter withheld the answer{_quoted(e)}. Ask something else, or "
        "about another clip."
    ),
    errors.AnswerEmpty: lambda e: (
        f"The model ended without an answer{_quoted(e)}. Ask again, perhaps in other words."
    ),
    errors.AnswerCut: lambda e: (
        f"{e.provider} broke off here{_quoted(e)}. Ask again for the whole answer."
    ),
}


def phrase(error: ReeltalkError) -> str:
    """Return the sentence for an error, by its nearest ancestor in the table."""
    for kind in type(error).__mro__:
        if speak := _PHRASES.get(kind):
            return speak(error)
    return BROKEN


def in_line(clips: tuple[Clip, ...], place: int | None = None) -> str:
    """Return the first sign of an accepted question, with its place in its server's line."""
    names = ", ".join(_plain(clip.name) for clip in clips)
    return small(f"{names} · in line" if place is None else f"{names} · number {place} in line")


def status(clips: tuple[Clip, ...], progress: Progress) -> str:
    """Return what the thread shows: one small line that moves, then the answer itself."""
    match progress:
        case Looking():
            return small(f"{', '.join(_plain(clip.name) for clip in clips)} · looking")
        case Sending(media, sent, total):
            shown = [
                f"{_plain(m.name)} · {megabytes(m.size)}"
                if isinstance(m, InlineVideo)
                else _plain(m.name)
                for m in media
            ]
            return small(f"{', '.join(shown)} · sending {100 * sent // total} %")
        case Asking(model):
            return small(f"asking {_plain(model)}")
        case Growing(text):
            return text
        case _:
            assert_never(progress)


def footer(answer: Answer) -> str:
    """Return the line under an answer: notices, model, tokens, cost, seconds."""
    facts = [_plain(answer.model)]
    if usage := answer.usage:
        facts.append(f"{usage.tokens:,} tokens")
        if usage.cost is not None:
            facts.append(_dollars(usage.cost))
    facts.append(f"{answer.seconds:.1f} s")
    return "\n".join(small(line) for line in [*map(_notice, answer.notices), " · ".join(facts)])


def small(line: str) -> str:
    """Return a line in Discord's small print."""
    return f"-# {line}"


def megabytes(size: int) -> str:
    """Return bytes as people read them; 1 MB is 1,048,576 bytes, as in Discord itself."""
    return f"{size / _MIB:.0f} MB" if size >= 10 * _MIB or not size % _MIB else _over(size)


def _notice(notice: Notice) -> str:
    match notice:
        case LeftOut(error):
            return f"Left out: {phrase(error)}"
        case CutAtLimit():
            return "The answer reached its longest length and stops here."
        case _:
            assert_never(notice)


def _over(size: int) -> str:
    """Return a size rounded up, so that it never reads as small as a limit it is over."""
    return f"{math.ceil(size / _MIB * 10) / 10:.1f} MB"


def _dollars(cost: float) -> str:
    return f"${cost:.2f}" if cost >= 1 or not cost else f"${cost:.4f}"


def _in(seconds: float | None) -> str:
    if seconds is None:
        return "in a few minutes"
    if seconds <= 90:  # noqa: PLR2004 (said in seconds up to there)
        return f"in {math.ceil(seconds)} seconds"
    return f"in {math.ceil(seconds / 60)} minutes"


def _quoted(error: errors.ProviderError) -> str:
    """Return what the provider said, as one of its own words, or nothing."""
    return f" (“{_plain(error.detail)}”)" if error.detail else ""


def _name(error: errors.ClipError) -> str:
    return f"**{_plain(error.name)}**"


def _plain(text: str) -> str:
    """Return words of somebody else's as they are, on one line, and not without end."""
    line = " ".join(text.split())
    return escape_markdown(line if len(line) <= _LONGEST else f"{line[: _LONGEST - 1]}…")
