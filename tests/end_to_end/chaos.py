"""Kill the bot at random instants, over and over, and count what became of the questions.

    python -m tests.end_to_end.chaos --questions 100 --kills 20 --seed 1

The emulated Discord and the stand-in model stay; the bot is a process of its own that is killed
with SIGKILL and started again, while calls to Discord, downloads and the provider fail at random.
Every message is delivered when it is said and again after each start, so every question is accepted
in the end; each has to end in one answer, or in one sentence where the provider failed.
"""

import argparse
import asyncio
import os
import random
import re
import signal
import sys
import time
from asyncio.subprocess import DEVNULL, Process
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory

from bot.playground import model as stand_in
from bot.playground.clips import make_clip
from bot.playground.discord import (
    Answer,
    Discord,
    Fault,
    File,
    Message,
    Rate,
    Reset,
    Truncate,
    serve,
)
from bot.playground.model import Model, Respond, Scripted
from bot.playground.model import Reset as ModelReset
from tests.benchmarks.stage import is_going_on

ROOT = Path(__file__).parents[2]
FOOTER = re.compile(r"^-# .* tokens · ", re.MULTILINE)
JOB = 1.5  # seconds that one answer takes, about
PATIENCE = 120.0
TOLD = re.compile(r"(?:Ask|Post it|Post the clip) again")  # what every such sentence says
REFUSALS: tuple[Scripted, ...] = (
    Respond(502, "<html><title>Bad Gateway</title></html>"),
    ModelReset(),
    ModelReset(after=0.5),
)
FAULTS = (
    Fault(Answer(503), path="/channels/*"),
    Fault(Answer(503, after_effect=True), path="/channels/*"),
    Fault(Reset(), path="/channels/*"),
    Fault(Reset(after_effect=True), path="/channels/*"),
    Fault(Truncate(1000), path="/attachments/*"),
    Fault(Answer(404), path="/attachments/*"),
)


@dataclass(slots=True)
class Theatre:
    """A Discord and a model that stay, and a bot that may not."""

    discord: Discord
    model: Model
    folder: Path
    drain: str
    said: list[Message] = field(default_factory=list[Message])
    _bot: Process | None = None

    async def begin(self) -> None:
        """Start the bot, and deliver again all that was said."""
        discord, begun = self.discord, self.discord.identifies
        environ = {
            "DISCORD_TOKEN": discord.token,
            "DISCORD_API_URL": discord.api_url,
            "DISCORD_GATEWAY_URL": discord.gateway_url,
            "DISCORD_CDN_HOSTS": discord.cdn_host,
            "PROVIDER": "openrouter",
            "OPENROUTER_API_KEY": "key",
            "OPENROUTER_BASE_URL": self.model.base_url,
            "MODEL": "playground/stand-in",
            "DATABASE_URL": f"sqlite:///{self.folder / 'reeltalk.sqlite'}",
            "DRAIN_SECONDS": self.drain,
            "PYTHONPATH": str(ROOT),
        }
        self._bot = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "bot"),
            cwd=self.folder,
            env={**os.environ, **environ},
            stderr=DEVNULL,
        )
        await discord.until(lambda: discord.identifies > begun and discord.ready, 60)
        for message in tuple(self.said):
            discord.redeliver(message.id)

    async def end(self, number: int = signal.SIGTERM) -> int:
        """End the bot, and return its exit status."""
        assert self._bot is not None
        if self._bot.returncode is None:
            self._bot.send_signal(number)
        return await asyncio.wait_for(self._bot.wait(), 60)

    def ask(self, text: str, channel_id: int | None = None) -> Message:
        """Say something to the bot, with a clip."""
        message = self.discord.say(
            f"<@{self.discord.bot_id}> {text}",
            files=[File(self.folder / "clip.mp4")],
            channel_id=channel_id,
        )
        self.said.append(message)
        return message

    def answer(self, question: Message) -> list[Message]:
        """Return what the bot said in a question's thread."""
        if self.discord.thread(question.id) is None:
            return []
        said = self.discord.messages(question.id)
        return [one for one in said if one.author_id == self.discord.bot_id]

    def is_answered(self, question: Message) -> bool:
        """Tell whether an answer is complete, down to its footer."""
        return any(FOOTER.search(one.content) for one in self.answer(question))

    def is_told(self, question: Message) -> bool:
        """Tell whether whoever asked was told that the provider or Discord failed."""
        return any(TOLD.search(one.content) for one in self.answer(question))

    def is_over(self, question: Message) -> bool:
        """Tell whether a question has ended, one way or the other."""
        return self.is_answered(question) or self.is_told(question)

    def violations(self) -> list[str]:
        """Name what is not exactly one whole answer in one thread."""
        found: list[str] = []
        for question in self.said:
            said = self.answer(question)
            whole = [one for one in said if "SHA-256" in one.content and FOOTER.search(one.content)]
            ends = len(whole) + sum(bool(TOLD.search(one.content)) for one in said)
            if len(said) != 1 or ends != 1 or is_going_on(said[0]):
                found.append(f"{question.content}: {[one.content[:80] for one in said]}")
        channels = {question.channel_id for question in self.said}
        for channel_id in channels:
            strays = [
                one
                for one in self.discord.messages(channel_id)
                if one.author_id == self.discord.bot_id
            ]
            found += [f"beside its thread: {one.content[:80]}" for one in strays]
        return found


@asynccontextmanager
async def theatre(*, pace: float = 0.01, drain: str = "10") -> AsyncGenerator[Theatre]:
    """Set everything up, with the bot running; end everything with the block."""
    with TemporaryDirectory(prefix="chaos-") as folder:
        make_clip(Path(folder) / "clip.mp4", seconds=1)
        # What is tested is not how long Discord makes a busy bot wait.
        async with serve(rate=Rate(1000, 1)) as discord, stand_in.serve(pace=pace) as model:
            stage = Theatre(discord, model, Path(folder), drain)
            await stage.begin()
            try:
                yield stage
            finally:
                await stage.end(signal.SIGKILL)


async def run(questions: int, kills: int, seed: int) -> list[str]:
    """Ask and kill; return what is wrong in the end, and print the counts."""
    chance, start = random.Random(seed), time.monotonic()  # noqa: S311 (no secret)
    async with theatre() as stage:
        discord = stage.discord
        channels = [discord.channel_id, *(discord.add_channel(f"room-{n}") for n in range(5))]

        async def ask() -> None:
            for number in range(questions):
                stage.ask(f"question {number}", chance.choice(channels))
                await asyncio.sleep(chance.uniform(0.1, 0.6))

        async def fail() -> None:
            async for fault in _now_and_then(chance):
                if isinstance(fault, Fault):
                    discord.faults.append(fault)
                else:
                    stage.model.script.append(fault)

        asking, failing = asyncio.create_task(ask()), asyncio.create_task(fail())
        for _ in range(kills):
            await asyncio.sleep(chance.uniform(JOB, JOB + 2))
            await stage.end(signal.SIGKILL)
            await stage.begin()
        await asking
        failing.cancel()
        discord.faults.clear()
        stage.model.script.clear()
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


async def _now_and_then(chance: random.Random) -> AsyncIterator[Fault | Scripted]:
    while True:
        await asyncio.sleep(chance.uniform(1, 3))
        yield chance.choice((*FAULTS, *REFUSALS))


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
