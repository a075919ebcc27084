"""Every way to ask about a clip: they all end in a question."""

import logging
from contextlib import suppress
from dataclasses import replace
from functools import partial

import discord
from discord import app_commands
from discord.ext import commands

from bot.client import DISCORD_ERRORS, Client, retrying
from bot.clips import Clip, find_links
from bot.errors import NothingToWatch
from bot.moments import clock, seconds_in
from bot.questions import Question
from cogs import _phrases as phrases
from cogs._accounts import Accounts
from cogs._answers import Answers
from cogs._buttons import Button
from cogs._finding import clips_of, loose_clip, newest_clips
from cogs._modals import ABOUT, LONGEST, Windows, custom_id_of, typed
from cogs._pressing import FOLLOW, Pressing
from cogs._reading import (
    Interaction,
    asked_through,
    is_addressed,
    is_between_others,
    is_from_a_person,
    is_own_thread,
    read_question,
    read_standing_question,
)

_log = logging.getLogger(__name__)

MENU = "Ask about this clip"
_EVERYWHERE = app_commands.AppCommandContext(guild=True, dm_channel=True, private_channel=True)
_BY_ANYBODY = app_commands.AppInstallationType(guild=True, user=True)


class Ask(commands.Cog):
    """A message for the bot becomes a question, and so does a command, a menu or a button.

    Deleting the message cancels its question. Interactions are read here rather than by views and
    modals that live in memory, so that they outlive the process that has drawn them.
    """

    def __init__(self, client: Client, user: discord.abc.User, answers: Answers) -> None:
        self._client = client
        self._user = user
        self._answers = answers
        self._windows = Windows()
        self._pressing = Pressing(client, answers)
        self.menu = app_commands.ContextMenu(
            name=MENU,
            callback=self.ask_about,
            allowed_contexts=_EVERYWHERE,
            allowed_installs=_BY_ANYBODY,
        )

    @commands.Cog.listener()
    async def on_message(self, message: discord.Message) -> None:
        """Accept what a message asks, if it asks the bot."""
        if not is_from_a_person(message):
            return
        if not is_addressed(self._user, message):
            if await self._is_watched(message):
                return
            if not (self._client.reads_content and is_own_thread(self._user, message.channel)):
                return
            # The event is empty, since the intent is never requested; what is fetched is not.
            try:
                message = await retrying(partial(message.channel.fetch_message, message.id))
            except (discord.NotFound, discord.Forbidden):
                return  # it is gone already, or nothing to answer
            if is_between_others(self._user, message):
                return
        question = await read_question(self._client, self._user, message)
        await self._answers.accept(question)

    async def _is_watched(self, message: discord.Message) -> bool:
        """Tell whether a channel is watched; if it is, ask its question about what has a clip."""
        if message.guild is None or not self._client.reads_content:
            return False
        chosen = await self._client.preferences_for(message.guild.id)
        channel = message.channel
        asked = chosen.standing_question(channel.id)
        if asked is None and isinstance(channel, discord.Thread) and channel.id == message.id:
            asked = chosen.standing_question(channel.parent_id)  # a forum's new post
        if asked is None:
            return False
        with suppress(discord.NotFound, discord.Forbidden):  # it is gone, or nothing to answer
            whole = await retrying(partial(message.channel.fetch_message, message.id))
            if question := read_standing_question(whole, asked):
                await self._answers.accept(question)
        return True

    @commands.Cog.listener()
    async def on_raw_message_delete(self, event: discord.RawMessageDeleteEvent) -> None:
        """Cancel the question that a deleted message asked."""
        await self._answers.cancel_asked_in(event.message_id)

    @commands.Cog.listener()
    async def on_raw_bulk_message_delete(self, event: discord.RawBulkMessageDeleteEvent) -> None:
        """Cancel the questions that deleted messages asked."""
        for message_id in event.message_ids:
            await self._answers.cancel_asked_in(message_id)

    async def ask_about(self, interaction: Interaction, message: discord.Message) -> None:
        """Ask what somebody wants to know about the clip in a message."""
        if clips := clips_of(message, is_readable_again=False):
            await self._windows.open(interaction, clips)
        else:
            await interaction.response.send_message(phrases.NO_CLIP_THERE, ephemeral=True)

    @app_commands.command(name="ask")
    @app_commands.describe(
        question="What you want to know",
        clip="A video, attached here",
        link="A YouTube link",
        start="Where the part that is meant begins, such as 1:20",
        end="Where it ends",
    )
    @app_commands.rename(start="from", end="to")
    @app_commands.allowed_contexts(guilds=True, dms=True, private_channels=True)
    @app_commands.allowed_installs(guilds=True, users=True)
    async def ask(  # noqa: PLR0917 (one for each option of the command)
        self,
        interaction: Interaction,
        question: app_commands.Range[str, 1, LONGEST],
        clip: discord.Attachment | None = None,
        link: str | None = None,
        start: str | None = None,
        end: str | None = None,
    ) -> None:
        """Ask about a video that you attach, or about one on YouTube."""
        problem = _problem(link, start, end)
        if problem:
            await interaction.response.send_message(problem, ephemeral=True)
            return
        clips: tuple[Clip, ...] = () if clip is None else (loose_clip(clip),)
        clips += find_links(link or "")
        span = (float(_seconds(start) or 0), _seconds(end))
        asked = asked_through(self._user, interaction, question, clips, span)
        known = asked if asked.clips or asked.follows else await self._about_newest(asked)
        if known is None:
            sentence = phrases.phrase(NothingToWatch())
            await interaction.response.send_message(sentence, ephemeral=True)
        else:
            await self._answers.accept(known)

    @commands.Cog.listener()
    async def on_interaction(self, interaction: Interaction) -> None:
        """Hear of the buttons under answers, and of what was typed into windows."""
        custom_id = custom_id_of(interaction)
        if interaction.type is discord.InteractionType.component:
            if button := Button.read(custom_id):
                await self._pressing.pressed(self._user, interaction, button)
        elif interaction.type is discord.InteractionType.modal_submit:
            if custom_id == FOLLOW:
                await self._pressing.followed_up(self._user, interaction)
            elif custom_id.startswith(ABOUT):
                await self._typed_about(interaction, self._windows.clips(custom_id))

    async def _typed_about(self, interaction: Interaction, clips: tuple[Clip, ...] | None) -> None:
        if clips is None:
            await interaction.response.send_message(phrases.FORGOTTEN, ephemeral=True)
        else:
            asked = asked_through(self._user, interaction, typed(interaction), clips)
            await self._answers.accept(asked)

    async def _about_newest(self, asked: Question) -> Question | None:
        """Let a command without a clip be about the newest that its user has posted there."""
        if asked.is_guest:
            return None
        try:
            found = await newest_clips(self._client, asked.channel_id, asked.author_id, asked.id)
        except DISCORD_ERRORS as error:
            _log.warning("question=%s its clip was not looked for: %r", asked.id, error)
            return None
        return replace(asked, clips=found) if found else None


def _problem(link: str | None, start: str | None, end: str | None) -> str | None:
    """Return what is wrong with what was typed into a command."""
    if link and not find_links(link):
        return phrases.NO_LINK.format(phrases.foreign(link))
    for time in (start, end):
        if time and _seconds(time) is None:
            return phrases.NO_TIME.format(phrases.foreign(time))
    begins, ends = _seconds(start) or 0, _seconds(end)
    if ends is not None and ends <= begins:
        return phrases.NO_PART.format(clock(begins), clock(ends))
    return None


def _seconds(text: str | None) -> int | None:
    return seconds_in(text.strip()) if text else None


async def setup(client: Client) -> None:
    """Register the work, and listen."""
    assert client.user is not None  # noqa: S101 (extensions are loaded once logged in)
    accounts = Accounts(client.store, client.answerer, client.unknown_clip_seconds, client.metrics)
    answers = Answers(client, client.answerer, accounts, client.preferences_for)
    client.jobs.register(answers)
    ask = Ask(client, client.user, answers)
    await client.add_cog(ask)
    client.tree.add_command(ask.menu)
