"""Cut a text into pages that Discord takes, each a message's worth, and put it together again."""

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise, product

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
# What begins right under the line before it.
_RIGHT_UNDER = re.compile(r"(?:[-*+>]|-#|\d+[.)])\s|```")


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


def joined(pages: Sequence[str], *, header: str = "", limit: int = LIMIT) -> str:
    """Put a text's pages together again, without what was done to them for being cut.

    Each way in which two may have been one is tried, and the first that is cut so is taken: so
    cutting the result gives the same pages. What they don't tell is lost: how far a list was moved
    to the left, or that one code block ended and another began.

    `header` is taken off the first page, and a spoiler off pages that are all wrapped in one; a
    footer is the caller's to take off before.
    """
    if not pages:
        return ""
    pages = [pages[0].removeprefix(f"{header}\n"), *pages[1:]]
    above = len(header) + 1 if header and len(header) < limit // 2 else 0
    if all(_is_hidden(page) for page in pages):
        pages = [_shown(page) for page in pages]
        limit -= _WRAPPING
    text, start = pages[0], 0
    for page, following in pairwise(pages):
        for before, after in _ways(text, following, limit):
            whole, begin = before + after, len(before)
            if _turn(whole, start, limit - above) == (page, whole, begin):
                break
        else:  # They were not cut here, or not by these rules.
            whole = f"{text}\n\n{following}"
            begin = len(whole) - len(following)
        text, start, above = whole, begin, 0
    return text


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


def _ways(text: str, following: str, limit: int) -> Iterator[tuple[str, str]]:
    """Yield what two pages may have been before the one was closed and the other opened again.

    The first has the white space at its end that may have been between them.
    """
    lines = ("\n", "\n\n") if _RIGHT_UNDER.match(following) else ("\n\n", "\n")
    # What was moved to the left, or had more white space, left less room for what follows.
    many = ["\n" * (3 << power) for power in range(limit.bit_length())]
    ends = range(max(1, len(text) - CLOSING), len(text) + 1)
    # Between lines, two spoilers are likelier than one that goes on.
    by_line = sorted(ends, key=lambda end: (text[end:] != f"\n{FENCE}", -end))
    # What would seldom be cut so is first: where it would be, it was.
    for places, gaps in ((ends, ("", " ")), (by_line, [*lines, *many])):
        for end, gap in product(places, gaps):
            before = text[:end] + gap
            after = opened(before)
            opening = after.opening(limit // 2)
            is_way = after.closing == text[end:] and following.startswith(opening)
            rest = following[len(opening) :]
            # Nothing goes on in the line of a fence, and a mark that opens is not part of one.
            is_fence = opening.endswith("`") and rest.startswith("`")
            if is_way and not is_fence and FENCE not in before[before.rfind("\n") + 1 :]:
                yield before, rest


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
