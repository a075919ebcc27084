"""Buttons under an answer: values that can be drawn, and what pressing them does."""

import re
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

import discord

from bot.client import Client
from bot.questions import Question
from cogs import _phrases as phrases
from cogs._reading import read_question

Act: TypeAlias = Literal["stop", "retry"]
Interaction: TypeAlias = discord.Interaction[Any]  # discord.py leaves the client open here

_LABELS: dict[Act, str] = {"stop": "Stop", "retry": "Retry"}
_STYLES: dict[Act, discord.ButtonStyle] = {
    "stop": discord.ButtonStyle.secondary,
    "retry": discord.ButtonStyle.primary,
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
    def of(cls, act: Act, question: Question) -> "Button":
        """Make a question's button."""
        return cls(act, question.id, question.channel_id, question.message_id, question.author_id)

    def view(self) -> discord.ui.View:
        """Draw it."""
        ids = (self.question_id, self.channel_id, self.message_id, self.author_id)
        view = discord.ui.View(timeout=None)
        view.add_item(
            discord.ui.Button[Any](
                label=_LABELS[self.act],
                style=_STYLES[self.act],
                custom_id=":".join([self.act, *map(str, ids)]),
            )
        )
        view.stop()  # or discord.py would keep each for ever; Pressed hears of it all the same
        return view


class Pressed(
    discord.ui.DynamicItem[discord.ui.Button[Any]],
    template=r"(?P<act>stop|retry):(?P<question>\d+):(?P<channel>\d+):(?P<message>\d+):(?P<author>\d+)",
):
    """A button that somebody pressed, whichever process drew it."""

    def __init__(self, button: Button, item: discord.ui.Button[Any]) -> None:
        super().__init__(item)
        self._button = button

    @classmethod
    async def from_custom_id(
        cls, interaction: discord.Interaction, item: discord.ui.Item[Any], match: re.Match[str], /
    ) -> "Pressed":
        """Read the button from its id."""
        del interaction
        assert isinstance(item, discord.ui.Button)  # noqa: S101 (only buttons have such ids)
        ids = (int(match[name]) for name in ("question", "channel", "message", "author"))
        act: Act = "stop" if match["act"] == "stop" else "retry"
        return cls(Button(act, *ids), item)

    async def callback(self, interaction: Interaction) -> None:
        """Do what it says, for the asker or a moderator."""
        is_moderator = interaction.permissions.manage_messages
        if interaction.user.id != self._button.author_id and not is_moderator:
            await interaction.response.send_message(phrases.NOT_YOURS, ephemeral=True)
            return
        await interaction.response.defer()
        if self._button.act == "stop":
            client: Client = interaction.client
            await client.jobs.cancel(self._button.question_id)
        else:
            await self._retry(interaction)

    async def _retry(self, interaction: Interaction) -> None:
        """Ask the same again, as a question of its own: its id is the interaction's."""
        client: Client = interaction.client
        button = self._button
        channel = client.get_partial_messageable(button.channel_id, guild_id=interaction.guild_id)
        try:
            message = await channel.fetch_message(button.message_id)
        except discord.HTTPException:
            await interaction.followup.send(phrases.QUESTION_GONE, ephemeral=True)
            return
        assert client.user is not None  # noqa: S101 (it is logged in)
        await client.jobs.submit(read_question(client.user, message, question_id=interaction.id))
