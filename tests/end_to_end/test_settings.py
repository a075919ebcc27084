"""Every setting is changed on the panel, read back, survives a restart, and holds in one server."""

from pathlib import Path
from typing import Any

import pytest

from bot.playground.discord import File
from bot.playground.model.wire import catalogue_entry
from tests.end_to_end.conftest import Start
from tests.end_to_end.panels import Panel
from tests.end_to_end.staging import Stage, sha256

OTHER = "google/gemini-3.5-pro"


async def restarted(stage: Stage) -> None:
    await stage.bot.end()
    await stage.bot.begin()


def elsewhere(stage: Stage) -> int:
    """Return a channel of another server, in which nothing was changed."""
    return stage.discord.add_channel("other", guild_id=stage.discord.add_server("Another"))


async def test_the_panel_tells_what_holds(stage: Stage) -> None:
    panel = await Panel.opened(stage.discord)
    assert "**Model** `google/gemini-3.5-flash-lite`" in panel.text
    assert "**Answers** come in a thread of their own, with tokens and cost beneath." in panel.text
    assert "**Each person, a day** no limit" in panel.text
    assert "Message Content Intent" in panel.text  # the toggle is off


async def test_another_model_is_asked_in_that_server_alone(stage: Stage, mp4: Path) -> None:
    stage.model.others.append(catalogue_entry(OTHER))
    panel = await Panel.opened(stage.discord)
    await panel.choose("model", [OTHER])
    assert f"**Model** `{OTHER}`" in panel.text
    await restarted(stage)
    far = elsewhere(stage)
    for channel, model in ((None, OTHER), (far, "google/gemini-3.5-flash-lite")):
        await stage.answered(stage.ask("what?", mp4, channel_id=channel))
        assert stage.model.requests[-1].body["model"] == model


async def test_any_model_is_found_by_a_part_of_its_name(stage: Stage, mp4: Path) -> None:
    pricing = {"prompt": "0.0000003", "completion": "0.0000025"}
    stage.model.others.append({**catalogue_entry(OTHER), "pricing": pricing})
    manager = stage.discord.add_person("manager", moderator=True)
    asked = stage.discord.autocomplete(
        "settings model", focused="model", model="PRO gem", author_id=manager
    )
    await stage.discord.until(lambda: stage.discord.interaction(asked.id).choices is not None)
    choices = stage.discord.interaction(asked.id).choices
    assert choices is not None
    (choice,) = choices
    assert choice["value"] == OTHER
    assert " a minute" in choice["name"]
    stage.discord.use_command("settings model", model=OTHER, author_id=manager)
    await stage.discord.until(lambda: stage.discord.whispers(manager))
    await stage.answered(stage.ask("what?", mp4))
    assert stage.model.requests[-1].body["model"] == OTHER


async def test_a_model_that_is_none_is_not_kept(stage: Stage) -> None:
    stage.model.others.append(catalogue_entry(OTHER))
    panel = await Panel.opened(stage.discord)
    stage.discord.use_command(
        "settings model", model="google/gemini-3.5-prog", author_id=panel.manager
    )
    await stage.discord.until(lambda: len(stage.discord.whispers(panel.manager)) == 2)
    assert f"is no model here that takes video. Did you mean `{OTHER}`?" in panel.text
    assert "**Model** `google/gemini-3.5-flash-lite`" in panel.text


async def test_words_for_the_model_are_its_servers(stage: Stage, mp4: Path) -> None:
    panel = await Panel.opened(stage.discord)
    await panel.fill_in("words", language="Deutsch", instructions="Be brief.\nName the players.")
    assert "**Language** Deutsch" in panel.text
    assert "**Instructions** Be brief. Name the players." in panel.text
    await restarted(stage)
    far = elsewhere(stage)
    for channel, is_told in ((None, True), (far, False)):
        await stage.answered(stage.ask("what?", mp4, channel_id=channel))
        system = stage.model.requests[-1].body["messages"][0]["content"]
        assert ("Name the players." in system) is is_told
        assert ("Deutsch" in system) is is_told


