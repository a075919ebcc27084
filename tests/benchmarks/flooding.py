"""What many questions at once cost, and cost others: `python -m tests.benchmarks.flooding`.

Every bot is a fresh process, between an emulated Discord and a stand-in model in this one that
answers as soon as it has the clip. Timings depend on the machine, whose CPUs both share, so the
verdicts are on how many times the one takes what the other does.
"""

import asyncio
import re
import sys
import time
from collections.abc import AsyncGenerator, Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from psutil import Process

from bot.playground import model as stand_in
from bot.playground.clips import make_clip
from bot.playground.discord import Discord, Rate, serve
from bot.playground.model import Stream
from tests.benchmarks.accepting import Verdict, percentile
from tests.benchmarks.stage import Asker, Stage, Times

_SERVERS, _CHANNELS = 10, 50
_FEW, _MANY, _FLOOD = 50, 200, 150
_ROUNDS = 3
_MOMENT = 0.2
"""Seconds after a flood, when others ask: it is kept on disk, and most of it has no sign yet."""
_REST = 1.0
_MOST_MEMORY, _MOST_WAIT = 1.3, 3.0
"""How many times as much: a few milliseconds of other load make up to twice as much of a sign."""
_FOOTER = re.compile(r"\n-# .* s$")
_SAID = "A blue square moves over a grey ground."


@dataclass(frozen=True, slots=True)
class Burst:
    """So many questions at once: their times, until the last was answered, and the peak in MB."""

    times: Sequence[Times]
    seconds: float
    memory: float


@dataclass(frozen=True, slots=True)
class Floods:
    """How long others waited, without a flood and with it; and the flood itself."""

    alone: Sequence[Times]
    beside: Sequence[Times]
    flood: Sequence[Times]


class Unanswered(Exception):
    """A question has not exactly one answer."""


@asynccontextmanager
async def _stage() -> AsyncGenerator[Stage]:
    with TemporaryDirectory(prefix="flooding-") as name:
        make_clip(Path(name) / "clip.mp4", seconds=1)
        # What is measured is not how long Discord makes a busy bot wait.
        async with serve(rate=Rate(100_000, 1)) as discord, stand_in.serve() as model:
            model.script.extend([Stream((_SAID,))] * 1000)
            yield Stage(discord, model, Path(name))


def _rooms(discord: Discord, count: int) -> list[int]:
    """Open so many channels, spread over the servers: one of each comes first."""
    servers = [discord.add_server(f"server {number}") for number in range(_SERVERS)]
    return [
        discord.add_channel(f"room-{number}", guild_id=servers[number % _SERVERS])
        for number in range(count)
    ]


async def burst(count: int) -> Burst:
    """Ask so many questions at once, the channels in turn."""
    async with _stage() as stage:
        rooms = _rooms(stage.discord, _CHANNELS)
        clip = stage.folder / "clip.mp4"
        async with stage.running("bot") as bot, stage.asking() as asker:
            await _warm_up(asker, rooms[0], clip)
            begun = time.perf_counter()
            asked = asker.say((rooms[one % _CHANNELS] for one in range(count)), clip)
            times = await asker.timed(asked)
            seconds = time.perf_counter() - begun
            memory = _peak(bot.process)
        _require_one_answer_each(stage, asked, rooms)
    return Burst(times, seconds, memory)


async def floods() -> Floods:
    """Let others ask by themselves, then beside a flood from one server; and all that again."""
    taken: tuple[list[Times], list[Times], list[Times]] = ([], [], [])
    async with _stage() as stage:
        rooms = _rooms(stage.discord, _CHANNELS)
        clip, others = stage.folder / "clip.mp4", rooms[1:_SERVERS]
        flooded = [room for number, room in enumerate(rooms) if number % _SERVERS == 0]
        alone, beside, flood = taken
        async with stage.running("bot"), stage.asking() as asker:
            await _warm_up(asker, rooms[0], clip)
            for _ in range(_ROUNDS):
                alone += await asker.timed(asker.say(others, clip))
                await asyncio.sleep(_REST)  # what is left to do for them is no part of the flood
                many = asker.say((flooded[one % len(flooded)] for one in range(_FLOOD)), clip)
                await asyncio.sleep(_MOMENT)
                few = asker.say(others, clip)
                beside += await asker.timed(few)
                flood += await asker.timed(many)
                _require_one_answer_each(stage, [*many, *few], rooms)
    return Floods(*taken)


