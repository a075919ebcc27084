"""Rate limits by bucket, as Discord announces them in its headers."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from hashlib import md5


@dataclass(frozen=True, slots=True)
class Rate:
    """So many calls in so many seconds."""

    calls: int = 50
    seconds: float = 1.0


ORDINARY = Rate()


@dataclass(frozen=True, slots=True)
class Standing:
    """How a call stands with its bucket; `reset_after` in seconds."""

    bucket: str
    limit: int
    remaining: int
    reset_after: float
    exceeded: bool

    def headers(self, now: float) -> dict[str, str]:
        """Tell a client, in Discord's headers."""
        return {
            "X-RateLimit-Bucket": self.bucket,
            "X-RateLimit-Limit": str(self.limit),
            "X-RateLimit-Remaining": str(self.remaining),
            "X-RateLimit-Reset": f"{now + self.reset_after:.3f}",
            "X-RateLimit-Reset-After": f"{self.reset_after:.3f}",
        }


@dataclass(slots=True)
class _Window:
    opened: float
    calls: int = 0


class Buckets:
    """Count calls by route and channel, or interaction, in windows of fixed length.

    A route, written "GET /channels/{channel_id}", may have a rate of its own.
    """

    def __init__(
        self,
        rate: Rate,
        clock: Callable[[], float] = time.time,
        own: Mapping[str, Rate] | None = None,
    ) -> None:
        self._rate = rate
        self._own = own or {}
        self._clock = clock
        self._windows: dict[tuple[str, str], _Window] = {}

    def take(self, route: str, subject: str) -> Standing:
        """Count one call."""
        now, rate = self._clock(), self._own.get(route, self._rate)
        window = self._windows.setdefault((route, subject), _Window(now))
        if now >= window.opened + rate.seconds:
            window.opened, window.calls = now, 0
        exceeded = window.calls >= rate.calls
        window.calls += not exceeded
        return Standing(
            bucket=md5(route.encode(), usedforsecurity=False).hexdigest(),
            limit=rate.calls,
            remaining=rate.calls - window.calls,
            reset_after=window.opened + rate.seconds - now,
            exceeded=exceeded,
        )
