"""What the relay costs, beside other ways to send a clip: `python -m tests.benchmarks.relay`.

Every row is the median of fresh processes that send clips from a CDN to a model, both on loopback
and in this process. Timings depend on the machine, so the verdicts are on how many times the one
takes what the other does: `naive` and `openai` hold a clip whole, `copy` sends the same bytes as
the relay but has them ready-made, and `upload`, on links limited in rate, has them in memory.
"""

import argparse
import asyncio
import json
import os
import statistics
import sys
import tempfile
from collections.abc import AsyncGenerator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import astuple, dataclass
from pathlib import Path

from bot.media import relay
from tests.benchmarks.cases import MB, RATES, Case, Costs, Link, cases, table
from tests.benchmarks.loopback import certified, serving
from tests.benchmarks.refusals import refusing
from tests.benchmarks.sender import Cost
from tests.benchmarks.verdicts import REFUSALS, judge

_ROUNDS = 5
_LIMIT = 12 * 60
"""Seconds after which we give up."""

_REFUSED = 25 * MB


@dataclass(frozen=True, slots=True)
class Bench:
    """The servers' addresses, the certificate to trust, and the CPU that is left to clients."""

    ends: Mapping[Link, str]
    refusing: Mapping[Link, str]
    authority: Path
    cpu: int

    async def send(self, case: Case) -> Cost:
        figures = (case.way, case.clips, case.size * MB, case.uploads, self.ends[case.link])
        return Cost(**json.loads(await self._run("tests.benchmarks.sender", *figures)))

    async def count_refusals(self, link: Link) -> int:
        """Return how many of them were read."""
        figures = (self.ends[link], self.refusing[link], _REFUSED, REFUSALS)
        return json.loads(await self._run("tests.benchmarks.refusals", *figures))

    async def _run(self, module: str, *args: object) -> bytes:
        # It bounds its own time as well, and ends by itself should this process be gone.
        child = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", module, *map(str, args), str(self.cpu)),
            env={**os.environ, "SSL_CERT_FILE": str(self.authority)},
            stdout=asyncio.subprocess.PIPE,
        )
        try:
            output, _ = await child.communicate()
        finally:
            if child.returncode is None:
                child.kill()
        if child.returncode:
            sys.exit(f"{module} {args} failed with status {child.returncode}.")
        return output


async def run(*, quick: bool) -> tuple[Costs, Mapping[Link, int]]:
    """Run every case once per round, so that a noisy minute falls on all of them."""
    costs: dict[Case, list[Cost]] = {case: [] for case in cases(quick=quick)}
    async with asyncio.timeout(_LIMIT), _bench() as bench:
        for _ in range(1 if quick else _ROUNDS):
            for case, taken in costs.items():
                taken.append(await bench.send(case))
        links = () if quick else bench.refusing
        refusals = {link: await bench.count_refusals(link) for link in links}
    return {case: _median(taken) for case, taken in costs.items()}, refusals


@asynccontextmanager
async def _bench() -> AsyncGenerator[Bench]:
    """Serve on one CPU and leave another to the clients."""
    cpus = sorted(os.sched_getaffinity(0))
    os.sched_setaffinity(0, {cpus[-1]})
    # The servers have to be faster than what is measured, so they get what helps it as well.
    relay.keep_freed_memory()
    async with AsyncExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        tls, authority = certified(folder)
        ends = {
            Link.PLAIN: await stack.enter_async_context(serving()),
            Link.TLS: await stack.enter_async_context(serving(tls)),
            Link.SLOW: await stack.enter_async_context(serving(rates=RATES)),
            Link.SLOW_TLS: await stack.enter_async_context(serving(tls, rates=RATES)),
        }
        refusers = {
            Link.PLAIN: await stack.enter_async_context(refusing()),
            Link.TLS: await stack.enter_async_context(refusing(tls)),
        }
        yield Bench(ends, refusers, authority, cpus[0])


def _median(costs: list[Cost]) -> Cost:
    return Cost(*map(statistics.median, zip(*map(astuple, costs), strict=True)))


def main() -> int:
    parser = argparse.ArgumentParser(description="Measure what relaying a clip costs.")
    parser.add_argument("--quick", action="store_true", help="one round, without the verdicts")
    quick: bool = parser.parse_args().quick
    if not Path("/proc/self/clear_refs").exists():
        sys.exit("This needs Linux: a process's peak memory is read from /proc.")
    try:
        costs, refusals = asyncio.run(run(quick=quick))
    except TimeoutError:
        sys.exit(f"Given up after {_LIMIT} seconds.")
    print(*table(costs), "", sep="\n")
    if quick:
        print("A quick run gives no verdict.")
        return 0
    verdicts = list(judge(costs, refusals))
    print(*verdicts, sep="\n")
    return 0 if all(verdict.met for verdict in verdicts) else 1


if __name__ == "__main__":
    sys.exit(main())
