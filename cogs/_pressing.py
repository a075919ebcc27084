"""What the buttons under an answer do."""

from contextlib import suppress

import discord

from bot.client import DISCORD_ERRORS, Client, retrying
from bot.questions import Question
from cogs import _phrases as phrases
from cogs._answers import Answers
from cogs._buttons import Button, buttons, drawn
from cogs._modals import typed, window
from cogs._reading import Interaction, asked_through, is_guest, read_again

FOLLOW = "follow"
"""The id of the window that Follow up opens; which answer it is about, its message tells."""


class Pressing:
    """Follow up is for everybody, the other buttons are for the asker and moderators."""

    def __init__(self, client: Client, answers: Answers) -> None:
        self._client = client
        self._answers = answers

    async def pressed(
        self, user: discord.abc.User, interaction: Interaction, button: Button
    ) -> None:
        """Do what a button says."""
        is_theirs = interaction.user.id == button.author_id
        if button.act == "follow":
            await interaction.response.send_modal(window("Follow up", FOLLOW, needs_text=True))
        elif not is_theirs and not interaction.permissions.manage_messages:
            await interaction.response.send_message(phrases.NOT_YOURS, ephemeral=True)
        elif button.act == "stop":
            await _acknowledge(interaction)
            await self._client.jobs.cancel(button.question_id)
        elif button.act == "retry":
            await self._retry(user, interaction, button)
        else:
            await self._delete(user, interaction, button)

    async def followed_up(self, user: discord.abc.User, interaction: Interaction) -> None:
        """Accept what was typed into the window that Follow up opens."""
        await self._answers.accept(asked_through(user, interaction, typed(interaction)))

    async def _retry(
        self, user: discord.abc.User, interaction: Interaction, button: Button
    ) -> None:
        """Ask the same again, as a question of its own: its id is the interaction's."""
        question = await self._asked_again(user, interaction, button)
        if question is None:
            await interaction.response.send_message(phrases.QUESTION_GONE, ephemeral=True)
            return
        # The message is the new question's from here on, whoever goes on with it.
        view = drawn(buttons(question, "stop"))
        try:
            await interaction.response.edit_message(view=view)
        except DISCORD_ERRORS:
            with suppress(*DISCORD_ERRORS):  # a guest has no other way, and may do without
                page = interaction.message
                assert page is not None  # noqa: S101 (its button was pressed)
                channel = self._client.get_partial_messageable(page.channel.id)
                await channel.get_partial_message(page.id).edit(view=view)
        await self._answers.accept(question, begins=False)

    async def _asked_again(
        self, user: discord.abc.User, interaction: Interaction, button: Button
    ) -> Question | None:
        message, channel = interaction.message, interaction.channel
        if message is not None and is_guest(interaction):
            return await read_again(self._client, user, message, interaction)
        if not isinstance(channel, discord.abc.Messageable) or channel.id != button.channel_id:
            channel = self._client.get_partial_messageable(
                button.channel_id, guild_id=interaction.guild_id
            )
        try:
            asked = await retrying(lambda: channel.fetch_message(button.message_id))
        except (discord.NotFound, discord.Forbidden):
            return None
        return await read_again(self._client, user, asked, interaction)

    async def _delete(
        self, user: discord.abc.User, interaction: Interaction, button: Button
    ) -> None:
        """Delete an answer, its last page first, so that what is left is never a later one."""
        await _acknowledge(interaction)
        if is_guest(interaction):
            await interaction.delete_original_response()
            return
        page = interaction.message
        try:
            while page is not None and page.author.id == user.id and page.id != button.message_id:
                before = page.reference and page.reference.message_id
                await page.delete()
                page = None if before is None else await page.channel.fetch_message(before)
        except discord.NotFound:
            pass  # somebody else was quicker
        except discord.HTTPException:
            await interaction.followup.send(phrases.NOT_DELETED, ephemeral=True)


async def _acknowledge(interaction: Interaction) -> None:
    """Tell Discord that a press was heard. One that it waits for no longer counts all the same."""
    with suppress(*DISCORD_ERRORS):
        await interaction.response.defer()