async def test_answers_as_replies_without_figures(stage: Stage, mp4: Path) -> None:
    panel = await Panel.opened(stage.discord)
    await panel.press("in_thread")
    await panel.press("footer")
    assert "come as replies in the channel, without tokens and cost" in panel.text
    await restarted(stage)
    question = stage.ask("what?", mp4)
    said = await stage.answered(question)
    assert stage.discord.thread(question.id) is None
    assert " tokens" not in said
    far = stage.ask("what?", mp4, channel_id=elsewhere(stage))
    assert " tokens" in await stage.answered(far)
    assert stage.discord.thread(far.id) is not None


async def test_a_watched_channel_is_answered_unasked(start: Start, clips: dict[str, Path]) -> None:
    async with start(toggle=True) as stage:
        discord = stage.discord
        channel = discord.add_channel("clips")
        panel = await Panel.opened(discord)
        assert "Message Content Intent" not in panel.text
        await panel.choose("watched", [str(channel)])
        await panel.fill_in("question", question="Who scores?")
        assert "The question is: Who scores?" in panel.text
        await restarted(stage)
        discord.say("no clip at all", channel_id=channel)
        posted = discord.say("look!", files=[File(clips["mp4"])], channel_id=channel)
        assert sha256(clips["mp4"]) in await stage.answered(posted)
        user = stage.model.requests[-1].body["messages"][1]["content"]
        assert user[-1]["text"] == "Who scores?"
        discord.say("look!", files=[File(clips["mp4"])])
        await stage.answered(stage.ask("what?", clips["mp4"]))
        assert len(stage.model.requests) == 2
        await panel.choose("watched", [])
        last = discord.say("and this?", files=[File(clips["webm"])], channel_id=channel)
        await stage.answered(stage.ask("what?", clips["mp4"]))
        assert not stage.outcomes.has(last.id)


async def test_a_watched_forum_is_answered_in_its_posts(start: Start, mp4: Path) -> None:
    async with start(toggle=True) as stage:
        discord = stage.discord
        forum = discord.add_channel("clips", kind="forum")
        panel = await Panel.opened(discord)
        await panel.choose("watched", [str(forum)])
        post = discord.post(forum, "a goal", "look!", files=[File(mp4)])
        assert sha256(mp4) in await stage.answered(post)
        talk = discord.say("and mine", files=[File(mp4)], channel_id=post.id)
        await stage.answered(stage.ask("what?", mp4))
        assert not stage.outcomes.has(talk.id)


@pytest.mark.parametrize("toggle", [False])
async def test_a_watched_channel_without_the_toggle_is_left_alone(
    start: Start, mp4: Path, *, toggle: bool
) -> None:
    async with start(toggle=toggle) as stage:
        panel = await Panel.opened(stage.discord)
        await panel.choose("watched", [str(stage.discord.channel_id)])
        posted = stage.discord.say("look!", files=[File(mp4)])
        await stage.answered(stage.ask("what?", mp4))
        assert not stage.outcomes.has(posted.id)


async def test_only_in_the_channels_that_are_named(stage: Stage, mp4: Path) -> None:
    discord = stage.discord
    open_one, closed = discord.add_channel("open"), discord.add_channel("closed")
    panel = await Panel.opened(discord)
    await panel.choose("channels", [str(open_one)])
    await restarted(stage)
    refused = stage.ask("what?", mp4, channel_id=closed)
    await discord.until(lambda: stage.ours(closed))
    assert f"<#{open_one}>" in stage.ours(closed)[0].content
    assert discord.thread(refused.id) is None
    await stage.answered(stage.ask("what?", mp4, channel_id=open_one))
    await stage.answered(stage.ask("what?", mp4, channel_id=elsewhere(stage)))
    assert len(stage.model.requests) == 2


async def test_only_those_with_a_role_that_is_named(stage: Stage, mp4: Path) -> None:
    discord = stage.discord
    panel = await Panel.opened(discord)
    await panel.choose("roles", [str(discord.moderators_id)])
    await restarted(stage)
    stage.ask("what?", mp4)
    await discord.until(lambda: stage.ours(discord.channel_id))
    assert f"<@&{discord.moderators_id}>" in stage.ours(discord.channel_id)[0].content
    moderator = discord.add_person("somebody", moderator=True)
    await stage.answered(stage.ask("what?", mp4, author_id=moderator))
    await stage.answered(stage.ask("what?", mp4, channel_id=elsewhere(stage)))


