"""The codes of interactions: too late, answered already, or with a token that opens nothing."""

from collections.abc import AsyncGenerator
from pathlib import Path
from typing import Any

import pytest

from bot.playground.discord import Answer, Fault, File, Interaction, Message, Reset
from bot.playground.model import Respond, Stall, Stream
from tests.end_to_end.conftest import Start
from tests.end_to_end.staging import Stage, sha256

CALLBACK = ("POST", "/interactions/*/callback")
LATE, ANSWERED = Answer(404, code=10062), Answer(400, code=40060)
UNAVAILABLE = Respond(503, "<html></html>")


class Clock:
    """The clock by which interactions run out; it stands still until it is set."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def __call__(self) -> float:
        return self.seconds


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def stage(start: Start, clock: Clock) -> AsyncGenerator[Stage]:
    async with start(serving={"clock": clock}) as started:
        yield started


def ask(stage: Stage, clip: Path, channel_id: int | None = None) -> Interaction:
    """Use the command."""
    return stage.discord.use_command(
        "ask", channel_id=channel_id, question="what is this?", clip=File(clip)
    )


def questions(stage: Stage) -> list[Message]:
    """Return the messages that stand for a question."""
    return [one for one in stage.everything_said() if "** asked about" in one.content]


def edits(stage: Stage) -> list[Any]:
    """Return what the bot has asked of Discord to make of its answers to interactions."""
    return [one.request for one in stage.discord.requests if one.method == "PATCH"]


async def test_10062_is_asked_in_an_ordinary_message(stage: Stage, clock: Clock, mp4: Path) -> None:
    asked = ask(stage, mp4)
    clock.seconds = 4
    assert await stage.outcomes.of(asked) == "answered"
    assert stage.refusals(10062)
    (question,) = questions(stage)
    assert len(stage.ours(question.id)) == 1
    stage.check_whole(sha256(mp4))


async def test_10062_of_a_guest_is_told_directly(stage: Stage, clock: Clock, mp4: Path) -> None:
    far = stage.discord.add_elsewhere("far")
    asked = ask(stage, mp4, far)
    clock.seconds = 4
    assert await stage.outcomes.of(asked) == "failed"
    assert f"Discord does not take my answer in <#{far}>. Ask again" in stage.told_directly()
    assert stage.model.requests == []
    stage.check_whole("does not take my answer")


async def test_10015_is_asked_in_an_ordinary_message(stage: Stage, mp4: Path) -> None:
    # Said to be answered, and yet without an answer, until Discord makes up its mind.
    stage.discord.faults.append(Fault(ANSWERED, *CALLBACK, times=99))
    asked = ask(stage, mp4)
    assert await stage.outcomes.of(asked) == "answered"
    assert stage.refusals(10015)
    (question,) = questions(stage)
    assert len(stage.ours(question.id)) == 1
    stage.check_whole(sha256(mp4))


async def test_40060_of_a_lost_call_is_no_second_answer(stage: Stage, mp4: Path) -> None:
    stage.discord.faults.append(Fault(Reset(after_effect=True), *CALLBACK))
    asked = ask(stage, mp4)
    assert await stage.outcomes.of(asked) == "answered"
    assert stage.refusals(40060) == 1
    (question,) = questions(stage)
    assert question.id == stage.discord.interaction(asked.id).original_id
    stage.check_whole(sha256(mp4))


async def test_40060_of_a_guest_is_no_second_answer(stage: Stage, mp4: Path) -> None:
    stage.discord.faults.append(Fault(Reset(after_effect=True), *CALLBACK))
    far = stage.discord.add_elsewhere("far")
    asked = ask(stage, mp4, far)
    assert await stage.outcomes.of(asked) == "answered"
    assert stage.refusals(40060) == 1
    assert len(stage.ours(far)) == 1
    stage.check_whole(sha256(mp4))


async def test_a_sign_that_comes_late_does_not_take_the_place_of_a_guests_answer(
    stage: Stage,
) -> None:
    stage.discord.faults.append(Fault(Answer(503), "PATCH", "/webhooks/*"))
    stage.model.script.append(Stream(("It is a square.",)))
    far = stage.discord.add_elsewhere("far")
    link = "https://youtu.be/dQw4w9WgXcQ"
    asked = stage.discord.use_command("ask", channel_id=far, question="what?", link=link)
    assert await stage.outcomes.of(asked) == "answered"
    await stage.discord.until(lambda: edits(stage).count(edits(stage)[0]) > 1)  # it was refused
    stage.check_whole("It is a square.")


async def test_50027_of_a_guest_midway_is_told_directly(
    stage: Stage, clock: Clock, mp4: Path
) -> None:
    far = stage.discord.add_elsewhere("far")
    asked = ask(stage, mp4, far)
    await stage.discord.until(lambda: stage.ours(far))
    clock.seconds = 15 * 60
    assert await stage.outcomes.of(asked) == "failed"
    assert stage.refusals(50027)
    assert f"Discord does not take my answer in <#{far}>. Ask again" in stage.told_directly()
    # With its token gone, nobody can change what stands there.
    stage.check_whole("does not take my answer", closed=(far,))


async def test_50027_of_a_member_is_never_met(stage: Stage, clock: Clock, mp4: Path) -> None:
    asked = ask(stage, mp4)
    await stage.discord.until(lambda: questions(stage))
    clock.seconds = 15 * 60
    assert await stage.outcomes.of(asked) == "answered"
    assert not stage.refusals(50027)
    stage.check_whole(sha256(mp4))


async def test_10008_of_a_guest_midway_is_told_directly(stage: Stage, mp4: Path) -> None:
    far = stage.discord.add_elsewhere("far")
    asked = ask(stage, mp4, far)
    await stage.discord.until(lambda: stage.ours(far))
    stage.discord.delete(stage.ours(far)[0].id)
    assert await stage.outcomes.of(asked) == "failed"
    assert f"can't answer you in <#{far}>: it is gone" in stage.told_directly()
    stage.check_whole("it is gone")


async def test_40094_is_never_met_since_a_guest_writes_one_message(stage: Stage, mp4: Path) -> None:
    follow_up = Fault(Answer(400, code=40094), "POST", "/webhooks/*", times=99)
    stage.discord.faults.append(follow_up)
    far = stage.discord.add_elsewhere("far")
    text = " ".join(f"word{number}" for number in range(4000))
    stage.model.script.append(Stream((text,)))
    asked = ask(stage, mp4, far)
    assert await stage.outcomes.of(asked) == "answered"
    (said,) = stage.ours(far)
    (file,) = said.attachments
    assert file.name == "answer.md"
    assert file.path.read_text() == text
    assert "word0 word1" in said.content
    assert said.content.splitlines()[-1].startswith("-# google/gemini")
    assert stage.calls("POST", "/{webhook_token}") == 0
    stage.check_whole("word0 ")


async def test_50035_of_a_long_question_is_never_met(stage: Stage) -> None:
    # It is quoted in the message that stands for it, which has an end.
    link = "https://youtu.be/dQw4w9WgXcQ"
    stage.model.script.append(Stream(("It is a square.",)))
    with pytest.raises(ValueError, match="question"):
        stage.discord.use_command("ask", question="x" * 1501, link=link)
    asked = stage.discord.use_command("ask", question="x" * 1500, link=link)
    assert await stage.outcomes.of(asked) == "answered"
    assert stage.refusals(50035) == 0
    stage.check_whole("It is a square.")


async def test_a_sentence_is_shown_beneath_a_guests_long_question(stage: Stage) -> None:
    link, far = "https://youtu.be/dQw4w9WgXcQ", stage.discord.add_elsewhere("far")
    stage.model.script.append(Respond(401, {"error": {"code": 401, "message": "Not found."}}))
    asked = stage.discord.use_command("ask", channel_id=far, question="x" * 1400, link=link)
    assert await stage.outcomes.of(asked) == "failed"
    stage.check_whole("refused this")


async def test_50013_of_a_command_is_answered_as_a_guest(stage: Stage, mp4: Path) -> None:
    channel = stage.discord.add_channel("mute", denied=("SEND_MESSAGES",))
    asked = ask(stage, mp4, channel)
    assert await stage.outcomes.of(asked) == "answered"
    assert len(stage.ours(channel)) == 1
    stage.check_whole(sha256(mp4))


@pytest.mark.parametrize("answer", [LATE, ANSWERED], ids=["10062", "40060"])
async def test_stop_stops_though_discord_waits_no_longer(
    stage: Stage, mp4: Path, answer: Answer
) -> None:
    stage.model.script.append(Stall(pieces=("It is ", "a square")))
    question = stage.ask("what is this?", mp4)
    await stage.discord.until(lambda: stage.said(question) == ["It is a square"])
    stage.discord.faults.append(Fault(answer, *CALLBACK))
    stage.discord.press(*stage.buttons(question)["Stop"])
    assert await stage.outcomes.of(question) == "cancelled"
    stage.check_whole("It is a square")


@pytest.mark.parametrize("answer", [LATE, ANSWERED], ids=["10062", "40060"])
async def test_delete_deletes_though_discord_waits_no_longer(
    stage: Stage, mp4: Path, answer: Answer
) -> None:
    question = stage.ask("what is this?", mp4)
    await stage.answered(question)
    stage.discord.faults.append(Fault(answer, *CALLBACK))
    stage.discord.press(*stage.buttons(question)["Delete"])
    await stage.discord.until(lambda: not stage.said(question))
    assert stage.everything_said() == []


@pytest.mark.parametrize("answer", [LATE, ANSWERED], ids=["10062", "40060"])
async def test_retry_asks_again_though_discord_waits_no_longer(
    stage: Stage, mp4: Path, answer: Answer
) -> None:
    stage.model.script.extend([UNAVAILABLE] * 3)
    question = stage.ask("what is this?", mp4)
    await stage.answered(question, "failed")
    stage.discord.faults.append(Fault(answer, *CALLBACK))
    pressed = stage.discord.press(*stage.buttons(question)["Retry"])
    assert await stage.outcomes.of(pressed) == "answered"
    assert len(stage.said(question)) == 1
    stage.check_whole(sha256(mp4))


async def test_10062_of_a_window_costs_no_more_than_the_window(
    stage: Stage, clock: Clock, mp4: Path
) -> None:
    question = stage.ask("what is this?", mp4)
    await stage.answered(question)
    stage.discord.press(*stage.buttons(question)["Follow up"])
    clock.seconds = 4
    await stage.discord.until(lambda: stage.refusals(10062))
    again = stage.ask("and this?", mp4)
    await stage.answered(again)
    assert len(stage.ours(question.id)) == len(stage.ours(again.id)) == 1


async def test_50083_of_an_answer_to_delete_wakes_its_thread(stage: Stage, mp4: Path) -> None:
    question = stage.ask("what is this?", mp4)
    await stage.answered(question)
    stage.discord.archive(question.id)
    stage.discord.press(*stage.buttons(question)["Delete"])
    await stage.discord.until(lambda: not stage.ours(question.id))


async def test_50083_of_an_answer_in_a_locked_thread_is_told(stage: Stage, mp4: Path) -> None:
    question = stage.ask("what is this?", mp4)
    await stage.answered(question)
    stage.discord.archive(question.id, locked=True)
    stage.discord.press(*stage.buttons(question)["Delete"])
    told = "Discord does not let me delete that. Ask a moderator to."
    await stage.discord.until(
        lambda: [one.content for one in stage.discord.whispers(stage.discord.user_id)] == [told]
    )
    stage.check_whole(sha256(mp4))
