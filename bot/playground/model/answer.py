"""Say what was truly found, in Discord's Markdown, and what it amounts to in tokens."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import assert_never

from .asking import Asked, Attached, Linked
from .findings import Findings, Pictures, Sound, Unopened

TOKENS_PER_SECOND = 91  # what Gemini 3 takes for a second of video with its sound
TOKENS_PER_PICTURE = 258  # what Gemini takes for a small one
MOST_CUTS = 12


@dataclass(frozen=True, slots=True)
class Opened:
    """A clip that came in the request, and what looking at it gave."""

    clip: Attached
    found: Findings | Unopened


Look = Opened | Linked


@dataclass(frozen=True, slots=True)
class Usage:
    """What an answer is said to have used."""

    words: int
    video: int
    answer: int


def compose(asked: Asked, looks: Sequence[Look]) -> str:
    """Write the whole answer."""
    sections = [
        "**I am a stand-in, not an AI.** I understood nothing: I measured what reached me.",
        *(_section(look) for look in looks),
        *([] if looks else ["No clip came with this question."]),
        *([f"Messages before this one: {asked.earlier}."] if asked.earlier else []),
        "You asked:\n" + "\n".join(f"> {line}" for line in asked.question.splitlines()),
    ]
    return "\n\n".join(sections)


def pieces(text: str) -> Iterator[str]:
    """Cut an answer as a model would say it, a word at a time."""
    return (word[0] for word in re.finditer(r"\s*\S+\s*", text))


def usage(asked: Asked, looks: Sequence[Look], answer: str) -> Usage:
    """Count words as tokens, and video by its measured length."""
    return Usage(asked.words, sum(map(_tokens, looks)), len(answer.split()))


def length(seconds: float) -> str:
    """Write a duration as M:SS.s."""
    minutes, tenths = divmod(round(seconds * 10), 600)
    return f"{minutes}:{tenths // 10:02}.{tenths % 10}"


def moment(seconds: float) -> str:
    """Write a moment as M:SS, or H:MM:SS past the hour."""
    minutes, second = divmod(int(seconds), 60)
    hours, minute = divmod(minutes, 60)
    return f"{hours}:{minute:02}:{second:02}" if hours else f"{minutes}:{second:02}"


def _tokens(look: Look) -> int:
    match look:
        case Opened(clip) if clip.clip.mime.startswith("image/"):
            return TOKENS_PER_PICTURE
        case Opened(found=Findings(seconds=float(seconds))):
            return round(seconds * TOKENS_PER_SECOND)
        case _:
            return 0


def _section(look: Look) -> str:
    match look:
        case Linked(label, url):
            lines = [f"I received the link <{url}> and opened nothing."]
        case Opened(clip, found):
            label = clip.label
            lines = [
                f"{clip.clip.size:,} bytes, sent as `{clip.clip.mime}`",
                f"SHA-256 `{clip.clip.sha256}`",
                *_found(found),
            ]
        case _:
            assert_never(look)
    title = " ".join(label.split()) or "A clip without a label"
    return "\n".join([f"**{title}**", *(f"- {line}" for line in lines)])


def _found(found: Findings | Unopened) -> Iterator[str]:
    match found:
        case Unopened(reason):
            yield f"libav can't open it: {reason}"
        case Findings():
            seconds = "an unknown time" if found.seconds is None else length(found.seconds)
            yield f"container `{found.container}`, lasts {seconds}"
            yield from _pictures(found.pictures)
            yield _sound(found.sound)
        case _:
            assert_never(found)


def _pictures(pictures: Pictures | None) -> Iterator[str]:
    if pictures is None:
        yield "no pictures"
        return
    size = f"{pictures.width} × {pictures.height}"  # noqa: RUF001  the sign people read
    yield f"pictures `{pictures.codec}`, {size}, {pictures.frames:,} frames"
    named = ", ".join(moment(cut) for cut in pictures.cuts[:MOST_CUTS])
    more = len(pictures.cuts) - MOST_CUTS
    text = f"scene cuts at {named}" if named else "no scene cut"
    text += f" and {more} more" if more > 0 else ""
    yield text if pictures.exact else f"{text} (only key frames looked at)"


def _sound(sound: Sound | None) -> str:
    match sound:
        case None:
            return "no sound"
        case Sound(codec, None):
            return f"sound `{codec}`, silent"
        case Sound(codec, loudness):
            return f"sound `{codec}`, {loudness:.1f} dBFS RMS".replace("-", "\N{MINUS SIGN}")
