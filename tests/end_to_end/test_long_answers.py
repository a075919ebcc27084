"""A long answer arrives complete, in order and once, whatever Discord lets the bot do at a time."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

from bot.pages import LIMIT
from bot.playground.discord import (
    Answer,
    Discord,
    Fault,
    Message,
    MessageCreated,
    MessageEdited,
    Rate,
)
from bot.playground.model import Stream
from bot.tasks import ended
from tests.end_to_end.conftest import Start
from tests.end_to_end.staging import Stage, bare

LENGTH = 12_000
FENCE = "```"
TOO_MANY = 429
SEND, EDIT = ("POST", "/channels/*/messages"), ("PATCH", "/channels/*/messages/*")
TABLE = ("Clip      Scene           Length", "--------  --------------  ------")


def section(number: int) -> str:
    """Write one part of the answer; every line of it is its own."""
    rows = "\n".join(f"clip {row:03}  scene {number:02} {row:02}   0:{row:02}" for row in range(12))
    code = "\n".join(f"    frame_{number}_{line} = read({line})" for line in range(9))
    return f"""\
## Part {number}

In part {number} a square moves from the left to the right, and part {number} ends as it began.

- point {number}.1, which is said at some length so that it takes more than a line of its own
  - point {number}.1.1
    - point {number}.1.1.1
  - point {number}.1.2
- point {number}.2

{FENCE}python
def part_{number}():
{code}
{FENCE}

{FENCE}
{TABLE[0]}
{TABLE[1]}
{rows}
{FENCE}
"""


def long_answer() -> str:
    text, number = "", 0
    while len(text) < LENGTH:
        number += 1
        text += f"{section(number)}\n"
    return text[:LENGTH].rpartition("\n")[0]


def streamed(text: str) -> Stream:
    """Cut it anywhere, as a provider does."""
    chance, pieces = Random(7), list[str]()  # noqa: S311 (no secret)
    while text:
        size = chance.randint(5, 60)
        pieces.append(text[:size])
        text = text[size:]
    return Stream(tuple(pieces))


def essence(text: str) -> str:
    """Leave out white space, fences, and the head of a table, which each page shows again."""
    lines = (line.strip() for line in text.split("\n"))
    return "".join(
        "".join(line.split())
        for line in lines
        if not line.startswith(FENCE) and line not in TABLE and not line.startswith("-# ")
    )


@dataclass(slots=True)
class Watcher:
    """Watches the pages of an answer: what each has said, and what was said too late."""

    discord: Discord
    pages: dict[int, list[str]] = field(default_factory=dict[int, list[str]])
    wrong: list[str] = field(default_factory=list[str])

    async def watch(self) -> None:
        async for change in self.discord.changes():
            match change:
                case MessageCreated(message) | MessageEdited(message):
                    if message.author_id == self.discord.bot_id:
                        self._note(message)
                case _:
                    pass

    def _note(self, message: Message) -> None:
        said = self.pages.setdefault(message.id, [])
        if said and message.id != max(self.pages) and said[-1] != message.content:
            self.wrong.append(f"a full page was changed: {message.content}")
        if len(message.content) > LIMIT or message.content.count(FENCE) % 2:
            self.wrong.append(f"no page that Discord shows well: {message.content}")
        said.append(message.content)


@asynccontextmanager
async def watching(discord: Discord) -> AsyncGenerator[Watcher]:
    watcher = Watcher(discord)
    task = asyncio.create_task(watcher.watch())
    try:
        yield watcher
    finally:
        await ended([task])


async def require_whole(stage: Stage, clip: Path) -> None:
    """Ask for the long answer, and watch it come."""
    text = long_answer()
    stage.model.script.append(streamed(text))
    stage.model.pace = 0.016  # so that it takes about six seconds, and is shown several times
    async with watching(stage.discord) as watcher:
        question = stage.ask("tell me all", clip)
        assert await stage.outcomes.of(question) == "answered"
        last = stage.ours(question.id)[-1].content
        await stage.discord.until(lambda: last in watcher.pages.get(max(watcher.pages), ()))
    assert watcher.wrong == []
    pages = stage.ours(question.id)
    assert [one.id for one in pages] == list(watcher.pages)
    assert len(pages) > 6
    assert len(watcher.pages[pages[0].id]) > 2  # it was seen to grow
    assert essence("\n".join(bare(one.content) for one in pages)) == essence(text)
    assert stage.ours(question.channel_id) == []
    assert "-# " in last


async def test_a_long_answer_is_whole_and_a_full_page_stays_as_it_is(
    stage: Stage, mp4: Path
) -> None:
    await require_whole(stage, mp4)


async def test_a_long_answer_is_whole_though_discord_says_now_and_then_to_wait(
    stage: Stage, mp4: Path
) -> None:
    slow = Answer(429, retry_after=0.4)
    for after in (1, 3):
        stage.discord.faults.append(Fault(slow, *EDIT, after=after))
    for after in (0, 2, 3):
        stage.discord.faults.append(Fault(slow, *SEND, after=after))
    await require_whole(stage, mp4)
    limited = [one for one in stage.discord.requests if one.status == TOO_MANY]
    assert len(limited) >= 4


async def test_a_long_answer_is_whole_where_few_calls_are_let_through(
    start: Start, mp4: Path
) -> None:
    rates = {
        ("PATCH", "/channels/{channel_id}/messages/{message_id}"): Rate(2, 1.5),
        ("POST", "/channels/{channel_id}/messages"): Rate(1, 1),
    }
    async with start(serving={"rates": rates}) as stage:
        await require_whole(stage, mp4)
