"""Buttons, drawn by a real client and pressed by people."""

import asyncio
import re
from typing import Any, Self

import discord
import pytest
from discord import ui

from bot.playground.discord import Discord
from tests.discord_calls import place, start_thread
from tests.playground.panels import Panel, last, press, show


class Removal(ui.DynamicItem[ui.Button[ui.View]], template=r"remove:(?P<asker>\d+)"):
    """A button that carries what it is about in its own name."""

    def __init__(self, asker: int) -> None:
        super().__init__(ui.Button(label="Delete", custom_id=f"remove:{asker}"))
        self.asker = asker

    @classmethod
    async def from_custom_id(
        cls, _: discord.Interaction, __: ui.Item[Any], match: re.Match[str], /
    ) -> Self:
        return cls(int(match["asker"]))

    async def callback(self, interaction: discord.Interaction[Any]) -> None:
        await interaction.response.send_message(f"asked by {self.asker}", ephemeral=True)


async def test_a_press_arrives_with_who_and_where_and_what(emulated: Discord, witness: Any) -> None:
    opened, pressed = await press(emulated, witness)
    assert (pressed.id, pressed.token) == (opened.id, opened.token)
    assert pressed.type is discord.InteractionType.component
    assert pressed.data == {"component_type": 2, "custom_id": "stop", "id": 2}
    assert pressed.user.id == emulated.user_id
    assert isinstance(pressed.user, discord.Member)
    assert isinstance(pressed.channel, discord.TextChannel)
    assert (pressed.guild_id, pressed.channel.id) == (emulated.guild_id, emulated.channel_id)
    assert pressed.message
    assert (pressed.message.id, pressed.message.content) == (last(emulated).id, "an answer")
    assert pressed.app_permissions.create_public_threads
    assert not pressed.app_permissions.manage_messages
    assert (pressed.locale, pressed.guild_locale) == (discord.Locale.american_english,) * 2
    assert pressed.context.guild
    assert pressed.is_guild_integration()
    assert pressed.filesize_limit == 10 * 1024 * 1024
    assert pressed.entitlements == []


async def test_only_a_moderator_may_manage_messages(emulated: Discord, connect: Any) -> None:
    guardian = emulated.add_person("guardian", moderator=True)
    async with connect() as witness:
        for user_id, manages in ((emulated.user_id, False), (guardian, True)):
            _, pressed = await press(emulated, witness, author_id=user_id)
            assert isinstance(pressed.user, discord.Member)
            assert isinstance(pressed.channel, discord.TextChannel)
            assert pressed.permissions.manage_messages == manages
            assert pressed.channel.permissions_for(pressed.user).manage_messages == manages


async def test_a_button_is_pressed_in_a_direct_message(emulated: Discord, witness: Any) -> None:
    panel = Panel()
    shown = await show(witness, emulated.dm_channel_id, panel)
    emulated.press(shown.id, "stop")
    pressed = await panel.pressed.get()
    assert isinstance(pressed.user, discord.User)
    assert isinstance(pressed.channel, discord.DMChannel)
    assert (pressed.guild_id, pressed.context.dm_channel) == (None, True)
    await pressed.response.send_message("stopped")
    assert emulated.messages(emulated.dm_channel_id)[-1].content == "stopped"


async def test_a_button_is_pressed_in_a_thread(emulated: Discord, witness: Any) -> None:
    thread = await start_thread(witness, emulated)
    panel = Panel()
    shown = await show(witness, thread.id, panel)
    emulated.press(shown.id, "stop")
    pressed = await panel.pressed.get()
    assert isinstance(pressed.channel, discord.Thread)
    await pressed.response.send_message("stopped")
    assert emulated.messages(thread.id)[-1].content == "stopped"


async def test_a_button_beside_a_text_is_pressed(emulated: Discord, witness: Any) -> None:
    heard: asyncio.Queue[discord.Interaction] = asyncio.Queue()
    witness.add_listener(heard.put, "on_interaction")
    layout = ui.LayoutView(timeout=None)
    beside: ui.Button[Any] = ui.Button(label="Undo", custom_id="undo")
    layout.add_item(ui.Container(ui.Section(ui.TextDisplay("a setting"), accessory=beside)))
    shown = await place(witness, emulated.channel_id).send(view=layout)
    emulated.press(shown.id, "undo")
    assert (await heard.get()).data == {"component_type": 2, "custom_id": "undo", "id": 4}


async def test_a_press_while_the_bot_is_cut_off_arrives_when_it_is_back(
    emulated: Discord, witness: Any
) -> None:
    panel = Panel()
    shown = await show(witness, emulated.channel_id, panel)
    emulated.drop_gateway()
    emulated.press(shown.id, "stop")
    pressed = await panel.pressed.get()
    await pressed.response.edit_message(content="stopped", view=None)
    assert (emulated.identifies, emulated.resumes) == (1, 1)
    assert last(emulated).content == "stopped"


@pytest.mark.parametrize("anew", [True, False])
async def test_a_button_from_before_a_new_session_still_works(
    emulated: Discord, connect: Any, *, anew: bool
) -> None:
    async with connect() as before:
        view = ui.View(timeout=None)
        view.add_item(Removal(emulated.user_id))
        shown = await show(before, emulated.channel_id, view)
        if not anew:
            emulated.invalidate_sessions()
            await emulated.until(lambda: emulated.identifies == 2)
            await answered_by_name(emulated, shown.id)
    if anew:
        await emulated.until(lambda: not emulated.ready)
        async with connect() as after:
            after.add_dynamic_items(Removal)
            await answered_by_name(emulated, shown.id)


async def answered_by_name(emulated: Discord, message_id: int) -> None:
    opened = emulated.press(message_id, f"remove:{emulated.user_id}")
    await emulated.until(lambda: emulated.interaction(opened.id).answer)
    (whisper,) = emulated.whispers(emulated.user_id)
    assert whisper.content == f"asked by {emulated.user_id}"


async def test_what_is_no_enabled_button_cannot_be_pressed(
    emulated: Discord, caller: discord.Client
) -> None:
    shown, said = await show(caller, emulated.channel_id, Panel()), emulated.say("plain")
    for message_id, custom_id in ((shown.id, "never"), (shown.id, "go"), (said.id, "stop")):
        with pytest.raises(KeyError):
            emulated.press(message_id, custom_id)
    for unknown in ({"message_id": 1}, {"message_id": shown.id, "author_id": 1}):
        with pytest.raises(KeyError):
            emulated.press(custom_id="stop", **unknown)


async def test_a_bot_that_is_not_there_answers_nothing(
    emulated: Discord, caller: discord.Client
) -> None:
    shown = await show(caller, emulated.channel_id, Panel())
    opened = emulated.press(shown.id, "stop")
    assert emulated.interaction(opened.id) == opened
    with pytest.raises(KeyError):
        emulated.interaction(1)
