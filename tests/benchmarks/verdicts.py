"""Whether the relay costs as little as it should, by what was measured in the same run."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from tests.benchmarks.cases import MB, RATES, UNBOUND, Case, Costs, Link
from tests.benchmarks.sender import Cost

Figure = Callable[[Cost], float]

REFUSALS = 100
_LARGE = 100
_BOTH = (Link.PLAIN, Link.TLS)


@dataclass(frozen=True, slots=True)
class Verdict:
    """What was found on each link, and the most (or the least) that is allowed."""

    what: str
    found: Mapping[Link, float]
    bound: float
    write: Callable[[float], str]
    at_least: bool = False

    @property
    def met(self) -> bool:
        if self.at_least:
            return all(found >= self.bound for found in self.found.values())
        return all(found <= self.bound for found in self.found.values())

    def __str__(self) -> str:
        found = ", ".join(f"{link} {self.write(value)}" for link, value in self.found.items())
        asked = f"at {'least' if self.at_least else 'most'} {self.write(self.bound)}"
        return f"{self.what}: {found}; {asked}: {'met' if self.met else 'NOT MET'}."


def judge(costs: Costs, refusals: Mapping[Link, int]) -> Iterator[Verdict]:
    """Compare with the better of the ways that hold a clip, with a mere copy, and with a link."""
    what = f"{_LARGE} MB, beside the better of naive and openai"
    yield Verdict(f"Memory growth for {what}", _share(costs, _memory), 1 / 150, _fraction)
    yield Verdict(f"CPU time for {what}", _share(costs, _cpu), 0.15, _times)
    yield Verdict(f"Longest stall for {what}", _share(costs, _stall), 1 / 50, _fraction)
    walls = {link: _beside(costs, Case("copy", 1, _LARGE, link), _wall) for link in _BOTH}
    yield Verdict(f"Wall time for {_LARGE} MB, beside a copy of what is sent", walls, 1.3, _times)
    grown = {link: _growth(costs, 1, 500, link) - _growth(costs, 1, 25, link) for link in _BOTH}
    yield Verdict("Memory growth for 500 MB less that for 25 MB", grown, 3.0, _more)
    many = {Link.PLAIN: _growth(costs, UNBOUND, 25, Link.PLAIN)}
    yield Verdict(f"Memory growth for {UNBOUND} clips of 25 MB at once", many, 100.0, _megabytes)
    what = f"from {RATES.cdn / MB:.0f} MB/s to {RATES.model / MB:.0f} MB/s"
    slow = {Link.PLAIN: Link.SLOW, Link.TLS: Link.SLOW_TLS}
    walls = {a: _beside(costs, Case("upload", 1, 25, b), _wall) for a, b in slow.items()}
    yield Verdict(f"Wall time {what}, beside the slower link alone", walls, 1.03, _times)
    for link, least in ((Link.PLAIN, 98), (Link.TLS, 80)):
        read = {link: refusals[link]}
        yield Verdict(f"Early refusals read, of {REFUSALS}", read, least, _count, at_least=True)


def _share(costs: Costs, figure: Figure) -> Mapping[Link, float]:
    """Return what the relay takes of what the other ways do, whichever of them takes less."""
    ways = ("naive", "openai")
    return {
        link: max(_beside(costs, Case(way, 1, _LARGE, link), figure) for way in ways)
        for link in _BOTH
    }


def _beside(costs: Costs, other: Case, figure: Figure) -> float:
    ours = Case("relay", other.clips, other.size, other.link)
    return figure(costs[ours]) / figure(costs[other])


def _growth(costs: Costs, clips: int, size: int, link: Link) -> float:
    return costs[Case("relay", clips, size, link)].memory


def _memory(cost: Cost) -> float:
    return cost.memory


def _cpu(cost: Cost) -> float:
    return cost.cpu


def _wall(cost: Cost) -> float:
    return cost.wall


def _stall(cost: Cost) -> float:
    return cost.stall


def _fraction(value: float) -> str:
    return f"1/{1 / value:.0f}" if value > 0 else "0"


def _times(value: float) -> str:
    return f"{value:.3f}"


def _more(value: float) -> str:
    return f"{value:+.1f} MB"


def _megabytes(value: float) -> str:
    return f"{value:.0f} MB"


def _count(value: float) -> str:
    return f"{value:.0f}"
