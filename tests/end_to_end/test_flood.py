"""Many questions at once: none is lost, none is answered twice, and no server waits for another."""

from collections.abc import Sequence
from pathlib import Path

from bot.playground.discord import Answer, Fault, Message, MessageCreated
from bot.playground.model import Stall
from tests.benchmarks.stage import is_going_on
from tests.end_to_end.staging import Stage, sha256


def rooms(stage: Stage, name: str, count: int) -> list[int]:
    """Open channels in a server of their own."""
    server = stage.discord.add_server(name)
    return [stage.discord.add_channel(f"{name}-{n}", guild_id=server) for n in range(count)]


def flood(stage: Stage, channels: Sequence[int], count: int, clip: Path) -> list[Message]:
    return [
        stage.ask(f"question {number}.", clip, channel_id=channels[number % len(channels)])
        for number in range(count)
    ]


def begun(stage: Stage, questions: Sequence[Message]) -> list[Message]:
    """Return the questions that show something else than their place in the line."""
    said = {question.id: "".join(stage.said(question)) for question in questions}
    return [one for one in questions if said[one.id] and "in line" not in said[one.id]]


async def test_each_of_many_questions_at_once_has_one_answer_of_its_own(
    stage: Stage, mp4: Path
) -> None:
    channels = [room for name in ("one", "two", "three") for room in rooms(stage, name, 5)]
    questions = flood(stage, channels, 60, mp4)
    for number, question in enumerate(questions):
        assert await stage.outcomes.of(question) == "answered"
        (answer,) = stage.ours(question.id)
        assert answer.content.count(sha256(mp4)) == 1
        assert f"> question {number}.\n" in answer.content
        assert not is_going_on(answer)
    assert [one for room in channels for one in stage.ours(room)] == []
    assert len(stage.model.requests) == 60


async def test_a_server_is_answered_while_the_flood_of_another_still_waits(
    stage: Stage, mp4: Path
) -> None:
    stage.model.script.extend([Stall()] * 3)
    busy, quiet = (rooms(stage, name, 1) for name in ("busy", "quiet"))
    questions = flood(stage, busy, 9, mp4)
    await stage.model.until(lambda: len(stage.model.requests) == 3)
    other = stage.ask("and this?", mp4, channel_id=quiet[0])
    assert sha256(mp4) in await stage.answered(other)
    assert stage.outcomes.lines[0].startswith(f"question={other.id} ")
    assert len(stage.model.requests) == 4
    await stage.discord.until(lambda: len(begun(stage, questions)) == 3)
    for question in begun(stage, questions):
        stage.discord.delete(question.id)
    ended = [await stage.outcomes.of(question) for question in questions]
    assert sorted(ended) == ["answered"] * 6 + ["cancelled"] * 3


async def test_a_server_has_its_first_sign_before_the_flood_of_another_has_all_of_its(
    stage: Stage, mp4: Path
) -> None:
    busy, quiet = rooms(stage, "busy", 40), rooms(stage, "quiet", 1)
    for room in (*busy, *quiet):  # each sign takes as long as it does at a distance
        late = Answer(429, retry_after=0.3)
        stage.discord.faults.append(Fault(late, "POST", f"/channels/{room}/messages/*/threads"))
    changes, signs = stage.discord.changes(), list[int]()
    questions = flood(stage, busy, 40, mp4)
    other = stage.ask("and this?", mp4, channel_id=quiet[0])
    while len(signs) <= len(questions):
        change = await anext(changes)
        if isinstance(change, MessageCreated) and change.message.author_id == stage.discord.bot_id:
            signs.append(change.message.channel_id)
    assert signs.index(other.id) < len(questions) / 2
