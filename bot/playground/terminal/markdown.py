"""Discord's Markdown, as far as a terminal can show it: pure text to rows of a width."""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

FENCE = "```"
SMALL = "-# "
BOLD = re.compile(r"\*\*(.+?)\*\*")
LINK = re.compile(r"\[((?:\\.|[^\]\\\n])+)\]\(https?://[^)\s]+\)")
ESCAPE = re.compile(r"\\([^\w\s])")
# What a wrapped line goes on beneath: a list's marker, a quote's bar, or indentation.
HANGING = re.compile(r"\s*(?:[-*•] |\d+\. |> )?")


@dataclass(frozen=True, slots=True)
class Ink:
    """How emphasis is written."""

    bold: str = ""
    dim: str = ""
    accent: str = ""
    end: str = ""

    def embolden(self, text: str) -> str:
        """Make text bold."""
        return f"{self.bold}{text}{self.end}"

    def soften(self, text: str) -> str:
        """Make text dim."""
        return f"{self.dim}{text}{self.end}"

    def colour(self, text: str) -> str:
        """Make text stand out."""
        return f"{self.accent}{text}{self.end}"


PLAIN = Ink()
ANSI = Ink("\x1b[1m", "\x1b[2m", "\x1b[1;36m", "\x1b[0m")


def rows(text: str, width: int, ink: Ink) -> Iterator[str]:
    """Break a message into rows no wider than `width` columns, code left as it is."""
    coded = False
    for line in harmless(text).split("\n"):
        if line.lstrip().startswith(FENCE):
            coded = not coded
        if coded or line.lstrip().startswith(FENCE):
            yield from _chopped(line, width)
        elif line.startswith(SMALL):
            small = named(line[len(SMALL) :])
            yield from (ink.soften(row) for row in _wrapped(small, width, PLAIN))
        else:
            yield from _wrapped(named(line), width, ink)


def named(line: str) -> str:
    """Show a link that has a name by that alone, as Discord does."""
    return LINK.sub(lambda link: ESCAPE.sub(r"\1", link[1]), line)


def harmless(text: str) -> str:
    """Take out what would command the terminal: a model's words are not to be trusted."""
    spread = text.replace("\t", "    ")
    return "".join(one for one in spread if one == "\n" or unicodedata.category(one) != "Cc")


def columns(text: str) -> int:
    """Count the columns a text takes."""
    return sum(_columns(one) for one in text)


def _columns(one: str) -> int:
    if unicodedata.combining(one) or unicodedata.category(one) == "Cf":
        return 0
    return 2 if unicodedata.east_asian_width(one) in "WF" else 1


def _chopped(line: str, width: int) -> Iterator[str]:
    row, used = "", 0
    for one in line:
        if used + _columns(one) > width:
            yield row
            row, used = "", 0
        row += one
        used += _columns(one)
    yield row


def _wrapped(line: str, width: int, ink: Ink) -> Iterator[str]:
    hanging = HANGING.match(line)
    start = hanging[0] if hanging else ""
    indent = start if start.lstrip().startswith(">") else " " * columns(start)
    row, used = start, columns(start)
    fresh = True
    for word, bold in _words(line[len(start) :], width - columns(start), ink):
        if not fresh and used + 1 + columns(word) > width:
            yield row
            row, used, fresh = indent, columns(indent), True
        row += ("" if fresh else " ") + (ink.embolden(word) if bold else word)
        used += columns(word) + (not fresh)
        fresh = False
    yield row


def _words(text: str, width: int, ink: Ink) -> Iterator[tuple[str, bool]]:
    """Give the words, and whether each is bold; one that no row could hold comes in parts."""
    parts = BOLD.split(text) if ink.bold else [text]
    for number, part in enumerate(parts):
        for word in part.split():
            for piece in _chopped(word, max(width, 1)):
                yield piece, bool(number % 2)
