"""A client of discord.py alone, as the bot makes one: `python -m tests.benchmarks.bare`."""

import asyncio
import os
import sys

import discord
from discord.ext import commands
from discord.http import Route


async def main() -> None:
    """Connect, and stay."""
    Route.BASE = os.environ["DISCORD_API_URL"]
    client = commands.AutoShardedBot(
        commands.when_mentioned,
        help_command=None,
        intents=discord.Intents(guilds=True, guild_messages=True, dm_messages=True),
        allowed_mentions=discord.AllowedMentions.none(),
        max_messages=None,
        chunk_guilds_at_startup=False,
        member_cache_flags=discord.MemberCacheFlags.none(),
    )

    async def on_ready() -> None:
        print("ready", file=sys.stderr)

    client.add_listener(on_ready)
    async with client:
        await client.start(os.environ["DISCORD_TOKEN"])


if __name__ == "__main__":
    asyncio.run(main())
