"""Buttons under an answer, as values that can be drawn and read again."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias, cast

import discord

from bot.questions import Question

Act: TypeAlias = Literal["stop", "retry", "follow", "delete"]

_CUSTOM_ID = re.compile(r"(stop|retry|follow|delete):(\d+):(\d+):(\d+):(\d+)")

_LABELS: dict[Act, str] = {
    "stop": "Stop",
    "retry": "Retry",
    "follow": "Follow up",
    "delete": "Delete",
}
_STYLES: dict[Act, discord.ButtonStyle] = {
    "stop": discord.ButtonStyle.secondary,
    "retry": discord.ButtonStyle.primary,
    "follow": discord.ButtonStyle.primary,
    "delete": discord.ButtonStyle.secondary,
}


@dataclass(frozen=True, slots=True)
class Button:
    """One button of one question. All it knows is in its id, so it outlives every process."""

    act: Act
    question_id: int
    channel_id: int
    message_id: int
    author_id: int

    @classmethod
    def read(cls, custom_id: str) -> "Button | None":
        """Read it from its id; None from the id of something else."""
        found = _CUSTOM_ID.fullmatch(custom_id)
        if found is None:
            return None
        act, *ids = found.groups()
        return cls(cast("Act", act), *map(int, ids))

    @property
    def custom_id(self) -> str:
        """How Discord names it when it is pressed."""
        ids = (self.question_id, self.channel_id, self.message_id, self.author_id)
        return ":".join([self.act, *map(str, ids)])


def buttons(question: Question, *acts: Act) -> tuple[Button, ...]:
    """Return a question's buttons."""
    ids = (question.id, question.channel_id, question.message_id, question.author_id)
    return tuple(Button(act, *ids) for act in acts)


def drawn(row: Sequence[Button]) -> discord.ui.View | None:
    """Draw buttons in a row; None for none."""
    if not row:
        return None
    view = discord.ui.View(timeout=None)
    for button in row:
        view.add_item(
            discord.ui.Button[Any](
                label=_LABELS[button.act],
                style=_STYLES[button.act],
                custom_id=button.custom_id,
            )
        )
    view.stop()  # or discord.py would keep each for ever; the cog hears of it all the same
    return view


def is_about(message: discord.Message, question_id: int) -> bool:
    """Tell whether a message has a button of a question."""
    return any(button.question_id == question_id for button in _buttons(message))


def has_stop(message: discord.Message) -> bool:
    """Tell whether a message is the end of an answer that is not yet whole."""
    return any(button.act == "stop" for button in _buttons(message))


def _buttons(message: discord.Message) -> Iterator[Button]:
    for row in message.components:
        for child in row.children if isinstance(row, discord.ActionRow) else ():
            if button := Button.read(child.custom_id or ""):
                yield button
