"""Ask a bot many questions, and see from outside that nothing of them stays with it.

    python -m tests.end_to_end.soak --questions 2000

The bot is a process of its own, between an emulated Discord and a stand-in model that fail now and
then. Memory after the first questions and after all of them must be about the same, and open files,
threads, child processes and connections as many; the ledger must hold each question once, what the
bot tells of itself agree with it, and what is kept go once its time is over.
"""

import argparse
import asyncio
import random
import re
import signal
import sys
import time
from asyncio.subprocess import Process
from collections.abc import AsyncGenerator, Iterator, Mapping, Sequence
from contextlib import ExitStack, asynccontextmanager
from dataclasses import dataclass, field

import aiohttp
import psutil
from prometheus_client.parser import text_string_to_metric_families

from bot.playground.discord import Answer, Fault, MessageCreated, MessageEdited
from bot.playground.model import Reset as ModelReset
from bot.playground.model import Scripted
from bot.tasks import ended
from tests.end_to_end.books import Books, Kept
from tests.end_to_end.footprint import Footprint, rested
from tests.end_to_end.theatre import FAULTS, FOOTER, REFUSALS, TOLD, Theatre, theatre
from tests.postgresql import free_port, postgresql

SERVERS, ROOMS, AT_ONCE = 6, 3, 12
BURST, FIRST = 60, 200
"""Questions asked at once to begin with, so that every pool is as large as it gets; and in all
until it is measured what they have left."""
EVERY = 0.38
"""Seconds between questions: discord.py remembers a thread's rate limits for five minutes, and so
more of them the faster it is asked."""
ARCHIVED = 50  # questions later, where Discord archives a thread in which nothing is said
GROWTH = 1.1
"""How many times the memory after the first questions the bot may take after all of them."""
PATIENCE, SWEPT = 120.0, 20.0
REST = 45.0  # seconds: longer than any connection is kept for another call
PACE = 0.005
PRICE = 1e-6  # so that a token costs a millionth of a dollar, and sums can be told by tokens
TOKENS = re.compile(r" · ([\d,]+) tokens")
TROUBLE: tuple[Fault | Scripted, ...] = (
    *FAULTS,
    *REFUSALS,
    Fault(Answer(429, retry_after=0.5), path="/channels/*"),
    Fault(Answer(503, html=True), path="/channels/*", times=3),
    ModelReset(pieces=("It begins ", "and breaks off")),
)


@dataclass(slots=True)
class Soak(Theatre):
    """A theatre in which it is known at once what has ended."""

    url: str = field(kw_only=True)
    port: int = field(default_factory=free_port)
    bot: Process | None = None
    over: set[int] = field(default_factory=set[int])

    async def begin(self) -> psutil.Process:
        """Start the bot, and return its process once it is connected."""
        begun = self.discord.identifies
        self.bot = await self.start(DATABASE_URL=self.url, HEALTH_ADDRESS=f"127.0.0.1:{self.port}")
        await self.discord.until(lambda: self.discord.identifies > begun and self.discord.ready, 60)
        return psutil.Process(self.bot.pid)

    async def end(self) -> int:
        """End the bot in good order, and return its exit status."""
        assert self.bot is not None
        self.bot.send_signal(signal.SIGTERM)
        return await asyncio.wait_for(self.bot.wait(), 60)

    async def figures(self) -> Mapping[str, Mapping[str, float]]:
        """Return what the bot tells of itself: of each figure, its values by their one label."""
        async with (
            aiohttp.ClientSession() as web,
            web.get(f"http://127.0.0.1:{self.port}/metrics") as told,
        ):
            text = await told.text()
        found: dict[str, dict[str, float]] = {}
        for family in text_string_to_metric_families(text):
            for one in family.samples:
                found.setdefault(one.name, {})["".join(one.labels.values())] = one.value
        return found

    async def watch(self) -> None:
        """Note what has ended, from now on."""
        async for change in self.discord.changes():
            match change:
                case MessageCreated(message) | MessageEdited(message):
                    if FOOTER.search(message.content) or TOLD.search(message.content):
                        self.over.add(message.channel_id)
                case _:
                    pass

    async def ask_many(self, channels: Sequence[int], count: int) -> None:
        """Ask so many questions, a few at once, until all have ended."""
        for _ in range(count):
            await self._until_open(AT_ONCE - 1)
            self.ask_next(channels)
            if self.said[-ARCHIVED].id in self.over:
                self.discord.archive(self.said[-ARCHIVED].id)
            await asyncio.sleep(EVERY)
        await self._until_open(0)

    def ask_next(self, channels: Sequence[int]) -> None:
        """Ask in the channel whose turn it is."""
        number = len(self.said)
        self.ask(f"question {number}.", channels[number % len(channels)])

    async def _until_open(self, most: int) -> None:
        """Wait until no more than so many questions are open; `over` is of threads' ids."""
        await self.discord.until(lambda: len(self.said) - len(self.over) <= most, PATIENCE)

    @property
    def tokens(self) -> int:
        """The sum of what the answers say that they took."""
        footers = (TOKENS.search(one.content) for said in self.said for one in self.answer(said))
        return sum(int(found[1].replace(",", "")) for found in footers if found)


