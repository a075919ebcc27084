"""What closes, is archived or deleted while an answer is on its way, and what becomes of it."""

from pathlib import Path

import pytest

from bot.playground.discord import Answer, Fault, Message
from bot.playground.model import Stream
from tests.end_to_end.staging import Stage, sha256, words_of

EDIT = ("PATCH", "/channels/*/messages/*")
WORDS = tuple(f"word{number} " for number in range(600))


async def begun(stage: Stage, question: Message) -> None:
    """Wait for the first sign, which is followed by others in any case."""
    await stage.discord.until(lambda: stage.said(question))


async def grown(stage: Stage, question: Message, pages: int) -> None:
    """Wait until an answer has so many pages, and is not at its end."""
    await stage.discord.until(lambda: len(stage.said(question)) >= pages)


def slowly(stage: Stage) -> None:
    """Let the model give a long answer, over seconds."""
    stage.model.script.append(Stream(WORDS))
    stage.model.pace = 0.006


async def test_50001_midway_is_told_directly_with_the_permission(stage: Stage, mp4: Path) -> None:
    question = stage.ask("what is this?", mp4)
    await begun(stage, question)
    stage.discord.deny(question.channel_id, "VIEW_CHANNEL")
    assert await stage.outcomes.of(question) == "failed"
    assert "the permission “View Channel” there" in stage.told_directly()
    stage.check_whole("View Channel", closed=(question.id,))


async def test_50083_midway_wakes_the_thread(stage: Stage, mp4: Path) -> None:
    question = stage.ask("what is this?", mp4)
    await begun(stage, question)
    stage.discord.archive(question.id)
    assert await stage.outcomes.of(question) == "answered"
    assert stage.refusals(50083)
    assert len(stage.ours(question.id)) == 1
    stage.check_whole(sha256(mp4))


async def test_50083_between_two_pages_wakes_the_thread(stage: Stage, mp4: Path) -> None:
    slowly(stage)
    question = stage.ask("tell me all", mp4)
    await grown(stage, question, 2)
    stage.discord.archive(question.id)
    assert await stage.outcomes.of(question) == "answered"
    assert words_of(stage.ours(question.id)) == "".join(WORDS).split()
    stage.check_whole(WORDS[-1].strip())


async def test_160005_midway_moves_the_answer_to_the_channel(stage: Stage, mp4: Path) -> None:
    question = stage.ask("what is this?", mp4)
    await begun(stage, question)
    stage.discord.archive(question.id, locked=True)
    assert await stage.outcomes.of(question) == "answered"
    assert len(stage.ours(question.channel_id)) == 1
    # Nothing in an archived thread can be edited or deleted, and only moderators wake this one.
    stage.check_whole(sha256(mp4), closed=(question.id,))


async def test_160005_between_two_pages_moves_all_of_them(stage: Stage, mp4: Path) -> None:
    slowly(stage)
    question = stage.ask("tell me all", mp4)
    await grown(stage, question, 1)
    stage.discord.archive(question.id, locked=True)
    stage.discord.say("not here", channel_id=question.id)
    assert await stage.outcomes.of(question) == "answered"
    assert stage.refusals(160005)
    assert stage.ours(question.id) == []
    assert words_of(stage.ours(question.channel_id)) == "".join(WORDS).split()
    stage.check_whole(WORDS[-1].strip())


async def test_10008_midway_begins_in_a_new_message(stage: Stage, mp4: Path) -> None:
    question = stage.ask("what is this?", mp4)
    await begun(stage, question)
    (sign,) = stage.ours(question.id)
    stage.discord.delete(sign.id)
    assert await stage.outcomes.of(question) == "answered"
    assert stage.refusals(10008)
    assert len(stage.ours(question.id)) == 1
    stage.check_whole(sha256(mp4))


async def test_10008_of_one_page_begins_all_of_them_anew(stage: Stage, mp4: Path) -> None:
    slowly(stage)
    question = stage.ask("tell me all", mp4)
    await grown(stage, question, 2)
    stage.discord.delete(stage.ours(question.id)[1].id)
    assert await stage.outcomes.of(question) == "answered"
    assert words_of(stage.ours(question.id)) == "".join(WORDS).split()
    stage.check_whole(WORDS[-1].strip())


async def test_10003_of_the_thread_moves_the_answer_to_the_channel(stage: Stage, mp4: Path) -> None:
    question = stage.ask("what is this?", mp4)
    await begun(stage, question)
    stage.discord.delete_channel(question.id)
    assert await stage.outcomes.of(question) == "answered"
    assert len(stage.ours(question.channel_id)) == 1
    stage.check_whole(sha256(mp4))


async def test_10003_of_the_channel_is_told_directly(stage: Stage, mp4: Path) -> None:
    channel = stage.discord.add_channel("short-lived")
    question = stage.ask("what is this?", mp4, channel_id=channel)
    await begun(stage, question)
    stage.discord.delete_channel(channel)
    assert await stage.outcomes.of(question) == "failed"
    assert f"can't answer you in <#{channel}>: it is gone" in stage.told_directly()
    stage.check_whole("it is gone")


@pytest.mark.parametrize("after", [0, 1])
async def test_30046_goes_on_in_a_new_message(stage: Stage, mp4: Path, after: int) -> None:
    stage.discord.faults.append(Fault(Answer(400, code=30046), *EDIT, after=after))
    question = stage.ask("what is this?", mp4)
    assert await stage.outcomes.of(question) == "answered"
    assert len(stage.ours(question.id)) == 1
    stage.check_whole(sha256(mp4))
