"""How many connections a bot is to open, and how fast."""

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Sharding:
    """What Discord tells a bot about connecting, and holds it to.

    Shards whose ids leave the same rest by `max_concurrency` share a bucket, in which one of them
    may IDENTIFY in `identify_seconds`; Discord's are 5, and 0 holds nobody to anything.
    """

    shards: int = 1
    max_concurrency: int = 1
    identify_seconds: float = 0.0


class Gate:
    """Lets shards IDENTIFY, no faster than Discord lets them."""

    def __init__(self, sharding: Sharding, clock: Callable[[], float]) -> None:
        self._sharding = sharding
        self._clock = clock
        self._opens: dict[int, float] = {}
        self.violations: list[int] = []

    def admits(self, shard: int) -> bool:
        """Tell whether a shard may begin a session now; one that may not is noted."""
        now, bucket = self._clock(), shard % self._sharding.max_concurrency
        if now < self._opens.get(bucket, now):
            self.violations.append(shard)
            return False
        self._opens[bucket] = now + self._sharding.identify_seconds
        return True
