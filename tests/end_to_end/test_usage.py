"""What is kept of questions, what is shown of it, and how it is forgotten."""

import asyncio
from collections.abc import AsyncGenerator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.playground.discord import File, Interaction, Message
from bot.playground.model import Respond, Stream
from bot.settings import read_keeping
from bot.store.blocks import Kind
from bot.store.ledger import Span, Use
from bot.store.opening import open_books
from tests.end_to_end.conftest import Start
from tests.end_to_end.panels import Panel
from tests.end_to_end.staging import Stage


@pytest.fixture
async def stage(start: Start) -> AsyncGenerator[Stage]:
    # Its books are a file, which is read beside it.
    async with start(apart=False) as started:
        yield started


async def used(tmp_path: Path, guild_id: int | None = None) -> Use:
    keeping = read_keeping({"DATABASE_URL": f"sqlite:///{tmp_path / 'reeltalk.sqlite'}"})
    async with open_books(keeping) as books:
        return await books.ledger.total(Span.until(datetime.now(UTC).date(), 1), guild_id)


def written_in(folder: Path) -> bytes:
    """Return every byte of the database, what is not yet moved into it included."""
    return b"".join(path.read_bytes() for path in folder.glob("reeltalk.sqlite*"))


async def whispered(stage: Stage, asked: Interaction) -> Message:
    """Wait until a command is answered in full, to its user alone."""
    discord = stage.discord

    def done() -> list[Message]:
        theirs = discord.whispers(asked.user_id)
        return [one for one in theirs if one.content or one.attachments]

    await discord.until(done)
    return done()[-1]


async def test_each_question_leaves_figures_and_no_word(
    stage: Stage, mp4: Path, tmp_path: Path
) -> None:
    usage = {
        "prompt_tokens": 700,
        "completion_tokens": 20,
        "total_tokens": 720,
        "cost": 0.0021,
        "prompt_tokens_details": {"cached_tokens": 100, "video_tokens": 500},
    }
    stage.model.script.append(Stream(("A purple square.",), usage=usage))
    question = stage.ask("a secret question?", mp4)
    await stage.answered(question)
    stage.model.script.append(Respond(401, {"error": {"code": 401, "message": "No."}}))
    await stage.answered(stage.ask("and now?", mp4), "failed")
    total = await used(tmp_path, stage.discord.guild_id)
    assert (total.questions, total.answered, total.micros) == (2, 1, 2100)
    assert (total.prompt_tokens, total.cached_tokens, total.completion_tokens) == (700, 100, 20)
    assert total.video_seconds == pytest.approx(2.0, abs=0.1)  # pyright: ignore[reportUnknownMemberType]
    kept = written_in(tmp_path)
    assert b"secret question" not in kept
    assert b"purple" not in kept


async def test_usage_is_a_picture_of_this_server(stage: Stage, mp4: Path) -> None:
    pytest.importorskip("matplotlib")
    await stage.answered(stage.ask("what?", mp4))
    manager = stage.discord.add_person("manager", moderator=True)
    shown = await whispered(stage, stage.discord.use_command("usage", author_id=manager))
    (picture,) = shown.attachments
    assert picture.name == "usage.png"
    assert picture.path.read_bytes().startswith(b"\x89PNG")
    assert "1 question" in shown.content


async def test_who_asks_to_be_forgotten_is(stage: Stage, mp4: Path, tmp_path: Path) -> None:
    await stage.answered(stage.ask("what?", mp4))
    shown = await whispered(stage, stage.discord.use_command("forget me"))
    assert "taken out of 1 question" in shown.content
    assert (await used(tmp_path)).questions == 1  # its figures are the server's


async def test_a_person_who_is_blocked_is_told_and_nothing_is_asked(
    stage: Stage, mp4: Path, tmp_path: Path
) -> None:
    keeping = read_keeping({"DATABASE_URL": f"sqlite:///{tmp_path / 'reeltalk.sqlite'}"})
    async with open_books(keeping) as books:
        await books.blocks.block(Kind.PERSON, stage.discord.user_id)
        stage.ask("what?", mp4)
        await stage.discord.until(lambda: stage.ours(stage.discord.channel_id))
        assert "no questions of yours" in stage.ours(stage.discord.channel_id)[0].content
        await books.blocks.unblock(Kind.PERSON, stage.discord.user_id)
        await books.blocks.pause("Back at noon.")
        asked = stage.discord.use_command("ask", question="what?", clip=File(mp4))
        await stage.discord.until(
            lambda: "Back at noon." in stage.ours(asked.channel_id)[-1].content
        )
        await books.blocks.resume()
    await stage.answered(stage.ask("what?", mp4))
    assert len(stage.model.requests) == 1


async def test_the_operators_day_is_limited(start: Start, mp4: Path) -> None:
    async with start(PERSON_DAILY_QUESTIONS="1") as stage:
        await stage.answered(stage.ask("what?", mp4))
        await stage.answered(stage.ask("and?", mp4), "refused")
        other = stage.discord.add_channel("other", guild_id=stage.discord.add_server("Another"))
        await stage.answered(stage.ask("and there?", mp4, channel_id=other), "refused")


async def test_a_question_is_charged_once_however_often_it_is_delivered(
    start: Start, mp4: Path
) -> None:
    async with start(PERSON_DAILY_QUESTIONS="2") as stage:
        question = stage.ask("what?", mp4)
        stage.discord.redeliver(question.id)
        await stage.answered(question)
        stage.discord.redeliver(question.id)
        await stage.answered(stage.ask("and?", mp4))


async def test_what_was_never_asked_of_the_provider_is_not_charged(
    start: Start, mp4: Path, tmp_path: Path
) -> None:
    picture = tmp_path / "cat.png"
    picture.write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(100))
    async with start(PERSON_DAILY_QUESTIONS="1") as stage:
        await stage.answered(stage.ask("what?", picture), "refused")
        await stage.answered(stage.ask("what?", mp4))


async def test_a_server_that_puts_the_bot_out_is_erased(
    stage: Stage, mp4: Path, tmp_path: Path
) -> None:
    discord = stage.discord
    panel = await Panel.opened(discord)
    await panel.fill_in("words", language="Deutsch", instructions="")
    await stage.answered(stage.ask("what?", mp4))
    assert (await used(tmp_path, discord.guild_id)).questions == 1
    # A server that can't be reached for a while is told of in the same words, and one more.
    discord.tell("GUILD_DELETE", {"id": str(discord.guild_id), "unavailable": True})
    discord.tell("GUILD_DELETE", {"id": str(discord.guild_id)})
    async with asyncio.timeout(20):
        while (await used(tmp_path, discord.guild_id)).questions:  # noqa: ASYNC110
            await asyncio.sleep(0.02)
    await panel.press("in_thread")  # what held before is forgotten, so this is the one choice
    assert "**Language** the question's own" in panel.text