async def _warm_up(asker: Asker, room: int, clip: Path) -> None:
    await asker.timed(asker.say([room], clip))


def _require_one_answer_each(stage: Stage, questions: Iterable[int], rooms: list[int]) -> None:
    """Raise Unanswered unless each has one whole answer in its thread, and none beside it."""
    discord = stage.discord
    for question in questions:
        said = [one.content for one in discord.messages(question)]
        if [one.count(_SAID) for one in said] != [1] or not _FOOTER.search(said[0]):
            raise Unanswered(question, said)
    for room in rooms:
        if any(one.author_id == discord.bot_id for one in discord.messages(room)):
            raise Unanswered(room, "an answer beside its thread")


def _peak(process: Process) -> float:
    status = Path(f"/proc/{process.pid}/status").read_text()
    found = re.search(r"VmHWM:\s+(\d+) kB", status)
    assert found
    return int(found[1]) / 1024


def bursts_table(bursts: Mapping[int, Burst]) -> Iterator[str]:
    """Write what so many questions at once take."""
    yield "| at once | first sign p50 ms | p95 ms | all answered s | peak MB |"
    yield "|--------:|------------------:|-------:|---------------:|--------:|"
    for count, one in bursts.items():
        p50, p95 = _percentiles(one.times, _sign)
        yield f"| {count:7} | {p50:17.0f} | {p95:6.0f} | {one.seconds:14.1f} | {one.memory:7.1f} |"


def floods_table(floods: Floods) -> Iterator[str]:
    """Write how long others waited, by themselves and beside a flood, and the flood itself."""
    rows = {"others, alone": floods.alone, "others, beside": floods.beside, "flood": floods.flood}
    yield "| asked by       | first sign p50 ms | p95 ms | answer p50 ms | p95 ms |"
    yield "|----------------|------------------:|-------:|--------------:|-------:|"
    for name, times in rows.items():
        sign, end = _percentiles(times, _sign), _percentiles(times, _end)
        signs, ends = f"{sign[0]:17.0f} | {sign[1]:6.0f}", f"{end[0]:13.0f} | {end[1]:6.0f}"
        yield f"| {name:14} | {signs} | {ends} |"


def judge(bursts: Mapping[int, Burst], floods: Floods) -> Iterator[Verdict]:
    """Say whether many take little more memory than few, and keep no one else waiting."""
    times = bursts[_MANY].memory / bursts[_FEW].memory
    yield Verdict(f"Peak memory, {_MANY} at once beside {_FEW}", times, _MOST_MEMORY)
    for what, figure in (("the first sign", _sign), ("the answer", _end)):
        alone, beside = (_percentiles(one, figure)[1] for one in (floods.alone, floods.beside))
        asked = f"p95 to {what} in other servers, beside a flood of {_FLOOD} in one"
        yield Verdict(asked, beside / alone, _MOST_WAIT)


def _sign(times: Times) -> float:
    return 1000 * times.sign


def _end(times: Times) -> float:
    return 1000 * times.end


def _percentiles(times: Sequence[Times], figure: Callable[[Times], float]) -> tuple[float, float]:
    values = [figure(one) for one in times]
    return percentile(values, 50), percentile(values, 95)


async def run() -> tuple[Mapping[int, Burst], Floods]:
    """Ask few at once, then many, then flood."""
    return {count: await burst(count) for count in (_FEW, _MANY)}, await floods()


def main() -> int:
    if not Path("/proc/self/status").exists():
        sys.exit("This needs Linux: a process's peak memory is read from /proc.")
    bursts, flooded = asyncio.run(run())
    print(*bursts_table(bursts), "", *floods_table(flooded), "", sep="\n")
    verdicts = list(judge(bursts, flooded))
    print(*(f"> {verdict}" for verdict in verdicts), sep="\n")
    return 0 if all(verdict.met for verdict in verdicts) else 1


if __name__ == "__main__":
    sys.exit(main())
