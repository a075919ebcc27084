"""Commands, registered by a real client and used by people."""

from pathlib import Path
from typing import Any

import discord
import pytest
from discord import app_commands
from discord.http import Route

from bot.playground.discord import Callback, Command, Context, Discord, File, InteractionKind
from tests.playground.apps import offer
from tests.playground.panels import last


async def test_a_slash_command_arrives_with_its_options_and_its_file(
    emulated: Discord, witness: Any, clip: Path, footage: bytes
) -> None:
    used = await offer(witness)
    opened = emulated.use_command("ask", question="What is it?", clip=File(clip), pace=1)
    asked, (question, attached, pace, model) = await used.get()
    assert (question, pace, model) == ("What is it?", 1, "")
    assert f"/ephemeral-attachments/{emulated.bot_id}/{attached.id}/clip.mp4" in attached.url
    assert attached.ephemeral
    assert await attached.read() == footage
    assert (opened.kind, opened.message_id) == (InteractionKind.COMMAND, None)
    assert (asked.guild_id, asked.channel_id) == (emulated.guild_id, emulated.channel_id)
    assert isinstance(asked.user, discord.Member)
    assert asked.message is None
    assert asked.is_guild_integration()
    assert emulated.messages(emulated.channel_id) == []


async def test_a_command_is_answered_and_followed_up_like_a_press(
    emulated: Discord, witness: Any
) -> None:
    used = await offer(witness)
    opened = emulated.use_command("ask", question="What?")
    asked, _ = await used.get()
    await asked.response.defer(thinking=True)
    await asked.edit_original_response(content="a cat")
    answer = last(emulated)
    assert emulated.interaction(opened.id).answer is Callback.DEFERRED_MESSAGE
    fetched = await witness.get_channel(emulated.channel_id).fetch_message(answer.id)
    assert fetched.type is discord.MessageType.chat_input_command
    assert (fetched.reference, fetched.interaction_metadata.id) == (None, opened.id)
    more = await asked.followup.send("asleep", wait=True)
    assert more.reference
    assert more.reference.message_id == answer.id
    assert (await fetched.reply("see above")).reference


async def test_a_command_is_not_answered_by_an_update(emulated: Discord, witness: Any) -> None:
    used = await offer(witness)
    emulated.use_command("ask", question="What?")
    asked, _ = await used.get()
    route = Route("POST", f"/interactions/{asked.id}/{asked.token}/callback")
    with pytest.raises(discord.HTTPException) as refused:
        await witness.http.request(route, json={"type": 6})
    assert refused.value.code == 50035
    await asked.response.send_message("all the same", ephemeral=True)
    assert [one.content for one in emulated.whispers(emulated.user_id)] == ["all the same"]


async def test_a_command_under_another_names_people_and_channels(
    emulated: Discord, witness: Any
) -> None:
    used = await offer(witness)
    person = emulated.add_person("somebody")
    opened = emulated.use_command(
        "settings watch", channel=emulated.channel_id, asker=person, loudly=True
    )
    assert (await used.get())[1] == (emulated.channel_id, person, True)
    assert isinstance(opened.cause, Command)
    assert opened.cause.options[0]["name"] == "watch"


@pytest.mark.parametrize(
    ("name", "options", "problem"),
    [
        ("tell", {}, KeyError),
        ("ask about", {"question": "What?"}, KeyError),
        ("ask", {"question": "What?", "colour": "red"}, KeyError),
        ("settings", {}, KeyError),
        ("Ask about this clip", {}, KeyError),
        ("ask", {}, ValueError),
        ("ask", {"question": ""}, ValueError),
        ("ask", {"question": "x" * 101}, ValueError),
        ("ask", {"question": 3}, ValueError),
        ("ask", {"question": "What?", "pace": 2}, ValueError),
        ("ask", {"question": "What?", "pace": True}, ValueError),
        ("ask", {"question": "What?", "clip": "clip.mp4"}, ValueError),
    ],
)
async def test_what_no_person_could_send_is_not_sent(
    name: str, options: Any, problem: type[Exception], emulated: Discord, witness: Any
) -> None:
    await offer(witness)
    with pytest.raises(problem):
        emulated.use_command(name, **options)


