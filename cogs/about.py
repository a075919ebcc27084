"""Say what the bot is, and what becomes of what it is sent."""

from typing import Any

import discord
from discord import app_commands
from discord.ext import commands

from bot.client import Client
from cogs import _phrases as phrases

_Interaction = discord.Interaction[Any]


class About(commands.Cog):
    """Two commands that only tell; whoever asks is the only one who reads it."""

    def __init__(self, client: Client) -> None:
        self._client = client

    @app_commands.command(name="about")
    @app_commands.allowed_contexts(guilds=True, dms=True, private_channels=True)
    @app_commands.allowed_installs(guilds=True, users=True)
    async def about(self, interaction: _Interaction) -> None:
        """What this bot does, and how to ask it."""
        chosen = await self._client.preferences_for(interaction.guild_id)
        await _whisper(interaction, phrases.about(chosen))

    @app_commands.command(name="privacy")
    @app_commands.allowed_contexts(guilds=True, dms=True, private_channels=True)
    @app_commands.allowed_installs(guilds=True, users=True)
    async def privacy(self, interaction: _Interaction) -> None:
        """What is sent to whom, and what is kept for how long."""
        chosen = await self._client.preferences_for(interaction.guild_id)
        await _whisper(
            interaction, phrases.privacy(chosen, reads_content=self._client.reads_content)
        )


async def _whisper(interaction: _Interaction, text: str) -> None:
    await interaction.response.send_message(text, ephemeral=True, suppress_embeds=True)


async def setup(client: Client) -> None:
    """Listen."""
    await client.add_cog(About(client))
