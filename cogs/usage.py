"""Show what a server has asked and what it cost, and forget it."""

import io
from datetime import UTC, datetime
from typing import Any

import discord
from discord import app_commands
from discord.ext import commands

from bot import chart
from bot.client import Client
from bot.store.ledger import Span
from cogs import _phrases as phrases
from cogs._modals import Interaction

_DAYS, _MOST_DAYS = 30, 90


class Usage(commands.Cog):
    """Figures alone: no word of a question is kept."""

    def __init__(self, client: Client) -> None:
        self._client = client

    @app_commands.command(name="usage")
    @app_commands.guild_only()
    @app_commands.default_permissions(manage_guild=True)
    @app_commands.describe(days="How many days, up to today")
    async def usage(
        self, interaction: Interaction, days: app_commands.Range[int, 1, _MOST_DAYS] = _DAYS
    ) -> None:
        """See what this server has asked, and what it cost."""
        await interaction.response.defer(ephemeral=True, thinking=True)
        span = Span.until(datetime.now(UTC).date(), days)
        ledger = self._client.store.ledger
        shown = chart.Shown(
            days=await ledger.by_day(span, interaction.guild_id),
            models=await ledger.by_model(span, interaction.guild_id),
            total=await ledger.total(span, interaction.guild_id),
        )
        try:
            picture = await chart.chart(shown)
        except chart.ChartMissing:
            text = f"{chart.headline(shown)}\n```\n{chart.as_text(shown)}\n```"
            await interaction.edit_original_response(content=text)
            return
        told = f"{chart.headline(shown)}: {chart.facts(shown.total)}"
        file = discord.File(io.BytesIO(picture), "usage.png", description=told)
        await interaction.edit_original_response(content=told, attachments=[file])

    @commands.Cog.listener()
    async def on_guild_join(self, guild: discord.Guild) -> None:
        """Remember a server by its name, for the operator."""
        await self._client.store.blocks.saw({guild.id: guild.name})

    @commands.Cog.listener()
    async def on_ready(self) -> None:
        """Remember all of them."""
        await self._client.store.blocks.saw({one.id: one.name for one in self._client.guilds})

    @commands.Cog.listener()
    async def on_guild_remove(self, guild: discord.Guild) -> None:
        """Erase what is kept of a server that the bot was put out of."""
        await self._client.store.erase_server(guild.id)


@app_commands.allowed_contexts(guilds=True, dms=True, private_channels=True)
@app_commands.allowed_installs(guilds=True, users=True)
class Forget(commands.GroupCog, group_name="forget", group_description="What I keep about you"):
    """Let people take themselves out of what is kept."""

    def __init__(self, client: Client) -> None:
        self._client = client

    @app_commands.command(name="me")
    async def me(self, interaction: discord.Interaction[Any]) -> None:
        """Take you, and where you asked, out of what I keep."""
        count = await self._client.store.forget_person(interaction.user.id)
        await interaction.response.send_message(phrases.forgotten(count), ephemeral=True)


async def setup(client: Client) -> None:
    """Listen."""
    await client.add_cog(Usage(client))
    await client.add_cog(Forget(client))
