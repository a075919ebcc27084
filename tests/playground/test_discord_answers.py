"""How a real client answers a press, and what people then see."""

from typing import Any

import discord
import pytest

from bot.playground.discord import Callback, Discord
from tests.discord_calls import place
from tests.playground.panels import Panel, last, press, show

LOADING = 1 << 7


async def test_what_is_promised_is_written_later(emulated: Discord, witness: Any) -> None:
    opened, pressed = await press(emulated, witness)
    promised = await pressed.response.defer(thinking=True)
    assert promised
    assert promised.message_id == last(emulated).id
    assert last(emulated).flags == LOADING
    assert emulated.interaction(opened.id).answer is Callback.DEFERRED_MESSAGE
    await pressed.edit_original_response(content="done")
    assert (last(emulated).content, last(emulated).flags) == ("done", 0)
    assert (await pressed.original_response()).content == "done"


async def test_the_first_word_after_a_promise_keeps_it(emulated: Discord, witness: Any) -> None:
    _, pressed = await press(emulated, witness)
    await pressed.response.defer(thinking=True, ephemeral=True)
    await pressed.followup.send("kept")
    await pressed.followup.send("and more")
    assert [one.content for one in emulated.whispers(emulated.user_id)] == ["kept"]
    assert last(emulated).content == "and more"


async def test_an_update_may_be_put_off(emulated: Discord, witness: Any) -> None:
    _, pressed = await press(emulated, witness)
    await pressed.response.defer()
    await pressed.edit_original_response(content="stopped", view=None)
    assert len(emulated.messages(emulated.channel_id)) == 1
    assert (last(emulated).content, last(emulated).components) == ("stopped", ())


async def test_a_message_is_updated_in_place(emulated: Discord, witness: Any) -> None:
    opened, pressed = await press(emulated, witness)
    answer = await pressed.response.edit_message(content="stopped", view=None)
    assert isinstance(answer, discord.InteractionCallbackResponse)
    assert isinstance(answer.resource, discord.InteractionMessage)
    assert (answer.resource.id, answer.resource.content) == (last(emulated).id, "stopped")
    assert emulated.interaction(opened.id).original_id == last(emulated).id
    with pytest.raises(KeyError):
        emulated.press(last(emulated).id, "stop")


async def test_a_refusal_is_whispered_to_whoever_pressed(emulated: Discord, witness: Any) -> None:
    stranger = emulated.add_person("a stranger")
    _, pressed = await press(emulated, witness, author_id=stranger)
    await pressed.response.send_message("not yours to stop", ephemeral=True)
    (whisper,) = emulated.whispers(stranger)
    assert whisper.content == "not yours to stop"
    assert emulated.whispers(emulated.user_id) == []
    assert [one.content for one in emulated.messages(emulated.channel_id)] == ["an answer"]
    with pytest.raises(discord.NotFound):
        await place(witness, emulated.channel_id).fetch_message(whisper.id)


async def test_a_whisper_is_changed_and_taken_back_by_its_token_alone(
    emulated: Discord, witness: Any
) -> None:
    _, pressed = await press(emulated, witness)
    await pressed.response.send_message("wait", ephemeral=True)
    await pressed.edit_original_response(content="go on")
    (whisper,) = emulated.whispers(emulated.user_id)
    assert whisper.content == "go on"
    with pytest.raises(discord.NotFound):
        await place(witness, emulated.channel_id).get_partial_message(whisper.id).edit(content="x")
    await pressed.delete_original_response()
    assert emulated.whispers(emulated.user_id) == []
    assert await witness.lost.get() == whisper.id


async def test_a_whispers_button_is_for_one_person(emulated: Discord, witness: Any) -> None:
    stranger, panel = emulated.add_person("a stranger"), Panel()
    _, pressed = await press(emulated, witness)
    await pressed.response.send_message("sure?", view=panel, ephemeral=True)
    (whisper,) = emulated.whispers(emulated.user_id)
    with pytest.raises(KeyError):
        emulated.press(whisper.id, "stop", author_id=stranger)
    emulated.press(whisper.id, "stop")
    sure = await panel.pressed.get()
    await sure.response.edit_message(content="stopped", view=None)
    assert emulated.whispers(emulated.user_id)[0].content == "stopped"


async def test_what_follows_an_answer_is_a_message_of_its_own(
    emulated: Discord, witness: Any
) -> None:
    opened, pressed = await press(emulated, witness)
    answer = await pressed.response.send_message("first")
    second = await pressed.followup.send("second", wait=True)
    about = second.interaction_metadata
    assert about
    assert (about.id, about.original_response_message_id) == (opened.id, answer.message_id)
    assert second.reference
    assert second.reference.message_id == answer.message_id
    await second.edit(content="second, mended")
    assert (await pressed.followup.fetch_message(second.id)).content == "second, mended"
    await second.delete()
    assert [one.content for one in emulated.messages(emulated.channel_id)] == ["an answer", "first"]


async def test_replying_to_what_answered_a_press_calls_nobody(
    emulated: Discord, witness: Any
) -> None:
    _, pressed = await press(emulated, witness)
    answer = await pressed.response.send_message("stopped")
    assert answer.message_id
    emulated.say("why?", reply_to=answer.message_id)
    assert (await witness.heard.get()).content == ""


async def test_a_press_is_answered_once(emulated: Discord, connect: Any) -> None:
    async with connect() as one, connect() as other:
        panels = Panel(), Panel()
        shown = await show(one, emulated.channel_id, panels[0])
        other.add_view(panels[1])
        emulated.press(shown.id, "stop")
        first, second = [await panel.pressed.get() for panel in panels]
        await first.response.send_message("stopped")
        with pytest.raises(discord.HTTPException) as refused:
            await second.response.send_message("stopped")
    assert (refused.value.status, refused.value.code) == (400, 40060)
    assert len(emulated.messages(emulated.channel_id)) == 2


async def test_an_answer_must_come_within_three_seconds(
    emulated: Discord, witness: Any, clock: Any
) -> None:
    opened, pressed = await press(emulated, witness)
    clock.now += 3
    with pytest.raises(discord.NotFound) as refused:
        await pressed.response.defer()
    assert refused.value.code == 10062
    assert emulated.interaction(opened.id).answer is None


async def test_a_token_opens_nothing_after_a_quarter_of_an_hour(
    emulated: Discord, witness: Any, clock: Any
) -> None:
    _, pressed = await press(emulated, witness)
    await pressed.response.defer(thinking=True)
    clock.now += 15 * 60 - 1
    await pressed.edit_original_response(content="just in time")
    clock.now += 1
    for late in (pressed.edit_original_response(content="late"), pressed.followup.send("late")):
        with pytest.raises(discord.HTTPException) as refused:
            await late
        assert (refused.value.status, refused.value.code) == (401, 50027)
    assert last(emulated).content == "just in time"
