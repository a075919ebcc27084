"""What is measured of the relay and of the other ways, and what came of it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum

from bot.media.relay import UPLOADS
from tests.benchmarks.loopback import Rates
from tests.benchmarks.sender import Cost

MB = 1 << 20
# The CDN is the faster end, as it is in life.
RATES = Rates(cdn=50 * MB, model=25 * MB)
UNBOUND = 64
"""How many clips are sent at once without a limit on uploads, to see what it spares us."""


class Link(StrEnum):
    """How both ends are reached."""

    PLAIN = "plain"
    TLS = "TLS"
    SLOW = "plain, limited in rate"
    SLOW_TLS = "TLS, limited in rate"


@dataclass(frozen=True, slots=True)
class Case:
    """A way to send so many clips at once, each of that size in MB."""

    way: str
    clips: int
    size: int
    link: Link = Link.PLAIN

    @property
    def uploads(self) -> int:
        """How many may be posted at a time, 0 being no limit."""
        return 0 if self.clips == UNBOUND else UPLOADS


Costs = Mapping[Case, Cost]

_ALL, _STREAMING = ("relay", "copy", "naive", "openai"), ("relay", "copy")
_RUNS = (
    *((_ALL, 1, size) for size in (10, 25, 100)),
    (_STREAMING, 1, 500),
    (_ALL, 8, 25),
    (_STREAMING, 32, 25),
    (_STREAMING, UNBOUND, 25),
)
_QUICK = ((_ALL, 1, 25), (_ALL, 1, 100))


def cases(*, quick: bool) -> Iterator[Case]:
    """Name all cases, those next to each other that are compared."""
    for ways, clips, size in _QUICK if quick else _RUNS:
        for link in (Link.PLAIN, Link.TLS):
            for way in ways:
                yield Case(way, clips, size, link)
    if not quick:
        for link in (Link.SLOW, Link.SLOW_TLS):
            yield Case("relay", 1, 25, link)
            yield Case("upload", 1, 25, link)


def table(costs: Costs) -> Iterator[str]:
    """Write peak memory growth, times and the longest stall, those of both links side by side."""
    columns = "growth MB", "CPU s", "wall s", "stall ms"
    heads = [*columns, *(f"TLS: {column}" for column in columns)]
    yield f"| at once | clip MB | way    | {' | '.join(heads)} |"
    rules = "|".join("-" * (len(head) + 1) + ":" for head in heads)
    yield f"|--------:|--------:|--------|{rules}|"
    for case, cost in costs.items():
        if case.link is Link.PLAIN:
            tls = costs[Case(case.way, case.clips, case.size, Link.TLS)]
            figures = [*_figures(cost), *_figures(tls)]
            cells = (f"{text:>{len(head)}}" for text, head in zip(figures, heads, strict=True))
            yield f"| {case.clips:7} | {case.size:7} | {case.way:6} | {' | '.join(cells)} |"


def _figures(cost: Cost) -> tuple[str, ...]:
    return f"{cost.memory:.1f}", f"{cost.cpu:.2f}", f"{cost.wall:.2f}", f"{cost.stall * 1000:.1f}"
