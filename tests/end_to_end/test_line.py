import asyncio
import sqlite3
from contextlib import closing
from pathlib import Path

from bot.playground.model import Stall
from tests.end_to_end.conftest import Start
from tests.end_to_end.staging import Stage, sha256


async def test_stop_ends_an_answer_and_keeps_what_was_said(stage: Stage, mp4: Path) -> None:
    stage.model.script.append(Stall(pieces=("It is ", "a square")))
    question = stage.ask("what is this?", mp4)
    await stage.discord.until(lambda: stage.said(question) == ["It is a square"])
    stage.discord.press(*stage.buttons(question)["Stop"])
    assert await stage.outcomes.of(question) == "cancelled"
    assert stage.said(question) == [
        "It is a square\n-# I was stopped here. Ask again when you like."
    ]
    assert list(stage.buttons(question)) == ["Delete"]
    await stage.model.until(lambda: stage.model.abandoned == 1)


async def test_only_the_asker_and_moderators_can_stop(stage: Stage, mp4: Path) -> None:
    stage.model.script.append(Stall(pieces=("It is ", "a square")))
    stranger = stage.discord.add_person("stranger")
    moderator = stage.discord.add_person("moderator", moderator=True)
    question = stage.ask("what is this?", mp4)
    await stage.discord.until(lambda: stage.said(question) == ["It is a square"])
    stop = stage.buttons(question)["Stop"]
    stage.discord.press(*stop, author_id=stranger)
    await stage.discord.until(lambda: stage.discord.whispers(stranger))
    assert "Only whoever asked" in stage.discord.whispers(stranger)[0].content
    assert stage.said(question) == ["It is a square"]
    stage.discord.press(*stop, author_id=moderator)
    assert await stage.outcomes.of(question) == "cancelled"


async def test_a_finished_answer_can_be_followed_up_and_deleted(stage: Stage, mp4: Path) -> None:
    question = stage.ask("what is this?", mp4)
    await stage.answered(question)
    assert list(stage.buttons(question)) == ["Follow up", "Delete"]


async def test_a_question_in_line_is_shown_its_place_and_can_be_stopped(
    stage: Stage, mp4: Path
) -> None:
    stage.model.script.extend([Stall(pieces=("so far",))] * 3)
    begun = [stage.ask(f"question {number}", mp4) for number in range(3)]
    await stage.discord.until(lambda: all(stage.said(one) == ["so far"] for one in begun))
    waiting = stage.ask("and this?", mp4)
    await stage.discord.until(lambda: "number 1 in line" in "".join(stage.said(waiting)))
    stage.discord.press(*stage.buttons(waiting)["Stop"])
    assert await stage.outcomes.of(waiting) == "cancelled"
    assert stage.said(waiting) == ["I was stopped here. Ask again when you like."]
    assert len(stage.model.requests) == 3


async def test_deleting_a_question_in_line_takes_it_out(stage: Stage, mp4: Path) -> None:
    stage.model.script.extend([Stall(pieces=("so far",))] * 3)
    begun = [stage.ask(f"question {number}", mp4) for number in range(3)]
    await stage.discord.until(lambda: all(stage.said(one) == ["so far"] for one in begun))
    waiting = stage.ask("and this?", mp4)
    await stage.discord.until(lambda: stage.said(waiting))
    stage.discord.delete(waiting.id)
    assert await stage.outcomes.of(waiting) == "cancelled"


async def test_a_question_picked_up_too_late_asks_whether_to_retry(start: Start, mp4: Path) -> None:
    async with start(STALE_MINUTES="0.000001") as stage:
        question = stage.ask("what is this?", mp4)
        assert "could not answer this in time" in await stage.answered(question, "expired")
        assert stage.model.requests == []
        assert list(stage.buttons(question)) == ["Retry", "Delete"]


async def test_retry_answers_in_place_of_the_apology(start: Start, mp4: Path) -> None:
    async with start(STALE_MINUTES="0.02") as stage:
        stage.model.script.extend([Stall(pieces=("so far",))] * 3)
        begun = [stage.ask(f"question {number}", mp4) for number in range(3)]
        await stage.discord.until(lambda: all(stage.said(one) == ["so far"] for one in begun))
        late = stage.ask("and this?", mp4)
        await asyncio.sleep(1.3)  # the time after which it is too late
        stage.discord.delete(begun[0].id)
        assert await stage.outcomes.of(late) == "expired"
        stage.discord.press(*stage.buttons(late)["Retry"])
        await stage.discord.until(lambda: sha256(mp4) in "".join(stage.said(late)))
        await stage.discord.until(lambda: "Follow up" in stage.buttons(late))
        assert len(stage.said(late)) == 1


async def test_a_question_that_can_not_be_kept_is_not_accepted_and_that_is_said(
    start: Start, mp4: Path, tmp_path: Path
) -> None:
    async with start(apart=False) as stage:
        with closing(sqlite3.connect(tmp_path / "reeltalk-jobs.sqlite")) as jobs:
            jobs.execute("ALTER TABLE accepted_questions RENAME TO elsewhere")
        question = stage.ask("what is this?", mp4)
        await stage.discord.until(lambda: stage.said(question))
        assert "I can't keep questions at the moment" in "".join(stage.said(question))
        with closing(sqlite3.connect(tmp_path / "reeltalk-jobs.sqlite")) as jobs:
            jobs.execute("ALTER TABLE elsewhere RENAME TO accepted_questions")
        assert "tokens" in await stage.answered(stage.ask("what is this?", mp4))
