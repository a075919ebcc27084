"""Kill the bot at random instants, over and over, and count what became of the questions.

    python -m tests.end_to_end.chaos --questions 100 --kills 20 --seed 1

The emulated Discord and the stand-in model stay; the bot is a process of its own that is killed
with SIGKILL and started again, while calls to Discord, downloads and the provider fail at random.
Every message is delivered when it is said and again after each start, so every question is accepted
in the end; each has to end in one answer, or in one sentence where the provider failed.
"""

import argparse
import asyncio
import random
import signal
import sys
import time
from asyncio.subprocess import Process
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from tests.end_to_end.theatre import Theatre, theatre

JOB = 1.5  # seconds that one answer takes, about
PATIENCE = 120.0


@dataclass(slots=True)
class OneBot(Theatre):
    """A theatre with one bot, which may go at any time."""

    drain: str = "10"
    _bot: Process | None = None

    async def begin(self) -> None:
        """Start the bot, and deliver again all that was said."""
        discord, begun = self.discord, self.discord.identifies
        self._bot = await self.start(
            DATABASE_URL=f"sqlite:///{self.folder / 'reeltalk.sqlite'}", DRAIN_SECONDS=self.drain
        )
        await discord.until(lambda: discord.identifies > begun and discord.ready, 60)
        self.deliver_again()

    async def end(self, number: int = signal.SIGTERM) -> int:
        """End the bot, and return its exit status."""
        assert self._bot is not None
        if self._bot.returncode is None:
            self._bot.send_signal(number)
        return await asyncio.wait_for(self._bot.wait(), 60)


@asynccontextmanager
async def one_bot(*, pace: float = 0.01, drain: str = "10") -> AsyncGenerator[OneBot]:
    """Set everything up, with the bot running; end everything with the block."""
    async with theatre(pace=pace) as (discord, model, folder):
        stage = OneBot(discord, model, folder, drain=drain)
        await stage.begin()
        try:
            yield stage
        finally:
            await stage.end(signal.SIGKILL)


async def run(questions: int, kills: int, seed: int) -> list[str]:
    """Ask and kill; return what is wrong in the end, and print the counts."""
    chance, start = random.Random(seed), time.monotonic()  # noqa: S311 (no secret)
    async with one_bot() as stage:
        discord = stage.discord
        channels = [discord.channel_id, *(discord.add_channel(f"room-{n}") for n in range(5))]

        async def ask() -> None:
            for number in range(questions):
                stage.ask(f"question {number}", chance.choice(channels))
                await asyncio.sleep(chance.uniform(0.1, 0.6))

        async with stage.failing(chance):
            asking = asyncio.create_task(ask())
            for _ in range(kills):
                await asyncio.sleep(chance.uniform(JOB, JOB + 2))
                await stage.end(signal.SIGKILL)
                await stage.begin()
            await asking
        try:
            await discord.until(lambda: all(map(stage.is_over, stage.said)), PATIENCE)
        except TimeoutError:
            print("not everything has ended in time")  # noqa: T201 (it is a program)
        status = await stage.end()
        wrong = stage.violations() + ([f"exit status {status}"] if status else [])
        print(  # noqa: T201 (it is a program)
            f"seed={seed} questions={len(stage.said)} kills={kills} "
            f"answers={sum(map(stage.is_answered, stage.said))} "
            f"told={sum(map(stage.is_told, stage.said))} violations={len(wrong)} "
            f"asked_of_the_model={len(stage.model.requests)} "
            f"seconds={time.monotonic() - start:.0f}"
        )
    return wrong


def main() -> None:
    """Read the command line and run."""
    parser = argparse.ArgumentParser(description=__doc__, prog="python -m tests.end_to_end.chaos")
    parser.add_argument("--questions", type=int, default=100)
    parser.add_argument("--kills", type=int, default=20)
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    wrong = asyncio.run(run(asked.questions, asked.kills, asked.seed))
    print(*wrong, sep="\n")  # noqa: T201 (it is a program)
    sys.exit(1 if wrong else 0)


if __name__ == "__main__":
    main()