@asynccontextmanager
async def soaking(url: str | None) -> AsyncGenerator[tuple[Soak, Books]]:
    """Set everything up but the bot, which ends with the block; without a `url`, on a file."""
    async with theatre(pace=PACE, price=PRICE) as (discord, model, folder):
        file = folder / "reeltalk.sqlite"
        stage = Soak(discord, model, folder, url=url or f"sqlite:///{file}")
        books = Books(stage.url, None if url else file.with_name("reeltalk-jobs.sqlite"))
        watching = asyncio.create_task(stage.watch())
        try:
            yield stage, books
        finally:
            await ended([watching])
            books.close()
            if stage.bot is not None and stage.bot.returncode is None:
                stage.bot.kill()
                await stage.bot.wait()


async def run(questions: int, seed: int, url: str | None = None) -> list[str]:
    """Ask, measure and read; return what is wrong, and print the figures."""
    chance, begun = random.Random(seed), time.monotonic()  # noqa: S311 (no secret)
    async with soaking(url) as (stage, books):
        servers = [stage.discord.add_server(f"server {number}") for number in range(SERVERS)]
        channels = [
            stage.discord.add_channel(f"room-{n}", guild_id=guild_id)
            for n in range(ROOMS)
            for guild_id in servers
        ]
        process = await stage.begin()
        for _ in range(min(BURST, questions)):
            stage.ask_next(channels)
        async with stage.failing(chance, TROUBLE):
            await stage.ask_many(channels, min(FIRST, questions) - len(stage.said))
        first = await rested(process, REST)
        async with stage.failing(chance, TROUBLE):
            await stage.ask_many(channels, questions - len(stage.said))
        seconds = time.monotonic() - begun - REST
        last = await rested(process, REST, like=first)
        kept = books.read()
        wrong = [*stage.violations(), *grown(first, last), *misbooked(stage, kept)]
        wrong += miscounted(await stage.figures(), kept)
        wrong += await outlived(stage, books)
        print(*table(first, last, min(FIRST, questions), questions), sep="\n")  # noqa: T201
        told = sum(map(stage.is_told, stage.said))
        print(  # noqa: T201 (it is a program)
            f"seed={seed} questions={questions} told={told} tokens={stage.tokens} "
            f"outcomes={kept.outcomes} rows={kept.rows} "
            f"seconds={seconds:.0f} violations={len(wrong)}"
        )
    return wrong


def grown(first: Footprint, last: Footprint) -> Iterator[str]:
    """Name what the bot takes more of in the end."""
    if last.resident > GROWTH * first.resident:
        yield f"memory: {last.resident:.1f} MB after {first.resident:.1f} MB"
    yield from last.excess(first)


