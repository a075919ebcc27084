"""An emulated Discord and a stand-in model that stay, while the bots between them come and go."""

import asyncio
import os
import random
import re
import sys
from asyncio.subprocess import DEVNULL, Process
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

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
from bot.tasks import ended
from tests.benchmarks.stage import is_going_on
from tests.between import between

ROOT = Path(__file__).parents[2]
FOOTER = re.compile(r"^-# .* tokens · ", re.MULTILINE)
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
    """A Discord and a model, and all that was asked there."""

    discord: Discord
    model: Model
    folder: Path
    said: list[Message] = field(default_factory=list[Message])

    async def start(self, *arguments: str, stderr: Any = DEVNULL, **environ: str) -> Process:
        """Start `python -m bot` with these arguments, and variables of its environment."""
        needed = {**between(self.discord, self.model), "PYTHONPATH": str(ROOT)}
        return await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "bot", *arguments),
            cwd=self.folder,
            env={**os.environ, **needed, **environ},
            stderr=stderr,
        )

    def ask(self, text: str, channel_id: int | None = None) -> Message:
        """Say something to the bot, with a clip."""
        message = self.discord.say(
            f"<@{self.discord.bot_id}> {text}",
            files=[File(self.folder / "clip.mp4")],
            channel_id=channel_id,
        )
        self.said.append(message)
        return message

    def deliver_again(self) -> None:
        """Deliver all that was said once more."""
        for message in tuple(self.said):
            self.discord.redeliver(message.id)

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
    async def failing(
        self, chance: random.Random, kinds: Sequence[Fault | Scripted] = (*FAULTS, *REFUSALS)
    ) -> AsyncGenerator[None]:
        """Let a call, a download or the model fail now and then inside the block."""
        failing = asyncio.create_task(self._fail(chance, kinds))
        try:
            yield
        finally:
            await ended([failing])
            self.discord.faults.clear()
            self.model.script.clear()

    async def _fail(self, chance: random.Random, kinds: Sequence[Fault | Scripted]) -> None:
        while True:
            await asyncio.sleep(chance.uniform(1, 3))
            fault = chance.choice(kinds)
            if isinstance(fault, Fault):
                self.discord.faults.append(fault)
            else:
                self.model.script.append(fault)


@asynccontextmanager
async def theatre(
    *, pace: float, price: float = 0.0, **serving: Any
) -> AsyncGenerator[tuple[Discord, Model, Path]]:
    """Serve what stays, with a clip in its folder; `pace` and `price` are the model's."""
    with TemporaryDirectory(prefix="theatre-") as folder:
        make_clip(Path(folder) / "clip.mp4", seconds=1)
        # What is tested is not how long Discord makes a busy bot wait.
        async with (
            serve(rate=Rate(1000, 1), **serving) as discord,
            stand_in.serve(pace=pace, price=price) as model,
        ):
            yield discord, model, Path(folder)
