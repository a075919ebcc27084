"""The root of what can go wrong for a person."""

from dataclasses import dataclass
from typing import ClassVar


@dataclass(eq=False)
class ReeltalkError(Exception):
    """The root: catch it to tell a person. `passing` where asking the same again can help."""

    passing: ClassVar[bool] = False

    def __str__(self) -> str:
        return repr(self)
