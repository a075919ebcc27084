"""The window in which a question is typed."""

from collections.abc import Iterable
from typing import Any, TypeAlias

import discord

from bot.clips import Clip
from bot.recent import Recent

Interaction: TypeAlias = discord.Interaction[Any]  # discord.py leaves the client open here

LONGEST = 1500
"""Characters of a question, which is quoted in a message of 2,000, beneath its clips."""

ABOUT = "about:"
"""How the id of a window about clips begins."""
_QUESTION = "question"
_TITLE = 45


class Windows:
    """The windows that were opened about clips, until they come back or too many others have.

    The clips are kept here because a message that a command was used on can be read at that
    moment, and perhaps never again.
    """

    def __init__(self) -> None:
        self._clips = Recent[str, tuple[Clip, ...]]()

    async def open(self, interaction: Interaction, clips: tuple[Clip, ...]) -> None:
        """Ask what somebody wants to know about clips."""
        custom_id = f"{ABOUT}{interaction.id}"
        self._clips[custom_id] = clips
        title = f"Ask about {', '.join(clip.name for clip in clips)}"
        await interaction.response.send_modal(window(title, custom_id, needs_text=False))

    def clips(self, custom_id: str) -> tuple[Clip, ...] | None:
        """Return what a window is about; None where an earlier process opened it."""
        return self._clips.get(custom_id, ()) or None


def window(title: str, custom_id: str, *, needs_text: bool) -> discord.ui.Modal:
    """Return a window with one field."""
    shown = title if len(title) <= _TITLE else f"{title[: _TITLE - 1]}…"
    modal = discord.ui.Modal(title=shown, custom_id=custom_id)
    field = discord.ui.TextInput[discord.ui.Modal](
        custom_id=_QUESTION,
        style=discord.TextStyle.paragraph,
        required=needs_text,
        max_length=LONGEST,
        placeholder=None if needs_text else "What happens in this video?",
    )
    modal.add_item(discord.ui.Label(text="Your question", component=field))
    modal.stop()  # or discord.py would keep each for ever; the cog hears of it all the same
    return modal


def custom_id_of(interaction: Interaction) -> str:
    """Return the id of the button or the window that an interaction is about."""
    data: Any = interaction.data or {}
    return str(data.get("custom_id", ""))


def typed(interaction: Interaction) -> str:
    """Return what was typed into a window."""
    for field in fields_of(interaction):
        if field.get("custom_id") == _QUESTION:
            return str(field.get("value") or "").strip()
    return ""


def fields_of(interaction: Interaction) -> Iterable[dict[str, Any]]:
    """Yield what a window was made of, as it came back, however deep."""
    data: Any = interaction.data or {}
    return _fields(data.get("components") or ())


def _fields(components: Iterable[Any]) -> Iterable[dict[str, Any]]:
    for one in components:
        yield one
        yield from _fields(one.get("components") or ())
        if inner := one.get("component"):
            yield inner
