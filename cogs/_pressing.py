"""What the buttons under an answer do."""

from contextlib import suppress

import discord

from bot.client import DISCORD_ERRORS, Client, retrying
from bot.questions import Question
from bot.recent import Recent
from cogs import _phrases as phrases
from cogs._answers import Answers
from cogs._buttons import Button, buttons, drawn
from cogs._modals import typed, window
from cogs._reading import Interaction, asked_through, is_guest, read_again

FOLLOW = "follow"
"""The id of the window that Follow up opens; which answer it is about, its message tells."""
_ARCHIVED = 50083


class Pressing:
    """Follow up is for everybody, the other buttons are for the asker and moderators."""

    def __init__(self, client: Client, answers: Answers) -> None:
        self._client = client
        self._answers = answers
        self._retried = Recent[int, None]()

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
            await self._client.jobs.cancel(button.question_id, still_stands=True)
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
        if button.question_id in self._retried:
            await _acknowledge(interaction)  # somebody else was quicker
            return
        self._retried[button.question_id] = None
        question = await self._asked_again(user, interaction, button)
        if question is None:
            await interaction.response.send_message(phrases.QUESTION_GONE, ephemeral=True)
            return
        # The message is the new question's from here on, whoever goes on with it.
        try:
            await interaction.response.edit_message(view=drawn(buttons(question, "stop")))
        except DISCORD_ERRORS:
            await self._draw_anew(interaction, buttons(question, "stop"))
        if not await self._answers.accept(question, begins=False):
            self._retried.forget(button.question_id)
            await self._draw_anew(interaction, buttons(question, "retry", "delete"))

    async def _draw_anew(self, interaction: Interaction, row: tuple[Button, ...]) -> None:
        """Change the buttons without the interaction; a guest can't, and does without."""
        page = interaction.message
        assert page is not None  # noqa: S101 (its button was pressed)
        channel = self._client.get_partial_messageable(page.channel.id)
        with suppress(*DISCORD_ERRORS):
            await channel.get_partial_message(page.id).edit(view=drawn(row))

    async def _asked_again(
        self, user: discord.abc.User, interaction: Interaction, button: Button
    ) -> Question | None:
        message, channel = interaction.message, interaction.channel
        if message is not None and is_guest(interaction):
            return await read_again(self._client, user, message, interaction, button.author_id)
        if not isinstance(channel, discord.abc.Messageable) or channel.id != button.channel_id:
            channel = self._client.get_partial_messageable(
                button.channel_id, guild_id=interaction.guild_id
            )
        try:
            asked = await retrying(lambda: channel.fetch_message(button.message_id))
        except (discord.NotFound, discord.Forbidden):
            return None
        return await read_again(self._client, user, asked, interaction, button.author_id)

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
                await self._delete_page(page)
                page = None if before is None else await page.channel.fetch_message(before)
        except discord.NotFound:
            pass  # somebody else was quicker
        except discord.HTTPException:
            await interaction.followup.send(phrases.NOT_DELETED, ephemeral=True)

    async def _delete_page(self, page: discord.Message) -> None:
        """Delete one; a thread that is in the archive is taken out of it first."""
        try:
            await page.delete()
        except discord.HTTPException as error:
            if error.code != _ARCHIVED:
                raise
            http = self._client.http
            await retrying(lambda: http.edit_channel(page.channel.id, archived=False))
            await page.delete()


async def _acknowledge(interaction: Interaction) -> None:
    """Tell Discord that a press was heard. One that it waits for no longer counts all the same."""
    with suppress(*DISCORD_ERRORS):
        await interaction.response.defer()
