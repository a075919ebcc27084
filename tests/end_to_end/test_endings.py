"""However and whenever an answer is broken off, what is left is whole and says why it ends."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from bot.playground.discord import Answer, Fault, Message, MessageEdited
from bot.playground.discord import Stall as StallCdn
from bot.playground.model import Stall, Stream
from bot.tasks import ended
from cogs._phrases import PAUSED, STOPPED
from tests.benchmarks.stage import is_going_on
from tests.end_to_end.staging import Stage, bare, sha256

WORDS = tuple(f"word{number} " for number in range(700))
TEXT = " ".join(word.strip() for word in WORDS)
SEND, EDIT = ("POST", "/channels/*/messages"), ("PATCH", "/channels/*/messages/*")
CLOSED = "the model's connection is closed"

Reach = Callable[[Stage, Path], Awaitable[Message]]
End = Callable[[Stage, Message], Awaitable[None]]


async def in_line(stage: Stage, clip: Path) -> Message:
    """Let a question wait behind as many as its server may have answered at a time."""
    stage.model.script.extend([Stall(pieces=("so far",))] * 3)
    others = [stage.ask(f"question {number}", clip) for number in range(3)]
    await stage.discord.until(lambda: all(stage.said(one) == ["so far"] for one in others))
    question = stage.ask("what is this?", clip)
    await stage.discord.until(lambda: "in line" in "".join(stage.said(question)))
    return question


async def sending(stage: Stage, clip: Path) -> Message:
    """Let a clip arrive in part, and no further."""
    stage.discord.faults.append(Fault(StallCdn(1000), path="/attachments/*", after=1))
    question = stage.ask("what is this?", clip)
    await stage.discord.until(lambda: "sending" in "".join(stage.said(question)))
    return question


async def before_a_word(stage: Stage, clip: Path) -> Message:
    stage.model.script.append(Stall())
    question = stage.ask("what is this?", clip)
    await stage.discord.until(lambda: "asking" in "".join(stage.said(question)))
    return question


async def amid_the_text(stage: Stage, clip: Path) -> Message:
    stage.model.script.append(Stall(pieces=WORDS))
    question = stage.ask("what is this?", clip)
    await stage.discord.until(lambda: " ".join(stage.said(question)) == TEXT)
    assert len(stage.said(question)) > 2
    await stage.discord.until(lambda: sum(map(is_going_on, stage.ours(question.id))) == 1)
    return question


async def by_stop(stage: Stage, question: Message) -> None:
    stage.discord.press(*stage.buttons(question)["Stop"])
    assert await stage.outcomes.of(question) == "cancelled"


async def by_deletion(stage: Stage, question: Message) -> None:
    stage.discord.delete(question.id)
    assert await stage.outcomes.of(question) == "cancelled"


async def by_the_end_of_the_bot(stage: Stage, question: Message) -> None:
    await stage.bot.end()
    assert await stage.outcomes.of(question) == "paused"


MOMENTS = pytest.mark.parametrize("reach", [in_line, sending, before_a_word, amid_the_text])
BEGUN = pytest.mark.parametrize("reach", [sending, before_a_word, amid_the_text])
ENDS = pytest.mark.parametrize("end", [by_stop, by_deletion])


@asynccontextmanager
async def events(stage: Stage, question: Message) -> AsyncGenerator[list[str]]:
    """Note, in the order in which it happens, what an answer's messages say and that it is left."""
    noted, changes = list[str](), stage.discord.changes()

    async def note_edits() -> None:
        async for change in changes:
            if isinstance(change, MessageEdited) and change.message.channel_id == question.id:
                noted.append(bare(change.message.content))

    async def note_leaving() -> None:
        await stage.model.until(lambda: stage.model.abandoned > 0)
        noted.append(CLOSED)

    tasks = [asyncio.create_task(note_edits()), asyncio.create_task(note_leaving())]
    try:
        yield noted
    finally:
        await ended(tasks)


def require_ended(stage: Stage, question: Message, sentence: str) -> str:
    """See that it ends with the sentence, and in nothing that moves; return what was said."""
    pages = stage.ours(question.id)
    said = [bare(one.content) for one in pages]
    *lines, last = "\n".join(said).split("\n")
    assert last.removeprefix("-# ") == sentence
    # What goes on at the next start can be stopped until then.
    assert list(stage.buttons(question)) == ["Stop" if sentence == PAUSED else "Delete"]
    assert stage.ours(question.channel_id) == []
    return " ".join(lines)


@MOMENTS
@ENDS
async def test_an_answer_that_is_ended_leaves_what_was_said_and_a_sentence(
    stage: Stage, mp4: Path, reach: Reach, end: End
) -> None:
    question = await reach(stage, mp4)
    await end(stage, question)
    assert require_ended(stage, question, STOPPED) == (TEXT if reach is amid_the_text else "")


@BEGUN
@pytest.mark.parametrize("end", [by_stop, by_deletion, by_the_end_of_the_bot])
async def test_the_model_is_left_before_anything_more_is_said(
    stage: Stage, mp4: Path, reach: Reach, end: End
) -> None:
    question = await reach(stage, mp4)
    async with events(stage, question) as noted:
        await end(stage, question)
        await stage.discord.until(lambda: len(noted) > 1)
    assert noted[0] == CLOSED


@BEGUN
async def test_a_bot_that_ends_says_so_and_goes_on_in_the_same_messages(
    stage: Stage, mp4: Path, reach: Reach
) -> None:
    question = await reach(stage, mp4)
    begun = stage.ours(question.id)[0]
    await by_the_end_of_the_bot(stage, question)
    assert require_ended(stage, question, PAUSED) == (TEXT if reach is amid_the_text else "")
    await require_answered_anew(stage, mp4, question)
    assert stage.ours(question.id)[0].id == begun.id


async def test_a_question_in_line_is_answered_by_the_next_bot(stage: Stage, mp4: Path) -> None:
    question = await in_line(stage, mp4)
    await stage.bot.end()
    await require_answered_anew(stage, mp4, question)


@pytest.mark.parametrize("end", [by_stop, by_deletion, by_the_end_of_the_bot])
@pytest.mark.parametrize("call", [SEND, EDIT], ids=["send", "edit"])
async def test_an_answer_that_is_ended_while_it_is_shown_keeps_a_whole_beginning(
    stage: Stage, mp4: Path, call: tuple[str, str], end: End
) -> None:
    stage.model.script.append(Stream(WORDS))
    stage.model.pace = 0.004
    question = stage.ask("what is this?", mp4)
    await stage.discord.until(lambda: "word10 " in " ".join(stage.said(question)))
    # What it says next waits for Discord, and it is ended meanwhile.
    stage.discord.faults.append(Fault(Answer(429, retry_after=0.7), *call))
    await stage.discord.until(lambda: any(one.fault for one in stage.discord.requests))
    await end(stage, question)
    sentence = PAUSED if end is by_the_end_of_the_bot else STOPPED
    kept = require_ended(stage, question, sentence)
    assert kept
    assert TEXT.startswith(f"{kept} ")


async def require_answered_anew(stage: Stage, clip: Path, question: Message) -> None:
    """Begin the bot again; see that the answer is there once, and nothing of the one before."""
    await stage.bot.begin()
    await stage.discord.until(lambda: "Follow up" in stage.buttons(question))
    (answer,) = stage.ours(question.id)
    assert answer.content.count(sha256(clip)) == 1
    assert "word" not in answer.content
    assert not is_going_on(answer)
    assert stage.ours(question.channel_id) == []