async def test_limits_of_clips(stage: Stage, mp4: Path) -> None:
    panel = await Panel.opened(stage.discord)
    await panel.fill_in("clips", minutes="2", most="1")
    assert "**Limits** of a clip, 2:00; of a question, 1 clip" in panel.text
    await restarted(stage)
    two = stage.ask("compare https://youtu.be/dQw4w9WgXcQ", mp4)
    assert "These are 2 clips" in await stage.answered(two, "refused")
    far = stage.ask("compare https://youtu.be/dQw4w9WgXcQ", mp4, channel_id=elsewhere(stage))
    await stage.answered(far)


@pytest.mark.parametrize(
    ("fields", "problem"),
    [
        ({"minutes": "61", "most": ""}, "at most"),
        ({"minutes": "soon", "most": ""}, "“soon” is no number"),
        ({"minutes": "", "most": "0"}, ""),
    ],
)
async def test_what_can_not_be_chosen_is_said_and_nothing_changes(
    stage: Stage, fields: dict[str, Any], problem: str
) -> None:
    panel = await Panel.opened(stage.discord)
    before = panel.text
    await panel.fill_in("clips", **fields)
    assert panel.text.splitlines()[1].startswith("⚠️ ")
    assert problem in panel.text
    assert "\n".join(panel.text.splitlines()[:1] + panel.text.splitlines()[2:]) == before


async def test_a_persons_day_is_limited_and_some_are_exempt(stage: Stage, mp4: Path) -> None:
    discord = stage.discord
    panel = await Panel.opened(discord)
    await panel.fill_in("person", questions="1", minutes="", dollars="")
    await panel.choose("exempt_roles", [str(discord.moderators_id)])
    assert "**Each person, a day** 1 questions" in panel.text
    await restarted(stage)
    await stage.answered(stage.ask("what?", mp4))
    refused = await stage.answered(stage.ask("and now?", mp4), "refused")
    assert "<t:" in refused or "UTC" in refused
    other = discord.add_person("other")
    await stage.answered(stage.ask("what?", mp4, author_id=other))
    moderator = discord.add_person("somebody", moderator=True)
    for _ in range(2):
        await stage.answered(stage.ask("what?", mp4, author_id=moderator))
    await stage.answered(stage.ask("what?", mp4, channel_id=elsewhere(stage)))


async def test_a_servers_day_is_limited(stage: Stage, mp4: Path) -> None:
    panel = await Panel.opened(stage.discord)
    await panel.fill_in("server", questions="", minutes="0.05", dollars="")
    clip = File(mp4, seconds=2)
    await stage.answered(stage.ask("what?", clip))  # two seconds of three
    other = stage.discord.add_person("other")
    await stage.answered(stage.ask("and now?", clip, author_id=other), "refused")
    await stage.answered(stage.ask("what?", clip, channel_id=elsewhere(stage)))


async def test_everything_can_be_left_to_the_operator_again(stage: Stage, mp4: Path) -> None:
    panel = await Panel.opened(stage.discord)
    before = panel.text
    await panel.press("footer")
    await panel.fill_in("words", language="Deutsch", instructions="")
    assert panel.text != before
    await panel.press("reset")
    assert panel.text == before
    assert " tokens" in await stage.answered(stage.ask("what?", mp4))


async def test_only_who_manages_the_server_changes_anything(stage: Stage) -> None:
    panel = await Panel.opened(stage.discord)
    manager = panel.manager
    stranger = stage.discord.add_person("stranger")
    opened = stage.discord.use_command("settings panel", author_id=stranger)
    await stage.discord.until(lambda: stage.discord.interaction(opened.id).answer is not None)
    theirs = Panel(stage.discord, stranger)
    before = theirs.text
    stage.discord.press(theirs.message.id, "settings:footer", author_id=stranger)
    await stage.discord.until(lambda: len(stage.discord.whispers(stranger)) > 1)
    assert "Only those who may manage the server" in stage.discord.whispers(stranger)[-1].content
    again = Panel(stage.discord, manager)
    assert again.text == before
