"""Ids as Discord mints them: the moment of making, then a count."""

import time
from collections.abc import Callable
from datetime import UTC, datetime

# The first second of 2015, from which snowflakes count milliseconds.
EPOCH_MS = 1_420_070_400_000


class Snowflakes:
    """Mint ids that rise with the clock and never repeat."""

    def __init__(self, clock: Callable[[], float] = time.time) -> None:
        self._clock = clock
        self._last = 0

    def mint(self) -> int:
        """Return the next id."""
        now = int(self._clock() * 1000) - EPOCH_MS
        self._last = max(now << 22, self._last + 1)
        return self._last


def moment(snowflake: int) -> datetime:
    """Tell when an id was minted."""
    return datetime.fromtimestamp(((snowflake >> 22) + EPOCH_MS) / 1000, UTC)
