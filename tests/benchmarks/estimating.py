"""What a bot in many servers would need, and what it would run into first."""

import math
from collections.abc import Iterator
from dataclasses import dataclass

SERVERS = 10_000
EACH_A_DAY = 2.0
"""Questions of a server in a day, on average: most servers have none."""
PEAK = 4.0
"""How many times as many are asked in the busiest minutes."""
CALLS_A_SECOND = 50.0
"""What Discord takes of one bot, wherever it calls: https://docs.discord.com/developers/topics/rate-limits"""
TRANSACTIONS_A_SECOND = 2000.0
"""What a small PostgreSQL takes of short transactions that write, with its disk's fsync."""
SERVERS_A_SHARD = 2500
_DAY = 86_400


@dataclass(frozen=True, slots=True)
class Costs:
    """What was measured of one worker: `rate` in questions a second, all else for each question.

    `cores` are CPU seconds, of all processes of the bot's.
    """

    rate: float
    calls: float
    transactions: float
    cores: float


def estimate(costs: Costs) -> Iterator[str]:
    """Write what such a bot would need, and its limits, the lowest first."""
    peak = SERVERS * EACH_A_DAY / _DAY * PEAK
    yield (
        f"{SERVERS:,} servers with {EACH_A_DAY:g} questions a day each, and {PEAK:g} times as many "
        f"in the busiest minutes, ask {peak:.2f} questions a second then. That takes "
        f"{math.ceil(SERVERS / SERVERS_A_SHARD)} shards, {peak / costs.rate:.1f} of a worker, "
        f"{peak * costs.calls:.0f} calls to Discord, {peak * costs.transactions:.0f} transactions "
        f"and {peak * costs.cores:.2f} CPUs a second."
    )
    limits = {
        f"Discord's {CALLS_A_SECOND:g} calls a second": CALLS_A_SECOND / costs.calls,
        f"{TRANSACTIONS_A_SECOND:,.0f} transactions a second": (
            TRANSACTIONS_A_SECOND / costs.transactions
        ),
        "one CPU": 1 / costs.cores,
    }
    for what, most in sorted(limits.items(), key=lambda one: one[1]):
        yield f"- {what}: {most:.1f} questions a second, {most / peak:.1f} times as many as that"
