"""Windows with several fields, and what was typed into them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import discord

from cogs._modals import Interaction, fields_of

_PARAGRAPH = 100  # characters, from which on there is room for several lines


@dataclass(frozen=True, slots=True)
class Field:
    """One field: what stands in it, and what is shown where nothing does."""

    name: str
    label: str
    value: str
    empty: str
    length: int = 60


def form(title: str, custom_id: str, fields: Sequence[Field]) -> discord.ui.Modal:
    """Return a window with these fields, none of which has to be filled in."""
    modal = discord.ui.Modal(title=title, custom_id=custom_id)
    for field in fields:
        is_long = field.length > _PARAGRAPH
        typed = discord.ui.TextInput[discord.ui.Modal](
            custom_id=field.name,
            style=discord.TextStyle.paragraph if is_long else discord.TextStyle.short,
            required=False,
            max_length=field.length,
            default=field.value or None,
            placeholder=field.empty,
        )
        modal.add_item(discord.ui.Label(text=field.label, component=typed))
    modal.stop()  # or discord.py would keep each for ever; the cog hears of it all the same
    return modal


def filled_in(interaction: Interaction) -> dict[str, str]:
    """Return what was typed, by the fields' names."""
    return dict(_typed(interaction))


def _typed(interaction: Interaction) -> Iterable[tuple[str, str]]:
    for field in fields_of(interaction):
        if "custom_id" in field and "value" in field:
            yield field["custom_id"], str(field["value"] or "")
