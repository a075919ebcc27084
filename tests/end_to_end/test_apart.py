"""Who listens is one process, and who answers another: they share a PostgreSQL, and nothing else.

With APART set, all other end-to-end tests have the bot in these two parts as well; those that count
calls, or break into one of the first, then find others.
"""

from collections.abc import AsyncGenerator
from pathlib import Path

import pytest

from bot.playground.discord import Answer, Fault
from bot.playground.model import Stall
from cogs._phrases import STOPPED
from tests.end_to_end.conftest import Start
from tests.end_to_end.staging import Stage, sha256


@pytest.fixture
async def stage(start: Start) -> AsyncGenerator[Stage]:
    async with start(apart=True) as started:
        yield started


async def test_one_accepts_a_question_and_another_answers_it(stage: Stage, mp4: Path) -> None:
    question = stage.ask("what is this?", mp4)
    assert "tokens" in await stage.answered(question)
    assert [clip.sha256 for clip in stage.model.requests[-1].clips] == [sha256(mp4)]
    again = stage.ask("and its colour?", channel_id=question.id)
    assert await stage.outcomes.of(again) == "answered"
    assert [clip.sha256 for clip in stage.model.requests[-1].clips] == [sha256(mp4)]


async def test_stop_reaches_who_answers(stage: Stage, mp4: Path) -> None:
    stage.model.script.append(Stall(pieces=("It is ", "a square")))
    question = stage.ask("what is this?", mp4)
    await stage.discord.until(lambda: stage.said(question) == ["It is a square"])
    stage.discord.press(*stage.buttons(question)["Stop"])
    assert await stage.outcomes.of(question) == "cancelled"
    assert stage.said(question) == [f"It is a square\n-# {STOPPED}"]
    await stage.model.until(lambda: stage.model.abandoned == 1)


async def test_so_does_deleting_the_question(stage: Stage, mp4: Path) -> None:
    stage.model.script.append(Stall(pieces=("It is ", "a square")))
    question = stage.ask("what is this?", mp4)
    await stage.discord.until(lambda: stage.said(question) == ["It is a square"])
    stage.discord.delete(question.id)
    assert await stage.outcomes.of(question) == "cancelled"
    await stage.model.until(lambda: stage.model.abandoned == 1)


async def test_who_listens_tells_a_place_and_takes_a_question_out_of_the_line(
    stage: Stage, mp4: Path
) -> None:
    stage.model.script.extend([Stall(pieces=("so far",))] * 3)
    begun = [stage.ask(f"question {number}", mp4) for number in range(3)]
    await stage.discord.until(lambda: all(stage.said(one) == ["so far"] for one in begun))
    waiting = stage.ask("and this?", mp4)
    await stage.discord.until(lambda: "number 1 in line" in "".join(stage.said(waiting)))
    assert [stage.said(one) for one in begun] == [["so far"]] * 3
    stage.discord.press(*stage.buttons(waiting)["Stop"])
    assert await stage.outcomes.of(waiting) == "cancelled"
    assert stage.said(waiting) == [STOPPED]
    assert len(stage.model.requests) == 3


async def test_a_sign_that_is_late_is_not_shown_over_the_answer(stage: Stage, mp4: Path) -> None:
    late = Fault(Answer(429, retry_after=2.0), "POST", "/channels/*/messages")
    stage.discord.faults.append(late)
    question = stage.ask("what is this?", mp4)
    assert "tokens" in await stage.answered(question)
    stage.check_whole("tokens")


async def test_an_interaction_is_answered_in_time_by_one_and_then_by_the_other(
    stage: Stage,
) -> None:
    far, link = stage.discord.add_elsewhere("far"), "https://youtu.be/dQw4w9WgXcQ"
    asked = stage.discord.use_command("ask", channel_id=far, question="what?", link=link)
    assert await stage.outcomes.of(asked) == "answered"
    (said,) = stage.ours(far)
    assert "tokens" in said.content
