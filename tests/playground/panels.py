"""A message with buttons, and somebody who presses them."""

import asyncio
from typing import Self

import discord
from discord import ui

from bot.playground.discord import Discord, Interaction, Message
from tests.discord_calls import place


class Panel(ui.View):
    """Two buttons, whose presses are handed to the test."""

    def __init__(self) -> None:
        super().__init__(timeout=None)
        self.pressed: asyncio.Queue[discord.Interaction] = asyncio.Queue()

    @ui.button(label="Stop", custom_id="stop")
    async def stop_asking(self, interaction: discord.Interaction, _: ui.Button[Self]) -> None:
        self.pressed.put_nowait(interaction)

    @ui.button(label="Never", custom_id="never", disabled=True)
    async def never(self, _: discord.Interaction, __: ui.Button[Self]) -> None:
        raise NotImplementedError


async def show(witness: discord.Client, channel_id: int, view: ui.View) -> discord.Message:
    return await place(witness, channel_id).send("an answer", view=view)


async def press(
    emulated: Discord, witness: discord.Client, **by: int
) -> tuple[Interaction, discord.Interaction]:
    """Show a panel, press its button, and return the press as either side sees it."""
    panel = Panel()
    shown = await show(witness, emulated.channel_id, panel)
    opened = emulated.press(shown.id, "stop", **by)
    return opened, await panel.pressed.get()


def last(emulated: Discord) -> Message:
    return emulated.messages(emulated.channel_id)[-1]
