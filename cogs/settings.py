"""Let those who manage a server choose how the bot behaves there."""

import logging
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import discord
from discord import app_commands
from discord.ext import commands

from bot.client import Client
from bot.errors import ChoiceRefused, ReeltalkError
from bot.limits import Limits
from bot.offers import minute_price, offered
from bot.preferences import NOTHING_CHOSEN, Choices, Preferences, Watched
from bot.providers.catalogue import Model, nearest
from cogs import _phrases as phrases
from cogs._fields import Field, filled_in, form
from cogs._limits import number, read_limits, typed_as
from cogs._modals import Interaction, custom_id_of
from cogs._panel import ID, panel

_log = logging.getLogger(__name__)

STANDING_QUESTION = "What happens in this video?"
_SUGGESTIONS = 25  # as many as Discord shows

Change = Callable[[Choices], Choices]


@app_commands.guild_only()
@app_commands.default_permissions(manage_guild=True)
class Settings(
    commands.GroupCog, group_name="settings", group_description="How I behave in this server"
):
    """One panel that shows what holds and changes it in place; each change is kept at once."""

    def __init__(self, client: Client) -> None:
        self._client = client

    @app_commands.command(name="panel")
    async def panel(self, interaction: Interaction) -> None:
        """See and change how I behave in this server."""
        view = await self._drawn(interaction)
        await interaction.response.send_message(view=view, ephemeral=True)

    @app_commands.command(name="model")
    @app_commands.describe(model="Type a part of its name")
    async def model(self, interaction: Interaction, model: str) -> None:
        """Choose any model that takes video."""
        chosen = model.strip()
        problem = await self._refused_model(interaction, chosen)
        if not problem:
            problem = await self._change(interaction, lambda now: replace(now, model=chosen))
        view = await self._drawn(interaction, problem)
        await interaction.response.send_message(view=view, ephemeral=True)

    @model.autocomplete("model")
    async def _models_like(
        self, interaction: Interaction, typed: str
    ) -> list[app_commands.Choice[str]]:
        shown = await self._client.preferences_for(interaction.guild_id)
        words = typed.lower().split()
        return [
            app_commands.Choice(name=_offer(one), value=one.id)
            for one in await self._models(shown)
            if all(word in one.id.lower() for word in words) and len(one.id) <= 100  # noqa: PLR2004
        ][:_SUGGESTIONS]

    @commands.Cog.listener()
    async def on_interaction(self, interaction: Interaction) -> None:
        """Hear of the panel's buttons, menus and windows."""
        custom_id = custom_id_of(interaction)
        if not custom_id.startswith(ID) or interaction.guild_id is None:
            return
        if not interaction.permissions.manage_guild:
            await interaction.response.send_message(phrases.NOT_MANAGING, ephemeral=True)
            return
        act = custom_id.removeprefix(ID)
        if interaction.type is discord.InteractionType.component and act in _FORMS:
            shown = await self._client.preferences_for(interaction.guild_id)
            title, fields = _FORMS[act](shown)
            await interaction.response.send_modal(form(title, custom_id, fields))
            return
        try:
            change = _change_of(act, interaction)
        except ValueError as error:
            problem = phrases.NO_NUMBER.format(phrases.foreign(str(error.args[0])))
        else:
            problem = await self._change(interaction, change)
        await interaction.response.edit_message(view=await self._drawn(interaction, problem))

    async def _refused_model(self, interaction: Interaction, model: str) -> str:
        """Return the sentence for a model that can't be asked; empty where nothing is against it.

        A catalogue that can't be had is nothing against it: the first question will tell.
        """
        shown = await self._client.preferences_for(interaction.guild_id)
        known = await self._models(shown)
        if not known or any(one.id == model for one in known):
            return ""
        return phrases.no_model(model, nearest(model, known))

    async def _change(self, interaction: Interaction, change: Change) -> str:
        """Keep a change; return the sentence for why it can't be, empty where it is."""
        assert interaction.guild_id is not None  # noqa: S101 (there are settings in servers alone)
        try:
            await self._client.store.preferences.change(interaction.guild_id, change)
        except ChoiceRefused as error:
            return phrases.phrase(error)
        return ""

    async def _drawn(self, interaction: Interaction, problem: str = "") -> discord.ui.LayoutView:
        shown = await self._client.preferences_for(interaction.guild_id)
        return panel(
            shown,
            await self._models(shown),
            reads_content=self._client.reads_content,
            problem=problem,
        )

    async def _models(self, shown: Preferences) -> Sequence[Model]:
        """Return what can be chosen; nothing while the provider does not tell."""
        try:
            return offered(await self._client.answerer.models(shown.endpoint))
        except ReeltalkError as error:
            _log.info("the models of %s are not known: %s", shown.endpoint.dialect.title, error)
            return ()


