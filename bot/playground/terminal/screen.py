"""Where the conversation is shown."""

import os
import shutil
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TextIO

from .drawing import repaint
from .markdown import ANSI, PLAIN, Ink, columns, harmless

NARROWEST, WIDEST = 20, 100
PROMPT = "> "


@dataclass(slots=True)
class Screen:
    """A terminal, where rows are redrawn in place, or a file, which gets them once settled."""

    out: TextIO
    err: TextIO
    live: bool
    ink: Ink
    _rows: list[str] = field(default_factory=list[str])

    @property
    def width(self) -> int:
        """The columns to draw in."""
        return max(NARROWEST, min(shutil.get_terminal_size().columns - 1, WIDEST))

    def say(self, *lines: str) -> None:
        """Write lines that stay, beneath everything."""
        self._write("".join(f"{line}\n" for line in lines))

    def complain(self, *lines: str) -> None:
        """Write lines about what went wrong where they aren't taken for a conversation."""
        self.out.flush()
        print(*map(harmless, lines), sep="\n", file=self.err, flush=True)

    def show(self, draw: Callable[[int, Ink], list[str]]) -> None:
        """Make the rows of this exchange what they are now."""
        rows = draw(self.width, self.ink)
        if self.live:
            self._write(repaint(self._rows, rows, shutil.get_terminal_size().lines))
        self._rows = rows

    def settle(self) -> None:
        """Let the rows of this exchange stand."""
        if not self.live:
            self.say(*self._rows)
        self._rows = []

    def prompt(self, attached: str) -> None:
        """Ask for a line."""
        if self.live:
            self._write(self.ink.soften(_prompt(attached)))

    def unprompt(self, attached: str, typed: str) -> None:
        """Take a line back that was typed at the prompt, since the conversation shows it."""
        if self.live:
            taken = columns(_prompt(attached) + typed)
            rows = 1 + max(0, taken - 1) // shutil.get_terminal_size().columns
            self._write(f"\x1b[{rows}F\x1b[J")

    def _write(self, text: str) -> None:
        self.out.write(text)
        self.out.flush()


def open_screen(environ: Mapping[str, str] = os.environ) -> Screen:
    """Look at what there is to write on; NO_COLOR keeps it without emphasis."""
    live = sys.stdout.isatty() and environ.get("TERM") != "dumb"
    ink = ANSI if live and not environ.get("NO_COLOR") else PLAIN
    return Screen(sys.stdout, sys.stderr, live, ink)


def _prompt(attached: str) -> str:
    return f"{attached} {PROMPT}" if attached else PROMPT
