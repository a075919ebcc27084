import signal

import pytest

from bot.playground.discord import Message
from bot.playground.model import Stall
from tests.end_to_end import chaos
from tests.end_to_end.staging import bare


@pytest.mark.timeout(150)
async def test_every_accepted_question_is_answered_once_whatever_is_killed() -> None:
    assert await chaos.run(questions=12, kills=3, seed=4) == []


async def test_a_stream_cut_by_a_kill_goes_on_in_the_message_it_had_begun() -> None:
    async with chaos.one_bot() as stage:
        stage.model.script.append(Stall(pieces=("It is ", "a square")))
        question = stage.ask("what is this?")
        await stage.discord.until(
            lambda: [bare(one.content) for one in stage.answer(question)] == ["It is a square"]
        )
        (begun,) = stage.answer(question)
        await stage.end(signal.SIGKILL)
        await stage.begin()
        await stage.discord.until(lambda: stage.is_answered(question))
        assert [one.id for one in stage.answer(question)] == [begun.id]
        assert stage.violations() == []


@pytest.mark.parametrize("drain", ["10", "0.01"], ids=["finished", "handed back"])
async def test_stopping_amid_ten_answers_leaves_none_half_said(drain: str) -> None:
    async with chaos.one_bot(pace=0.08, drain=drain) as stage:
        channels = [stage.discord.add_channel(f"room-{n}") for n in range(10)]
        for channel in channels:
            stage.ask("what is this?", channel)
        people = stage.discord
        await people.until(lambda: any("stand-in" in one.content for one in _all(stage)))
        assert await stage.end() == 0
        if drain != "10":
            unfinished = [one for one in stage.said if not stage.is_answered(one)]
            assert unfinished
            assert all(
                "restarted" in one.content or "in line" in one.content
                for one in _all(stage)
                if "tokens" not in one.content
            )
        await stage.begin()
        await people.until(lambda: all(map(stage.is_answered, stage.said)), 60)
        assert await stage.end() == 0
        assert stage.violations() == []


def _all(stage: chaos.OneBot) -> list[Message]:
    return [one for question in stage.said for one in stage.answer(question)]
