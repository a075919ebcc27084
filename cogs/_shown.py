"""What is to be seen of an answer, wherever it is."""

import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

import discord

from bot.questions import Question
from cogs._buttons import Button

FILE_REFUSED = {40005, 50013}
"""It is too large, or the permission to attach files is missing."""


@dataclass(frozen=True, slots=True)
class Shown:
    """Pages, buttons under the last, and a text file beside the first, if it has any text.

    The file of a spoiler is hidden, too. Where no file may be attached, `unabridged` takes the
    pages' place.
    """

    pages: Sequence[str]
    buttons: tuple[Button, ...] = ()
    file: str = ""
    is_spoiler: bool = False
    unabridged: Sequence[str] = ()

    def each(self) -> Iterator["Shown"]:
        """Yield each page by itself, with what belongs to it."""
        for index, page in enumerate(self.pages):
            buttons = self.buttons if index == len(self.pages) - 1 else ()
            yield Shown([page], buttons, "" if index else self.file, self.is_spoiler)

    def files(self) -> list[discord.File]:
        """Return the file, to be sent once."""
        if not self.file:
            return []
        return [discord.File(io.BytesIO(self.file.encode()), "answer.md", spoiler=self.is_spoiler)]


class Reply(Protocol):
    """Where one answer is shown."""

    def begin(self) -> None:
        """Take it that nothing was sent before."""
        ...

    async def settle(self) -> Question:
        """Return the question as it stands in a message, once it does."""
        ...

    async def show(self, shown: Shown) -> None:
        """Make the messages equal to what is to be seen."""
        ...

    async def clear(self) -> None:
        """Take away what is shown, as far as Discord lets us."""
        ...
