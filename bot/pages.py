"""Cut a text into pages that Discord takes, each a message's worth, and put it together again."""

import re
from collections.abc import Sequence
from functools import reduce

from bot.breaks import CLOSING, FENCE, cut, fence_after, opened

LIMIT = 2000
"""Characters in one message. Discord's own specification says 4,000; bots are held to this."""

_SPOILER = "||"
# On a line of its own where it has to be, a spoiler's mark takes three characters.
_WRAPPING = 2 * (len(_SPOILER) + 1)
# What has to stand at the start of a line, or would lengthen the mark.
_BLOCK = re.compile(r"```|[-*+>#|]|\d+[.)]")
# There is room for what closes a code block, whoever writes it; and for half of it, which would
# otherwise make a page full that is not.
_LAST_FENCE = re.compile(r"\n`{1,3}$")


def paginate(
    text: str, footer: str = "", *, header: str = "", limit: int = LIMIT, spoiler: bool = False
) -> list[str]:
    """Cut a text at paragraphs, else lines, else words, and never within a link.

    A page that is full never changes when the text grows. What a cut leaves open is closed and
    opened again: a code block, with the head of the table in it, bold, struck and hidden words,
    inline code. A list whose top is on another page moves to the left, since Discord takes the
    white space away before its first item only.

    `header` is lines above the first page or, where they would take more than half of it, before
    it; without a text they are not shown. `footer` is lines that belong together, under the last
    page or, where they don't fit, after it. With `spoiler` the text is hidden until it is clicked,
    and hides nothing by itself: each `||` in it is left out, in code as well, where it would end
    the spoiler.
    """
    text, start = text.strip(), 0
    above = f"{header}\n" if header and text else ""
    pages: list[str] = []
    if len(above) > limit // 2:
        pages, above = paginate(header, limit=limit), ""
    inner = limit - _WRAPPING if spoiler else limit
    while start < len(text):
        page, text, start = _turn(text, start, inner - len(above))
        if spoiler:
            page = _hidden(page)
        if page:
            pages.append(above + page)
            above = ""
    if pages and footer and len(pages[-1]) + 1 + len(footer) <= limit:
        pages[-1] += f"\n{footer}"
    elif footer:
        pages += paginate(footer, limit=limit)
    return pages


def joined(pages: Sequence[str], *, header: str = "") -> str:
    """Put a text's pages together again, for somebody who reads it as one.

    A code block that was cut is one again, and its table has one head. Any other two pages have an
    empty line between them, whatever it was that they were cut at. `header` is taken off the first
    page, and a spoiler off pages that are all wrapped in one; a footer is the caller's to take off
    before.
    """
    if not pages:
        return ""
    bare = [pages[0].removeprefix(f"{header}\n"), *pages[1:]]
    if all(_is_hidden(page) for page in bare):
        bare = [_shown(page) for page in bare]
    return reduce(_together, bare)


def _together(text: str, page: str) -> str:
    code = text.removesuffix(f"\n{FENCE}")
    opening = opened(code)
    if code != text and opening.fence:
        for way in (opening.opening(LIMIT), f"{opening.fence}\n"):
            if page.startswith(way):
                return f"{code}\n{page.removeprefix(way)}"
    return f"{text}\n\n{page}"


def _turn(text: str, start: int, limit: int) -> tuple[str, str, int]:
    """Return the page from there on, "" if it is blank; the text, and where to go on in it."""
    opening = opened(text[:start])
    head = opening.opening(limit // 2)
    room = limit - len(head) - CLOSING
    rest = text[start:]
    if len(_LAST_FENCE.sub("", rest)) <= room:
        return head + rest + (f"\n{FENCE}" if opened(text).fence else ""), text, len(text)
    end = start + cut(rest[:room], opening.fence)
    text, begin = _begun(text, end)
    # White space is part of code, but for empty lines around it.
    after = opened(text[:begin])
    part = text[start:end].rstrip("\n" if after.fence else None)
    return head + part + after.closing if part.strip() else "", text, begin


def _begun(text: str, end: int) -> tuple[str, int]:
    """Make what comes after a cut begin at the left; return the text and where it goes on."""
    fence = opened(text[:end]).fence
    gap = re.compile(r"\n*" if fence else r"\s*").match(text, end)
    begin = gap.end() if gap else end
    indentation = text[text.rfind("\n", 0, begin) + 1 : begin]
    within_line = fence or indentation.strip()
    depth = None if within_line else len(indentation)
    return text[:begin] + _to_the_left(text[begin:], depth, fence), begin


def _to_the_left(text: str, depth: int | None, fence: str) -> str:
    """Take a depth off the lines under the first, up to one that is not indented.

    Where it is not known, it is that of the first one; at a line with less, it becomes that. Code
    stays as it is.
    """
    lines = text.split("\n")
    for number, line in enumerate(lines):
        indentation = len(line) - len(line.lstrip())
        if number and line.strip() and not fence:
            depth = indentation if depth is None else min(depth, indentation)
            lines[number] = line[depth:]
        fence = fence_after(line, fence)
        if depth == 0:
            break
    return "\n".join(lines)


def _hidden(page: str) -> str:
    """Wrap a page in a spoiler."""
    page = page.replace(_SPOILER, "").strip()
    before = "\n" if _BLOCK.match(page) else ""
    # A backslash would escape the mark, another bar would lengthen it.
    after = "\n" if page.endswith((FENCE, "|", "\\")) else ""
    return f"{_SPOILER}{before}{page}{after}{_SPOILER}" if page else ""


def _is_hidden(page: str) -> bool:
    inside = page.removeprefix(_SPOILER).removesuffix(_SPOILER)
    return len(page) - len(inside) == 2 * len(_SPOILER) and _SPOILER not in inside


def _shown(page: str) -> str:
    return page.removeprefix(_SPOILER).removesuffix(_SPOILER).strip("\n")
