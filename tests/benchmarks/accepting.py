"""What keeping questions costs: `python -m tests.benchmarks.accepting`.

Every row is the median of fresh processes, each between an emulated Discord and a stand-in model
in this one: the bot, the bot without its engine, and discord.py alone. Timings depend on the
machine, so the verdicts are on how many times the one takes what the other does.
"""

import asyncio
import math
import sys
from collections.abc import AsyncGenerator, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

from bot.playground import model as stand_in
from bot.playground.discord import Rate, serve
from tests.benchmarks.stage import Asker, Stage, idle

_KEPT, _UNKEPT, _BARE = "bot", "tests.benchmarks.unkept", "tests.benchmarks.bare"
_ROUNDS, _IN_TURN, _AT_ONCE, _BURSTS = 3, 40, 50, 2
_REST = 0.05
"""Seconds between questions asked in turn: what is left to do for one is no part of the next."""
_MOST_SIGN, _MOST_START = 1.5, 2.0

Figures = Mapping[str, float]
"""By the heading of the column that they stand in."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """How many times a figure is another, and may be."""

    what: str
    times: float
    most: float

    @property
    def met(self) -> bool:
        return self.times <= self.most

    def __str__(self) -> str:
        allowed = f"{self.times:.2f} times, at most {self.most} allowed"
        return f"{self.what}: {allowed}: {'met' if self.met else 'NOT MET'}."


async def run() -> dict[str, Figures]:
    """Run each once per round, so that a noisy minute falls on all of them."""
    taken: dict[str, list[Figures]] = {_KEPT: [], _UNKEPT: [], _BARE: []}
    for _ in range(_ROUNDS):
        for module, figures in taken.items():
            async with _stage() as stage:
                figures.append(await _measure(module, stage))
    return {module: _median(figures) for module, figures in taken.items()}


@asynccontextmanager
async def _stage() -> AsyncGenerator[Stage]:
    with TemporaryDirectory(prefix="accepting-") as name:
        # What is measured is not how long Discord makes a busy bot wait.
        async with serve(rate=Rate(100_000, 1)) as discord, stand_in.serve() as model:
            yield Stage(discord, model, Path(name))


async def _measure(module: str, stage: Stage) -> Figures:
    """Start it, let it rest, and ask; a first question, not counted, warms it up."""
    channels = [stage.discord.add_channel(f"room-{number}") for number in range(_AT_ONCE)]
    async with stage.running(module) as started:
        figures = {"READY s": started.connected, "ready s": started.ready}
        if module == _BARE:
            return {**figures, **await idle(started.process)}
        async with stage.asking() as asker:
            await asker.ask(channels[:1])
            figures |= await idle(started.process)
            one = [await _at_rest(asker, channels[0]) for _ in range(_IN_TURN)]
            many = [s for _ in range(_BURSTS) for s in await asker.ask(channels)]
        return {**_signs("1", one), **_signs(str(_AT_ONCE), many), **figures}


async def _at_rest(asker: Asker, channel: int) -> float:
    await asyncio.sleep(_REST)
    (seconds,) = await asker.ask([channel])
    return seconds


def _signs(count: str, seconds: Sequence[float]) -> Figures:
    return {f"{count}: p{share} ms": 1000 * percentile(seconds, share) for share in (50, 95)}


def percentile(values: Sequence[float], share: int) -> float:
    """Return the least value that this share of all, in percent, do not exceed."""
    return sorted(values)[math.ceil(len(values) * share / 100) - 1]


def _median(rounds: Sequence[Figures]) -> Figures:
    return {name: median(figures[name] for figures in rounds) for name in rounds[0]}


def table(costs: Mapping[str, Figures]) -> Iterator[str]:
    """Write what each takes; times to the first sign, by how many ask at once, come first."""
    names = {_KEPT: "with the engine", _UNKEPT: "without it", _BARE: "discord.py alone"}
    columns = list(costs[_KEPT])
    yield f"| {'':16} | {' | '.join(columns)} |"
    yield f"|{'-' * 18}|{'|'.join('-' * (len(column) + 1) + ':' for column in columns)}|"
    for module, figures in costs.items():
        cells = (_cell(figures.get(column), len(column)) for column in columns)
        yield f"| {names[module]:16} | {' | '.join(cells)} |"


def _cell(figure: float | None, width: int) -> str:
    return f"{'-':>{width}}" if figure is None else f"{figure:{width}.2f}"


def judge(costs: Mapping[str, Figures]) -> Iterator[Verdict]:
    """Say whether the engine takes no more than it may."""
    kept, unkept, bare = costs[_KEPT], costs[_UNKEPT], costs[_BARE]
    for count, asked in (("1", "one question at a time"), (str(_AT_ONCE), f"{_AT_ONCE} at once")):
        p95 = f"{count}: p95 ms"
        times = kept[p95] / unkept[p95]
        yield Verdict(f"p95 to the first sign, {asked}, beside no engine", times, _MOST_SIGN)
    times = kept["ready s"] / bare["ready s"]
    yield Verdict("Start to ready, beside discord.py alone", times, _MOST_START)


def main() -> int:
    costs = asyncio.run(run())
    verdicts = list(judge(costs))
    print(*table(costs), "", *verdicts, sep="\n")
    return 0 if all(verdict.met for verdict in verdicts) else 1


if __name__ == "__main__":
    sys.exit(main())
