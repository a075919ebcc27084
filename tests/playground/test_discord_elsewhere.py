"""The app where the bot is not, because somebody installed it for themselves."""

from pathlib import Path
from typing import Any

import discord
import pytest
from discord import app_commands

from bot.playground.discord import Discord, File
from tests.discord_calls import place
from tests.playground.apps import Form, offer
from tests.playground.panels import Panel

EVERYWHERE = app_commands.AppCommandContext(guild=True, dm_channel=True, private_channel=True)


@pytest.mark.parametrize("direct", [False, True])
async def test_what_is_said_there_is_not_for_the_bot(
    emulated: Discord, witness: Any, *, direct: bool
) -> None:
    where = emulated.add_elsewhere("a foreign place", direct=direct)
    emulated.say(f"<@{emulated.bot_id}> psst", channel_id=where)
    emulated.say(f"<@{emulated.bot_id}> hello")
    assert (await witness.heard.get()).content.endswith("hello")
    with pytest.raises(discord.HTTPException) as refused:
        await place(witness, where).send("hello?")
    assert refused.value.code == (10003 if direct else 50001)
    assert len(emulated.messages(where)) == 1


@pytest.mark.parametrize("direct", [False, True])
async def test_an_installed_command_is_used_on_a_message_there(
    emulated: Discord, witness: Any, clip: Path, footage: bytes, *, direct: bool
) -> None:
    used = await offer(witness, user=True, contexts=EVERYWHERE)
    where = emulated.add_elsewhere("a foreign place", direct=direct)
    clipped = emulated.say("my clip", files=[File(clip)], channel_id=where)
    opened = emulated.use_on_message("Ask about this clip", clipped.id)
    asked, target = await used.get()
    assert await target.attachments[0].read() == footage
    assert (asked.context.private_channel or False, asked.context.guild or False) == (
        direct,
        not direct,
    )
    assert (asked.guild_id is None) == direct
    assert asked.guild_id not in {one.id for one in witness.guilds}
    assert (asked.is_user_integration(), asked.is_guild_integration()) == (True, False)
    assert asked.app_permissions.attach_files
    assert not asked.app_permissions.view_channel
    await asked.response.defer(thinking=True)
    await asked.edit_original_response(content="a cat")
    assert [one.content for one in emulated.messages(where)] == ["my clip", "a cat"]
    assert (opened.by_user, opened.channel_id) == (True, where)


async def test_what_is_not_installed_is_not_offered_there(emulated: Discord, witness: Any) -> None:
    await offer(witness, user=True, contexts=app_commands.AppCommandContext(private_channel=True))
    server, private = [emulated.add_elsewhere("x", direct=direct) for direct in (False, True)]
    emulated.use_command("ask", question="What?", channel_id=private)
    for where in (server, emulated.channel_id):
        with pytest.raises(KeyError):
            emulated.use_command("ask", question="What?", channel_id=where)
    with pytest.raises(KeyError):
        emulated.use_command("settings watch", channel=1, channel_id=private)


async def test_a_command_of_users_only_is_theirs_at_home_too(
    emulated: Discord, witness: Any
) -> None:
    used = await offer(witness, guild=False, user=True)
    emulated.use_command("ask", question="What?")
    asked, _ = await used.get()
    assert (asked.is_user_integration(), asked.is_guild_integration()) == (True, False)


async def test_an_installed_app_says_five_things_more_and_no_sixth(
    emulated: Discord, witness: Any
) -> None:
    used = await offer(witness, user=True)
    for where, most in ((emulated.add_elsewhere("a foreign place"), 5), (emulated.channel_id, 6)):
        emulated.use_command("ask", question="What?", channel_id=where)
        asked, _ = await used.get()
        await asked.response.defer(thinking=True)
        await asked.edit_original_response(content="a cat")
        for number in range(most):
            await asked.followup.send(f"{number}")
    emulated.use_command("ask", question="What?", channel_id=emulated.add_elsewhere("another"))
    asked, _ = await used.get()
    await asked.response.send_message("a cat")
    for number in range(5):
        await asked.followup.send(f"{number}")
    with pytest.raises(discord.HTTPException) as refused:
        await asked.followup.send("a sixth")
    assert (refused.value.status, refused.value.code) == (400, 40094)


async def test_without_leave_for_apps_all_answers_are_whispers(
    emulated: Discord, witness: Any
) -> None:
    used = await offer(witness, user=True)
    where = emulated.add_elsewhere("a strict place", external_apps=False)
    emulated.use_command("ask", question="What?", channel_id=where)
    asked, _ = await used.get()
    assert not asked.permissions.use_external_apps
    promised = await asked.response.defer(thinking=True)
    assert promised
    assert promised.is_ephemeral()
    await asked.edit_original_response(content="a cat")
    await asked.followup.send("asleep")
    assert emulated.messages(where) == []
    assert [one.content for one in emulated.whispers(emulated.user_id)] == ["a cat", "asleep"]


async def test_buttons_and_forms_work_there(emulated: Discord, witness: Any) -> None:
    used = await offer(witness, user=True)
    where = emulated.add_elsewhere("a foreign place")
    emulated.use_command("ask", question="What?", channel_id=where)
    asked, _ = await used.get()
    panel, form = Panel(), Form()
    answer = await asked.response.send_message("a cat", view=panel)
    opened = emulated.press(answer.message_id or 0, "stop")
    pressed = await panel.pressed.get()
    assert pressed.is_user_integration()
    await pressed.response.send_modal(form)
    emulated.submit(opened.id, {"question": "Why?"})
    submitted, _ = await form.sent.get()
    assert submitted.is_user_integration()
    await submitted.response.edit_message(content="a dog", view=None)
    assert [one.content for one in emulated.messages(where)] == ["a dog"]
