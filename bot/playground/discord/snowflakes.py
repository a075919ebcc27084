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

    def mint_apart(self) -> int:
        """Return an id of a millisecond of its own.

        Discord deals servers out to shards by that, so neighbours come to different ones.
        """
        self._last |= (1 << 22) - 1
        return self.mint()


def shard_of(guild_id: int, count: int) -> int:
    """Return which of so many shards is told of a server."""
    return (guild_id >> 22) % count


def moment(snowflake: int) -> datetime:
    """Tell when an id was minted."""
    return datetime.fromtimestamp(((snowflake >> 22) + EPOCH_MS) / 1000, UTC)
