"""Forms that a real client shows, filled in by people; and menus."""

import asyncio
from pathlib import Path
from typing import Any

import discord
import pytest
from discord import ui

from bot.playground.discord import Callback, Discord, File, Interaction, InteractionKind
from tests.playground.apps import Form, offer
from tests.playground.panels import last, press, show


async def shown(emulated: Discord, witness: Any) -> tuple[Interaction, Form]:
    """Use a command on a message, and return what was opened with the form it brought."""
    used = await offer(witness)
    opened = emulated.use_on_message("Ask about this clip", emulated.say("my clip").id)
    form = Form()
    await (await used.get())[0].response.send_modal(form)
    return emulated.interaction(opened.id), form


async def test_a_form_is_kept_as_it_was_shown(emulated: Discord, witness: Any) -> None:
    opened, _ = await shown(emulated, witness)
    assert (opened.answer, opened.original_id) == (Callback.MODAL, None)
    assert opened.modal
    assert (opened.modal["title"], opened.modal["custom_id"]) == ("Ask about this clip", "form")
    assert [one["type"] for one in opened.modal["components"]] == [1, 18, 18]
    assert [one["id"] for one in opened.modal["components"]] == [1, 3, 5]


async def test_a_form_is_filled_in_and_sent(
    emulated: Discord, witness: Any, clip: Path, footage: bytes
) -> None:
    opened, form = await shown(emulated, witness)
    sent = emulated.submit(opened.id, {"question": "Which bird?"}, files={"clip": [File(clip)]})
    assert sent.kind is InteractionKind.SUBMISSION
    submitted, (question, hint, clips) = await form.sent.get()
    assert (question, hint) == ("Which bird?", "none")
    assert await clips[0].read() == footage
    assert submitted.message is None
    assert submitted.user.id == emulated.user_id
    await submitted.response.defer(thinking=True)
    await submitted.edit_original_response(content="a wren")
    await submitted.followup.send("I think", wait=True)
    answer, more = emulated.messages(emulated.channel_id)[1:]
    assert (answer.content, more.content) == ("a wren", "I think")
    fetched = await witness.get_channel(emulated.channel_id).fetch_message(answer.id)
    assert fetched.type is discord.MessageType.context_menu_command
    assert fetched.interaction_metadata.modal_interaction.id == opened.id


async def test_a_form_from_a_button_may_change_the_buttons_message(
    emulated: Discord, witness: Any
) -> None:
    opened, pressed = await press(emulated, witness)
    form = Form()
    await pressed.response.send_modal(form)
    emulated.submit(opened.id, {"question": "Why?", "hint": "a cat"})
    submitted, values = await form.sent.get()
    assert values == ("Why?", "a cat", [])
    assert submitted.message
    assert submitted.message.id == last(emulated).id
    await submitted.response.edit_message(content="asked", view=None)
    assert (last(emulated).content, last(emulated).components) == ("asked", ())


async def test_a_form_is_not_answered_with_another(emulated: Discord, witness: Any) -> None:
    opened, form = await shown(emulated, witness)
    emulated.submit(opened.id, {"question": "Why?"})
    submitted, _ = await form.sent.get()
    with pytest.raises(discord.HTTPException) as refused:
        await submitted.response.send_modal(Form())
    assert refused.value.code == 50035
    await submitted.response.send_message("not again", ephemeral=True)
    assert [one.content for one in emulated.whispers(emulated.user_id)] == ["not again"]


async def test_a_form_may_be_sent_late_but_not_answered_late(
    emulated: Discord, witness: Any, clock: Any
) -> None:
    opened, form = await shown(emulated, witness)
    clock.now += 60 * 60
    emulated.submit(opened.id, {"question": "Why?"})
    submitted, _ = await form.sent.get()
    clock.now += 3
    with pytest.raises(discord.NotFound) as refused:
        await submitted.response.defer()
    assert refused.value.code == 10062


async def test_a_forms_token_opens_nothing_after_a_quarter_of_an_hour(
    emulated: Discord, witness: Any, clock: Any
) -> None:
    opened, form = await shown(emulated, witness)
    emulated.submit(opened.id, {"question": "Why?"})
    submitted, _ = await form.sent.get()
    await submitted.response.defer(thinking=True)
    clock.now += 15 * 60
    with pytest.raises(discord.HTTPException) as refused:
        await submitted.edit_original_response(content="late")
    assert refused.value.code == 50027


async def test_what_no_person_could_fill_in_is_not_sent(
    emulated: Discord, witness: Any, clip: Path
) -> None:
    opened, _ = await shown(emulated, witness)
    file = File(clip)
    for values, files, problem in (
        ({"question": "Why?", "colour": "red"}, {}, KeyError),
        ({"question": "Why?", "clip": "red"}, {}, KeyError),
        ({"question": "Why?"}, {"question": [file]}, KeyError),
        ({}, {}, ValueError),
        ({"question": ""}, {}, ValueError),
        ({"question": "x" * 21}, {}, ValueError),
        ({"question": "Why?"}, {"clip": [file, file, file]}, ValueError),
    ):
        with pytest.raises(problem):
            emulated.submit(opened.id, values, files=files)
    with pytest.raises(KeyError):
        emulated.submit(1, {})


async def test_only_a_form_can_be_sent(emulated: Discord, witness: Any) -> None:
    opened, pressed = await press(emulated, witness)
    with pytest.raises(ValueError, match=str(opened.id)):
        emulated.submit(opened.id, {})
    await pressed.response.defer()
    with pytest.raises(ValueError, match=str(opened.id)):
        emulated.submit(opened.id, {})


class Menus(ui.View):
    """A menu of texts and one of people."""

    def __init__(self) -> None:
        super().__init__(timeout=None)
        self.chosen: asyncio.Queue[discord.Interaction] = asyncio.Queue()
        options = [discord.SelectOption(label=one.upper(), value=one) for one in "abc"]
        self.texts: ui.Select[Any] = ui.Select(custom_id="text", options=options, max_values=2)
        self.people: ui.UserSelect[Any] = ui.UserSelect(custom_id="who")
        for menu in (self.texts, self.people):
            self.add_item(menu)

    async def interaction_check(self, interaction: discord.Interaction, /) -> bool:
        self.chosen.put_nowait(interaction)
        return True


async def test_something_is_chosen_from_a_menu(emulated: Discord, witness: Any) -> None:
    menus = Menus()
    message = await show(witness, emulated.channel_id, menus)
    emulated.choose(message.id, "text", ["c", "a"])
    await (await menus.chosen.get()).response.edit_message(content="chosen")
    assert menus.texts.values == ["c", "a"]
    person = emulated.add_person("somebody")
    emulated.choose(message.id, "who", [str(person)])
    await menus.chosen.get()
    assert [one.id for one in menus.people.values] == [person]
    assert last(emulated).content == "chosen"
    for values in (["d"], [], ["a", "b", "c"]):
        with pytest.raises(ValueError, match="\\["):
            emulated.choose(message.id, "text", values)
    with pytest.raises(KeyError):
        emulated.choose(message.id, "colour", ["red"])
    with pytest.raises(KeyError):
        emulated.press(message.id, "text")
