"""Ask a bot that is killed again and again, while Discord and the provider fail now and then.

    python -m tests.end_to_end.chaos --questions 100 --kills 20 --seed 1

Whatever is drawn by lot comes from the seed; what the machine makes of it does not.
"""

import argparse
import asyncio
import hashlib
import sys
import time
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

from bot.playground import model as stand_in
from bot.playground.clips import make_clip
from bot.playground.discord import (
    Answer,
    Discord,
    Fault,
    File,
    GatewayReady,
    Reset,
    ResetMidway,
    Truncate,
    serve,
)
from bot.playground.model import Model, Respond, Scripted
from bot.playground.model import Reset as ModelReset
from bot.tasks import ended
from tests.end_to_end.killable import Killable, killable
from tests.end_to_end.verdicts import Asked, judge

_PACE = 0.015  # seconds between two words: an answer has about seventy
_GAP = (1.5, 5.5)  # seconds between two kills: a job's length at least
_SETTLING = 60.0
_CALLS = (
    ("POST", "/channels/*/threads"),
    ("POST", "/channels/*/messages"),
    ("PATCH", "/channels/*/messages/*"),
    ("GET", "/channels/*/messages*"),
)
_EFFECTS = (Answer(503), Answer(503, after_effect=True), Reset(), Reset(after_effect=True))
_SPOILT = (Truncate(400), ResetMidway(1000), Answer(404), Answer(500))
_FAILURES: tuple[Scripted, ...] = (
    Respond(502, "<html><title>Bad Gateway</title></html>"),
    ModelReset(),
    ModelReset(pieces=("It ", "seems ")),
)


@dataclass(frozen=True, slots=True)
class Plan:
    """How much of it."""

    questions: int
    kills: int
    seed: int
    fault_rate: float = 0.3
    """Faults to a question."""


@dataclass(slots=True)
class Report:
    """What came of it. `unfinished` counts jobs that the bot has left on its disk."""

    plan: Plan
    deliveries: int = 0
    faults: int = 0
    requests: int = 0
    answered: int = 0
    told: int = 0
    unfinished: int = 0
    problems: list[str] = field(default_factory=list[str])
    seconds: float = 0.0

    def __str__(self) -> str:
        plan = self.plan
        return (
            f"seed={plan.seed} questions={plan.questions} kills={plan.kills} "
            f"deliveries={self.deliveries} faults={self.faults} requests={self.requests} "
            f"answered={self.answered} told={self.told} unfinished={self.unfinished} "
            f"problems={len(self.problems)} seconds={self.seconds:.1f}"
        )


