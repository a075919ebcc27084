"""Cut a text into pages that Discord takes, each a message's worth."""

import re
from dataclasses import dataclass

LIMIT = 2000
"""Characters in one message. Discord's own specification says 4,000; bots are held to this."""

_FENCE = "```"
# Longer than any language's name: the opening is repeated on each page, and has to leave room.
_LANGUAGE = re.compile(r"```(\w{0,20})$")


def paginate(text: str, footer: str = "", limit: int = LIMIT) -> list[str]:
    """Cut a text at paragraphs, else lines, else words; a cut code block goes on in a new one.

    A page that is full never changes when the text grows. `footer` is lines that belong together,
    under the last page or, where they don't fit, after it.
    """
    pages: list[str] = []
    rest, fence = text.strip(), ""
    while rest:
        opening = f"{fence}\n" if fence else ""
        # There has to be room for closing a code block.
        room = limit - len(opening) - len(_FENCE) - 1
        cut = len(rest) if len(rest) <= room else _cut(rest, room, fence)
        part, rest = rest[:cut].rstrip(), rest[cut:].lstrip("\n")
        fence = _fence_after(part, fence)
        if part:
            pages.append(opening + part + (f"\n{_FENCE}" if fence else ""))
    if pages and footer and len(pages[-1]) + 1 + len(footer) <= limit:
        pages[-1] += f"\n{footer}"
    elif footer:
        pages += paginate(footer, limit=limit)
    return pages


@dataclass(slots=True)
class _Breaks:
    """Where a text may be cut, the last place of each sort."""

    paragraph: int = 0
    line: int = 0
    code_line: int = 0


def _cut(text: str, room: int, fence: str) -> int:
    """Return where to cut a text that is longer than the room: in its second half, if it can."""
    window = text[:room]
    breaks, offset = _Breaks(), 0
    for line in window.split("\n")[:-1]:
        fence = _fence_after(line, fence)
        offset += len(line) + 1
        if fence:
            breaks.code_line = offset
        elif line.strip():
            breaks.line = offset
        else:
            breaks.paragraph = offset
    half = room // 2
    word = window.rfind(" ") + 1
    candidates = (breaks.paragraph, breaks.line, breaks.code_line, word)
    return next((cut for cut in candidates if cut > half), max(candidates) or room)


def _fence_after(text: str, fence: str) -> str:
    """Return what opened the code block that is open after the text, "" for none."""
    for line in text.split("\n"):
        if line.count(_FENCE) % 2:
            language = _LANGUAGE.search(line)
            fence = "" if fence else (language[0] if language else _FENCE)
    return fence
