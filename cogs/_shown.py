"""What is to be seen of an answer, wherever it is."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from bot.questions import Question
from cogs._buttons import Button


@dataclass(frozen=True, slots=True)
class Shown:
    """Pages, buttons under the last, and a text file beside the first, if it has any text.

    Where no file may be attached, `unabridged` takes the pages' place.
    """

    pages: Sequence[str]
    buttons: tuple[Button, ...] = ()
    file: str = ""
    unabridged: Sequence[str] = ()


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