def misbooked(stage: Soak, kept: Kept) -> Iterator[str]:
    """Name where the books differ from what was asked, and what was seen of it."""
    asked = {one.id for one in stage.said}
    answered = sum(map(stage.is_answered, stage.said))
    checks = {
        "questions in the ledger": (kept.questions, asked),
        "rows in the ledger": (kept.rows["ledger"], len(asked)),
        "rows in the line": (kept.rows["workflow_status"], len(asked)),
        "accepted ids": (kept.rows["accepted_questions"], len(asked)),
        "unfinished in the line": (kept.unfinished, 0),
        "unsettled charges": (kept.unsettled, 0),
        "answered": (kept.outcomes.get("answered", 0), answered),
        "tokens": (kept.prompt_tokens + kept.completion_tokens, stage.tokens),
        "cost": (kept.micros, stage.tokens),
    }
    yield from _differences(checks)


def _differences(checks: Mapping[str, tuple[object, object]]) -> Iterator[str]:
    for what, (found, expected) in checks.items():
        if found != expected:
            yield f"{what}: {found} instead of {expected}"


def miscounted(figures: Mapping[str, Mapping[str, float]], kept: Kept) -> Iterator[str]:
    """Name where what the bot tells of itself differs from its ledger."""
    told = {outcome: n for outcome, n in figures["reeltalk_questions_total"].items() if n}
    tokens = figures["reeltalk_tokens_total"]
    checks = {
        "outcomes told": (told, kept.outcomes),
        "questions timed": (
            figures["reeltalk_question_seconds_count"]["total"],
            len(kept.questions),
        ),
        "tokens told": (
            (tokens["prompt"], tokens["completion"]),
            (kept.prompt_tokens, kept.completion_tokens),
        ),
        "cost told": (sum(figures["reeltalk_cost_microdollars_total"].values()), kept.micros),
        "in flight": (figures["reeltalk_questions_in_flight"][""], 0),
        "bytes in flight": (figures["reeltalk_clip_bytes_in_flight"][""], 0),
        "waiting": (figures["reeltalk_questions_waiting"][""], 0),
    }
    yield from _differences(checks)


async def outlived(stage: Soak, books: Books) -> list[str]:
    """Let everything be older than it is kept, start the bot again, and name what stays."""
    wrong = [f"exit status {status}"] if (status := await stage.end()) else []
    await asyncio.to_thread(books.age)
    await stage.begin()
    try:
        async with asyncio.timeout(SWEPT):
            while any(books.rows().values()):  # noqa: ASYNC110 (another process deletes them)
                await asyncio.sleep(0.5)
    except TimeoutError:
        wrong.append(f"rows that stay: {books.rows()}")
    return wrong


def table(first: Footprint, last: Footprint, few: int, many: int) -> Iterator[str]:
    """Write what the bot took after the first questions, and after all of them."""
    yield "| questions | USS MB | RSS MB | files | threads | children | connections |"
    yield "|----------:|-------:|-------:|------:|--------:|---------:|------------:|"
    for count, one in ((few, first), (many, last)):
        yield (
            f"| {count:9,} | {one.unique:6.1f} | {one.resident:6.1f} | {one.files:5} "
            f"| {one.threads:7} | {one.children:8} | {one.connections:11} |"
        )


def main() -> None:
    """Read the command line and run."""
    parser = argparse.ArgumentParser(description=__doc__, prog="python -m tests.end_to_end.soak")
    parser.add_argument("--questions", type=int, default=2000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--postgresql", action="store_true", help="in place of a file")
    asked = parser.parse_args()
    with ExitStack() as held:
        url = held.enter_context(postgresql()).make() if asked.postgresql else None
        wrong = asyncio.run(run(asked.questions, asked.seed, url))
    print(*wrong, sep="\n")  # noqa: T201 (it is a program)
    sys.exit(1 if wrong else 0)


if __name__ == "__main__":
    main()