class Chaos:
    """One run of it."""

    def __init__(
        self, plan: Plan, discord: Discord, model: Model, bot: Killable, clips: list[Path]
    ) -> None:
        self._plan = plan
        self._discord = discord
        self._model = model
        self._bot = bot
        self._clips = {hashlib.sha256(clip.read_bytes()).hexdigest(): clip for clip in clips}
        lot = Random(plan.seed)  # noqa: S311 (nothing is secret here)
        self._gaps = [lot.uniform(*_GAP) for _ in range(plan.kills)]
        self._at = sorted(lot.uniform(0, sum(self._gaps)) for _ in range(plan.questions))
        self._lot = lot  # from here on drawn from by the asking alone
        self._channels = [discord.channel_id, *map(discord.add_channel, ("clips", "pets", "games"))]
        self._asked: list[Asked] = []
        self._deliveries = Counter[int]()
        self._faults = 0

    async def run(self) -> Report:
        """Let it happen, wait until all is quiet, and judge."""
        begun = time.monotonic()
        redelivering = asyncio.create_task(self._redeliver())
        try:
            await asyncio.gather(self._ask_all(), self._kill_all())
            await self._settle()
        finally:
            await ended([redelivering])
        report = self._judged(await self._bot.stop())
        report.seconds = time.monotonic() - begun
        return report

    async def _ask_all(self) -> None:
        pauses = [later - sooner for sooner, later in zip([0, *self._at], self._at, strict=False)]
        for number, pause in enumerate(pauses):
            await asyncio.sleep(pause)
            self._spoil()
            self._ask(number)

    async def _kill_all(self) -> None:
        for gap in self._gaps:
            await asyncio.sleep(gap)
            await self._bot.kill()
            await self._bot.start()

    def _ask(self, number: int) -> None:
        sha256, clip = self._lot.choice(list(self._clips.items()))
        words = f"question {number}: what is this?"
        # One in five has an answer of two messages, for it repeats the question.
        length = self._lot.choice((0, 0, 0, 0, 27))
        message = self._discord.say(
            f"<@{self._discord.bot_id}> {' '.join([words, *['x' * 60] * length])}",
            files=[File(clip)],
            channel_id=self._lot.choice(self._channels),
        )
        self._deliveries[message.id] += self._discord.ready
        self._asked.append(Asked(message, words, sha256))

    def _spoil(self) -> None:
        lot, faults = self._lot, self._discord.faults
        if lot.random() >= self._plan.fault_rate:
            return
        self._faults += 1
        match lot.randrange(4):
            case 0:
                self._model.script.append(lot.choice(_FAILURES))
            case 1:
                faults.append(
                    Fault(lot.choice(_SPOILT), path="/attachments/*", after=lot.randrange(2))
                )
            case 2:
                self._discord.expire_links()
            case _:
                method, path = lot.choice(_CALLS)
                faults.append(
                    Fault(lot.choice(_EFFECTS), method=method, path=path, after=lot.randrange(3))
                )

    async def _redeliver(self) -> None:
        """Tell every session that begins of all that was said before it."""
        async for change in self._discord.changes():
            if isinstance(change, GatewayReady):
                for one in self._asked:
                    self._discord.redeliver(one.message.id)
                    self._deliveries[one.message.id] += 1

    async def _settle(self) -> None:
        """Deliver all once more, to a session begun anew; wait for what is not yet at its end."""
        await self._discord.until(lambda: self._discord.ready)
        self._discord.invalidate_sessions()
        self._discord.drop_gateway()
        with suppress(TimeoutError):
            await self._discord.until(self._settled, _SETTLING)

    def _settled(self) -> bool:
        if min(self._deliveries[one.message.id] for one in self._asked) < 2:
            return False
        return all(not judge(self._discord, one).problems for one in reversed(self._asked))

    def _judged(self, status: int) -> Report:
        report = Report(
            plan=self._plan,
            deliveries=self._deliveries.total(),
            faults=self._faults,
            requests=len(self._model.requests),
            unfinished=self._bot.unfinished(),
        )
        for one in self._asked:
            verdict = judge(self._discord, one)
            report.problems += (f"{one.words} {problem}" for problem in verdict.problems)
            if not verdict.problems:
                report.answered += verdict.answered
                report.told += not verdict.answered
        if status:
            report.problems.append(f"the bot ended with {status}")
        if self._bot.deaths_of_its_own:
            report.problems.append(f"the bot died of itself {self._bot.deaths_of_its_own} times")
        if report.unfinished:
            report.problems.append(f"{report.unfinished} jobs are left unfinished")
        if "Traceback" in self._bot.log:
            report.problems.append("the log tells of a bug")
        return report


async def chaos(plan: Plan, folder: Path) -> Report:
    """Run it in an empty folder."""
    clips = [folder / f"{name}.mp4" for name in ("one", "two", "three")]
    for seconds, clip in enumerate(clips, 1):
        make_clip(clip, seconds=seconds)
    async with (
        serve() as discord,
        stand_in.serve(pace=_PACE) as model,
        killable(discord, model, folder) as bot,
    ):
        await discord.until(lambda: discord.ready)
        return await Chaos(plan, discord, model, bot, clips).run()


def main() -> int:
    """Run what the command line asks for; the status tells whether all went well."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--questions", type=int, default=100)
    parser.add_argument("--kills", type=int, default=20)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--keep", type=Path, help="an empty folder for the bot's log and files")
    arguments = parser.parse_args()
    plan = Plan(arguments.questions, arguments.kills, arguments.seed)
    with TemporaryDirectory() as temporary:
        folder = arguments.keep or Path(temporary)
        report = asyncio.run(chaos(plan, folder))
    print(report, *report.problems, sep="\n")  # noqa: T201 (a command says how it went)
    return 1 if report.problems else 0


if __name__ == "__main__":
    sys.exit(main())
