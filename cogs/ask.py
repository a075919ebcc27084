"""Ask about a clip by mentioning the bot."""

import discord
from discord.ext import commands

from bot.client import Client
from cogs._answers import Answers
from cogs._buttons import Pressed
from cogs._reading import is_for, read_question


class Ask(commands.Cog):
    """A message for the bot becomes a question; deleting it cancels the question."""

    def __init__(self, client: Client, answers: Answers) -> None:
        self._client = client
        self._jobs = client.jobs
        self._answers = answers

    @commands.Cog.listener()
    async def on_message(self, message: discord.Message) -> None:
        """Submit what a message asks, if it asks the bot."""
        user = self._client.user
        if user is not None and is_for(user, message):
            await self._answers.accept(read_question(user, message))

    @commands.Cog.listener()
    async def on_raw_message_delete(self, event: discord.RawMessageDeleteEvent) -> None:
        """Cancel the question that a deleted message asked."""
        await self._jobs.cancel(event.message_id)

    @commands.Cog.listener()
    async def on_raw_bulk_message_delete(self, event: discord.RawBulkMessageDeleteEvent) -> None:
        """Cancel the questions that deleted messages asked."""
        for message_id in event.message_ids:
            await self._jobs.cancel(message_id)


async def setup(client: Client) -> None:
    """Register the work, and listen."""
    answers = Answers(client, client.answerer, client.preferences_for)
    client.jobs.register(answers)
    client.add_dynamic_items(Pressed)
    await client.add_cog(Ask(client, answers))
