"""How questions and answers stand in messages, and how they are read back from there.

The thread is the memory, so what is written around an answer is such that it can be told from the
answer again: one line above it with its clips, and small print beneath it.
"""

import re
from collections.abc import Sequence
from dataclasses import replace
from itertools import accumulate
from typing import assert_never

from discord.utils import escape_markdown

from bot.clips import Clip, Upload, YouTubeLink, find_links
from bot.conversation import Turn
from bot.moments import clock, seconds_at, unlinked
from bot.pages import LIMIT, joined
from bot.questions import Question

# Only we write these two: the first stands above an answer, the second before a question.
_ANSWER, _QUESTION = "▶", "▷"
_MARK = f"-# {_ANSWER} "
_ENTRY = re.compile(
    r"(?P<spoiler>\|\|)?\[(?P<name>(?:\\.|[^\]\\])+)\]\((?P<url>https?://[^)\s]+)\)(?:\|\|)?"
    r"(?: \(\[its message\]\((?P<message>https?://[^)\s]+)\)\))?"
)
_FILE = re.compile(r"/(?:ephemeral-)?attachments/(?P<channel>\d+)/(?P<attachment>\d+)/[^/?]+")
_JUMP = re.compile(r"/channels/(?:\d+|@me)/(?P<channel>\d+)/(?P<message>\d+)$")
_ASKED = re.compile(
    rf"{_QUESTION} \*\*(?P<author>.+?)\*\* asked(?: about (?P<clips>.+?))?"
    r"(?:, from (?P<start>[\d:]+) to (?P<end>[\d:]+|its end))?"
    r"(?::\n(?P<text>(?:> .*(?:\n|\Z))+)|\.(?:\n|\Z))\n*"
)
_SMALL = "-# "
_MOST_OF_CLIPS, _LEAST_OF_TEXT, _GUESTS = 900, 200, 700  # characters


def header(question: Question, clips: Sequence[Clip]) -> str:
    """Return the line above an answer: its clips, each a link to where it lies."""
    return _MARK + _entries(question, clips, LIMIT // 2)


def asked(question: Question) -> str:
    """Return the message that stands for a question which was asked without one.

    It is cut to what a message takes; a guest's holds the answer, too.
    """
    told = f"{_QUESTION} **{escape_markdown(question.author, ignore_links=False)}** asked"
    if question.clips:
        told += f" about {_entries(question, question.clips, _MOST_OF_CLIPS)}"
    if question.start or question.end is not None:
        end = "its end" if question.end is None else clock(question.end)
        told += f", from {clock(question.start)} to {end}"
    if not question.text:
        return f"{told}."
    quoted = "\n".join(f"> {line}" for line in question.text.splitlines())
    room = max(_LEAST_OF_TEXT, (_GUESTS if question.is_guest else LIMIT) - len(told) - 2)
    return f"{told}:\n{quoted if len(quoted) <= room else f'{quoted[: room - 1]}…'}"


def unmarked(text: str) -> str:
    """Return a model's words so that nothing in them is taken for what we write around them."""
    return text.replace(_ANSWER, "►").replace(_QUESTION, "▹")


def read_clips(page: str, place: tuple[int, int]) -> tuple[Clip, ...] | None:
    """Read the clips of an answer from its first page; None from a page that is no first one.

    `place` is the channel and the message of its question, where clips are that name no other.
    """
    first, _, _ = page.partition("\n")
    return _read_entries(first, place) if first.startswith(_MARK) else None


def read_asked(content: str, place: tuple[int, int]) -> tuple[Turn, str] | None:
    """Read a question from the message that stands for it, and return what comes after it."""
    found = _ASKED.match(content)
    if not found:
        return None
    lines = (found["text"] or "").splitlines()
    turn = Turn(
        text="\n".join(line.removeprefix("> ") for line in lines),
        clips=_read_entries(found["clips"] or "", place),
        author=re.sub(r"\\(.)", r"\1", found["author"]),
        start=float(seconds_at(found["start"] or "") or 0),
        end=_end(found["end"]),
    )
    return turn, content[found.end() :]


def is_asked(content: str) -> bool:
    """Tell whether a message stands for a question."""
    return _ASKED.match(content) is not None


def read_answer(pages: Sequence[str]) -> str:
    """Return what the model wrote, without what was put around it for people."""
    first = pages[0].partition("\n")[0]
    above = first if first.startswith(_MARK) else ""
    bare = [_without_small_print(page) for page in pages]
    return unlinked(joined([page for page in bare if page], header=above))


def _without_small_print(page: str) -> str:
    lines = page.split("\n")
    while lines and (lines[-1].startswith(_SMALL) or not lines[-1].strip()):
        lines.pop()
    return "\n".join(lines)


def _end(text: str | None) -> float | None:
    return None if text is None else seconds_at(text)


def _entries(question: Question, clips: Sequence[Clip], most: int) -> str:
    """Name clips, as many as fit into so many characters, and how many more there are."""
    entries = [_entry(question, clip) for clip in clips]
    lengths = accumulate(len(entry) + 2 for entry in entries)
    named = max(1, sum(length <= most for length in lengths))
    more = [f"{len(entries) - named} more"] if named < len(entries) else []
    return ", ".join([*entries[:named], *more])


def _entry(question: Question, clip: Clip) -> str:
    match clip:
        case YouTubeLink():
            entry = f"[{clip.name}]({clip.at(clip.start)})"
        case Upload():
            name = re.sub(r"([\[\]\\|])", r"\\\1", " ".join(clip.name.split()))
            bare, _, _ = clip.link.partition("?")
            entry = f"[{name}]({bare})"
        case _:
            assert_never(clip)
    hidden = f"||{entry}||" if clip.spoiler else entry
    if isinstance(clip, Upload) and clip.message_id not in (0, question.message_id):
        server = question.guild_id or "@me"
        jump = f"https://discord.com/channels/{server}/{clip.channel_id}/{clip.message_id}"
        return f"{hidden} ([its message]({jump}))"
    return hidden


def _read_entries(line: str, place: tuple[int, int]) -> tuple[Clip, ...]:
    found = (_read_entry(match, place) for match in _ENTRY.finditer(line))
    return tuple(clip for clip in found if clip is not None)


def _read_entry(match: re.Match[str], place: tuple[int, int]) -> Clip | None:
    spoiler = bool(match["spoiler"])
    if file := _FILE.search(match["url"]):
        jump = _JUMP.search(match["message"] or "")
        channel_id, message_id = (int(jump[1]), int(jump[2])) if jump else place
        name = re.sub(r"\\(.)", r"\1", match["name"])
        identity = int(file["attachment"])
        return Upload(channel_id, message_id, identity, name, link=match["url"], spoiler=spoiler)
    for link in find_links(match["url"]):
        return YouTubeLink(link.video_id, link.start, spoiler)
    return None


def heard(content: str) -> tuple[Turn, ...]:
    """Read what a message of ours that holds both a question and its answer says."""
    found = read_asked(content, (0, 0))
    if found is None:
        return ()
    turn, answer = found
    return (replace(turn, answer=read_answer([answer])),)
