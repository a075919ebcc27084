"""What more workers answer, and what comes first in the way: `python -m tests.benchmarks.scaling`.

One gateway and several workers share a PostgreSQL, between an emulated Discord and a stand-in model
in this process whose answers take seconds, as real ones do. Everything shares the CPUs of this
machine, so the table tells where they, and no longer the waiting, are what is short. With the path
of a PNG, the figures are drawn there.
"""

import argparse
import asyncio
import statistics
import sys
import time
from collections.abc import AsyncGenerator, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import psutil

from bot.playground.discord import MessageCreated, MessageEdited
from bot.playground.model import Stall
from bot.tasks import ended
from tests.benchmarks.estimating import Costs, estimate
from tests.benchmarks.scaling_chart import draw
from tests.benchmarks.statements import Statements
from tests.end_to_end.cluster import cluster
from tests.end_to_end.parts import Cluster
from tests.end_to_end.theatre import FOOTER
from tests.postgresql import Server, postgresql

WORKERS = (1, 2, 3, 4, 6)
PACE = 0.1
"""Seconds between two words of the model's, of which an answer has about 60."""
AT_ONCE, AT_ONCE_PER_SERVER = 24, 3  # what a worker answers, and what a server has answered
OUTSTANDING = 4  # questions of each server: as many as are answered at once, and one in line
RAMP, WINDOW, IDLE = 12.0, 30.0, 10.0
# By its default it takes 100 connections, too few for six workers that are busy.
OPTIONS = "-c shared_preload_libraries=pg_stat_statements -c max_connections=400"
LEVELS, SETTLING = (0, 6, 12, 18, 24), 4.0
SAID = ("Half a page of an answer ", "that is still growing. ") * 20


@dataclass(frozen=True, slots=True)
class Load:
    """What a time of load came to.

    `rate` is in questions a second. `cores` are the CPUs that the bot, the database, and the
    emulated Discord with the model took, each; `memory` is in MB, a worker's median.
    """

    rate: float
    cores: Mapping[str, float]
    busy: float
    memory: float
    transactions: float
    idle_transactions: float
    connections: int
    calls: float
    edits: float


class Crowd:
    """People who ask again as soon as one of their questions has been answered."""

    def __init__(self, stage: Cluster) -> None:
        self._stage = stage
        self._changes = stage.discord.changes()
        self._open: dict[int, int] = {}
        self.answered = 0

    async def run(self, channels: Sequence[int]) -> None:
        """Ask in each channel, for ever."""
        for channel in channels:
            self._ask(channel)
        async for change in self._changes:
            match change:
                case MessageCreated(message) | MessageEdited(message):
                    if message.channel_id in self._open and FOOTER.search(message.content):
                        self.answered += 1
                        self._ask(self._open.pop(message.channel_id))
                case _:
                    pass

    def _ask(self, channel: int) -> None:
        number = len(self._stage.said)
        self._open[self._stage.ask(f"question {number}.", channel).id] = channel


