"""What is done about accepted questions, whoever does it."""

from collections.abc import Mapping
from typing import Protocol

from bot.questions import Question


class Work(Protocol):
    """What is done about questions; whoever does it registers with `Jobs` before `run`."""

    async def give(self, question: Question) -> None:
        """Answer it. It may have been begun before, by a process that was killed."""
        ...

    @property
    def has_waiting(self) -> bool:
        """Tell whether there is somebody here to be told a place."""
        ...

    async def tell(self, places: Mapping[int, int]) -> None:
        """Tell the place of each question, by its id, in its server's line, from 1."""
        ...

    async def withdraw(self, question: Question) -> None:
        """Tell that it was cancelled while it waited."""
        ...

    async def give_up(self, question: Question) -> None:
        """Tell that it is given up, having killed its process too often."""
        ...
