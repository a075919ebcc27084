"""Kill the parts of a cluster at random instants, and count what became of the questions.

    python -m tests.end_to_end.cluster --questions 100 --kills 15 --seed 1

Two gateways of two shards each and three workers share a PostgreSQL, between an emulated Discord
and a stand-in model that stay. Gateways and workers are killed with SIGKILL and started again, one
worker is frozen and woken, the database crashes once, and all that goes wrong in `chaos` does here.
Every message is delivered twice, and again after each start of a gateway, so every question is
accepted in the end; each has to end in one answer, or in one sentence where the provider failed.
What a killed worker had in hand has to go on elsewhere, in the message that it had begun, within
three of the periods in which workers look for dead ones, in which nobody else is killed.
"""

import argparse
import asyncio
import random
import signal
import sys
import time
from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from functools import partial
from pathlib import Path
from typing import Any

from bot.playground.discord import Discord, shard_of
from bot.tasks import ended
from tests.end_to_end.parts import Cluster, Part
from tests.end_to_end.theatre import theatre
from tests.end_to_end.witness import LEASE
from tests.postgresql import Server, postgresql

GATEWAYS, WORKERS = ((0, 1), (2, 3)), 3
FROZEN = 2 * LEASE
DOWN = 3.0
PACE = 0.05  # so that an answer takes three seconds, and a kill finds some on their way
PATIENCE = 180.0


@asynccontextmanager
async def cluster(
    server: Server,
    gateways: Sequence[tuple[int, ...]] = GATEWAYS,
    workers: int = WORKERS,
    *,
    pace: float = PACE,
    logs: Path | None = None,
    **serving: Any,
) -> AsyncGenerator[Cluster]:
    """Set everything up, with all parts running; end everything with the block.

    `gateways` are the shards of each. What the parts log goes to the folder `logs`.
    """
    count = sum(map(len, gateways))
    async with theatre(pace=pace, shards=count, **serving) as (discord, model, folder):
        parts = [Part("gateway", number, shards) for number, shards in enumerate(gateways)]
        parts += [Part("worker", number) for number in range(workers)]
        stage = Cluster(
            discord, model, folder, server=server, url=server.make(), parts=parts, logs=logs
        )
        watching = asyncio.create_task(stage.witness.watch())
        try:
            await asyncio.gather(*map(stage.begin, parts))
            yield stage
        finally:
            await asyncio.gather(*(stage.end(part, signal.SIGKILL) for part in parts))
            await ended([watching])
            await asyncio.to_thread(server.start)


def rooms(discord: Discord, shards: int, each: int = 2) -> list[int]:
    """Open channels in that many servers of every shard."""
    found: dict[int, list[int]] = {shard: [] for shard in range(shards)}
    while any(len(channels) < each for channels in found.values()):
        server = discord.add_server("A server")
        found[shard_of(server, shards)].append(discord.add_channel("room", guild_id=server))
    return [channel for channels in found.values() for channel in channels]


class Havoc:
    """What is done to a cluster, at random."""

    def __init__(self, stage: Cluster, chance: random.Random) -> None:
        self._stage = stage
        self._chance = chance
        self._mending: set[asyncio.Task[None]] = set()

    async def run(self, kills: int) -> None:
        """Kill so often, freeze a worker and crash the database once; return when all is up."""
        acts: list[Callable[[], Awaitable[None]]] = [self.kill] * kills
        for other in (self.freeze, self.crash):
            acts.insert(self._chance.randrange(len(acts) + 1), other)
        for act in acts:
            await asyncio.sleep(self._chance.uniform(2, 5))
            await act()
        await asyncio.gather(*self._mending)

    async def kill(self) -> None:
        """Kill a part that is up, and start it again in a moment."""
        part = await self._one_of("gateway", "worker")
        await self._stage.kill(part)
        self._later(self._chance.uniform(0.2, 2.0), partial(self._stage.begin, part))

    async def freeze(self) -> None:
        """Stop a worker without a word, and let it go on when it is given up."""
        part = await self._one_of("worker")
        self._stage.freeze(part)
        self._later(FROZEN, partial(self._stage.wake, part))

    async def crash(self) -> None:
        """Crash the database, and start it again."""
        await self._stage.crash_database()
        await asyncio.sleep(DOWN)
        await self._stage.start_database()
        self._stage.deliver_again()

    async def _one_of(self, *roles: str) -> Part:
        parts = self._stage.parts
        while not (up := [one for one in parts if one.is_up and one.role in roles]):  # noqa: ASYNC110 (as in begin)
            await asyncio.sleep(0.1)
        return self._chance.choice(up)

    def _later(self, seconds: float, act: Callable[[], Awaitable[None]]) -> None:
        async def mend() -> None:
            await asyncio.sleep(seconds)
            await act()

        self._mending.add(asyncio.create_task(mend()))


