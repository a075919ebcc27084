"""An answer of more than ten pages: all of it is in a file beside its first one."""

from collections.abc import AsyncGenerator
from dataclasses import replace
from pathlib import Path

import aiohttp
import pytest
from sqlalchemy.engine import make_url

from bot.answering import Answerer
from bot.assembly import answerer
from bot.client import Client, use_api
from bot.clips import YouTubeLink
from bot.hosts import Hosts
from bot.jobs import Jobs
from bot.media.fetch import Cdn, Locate
from bot.metrics import Metrics
from bot.playground import model as stand_in
from bot.playground.discord import Answer, Discord, Fault, serve
from bot.playground.model import Model, Reset, Stall, Stream
from bot.preferences import Preferences
from bot.providers.dialect import OPENROUTER, Endpoint
from bot.questions import Question
from cogs._accounts import Accounts
from cogs._answers import Answers
from cogs._guest_reply import LIFETIME
from tests.end_to_end.staging import Stage, words_of
from tests.stores import kept_in

WORDS = tuple(f"word{number} " for number in range(3000))
TEXT = "".join(WORDS).strip()
LINK = "dQw4w9WgXcQ"


async def test_it_ends_as_a_file_beside_its_first_page(stage: Stage, mp4: Path) -> None:
    stage.model.script.append(Stream(WORDS))
    question = stage.ask("tell me all", mp4)
    assert await stage.outcomes.of(question) == "answered"
    (page,) = stage.ours(question.id)
    (file,) = page.attachments
    assert file.name == "answer.md"
    assert file.path.read_text() == TEXT
    assert "word0 word1" in page.content
    assert page.content.splitlines()[-1].startswith("-# google/gemini")
    stage.check_whole("word0 ")


async def test_it_leaves_none_of_its_pages_when_it_becomes_one(stage: Stage, mp4: Path) -> None:
    stage.model.script.append(Stream(WORDS))
    stage.model.pace = 0.001
    question = stage.ask("tell me all", mp4)
    await stage.discord.until(lambda: len(stage.said(question)) > 1)
    assert await stage.outcomes.of(question) == "answered"
    assert len(stage.ours(question.id)) == 1
    stage.check_whole("word0 ")


async def test_what_broke_it_off_stands_beneath_the_first_page(stage: Stage, mp4: Path) -> None:
    stage.model.script.append(Reset(pieces=(TEXT,)))
    question = stage.ask("tell me all", mp4)
    assert await stage.outcomes.of(question) == "failed"
    (page,) = stage.ours(question.id)
    assert [one.name for one in page.attachments] == ["answer.md"]
    assert page.content.splitlines()[-1].startswith("-# ")
    assert "Ask again" in page.content.splitlines()[-1]
    stage.check_whole("word0 ")


async def test_50013_of_files_gives_all_its_pages(stage: Stage, mp4: Path) -> None:
    stage.model.script.append(Stream(WORDS))
    channel = stage.discord.add_channel("plain", denied=("ATTACH_FILES",))
    question = stage.ask("tell me all", mp4, channel_id=channel)
    assert await stage.outcomes.of(question) == "answered"
    assert stage.refusals(50013) == 1
    pages = stage.ours(question.id)
    assert len(pages) > 10
    assert words_of(pages) == TEXT.split()
    stage.check_whole("word0 ")


async def test_40005_gives_all_its_pages(stage: Stage, mp4: Path) -> None:
    stage.model.script.append(Stream((TEXT,)))
    question = stage.ask("tell me all", mp4)
    # The edit after this one is the last.
    await stage.discord.until(lambda: stage.calls("PATCH", "/messages/{message_id}"))
    stage.discord.faults.append(Fault(Answer(413, code=40005), "PATCH", "/channels/*/messages/*"))
    assert await stage.outcomes.of(question) == "answered"
    assert words_of(stage.ours(question.id)) == TEXT.split()
    stage.check_whole("word0 ")


@pytest.fixture
async def model() -> AsyncGenerator[Model]:
    async with stand_in.serve() as serving:
        yield serving


@pytest.fixture
async def discord() -> AsyncGenerator[Discord]:
    async with serve() as serving:
        use_api(serving.api_url)
        yield serving


@pytest.fixture
async def client(discord: Discord, model: Model, tmp_path: Path) -> AsyncGenerator[Client]:
    """Return the bot's client as it is without its gateway, with commands to be used."""
    endpoint = Endpoint(replace(OPENROUTER, base_url=model.base_url), "key")
    preferences = Preferences(endpoint, "google/gemini-3.5-flash-lite", 1, 60.0, 1, 100, 3600.0)

    def answerer_with(locate: Locate) -> Answerer:
        return answerer(session, Cdn(session, locate, Hosts(frozenset())).clip)

    async with (
        aiohttp.ClientSession() as session,
        kept_in(tmp_path, preferences) as store,
        Client(
            jobs=Jobs(make_url("sqlite:///unused")),
            store=store,
            metrics=Metrics(),
            unknown_clip_seconds=300.0,
            answerer_with=answerer_with,
            extensions=("cogs.ask",),
            gateway_url=discord.gateway_url,
        ) as client,
    ):
        await client.login(discord.token)
        yield client


@pytest.mark.parametrize("said", ["It is a square", TEXT], ids=["short", "long"])
async def test_a_guest_is_told_when_discord_takes_no_word_more(
    discord: Discord, model: Model, client: Client, said: str
) -> None:
    far = discord.add_elsewhere("far")
    used = discord.use_command(
        "ask", channel_id=far, question="what?", link=f"https://youtu.be/{LINK}"
    )
    question = Question(
        id=used.id,
        guild_id=1,
        channel_id=far,
        message_id=0,
        author_id=used.user_id,
        text="what?",
        clips=(YouTubeLink(LINK),),
        author="newcomer",
        token=used.token,
        is_guest=True,
    )
    model.script.append(Stall((said,)))
    late = question.asked_at + LIFETIME - 1.0
    accounts = Accounts(client.store, client.answerer, client.unknown_clip_seconds, client.metrics)
    answers = Answers(client, client.answerer, accounts, client.preferences_for, now=lambda: late)
    await answers.give(question)
    (shown,) = discord.messages(far)
    assert said[:14] in shown.content
    assert shown.content.splitlines()[-1].startswith("-# This took longer than Discord lets me")
    assert model.abandoned == 1
