"""What the tests of the store have in common."""

import base64
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

from bot.limits import Allowances, Limits
from bot.preferences import Preferences
from bot.providers.dialect import DIALECTS, LUNOS, OPENROUTER, Endpoint
from bot.store.ledger import Entry
from bot.store.preferences import Operators

SECRET = base64.b64encode(b"s" * 32).decode()
OTHER_SECRET = base64.b64encode(b"o" * 32).decode()
TODAY = date(2026, 11, 20)
DOLLAR = 1_000_000

PREFERENCES = Preferences(
    endpoint=Endpoint(OPENROUTER, "the-operators-key"),
    model="google/gemini",
    max_clip_bytes=100 << 20,
    max_clip_seconds=3600,
    max_clips=10,
    max_answer_tokens=4096,
    stale_seconds=1800,
    allowances=Allowances(server=Limits(questions=100), person=Limits(seconds=600)),
)
OPERATORS = Operators(PREFERENCES, "openrouter", {"openrouter": OPENROUTER, "lunos": LUNOS})
assert set(OPERATORS.dialects) < set(DIALECTS)


class Clock:
    """A time that goes on when it is told to."""

    def __init__(self) -> None:
        self._now = datetime(TODAY.year, TODAY.month, TODAY.day, 12, tzinfo=UTC)

    def now(self) -> datetime:
        return self._now

    def sleep(self, **length: float) -> None:
        self._now += timedelta(**length)


def limited(**limits: Allowances) -> Preferences:
    """Return preferences with the operator's limits as `operators`, and a server's as `chosen`."""
    nothing = Allowances()
    chosen = replace(PREFERENCES.chosen, allowances=limits.get("chosen", nothing))
    return replace(PREFERENCES, allowances=limits.get("operators", nothing), chosen=chosen)


def entry(number: int, **over: object) -> Entry:
    """Return an entry, of today unless it is told otherwise."""
    usual = Entry(
        question_id=number,
        day=TODAY,
        guild_id=7,
        channel_id=70,
        person_id=700,
        model="google/gemini",
        outcome="answered",
        clips=1,
        video_seconds=30.5,
        prompt_tokens=9000,
        cached_tokens=100,
        completion_tokens=200,
        micros=1500,
        seconds=4.5,
    )
    return replace(usual, **over)  # type: ignore[arg-type]