async def ask(stage: Cluster, channels: Sequence[int], count: int, chance: random.Random) -> None:
    """Ask so many questions, each delivered again within seconds."""
    async with asyncio.TaskGroup() as again:

        async def twice(message_id: int) -> None:
            await asyncio.sleep(chance.uniform(0, 3))
            stage.discord.redeliver(message_id)

        for number in range(count):
            question = stage.ask(f"question {number}.", chance.choice(channels))
            again.create_task(twice(question.id))
            await asyncio.sleep(chance.uniform(0.1, 0.6))


async def settle(stage: Cluster, patience: float) -> list[str]:
    """Wait until all have ended; return what is wrong then, with how the parts ended."""
    wrong: list[str] = []
    try:
        await stage.discord.until(lambda: all(map(stage.is_over, stage.said)), patience)
    except TimeoutError:
        wrong.append("not everything has ended in time")
    statuses = await asyncio.gather(*map(stage.end, stage.parts))
    named = zip(stage.parts, statuses, strict=True)
    wrong += [f"{part.name}: exit status {one}" for part, one in named if one]
    return [*wrong, *stage.violations(), *stage.witness.violations(stage)]


async def run(questions: int, kills: int, seed: int, logs: Path | None = None) -> list[str]:
    """Ask and wreak havoc; return what is wrong in the end, and print the counts."""
    chance, start = random.Random(seed), time.monotonic()  # noqa: S311 (no secret)
    async with AsyncExitStack() as held:
        server = held.enter_context(postgresql())
        stage = await held.enter_async_context(cluster(server, logs=logs, identify_seconds=5.0))
        channels = rooms(stage.discord, sum(map(len, GATEWAYS)))
        async with stage.failing(chance):
            asking = asyncio.create_task(ask(stage, channels, questions, chance))
            await Havoc(stage, chance).run(kills)
            await asking
        stage.deliver_again()
        wrong = await settle(stage, PATIENCE)
        told(stage, wrong, f"seed={seed} kills={kills} seconds={time.monotonic() - start:.0f}")
    return wrong


def told(stage: Cluster, wrong: Sequence[str], facts: str) -> None:
    """Print what has become of everything."""
    print(  # noqa: T201 (it is a program)
        f"{facts} questions={len(stage.said)} answers={sum(map(stage.is_answered, stage.said))} "
        f"told={sum(map(stage.is_told, stage.said))} violations={len(wrong)} "
        f"asked_of_the_model={len(stage.model.requests)} {stage.witness.summary()} "
        f"ended_alone={stage.ended_alone} "
        f"identified_too_soon={len(stage.discord.identify_violations)}"
    )


def main() -> None:
    """Read the command line and run."""
    parser = argparse.ArgumentParser(description=__doc__, prog="python -m tests.end_to_end.cluster")
    parser.add_argument("--questions", type=int, default=100)
    parser.add_argument("--kills", type=int, default=15)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--logs", type=Path, help="a folder for what each process logs")
    asked = parser.parse_args()
    wrong = asyncio.run(run(asked.questions, asked.kills, asked.seed, asked.logs))
    print(*wrong, sep="\n")  # noqa: T201 (it is a program)
    sys.exit(1 if wrong else 0)


if __name__ == "__main__":
    main()
