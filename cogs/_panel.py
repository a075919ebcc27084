"""The panel on which a server's settings are seen, and changed in place."""

from collections.abc import Iterable, Sequence
from typing import Any

import discord

from bot.moments import clock
from bot.offers import minute_price
from bot.preferences import Preferences
from bot.providers.catalogue import Model
from cogs._limits import told
from cogs._phrases import foreign

ID = "settings:"
_FAVOURITES = 25  # as many as one menu of Discord's holds
_SHOWN = 300  # characters of the instructions
_GREY = discord.ButtonStyle.secondary

Item = discord.ui.Item[discord.ui.LayoutView]


def panel(
    shown: Preferences, models: Sequence[Model], *, reads_content: bool, problem: str = ""
) -> discord.ui.LayoutView:
    """Draw it; `problem` is what kept the last change from being made."""
    view = discord.ui.LayoutView(timeout=None)
    parts: list[Item] = [discord.ui.TextDisplay("## Settings of this server")]
    if problem:
        parts.append(discord.ui.TextDisplay(f"⚠️ {problem}"))
    for section in (
        _model(shown, models),
        _manner(shown),
        _words(shown),
        _watched(shown, reads_content=reads_content),
        _who(shown),
        _limits(shown),
    ):
        parts += [*section, discord.ui.Separator()]
    parts.append(_row(_button("Reset all", "reset", discord.ButtonStyle.danger)))
    view.add_item(discord.ui.Container(*parts, accent_colour=discord.Colour.blurple()))
    view.stop()  # or discord.py would keep each for ever; the cog hears of it all the same
    return view


def _model(shown: Preferences, models: Sequence[Model]) -> Iterable[Item]:
    chosen = next((one for one in models if one.id == shown.model), None)
    price = minute_price(chosen) if chosen else ""
    costs = f", {price} for a minute of video" if price else ""
    yield discord.ui.TextDisplay(
        f"**Model** `{foreign(shown.model)}`{costs}. For one that is not in this list, there is "
        "**/settings model**."
    )
    listed = [*([chosen] if chosen else [Model(shown.model)]), *models]
    each = {one.id: one for one in listed if len(one.id) <= 100}  # noqa: PLR2004 (Discord's limit)
    menu = discord.ui.Select[Any](custom_id=f"{ID}model", placeholder="Choose a model")
    for one in list(each.values())[:_FAVOURITES]:
        menu.add_option(
            label=one.id,
            value=one.id,
            description=f"{minute_price(one)} a minute" if minute_price(one) else None,
            default=one.id == shown.model,
        )
    yield _row(menu)


def _manner(shown: Preferences) -> Iterable[Item]:
    where = "in a thread of their own" if shown.in_thread else "as replies in the channel"
    cost = "with tokens and cost beneath" if shown.footer else "without tokens and cost"
    yield discord.ui.TextDisplay(f"**Answers** come {where}, {cost}.")
    yield _row(
        _button("Reply in the channel" if shown.in_thread else "Answer in threads", "in_thread"),
        _button("Hide tokens and cost" if shown.footer else "Show tokens and cost", "footer"),
    )


def _words(shown: Preferences) -> Iterable[Item]:
    language = foreign(shown.language) if shown.language else "the question's own"
    text = " ".join((shown.chosen.instructions or "").split())
    cut = text if len(text) <= _SHOWN else f"{text[: _SHOWN - 1]}…"
    yield discord.ui.TextDisplay(
        f"**Language** {language}\n**Instructions** {foreign(cut) if cut else 'none of your own'}"
    )
    yield _row(_button("Edit language and instructions", "words"))


def _watched(shown: Preferences, *, reads_content: bool) -> Iterable[Item]:
    question = shown.chosen.watched[0].question if shown.chosen.watched else ""
    asked = f" The question is: {foreign(question)}" if question else ""
    needs = (
        ""
        if reads_content
        else "\n-# For that, whoever runs this bot has to switch on Message Content Intent on its "
        "portal page. Until then nothing is answered there unasked."
    )
    yield discord.ui.TextDisplay(
        f"**Watched channels**: every clip or link posted there is answered.{asked}{needs}"
    )
    ids = [one.channel_id for one in shown.chosen.watched]
    yield _row(_channels("watched", "No channel is watched", ids))
    if question:
        yield _row(_button("Edit the question", "question"))


def _who(shown: Preferences) -> Iterable[Item]:
    yield discord.ui.TextDisplay("**Who may ask**: choose none, and everybody may everywhere.")
    yield _row(_channels("channels", "In every channel", sorted(shown.chosen.channels)))
    yield _row(_roles("roles", "Everybody", sorted(shown.chosen.roles)))


def _limits(shown: Preferences) -> Iterable[Item]:
    longest, most = clock(shown.max_clip_seconds), shown.max_clips
    yield discord.ui.TextDisplay(
        f"**Limits** of a clip, {longest}; of a question, {most} {'clip' if most == 1 else 'clips'}"
        f"\n**Each person, a day** {told(shown.limits.person)}"
        f"\n**The server, a day** {told(shown.limits.server)}"
    )
    yield _row(
        _button("Clips", "clips"),
        _button("Each person, a day", "person"),
        _button("The server, a day", "server"),
    )
    exempt = sorted(shown.chosen.exempt_roles)
    yield _row(_roles("exempt_roles", "Roles that these limits don't bind: none", exempt))


def _row(*items: Any) -> discord.ui.ActionRow[discord.ui.LayoutView]:
    return discord.ui.ActionRow(*items)


def _button(
    label: str, act: str, style: discord.ButtonStyle = _GREY
) -> discord.ui.Button[discord.ui.LayoutView]:
    return discord.ui.Button(label=label, style=style, custom_id=f"{ID}{act}")


def _channels(act: str, none: str, ids: Sequence[int]) -> discord.ui.ChannelSelect[Any]:
    kinds = [discord.ChannelType.text, discord.ChannelType.news, discord.ChannelType.forum]
    return discord.ui.ChannelSelect(
        custom_id=f"{ID}{act}",
        placeholder=none,
        min_values=0,
        max_values=25,
        channel_types=kinds,
        default_values=[
            discord.SelectDefaultValue(id=one, type=discord.SelectDefaultValueType.channel)
            for one in ids
        ],
    )


def _roles(act: str, none: str, ids: Sequence[int]) -> discord.ui.RoleSelect[Any]:
    return discord.ui.RoleSelect(
        custom_id=f"{ID}{act}",
        placeholder=none,
        min_values=0,
        max_values=25,
        default_values=[
            discord.SelectDefaultValue(id=one, type=discord.SelectDefaultValueType.role)
            for one in ids
        ],
    )
