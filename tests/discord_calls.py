"""Ways of a client that has only logged in, which knows places by their ids."""

import discord

from bot.playground.discord import Discord


def place(caller: discord.Client, channel_id: int) -> discord.PartialMessageable:
    return caller.get_partial_messageable(channel_id)


async def start_thread(
    caller: discord.Client, emulated: Discord, name: str = "one", channel_id: int | None = None
) -> discord.Thread:
    said = emulated.say("a beginning", channel_id=channel_id)
    channel = await caller.fetch_channel(said.channel_id)
    assert isinstance(channel, discord.TextChannel)
    return await channel.get_partial_message(said.id).create_thread(name=name)