@asynccontextmanager
async def asking(stage: Cluster, workers: int) -> AsyncGenerator[Crowd]:
    """Let as many ask as keep all workers busy, each server with one question in line."""
    servers = [
        stage.discord.add_server(f"server {number}")
        for number in range(workers * AT_ONCE // AT_ONCE_PER_SERVER)
    ]
    channels = [stage.discord.add_channel("room", guild_id=one) for one in servers]
    crowd = Crowd(stage)
    task = asyncio.create_task(crowd.run(channels * OUTSTANDING))
    try:
        yield crowd
    finally:
        await ended([task])


async def loaded(server: Server, workers: int) -> Load:
    """Keep so many workers busy, and measure."""
    async with cluster(server, ((0,),), workers, pace=PACE) as stage:
        statements = Statements(stage.url)
        before = statements.transactions()
        await asyncio.sleep(IDLE)
        idle = (statements.transactions() - before) / IDLE
        async with asking(stage, workers) as crowd:
            await asyncio.sleep(RAMP)
            parties = _parties(stage, server)
            used = {name: _seconds(party) for name, party in parties.items()}
            done, calls, edits = crowd.answered, len(stage.discord.requests), _edits(stage)
            transactions, begun = statements.transactions(), time.perf_counter()
            psutil.cpu_percent()
            await asyncio.sleep(WINDOW)
            busy, seconds = psutil.cpu_percent(), time.perf_counter() - begun
            done = crowd.answered - done
            return Load(
                rate=done / seconds,
                cores={n: (_seconds(p) - used[n]) / seconds for n, p in parties.items()},
                busy=busy,
                memory=statistics.median(map(_memory, _workers(stage))),
                transactions=(statements.transactions() - transactions) / done,
                idle_transactions=idle,
                connections=statements.connections(),
                calls=(len(stage.discord.requests) - calls) / done,
                edits=(_edits(stage) - edits) / done,
            )


async def memory_by_questions(server: Server) -> Mapping[int, float]:
    """Return a worker's MB by how many answers it has in hand, each half a page long by then."""
    found: dict[int, float] = {}
    async with cluster(server, ((0,),), 1, pace=0.0) as stage:
        servers = [stage.discord.add_server(f"server {number}") for number in range(AT_ONCE)]
        channels = [stage.discord.add_channel("room", guild_id=one) for one in servers]
        await _warm_up(stage, channels)
        for level in LEVELS:
            for channel in channels[max(found, default=0) : level]:
                stage.model.script.append(Stall(SAID))
                stage.ask(f"question {len(stage.said)}.", channel)
            wanted = AT_ONCE + level
            await stage.model.until(lambda n=wanted: len(stage.model.requests) >= n)
            await asyncio.sleep(SETTLING)
            found[level] = _memory(*_workers(stage))
    return found


async def _warm_up(stage: Cluster, channels: Sequence[int]) -> None:
    """Have as many answered at once as will be: what that took is kept for the next."""
    said = [stage.ask(f"question {number}.", one) for number, one in enumerate(channels)]
    await stage.discord.until(lambda: all(map(stage.is_answered, said)), 60)


def _workers(stage: Cluster) -> list[psutil.Process]:
    found = [one.process for one in stage.parts if one.role == "worker"]
    return [psutil.Process(one.pid) for one in found if one is not None]


def _parties(stage: Cluster, server: Server) -> Mapping[str, Sequence[psutil.Process]]:
    """Return the processes of each of those who share the CPUs."""
    database = psutil.Process(server.pid)
    running = [one.process.pid for one in stage.parts if one.process is not None]
    return {
        "bot": [psutil.Process(pid) for pid in running],
        "database": [database, *database.children(recursive=True)],
        "emulated": [psutil.Process()],
    }


def _seconds(party: Sequence[psutil.Process]) -> float:
    """Return the CPU seconds that some processes have taken, without those that are gone."""
    times = [one.cpu_times() for one in party if one.is_running()]
    return sum(one.user + one.system for one in times)


def _memory(worker: psutil.Process) -> float:
    return worker.memory_full_info().uss / (1 << 20)


def _edits(stage: Cluster) -> int:
    return sum(one.method == "PATCH" for one in stage.discord.requests)


def head() -> Iterator[str]:
    """Write what each column is: of a question, where it is `each`."""
    yield (
        "| workers | questions/s | of ideal | bot CPUs | database CPUs | emulated CPUs | busy "
        "| worker MB | connections | transactions each | idle/s | calls each | edits each |"
    )
    yield "|--------:|" + "---:|" * 12


def row(workers: int, one: Load, ideal: float) -> str:
    """Write what so many workers answer, beside what would be ideal, and what it takes."""
    cores = " | ".join(f"{one.cores[name]:.2f}" for name in ("bot", "database", "emulated"))
    return (
        f"| {workers} | {one.rate:.2f} | {one.rate / ideal:.0%} | {cores} | {one.busy:.0f}% "
        f"| {one.memory:.0f} | {one.connections} | {one.transactions:.1f} "
        f"| {one.idle_transactions:.0f} | {one.calls:.1f} | {one.edits:.1f} |"
    )


def slope(memory: Mapping[int, float]) -> float:
    """Return the MB that each further answer in hand takes."""
    return statistics.linear_regression([*memory], [*memory.values()]).slope


async def run(workers: Sequence[int]) -> tuple[Mapping[int, Load], Mapping[int, float]]:
    """Measure each number of workers by itself, printing what it came to; then one's memory."""
    loads: dict[int, Load] = {}
    print(*head(), sep="\n")
    with postgresql(OPTIONS) as server:
        for count in workers:
            one = loads[count] = await loaded(server, count)
            first = loads[workers[0]].rate / workers[0]
            print(row(count, one, count * first), flush=True)
        return loads, await memory_by_questions(server)


def main() -> None:
    """Read the command line and run."""
    parser = argparse.ArgumentParser(description=__doc__, prog="python -m tests.benchmarks.scaling")
    parser.add_argument("--workers", type=int, nargs="+", default=WORKERS)
    parser.add_argument("--chart", type=Path, help="where to draw the figures, as a PNG")
    asked = parser.parse_args()
    loads, memory = asyncio.run(run(asked.workers))
    levels = ", ".join(f"{level}: {size:.1f}" for level, size in memory.items())
    print(f"\nA worker's MB by answers in hand: {levels}; {slope(memory):.2f} each.", "", sep="\n")
    one = loads[min(loads)]
    costs = Costs(
        rate=one.rate / min(loads),
        calls=one.calls,
        transactions=one.transactions,
        cores=one.cores["bot"] / one.rate,
    )
    print(*estimate(costs), sep="\n")
    if asked.chart is not None:
        rates = {count: load.rate for count, load in loads.items()}
        busy = {count: load.busy for count, load in loads.items()}
        asked.chart.write_bytes(draw(rates, busy))


if __name__ == "__main__":
    sys.exit(main())
