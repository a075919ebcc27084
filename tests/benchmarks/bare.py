"""A client of discord.py alone, with the bot's intents and timeouts: the least there can be."""

import asyncio
import os
import sys

import discord
from discord.ext import commands
from discord.gateway import DiscordWebSocket
from discord.http import Route
from yarl import URL


async def main() -> None:
    """Connect, and stay."""
    Route.BASE = os.environ["DISCORD_API_URL"]
    DiscordWebSocket.DEFAULT_GATEWAY = URL(os.environ["DISCORD_GATEWAY_URL"])
    client = commands.AutoShardedBot(
        commands.when_mentioned,
        help_command=None,
        intents=discord.Intents(guilds=True, guild_messages=True, dm_messages=True),
    )

    async def on_ready() -> None:
        print("ready", file=sys.stderr, flush=True)

    client.add_listener(on_ready)
    async with client:
        await client.start(os.environ["DISCORD_TOKEN"])


if __name__ == "__main__":
    asyncio.run(main())