async def test_a_command_on_a_message_brings_all_of_it(
    emulated: Discord, witness: Any, clip: Path, footage: bytes
) -> None:
    used = await offer(witness)
    clipped = emulated.say("my clip", files=[File(clip)])
    forwarded = emulated.forward(clipped.id)
    opened = emulated.use_on_message("Ask about this clip", clipped.id)
    asked, target = await used.get()
    assert (asked.id, target.id, target.content) == (opened.id, clipped.id, "my clip")
    assert await target.attachments[0].read() == footage
    await asked.response.send_message("a cat")
    fetched = await target.channel.fetch_message(last(emulated).id)
    assert fetched.type is discord.MessageType.context_menu_command
    assert fetched.reference.message_id == clipped.id
    assert fetched.interaction_metadata.target_message_id == clipped.id
    emulated.use_on_message("Ask about this clip", forwarded.id)
    _, target = await used.get()
    assert await target.message_snapshots[0].attachments[0].read() == footage


async def test_a_bot_is_asked_what_an_option_might_be(emulated: Discord, witness: Any) -> None:
    used = await offer(witness)
    opened = emulated.autocomplete("ask", focused="model", model="big", question="Wh")
    asked, typed = await used.get()
    assert (typed, asked.type) == ("big", discord.InteractionType.autocomplete)
    await emulated.until(lambda: emulated.interaction(opened.id).answer)
    assert emulated.interaction(opened.id).choices == (
        {"name": "big-s", "value": "s"},
        {"name": "big-l", "value": "l"},
    )
    with pytest.raises(KeyError):
        emulated.autocomplete("ask", focused="question")


async def test_a_command_is_offered_where_its_author_says(emulated: Discord, witness: Any) -> None:
    contexts = app_commands.AppCommandContext(guild=False, dm_channel=True)
    used = await offer(witness, contexts=contexts)
    direct = emulated.use_command("ask", question="What?", channel_id=emulated.dm_channel_id)
    asked, _ = await used.get()
    assert (asked.context.dm_channel, asked.guild_id) == (True, None)
    await asked.response.send_message("a cat")
    assert emulated.messages(direct.channel_id)[-1].content == "a cat"
    with pytest.raises(KeyError):
        emulated.use_command("ask", question="What?")
    with pytest.raises(KeyError):
        emulated.use_on_message("Ask about this clip", emulated.say("x").id)
    forum = emulated.add_channel("clips", kind="forum")
    for wrong in ({"author_id": 1}, {"channel_id": 1}, {"channel_id": forum}):
        with pytest.raises(KeyError):
            emulated.use_command("settings watch", channel=emulated.channel_id, **wrong)


async def test_a_command_from_a_place_that_is_gone_is_not_answered(
    emulated: Discord, witness: Any
) -> None:
    used = await offer(witness)
    where = emulated.add_channel("short-lived")
    emulated.use_command("ask", question="What?", channel_id=where)
    emulated.use_command("ask", question="And then?", channel_id=where)
    first, second = [(await used.get())[0] for _ in range(2)]
    await first.response.defer(thinking=True)
    emulated.delete_channel(where)
    for late in (second.response.send_message("a cat"), first.followup.send("a cat")):
        with pytest.raises(discord.NotFound) as refused:
            await late
        assert refused.value.code == 10003


async def test_a_command_is_kept_as_discord_writes_it(emulated: Discord, witness: Any) -> None:
    await offer(witness)
    kept = await witness.http.get_global_commands(emulated.bot_id)
    ask = next(one for one in kept if one["name"] == "ask")
    assert ask | {"id": "1", "version": "1", "options": []} == {
        "id": "1",
        "application_id": str(emulated.bot_id),
        "version": "1",
        "type": 1,
        "name": "ask",
        "name_localizations": None,
        "description": "Ask about a clip",
        "description_localizations": None,
        "default_member_permissions": None,
        "dm_permission": True,
        "contexts": None,
        "integration_types": [0],
        "nsfw": False,
        "options": [],
    }
    clip = next(one for one in ask["options"] if one["name"] == "clip")
    assert clip == {
        "type": 11,
        "name": "clip",
        "name_localizations": None,
        "description": "…",
        "description_localizations": None,
        "required": False,
    }
    menu = next(one for one in kept if one["type"] == 3)
    assert "options" not in menu
    assert [one.name for one in await witness.tree.fetch_commands()] == [
        "ask",
        "settings",
        "Ask about this clip",
    ]
    assert Context.DIRECT == 1