def _offer(model: Model) -> str:
    price = minute_price(model)
    return f"{model.id} · {price} a minute"[:100] if price else model.id


def _change_of(act: str, interaction: Interaction) -> Change:
    """Return what a button, a menu or a window changes.

    Raises:
        ValueError: a field that has to be a number is none; its one argument is what was typed.
    """
    data: Any = interaction.data or {}
    values: list[str] = data.get("values") or []
    ids = [int(one) for one in values if one.isdecimal()]
    match act:
        case "model":
            return lambda now: replace(now, model=values[0])
        case "in_thread" | "footer":
            return lambda now: replace(now, **{act: getattr(now, act) is False})
        case "watched":
            return lambda now: replace(now, watched=_watching(now, ids))
        case "channels" | "roles" | "exempt_roles":
            return lambda now: replace(now, **{act: frozenset(ids)})
        case "reset":
            return lambda _: NOTHING_CHOSEN
        case _:
            return _typed_change(act, filled_in(interaction))


def _typed_change(act: str, fields: dict[str, str]) -> Change:
    """Return what a window changes; what an older panel offered, and this one does not, nothing."""
    match act:
        case "words":
            return lambda now: replace(
                now,
                language=fields["language"].strip() or None,
                instructions=fields["instructions"].strip() or None,
            )
        case "question":
            asked = fields["question"].strip() or STANDING_QUESTION
            return lambda now: replace(
                now, watched=tuple(replace(one, question=asked) for one in now.watched)
            )
        case "clips":
            minutes, most = number(fields["minutes"]), number(fields["most"])
            return lambda now: replace(
                now,
                max_clip_seconds=None if minutes is None else 60 * minutes,
                max_clips=None if most is None else int(most),
            )
        case "person" | "server":
            limits = read_limits(fields)
            return lambda now: replace(now, allowances=replace(now.allowances, **{act: limits}))
        case _:
            return lambda now: now


def _watching(now: Choices, ids: Sequence[int]) -> tuple[Watched, ...]:
    """Keep the question; there is one for all watched channels."""
    question = now.watched[0].question if now.watched else STANDING_QUESTION
    return tuple(Watched(one, question) for one in ids)


def _words(shown: Preferences) -> tuple[str, list[Field]]:
    chosen = shown.chosen
    return "Language and instructions", [
        Field("language", "Language of the answers", chosen.language or "", "the question's own"),
        Field(
            "instructions",
            "Instructions",
            chosen.instructions or "",
            "such as: Be brief. Name the players.",
            length=1500,
        ),
    ]


def _question(shown: Preferences) -> tuple[str, list[Field]]:
    watched = shown.chosen.watched
    asked = watched[0].question if watched else STANDING_QUESTION
    return "Watched channels", [
        Field("question", "Asked about every clip", asked, STANDING_QUESTION, length=500)
    ]


def _clips(shown: Preferences) -> tuple[str, list[Field]]:
    chosen = shown.chosen
    minutes = "" if chosen.max_clip_seconds is None else f"{chosen.max_clip_seconds / 60:g}"
    most = "" if chosen.max_clips is None else str(chosen.max_clips)
    return "Clips", [
        Field("minutes", "Longest clip, in minutes", minutes, f"{shown.max_clip_seconds / 60:g}"),
        Field("most", "Most clips in one question", most, str(shown.max_clips)),
    ]


def _day(title: str, limits: Limits) -> tuple[str, list[Field]]:
    known = typed_as(limits)
    return title, [
        Field("questions", "Questions", known["questions"], "no limit"),
        Field("minutes", "Minutes of video", known["minutes"], "no limit"),
        Field("dollars", "US dollars", known["dollars"], "no limit"),
    ]


_FORMS: dict[str, Callable[[Preferences], tuple[str, list[Field]]]] = {
    "words": _words,
    "question": _question,
    "clips": _clips,
    "person": lambda shown: _day("Each person, a day", shown.chosen.allowances.person),
    "server": lambda shown: _day("The server, a day", shown.chosen.allowances.server),
}


async def setup(client: Client) -> None:
    """Listen."""
    await client.add_cog(Settings(client))
