from pathlib import Path
from typing import Any

from bot.playground.discord import Answer, Fault, File
from bot.playground.model import Stream
from tests.end_to_end.staging import Stage, sha256

VIDEO = "dQw4w9WgXcQ"


def messages(stage: Stage, index: int = -1) -> list[Any]:
    return stage.model.requests[index].body["messages"]


def roles(stage: Stage) -> list[str]:
    return [message["role"] for message in messages(stage)]


def asked(stage: Stage) -> list[str]:
    """Return what the model was asked, question by question, in the newest request."""
    users = [message for message in messages(stage) if message["role"] == "user"]
    return [message["content"][-1]["text"] for message in users]


async def test_a_thread_is_one_conversation(stage: Stage, mp4: Path) -> None:
    stage.model.script.extend([Stream(("A square.",)), Stream(("Red.",)), Stream(("Small.",))])
    first = stage.ask("what is this?", mp4)
    await stage.answered(first)
    second = stage.ask("which colour?", channel_id=first.id)
    assert await stage.outcomes.of(second) == "answered"
    third = stage.ask("how large?", channel_id=first.id)
    assert await stage.outcomes.of(third) == "answered"
    assert roles(stage) == ["system", "user", "assistant", "user", "assistant", "user"]
    assert [messages(stage)[n]["content"] for n in (2, 4)] == ["A square.", "Red."]
    assert asked(stage) == ["what is this?", "which colour?", "how large?"]
    assert [clip.sha256 for clip in stage.model.requests[-1].clips] == [sha256(mp4)]


async def test_a_follow_up_begins_with_the_very_bytes_of_the_question_before(
    stage: Stage, mp4: Path
) -> None:
    first = stage.ask("what is this?", mp4)
    await stage.answered(first)
    for question in ("which colour?", "how large?"):
        assert await stage.outcomes.of(stage.ask(question, channel_id=first.id)) == "answered"
    one, two, three = (messages(stage, index) for index in range(3))
    assert two[: len(one)] == one
    assert three[: len(two)] == two


async def test_a_ping_reply_goes_on_in_a_channel(stage: Stage, mp4: Path) -> None:
    discord = stage.discord
    discord.thread_cap_reached = True
    first = stage.ask("what is this?", mp4)
    await stage.answered(first)
    answer = discord.messages(discord.channel_id)[-1]
    second = discord.say("which colour?", reply_to=answer.id)
    assert await stage.outcomes.of(second) == "answered"
    assert asked(stage) == ["what is this?", "which colour?"]
    assert [clip.sha256 for clip in stage.model.requests[-1].clips] == [sha256(mp4)]
    third = discord.say("and now?", reply_to=discord.messages(discord.channel_id)[-1].id)
    assert await stage.outcomes.of(third) == "answered"
    assert asked(stage) == ["what is this?", "which colour?", "and now?"]


async def test_a_direct_channel_is_one_conversation_for_as_long_as_it_is_about_one_clip(
    stage: Stage, clips: dict[str, Path]
) -> None:
    def say(text: str, *files: Path) -> Any:
        attached = [File(file) for file in files]
        return stage.discord.say(text, files=attached, channel_id=stage.discord.dm_channel_id)

    for text, files in [("one", [clips["mp4"]]), ("two", [clips["webm"]]), ("three", [])]:
        assert await stage.outcomes.of(say(text, *files)) == "answered"
    assert asked(stage) == ["two", "three"]
    assert [clip.sha256 for clip in stage.model.requests[-1].clips] == [sha256(clips["webm"])]


async def test_a_clip_of_the_message_that_is_replied_to_is_found_when_it_can_be_read(
    stage: Stage, mp4: Path
) -> None:
    discord = stage.discord
    discord.portal_toggle = True
    clip = discord.say("look", files=[File(mp4)], author_id=discord.add_person("other"))
    question = discord.say(f"<@{discord.bot_id}> what is this?", reply_to=clip.id)
    # The toggle is read when the bot starts.
    said = await stage.answered(question)
    assert sha256(mp4) in said


async def test_a_clip_that_may_not_be_read_is_told_with_the_way_to_it(
    stage: Stage, mp4: Path
) -> None:
    discord = stage.discord
    clip = discord.say("look", files=[File(mp4)], author_id=discord.add_person("other"))
    question = discord.say(f"<@{discord.bot_id}> what is this?", reply_to=clip.id)
    assert "I may not read the message you replied to" in await stage.answered(question, "refused")


async def test_a_link_in_a_thread_leads_into_the_video(stage: Stage) -> None:
    stage.model.script.append(Stream(("It falls at 1:23.",)))
    said = await stage.answered(stage.ask(f"https://youtu.be/{VIDEO} when?"))
    assert f"[1:23](https://youtu.be/{VIDEO}?t=83)" in said


async def test_a_conversation_survives_a_restart(stage: Stage, mp4: Path) -> None:
    stage.model.script.append(Stream(("A square.",)))
    first = stage.ask("what is this?", mp4)
    await stage.answered(first)
    await stage.bot.end()
    stage.discord.expire_links()
    await stage.bot.begin()
    assert await stage.outcomes.of(stage.ask("which colour?", channel_id=first.id)) == "answered"
    assert asked(stage) == ["what is this?", "which colour?"]
    assert messages(stage)[2]["content"] == "A square."
    assert [clip.sha256 for clip in stage.model.requests[-1].clips] == [sha256(mp4)]


async def test_a_window_that_an_earlier_process_opened_says_so(stage: Stage, mp4: Path) -> None:
    discord = stage.discord
    clip = discord.say("look", files=[File(mp4)])
    opened = discord.use_on_message("Ask about this clip", clip.id)
    await discord.until(lambda: discord.interaction(opened.id).modal)
    await stage.bot.end()
    await stage.bot.begin()
    discord.submit(opened.id, {"question": "what is this?"})
    await discord.until(lambda: discord.whispers(discord.user_id))
    assert "I was restarted while you were writing" in discord.whispers(discord.user_id)[0].content


async def test_a_clip_whose_message_is_gone_is_seen_again_by_its_link_or_asked_for(
    stage: Stage, mp4: Path
) -> None:
    discord = stage.discord
    first = stage.ask("what is this?", mp4)
    await stage.answered(first)
    # It can't be read again, but its file is there.
    unreadable = Fault(Answer(403, code=50001), "GET", f"/channels/*/messages/{first.id}", times=99)
    discord.faults.append(unreadable)
    assert await stage.outcomes.of(stage.ask("and?", channel_id=first.id)) == "answered"
    assert [clip.sha256 for clip in stage.model.requests[-1].clips] == [sha256(mp4)]
    discord.faults.clear()
    discord.delete(first.id)
    gone = stage.ask("and now?", channel_id=first.id)
    assert await stage.outcomes.of(gone) == "refused"
    assert "Post it again and mention me with it" in stage.ours(first.id)[-1].content
    again = stage.ask("and now?", mp4, channel_id=first.id)
    assert await stage.outcomes.of(again) == "answered"
