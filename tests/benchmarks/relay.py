"""What the relay costs, beside the obvious way: `python -m tests.benchmarks.relay`.

Every row is the median of fresh processes that send one clip from a CDN to a model, both on
loopback and in this process. Timings depend on the machine, so there is one verdict only: that
memory does not grow with the clip.
"""

import argparse
import asyncio
import json
import os
import statistics
import sys
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import astuple, dataclass
from pathlib import Path

from tests.benchmarks.loopback import serving
from tests.benchmarks.sender import Cost

_MB = 1 << 20
_ROUNDS = 3
_MOST_GROWTH = 3.0
"""MB of memory that the largest clip may cost more than the smallest."""


@dataclass(frozen=True, slots=True)
class Case:
    """A way to send a clip, and the clip's size in MB."""

    way: str
    size: int


_QUICK = (Case("relay", 25), Case("naive", 25), Case("relay", 100), Case("naive", 100))
_SMALLEST, _LARGEST = Case("relay", 25), Case("relay", 500)

Costs = Mapping[Case, Cost]


async def run(cases: tuple[Case, ...], rounds: int) -> Costs:
    """Run every case once per round, so that a noisy minute falls on all of them."""
    cpus = sorted(os.sched_getaffinity(0))
    os.sched_setaffinity(0, {cpus[-1]})
    costs: dict[Case, list[Cost]] = {case: [] for case in cases}
    sizes = {case.size * _MB for case in cases}
    with tempfile.TemporaryDirectory() as folder:
        async with serving(Path(folder), sizes) as address:
            for _ in range(rounds):
                for case in cases:
                    costs[case].append(await _run_alone(case, address, cpus[0]))
    return {case: _median(taken) for case, taken in costs.items()}


async def _run_alone(case: Case, address: str, cpu: int) -> Cost:
    # The process bounds its own time, and ends by itself should this one be gone.
    child = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "tests.benchmarks.sender"),
        *(case.way, str(case.size * _MB), address, str(cpu)),
        stdout=asyncio.subprocess.PIPE,
    )
    output, _ = await child.communicate()
    if child.returncode:
        sys.exit(f"Sending {case.size} MB by {case.way} failed with status {child.returncode}.")
    return Cost(**json.loads(output))


def _median(costs: list[Cost]) -> Cost:
    return Cost(*map(statistics.median, zip(*map(astuple, costs), strict=True)))


def table(costs: Costs) -> Iterator[str]:
    """Write the costs, then how many times the relay's the naive way's are."""
    yield "| way           | clip MB | memory growth MB | CPU s | wall s | longest stall ms |"
    yield "|---------------|--------:|-----------------:|------:|-------:|-----------------:|"
    for case, cost in costs.items():
        yield (
            f"| {case.way:13} | {case.size:7} | {cost.memory:16.1f} | {cost.cpu:5.2f} "
            f"| {cost.wall:6.2f} | {cost.stall * 1000:16.1f} |"
        )
    for case, cost in costs.items():
        if case.way == "naive":
            pairs = zip(astuple(cost), astuple(costs[Case("relay", case.size)]), strict=True)
            memory, cpu, wall, stall = (_times(theirs, ours) for theirs, ours in pairs)
            yield (
                f"| naive / relay | {case.size:7} | {memory:>16} | {cpu:>5} "
                f"| {wall:>6} | {stall:>16} |"
            )


def _times(theirs: float, ours: float) -> str:
    return f"{theirs / ours:.0f}x" if ours else "-"


def judge(costs: Costs) -> bool:
    """Say whether memory stays the same however large the clip is."""
    growth = costs[_LARGEST].memory - costs[_SMALLEST].memory
    flat = growth <= _MOST_GROWTH
    print(
        f"The relay's memory growth at {_LARGEST.size} MB less that at {_SMALLEST.size} MB: "
        f"{growth:+.1f} MB, at most {_MOST_GROWTH:+.1f} MB allowed: {'met' if flat else 'NOT MET'}."
    )
    return flat


def main() -> int:
    parser = argparse.ArgumentParser(description="Measure what relaying a clip costs.")
    parser.add_argument("--quick", action="store_true", help="one round, without the verdict")
    quick: bool = parser.parse_args().quick
    if not Path("/proc/self/clear_refs").exists():
        sys.exit("This needs Linux: a process's peak memory is read from /proc.")
    cases, rounds = (_QUICK, 1) if quick else ((*_QUICK, _LARGEST), _ROUNDS)
    costs = asyncio.run(run(cases, rounds))
    print(*table(costs), "", sep="\n")
    if quick:
        print("A quick run gives no verdict.")
        return 0
    return 0 if judge(costs) else 1


if __name__ == "__main__":
    sys.exit(main())
