"""Where a text may be cut, and what of its Markdown is open there."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, fields

FENCE = "```"
CLOSING = 8
"""Characters that closing what is open may take."""

# The opening is repeated on each page, and a language without end would leave no room.
_LANGUAGE = re.compile(r"```[\w+.#-]{0,20}$")
_FENCED_LINE = re.compile(r"^.*```.*$", re.MULTILINE)
_BLANK_LINE = re.compile(r"\n[ \t]*\n")
_MARK = re.compile(r"\\.|`+|\*\*|~~|\|\|")
_RULE = re.compile(r"[-─-╿|+:=\s]+")
_GAP = re.compile(r"[-─━═][^-─━═]+[-─━═]")
# Complete, or as much of it as there is at the end. A label without end is none.
_UNBREAKABLE = re.compile(r"\[[^\[\]\n]{0,100}(?:\]\(\S*?(?:\)|$)|\]?$)|https?://\S+")


@dataclass(frozen=True, slots=True)
class Open:
    """What is open at the end of a text: a code block, or marks such as `**` and `||`.

    `head` is the first two lines of a code block that holds a table, to be shown again.
    """

    fence: str = ""
    head: str = ""
    marks: tuple[str, ...] = ()

    @property
    def closing(self) -> str:
        """Return what closes it all, at the end of a page."""
        return f"\n{FENCE}" if self.fence else "".join(reversed(self.marks))

    def opening(self, most: int) -> str:
        """Return what opens it again on the next page, within so many characters."""
        if not self.fence:
            return "".join(self.marks)
        ways = (f"{self.fence}\n{self.head}", f"{self.fence}\n")
        return next((way for way in ways if len(way) <= most), f"{FENCE}\n")


def opened(text: str) -> Open:
    """Return what is open after a text."""
    fence, end = "", 0
    for match in _FENCED_LINE.finditer(text):
        after = fence_after(match[0], fence)
        fence, end = after, match.end() if after != fence else end
    if fence:
        return Open(fence, head=_table_head(text[end + 1 :]))
    marks = _marks_after(_BLANK_LINE.split(text[end:])[-1])
    return Open(marks=marks if len("".join(marks)) <= CLOSING else ())


def fence_after(line: str, fence: str) -> str:
    """Return what opened the code block that is open after the line, "" for none."""
    if line.count(FENCE) % 2 == 0:
        return fence
    language = _LANGUAGE.search(line)
    return "" if fence else language[0] if language else FENCE


def _table_head(code: str) -> str:
    """Return the first two lines of a code block, if the second is the rule under a table's head.

    A rule without a gap between columns is none: it may as well be the line under a title.
    """
    head, _, rest = code.partition("\n")
    rule, complete, _ = rest.partition("\n")
    is_rule = _RULE.fullmatch(rule) and _GAP.search(rule)
    return f"{head}\n{rule}\n" if complete and is_rule and head.strip() else ""


def _marks_after(paragraph: str) -> tuple[str, ...]:
    """Return the marks that are open after a paragraph, in the order they were opened.

    All but a spoiler's end with their line: one that stands alone by mistake is not to be carried
    from page to page.
    """
    marks: list[str] = []
    for line in paragraph.split("\n"):
        marks = [mark for mark in marks if mark == "||"]
        for match in _MARK.finditer(line):
            start, end = match.span()
            _note_mark(marks, match[0], line[start - 1 : start], line[end : end + 1])
    return tuple(marks)


def _note_mark(marks: list[str], mark: str, before: str, after: str) -> None:
    """Open or close a mark between two characters; in inline code there is none but its end."""
    if marks and marks[-1].startswith("`"):
        if mark.lstrip("\\") == marks[-1]:
            marks.pop()
    elif mark in marks:
        if not before.isspace():
            del marks[marks.index(mark) :]
    elif not mark.startswith("\\") and after.strip():
        marks.append(mark)


@dataclass(slots=True)
class _Breaks:
    """Where a text may be cut, the last place of each sort, the best sort first."""

    paragraph: int = 0
    line: int = 0
    nested: int = 0
    code_line: int = 0
    word: int = 0

    def __iter__(self) -> Iterator[int]:
        return (getattr(self, field.name) for field in fields(self))


def cut(window: str, fence: str) -> int:
    """Return where to cut a text that goes on after the window: in its second half, if it can.

    Nothing but the window counts, so that the place stays when the text grows.
    """
    breaks, offset = _Breaks(word=_last_word(window)), 0
    for line in window.split("\n")[:-1]:
        before, fence = fence, fence_after(line, fence)
        offset += len(line) + 1
        following = window[offset : offset + len(FENCE)]
        if following != FENCE and FENCE.startswith(following):
            break  # It can't be told what begins there.
        if fence:
            # Beside its fence, a cut would leave a code block with nothing in it.
            breaks.code_line = offset if before and following != FENCE else breaks.code_line
        elif following[0] in " \t":
            breaks.nested = offset
        elif line.strip():
            breaks.line = offset
        else:
            breaks.paragraph = offset
    half = len(window) // 2
    return next((place for place in breaks if place > half), max(breaks) or _anywhere(window))


def _last_word(window: str) -> int:
    """Return where the last word begins that is not within a link."""
    spans = [match.span() for match in _UNBREAKABLE.finditer(window)]
    place = window.rfind(" ") + 1
    while inside := next((span for span in spans if span[0] < place < span[1]), None):
        place = window.rfind(" ", 0, inside[0]) + 1
    return place


def _anywhere(window: str) -> int:
    """Return where to cut a text without white space: before a link, and never beside a mark."""
    for match in _UNBREAKABLE.finditer(window):
        if match.start() and match.end() == len(window):
            return match.start()
    places = range(len(window) - 1, len(window) // 2, -1)
    apart = (place for place in places if not set("`*~|\\") & set(window[place - 1 : place + 1]))
    return next(apart, len(window))
