"""What came of each question, in figures: never a word of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import sqlalchemy as sa

from bot.store.days import date_of, number_of
from bot.store.engine import Database
from bot.store.schema import ledger


@dataclass(frozen=True, slots=True)
class Entry:
    """One question, when it is over.

    `outcome` is a word such as "answered" or "refused". `video_seconds` and tokens are what the
    provider was asked about and has counted, `micros` millionths of a US dollar, paid by the
    server's own key where `by_own_key`; what is not known is 0. `seconds` is the time it took.
    """

    question_id: int
    day: date
    guild_id: int | None
    channel_id: int
    person_id: int
    model: str
    outcome: str
    clips: int = 0
    video_seconds: float = 0.0
    prompt_tokens: int = 0
    cached_tokens: int = 0
    completion_tokens: int = 0
    micros: int = 0
    by_own_key: bool = False
    seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class Use:
    """What many questions came to, in the units of an entry.

    `micros` is all the money, `own_micros` that of it which servers paid by keys of their own.
    """

    questions: int = 0
    answered: int = 0
    video_seconds: float = 0.0
    prompt_tokens: int = 0
    cached_tokens: int = 0
    completion_tokens: int = 0
    micros: int = 0
    own_micros: int = 0
    seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class Span:
    """Days from `first` to `last`, both counted."""

    first: date
    last: date

    @classmethod
    def until(cls, last: date, days: int) -> "Span":
        """Return so many days, up to and with the last."""
        return cls(last - timedelta(days=days - 1), last)

    @property
    def days(self) -> int:
        """How many they are."""
        return (self.last - self.first).days + 1


class Ledger:
    """Entries, and sums of them: of one server where its id is given, else of all there are."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def record(self, entry: Entry) -> bool:
        """Keep an entry, the first of its question alone; tell whether it is that."""
        row = {name: getattr(entry, name) for name in Entry.__slots__}
        row["day"] = number_of(entry.day)
        async with self._database.writing() as connection:
            kept = self._database.insert(ledger).values(row)
            new = kept.on_conflict_do_nothing(index_elements=[ledger.c.question_id])
            return (await connection.execute(new.returning(ledger.c.id))).first() is not None

    async def total(self, span: Span, guild_id: int | None = None) -> Use:
        """Return what all came to."""
        ((_, use),) = await self._sums(sa.literal(0), span, guild_id) or [(0, Use())]
        return use

    async def by_day(self, span: Span, guild_id: int | None = None) -> list[tuple[date, Use]]:
        """Return each day's sum, also of days without a question."""
        known: dict[int, Use] = dict(await self._sums(ledger.c.day, span, guild_id))
        first = number_of(span.first)
        days = range(first, first + span.days)
        return [(date_of(day), known.get(day, Use())) for day in days]

    async def by_model(
        self, span: Span, guild_id: int | None = None, most: int = 5
    ) -> list[tuple[str, Use]]:
        """Return the models that were asked most."""
        return (await self._sums(ledger.c.model, span, guild_id))[:most]

    async def by_person(
        self, span: Span, guild_id: int | None = None, most: int = 10
    ) -> list[tuple[int | None, Use]]:
        """Return the ids of those who asked most; None stands for all who are forgotten."""
        return (await self._sums(ledger.c.person_id, span, guild_id))[:most]

    async def by_server(self, span: Span) -> list[tuple[int | None, Use]]:
        """Return each server's sum, the busiest first; None stands for direct messages."""
        return await self._sums(ledger.c.guild_id, span, None)

    async def by_outcome(self, span: Span, guild_id: int | None = None) -> list[tuple[str, Use]]:
        """Return the sums of what was answered, refused, and so on."""
        return await self._sums(ledger.c.outcome, span, guild_id)

    async def by_day_server_and_model(
        self, span: Span, guild_id: int | None = None
    ) -> list[tuple[date, int | None, str, Use]]:
        """Return the sum of each model in each server on each day, in their order."""
        columns = (ledger.c.day, ledger.c.guild_id, ledger.c.model)
        chosen = _within(span, guild_id, *columns).group_by(*columns).order_by(*columns)
        async with self._database.reading() as connection:
            rows = (await connection.execute(chosen)).all()
        return [(date_of(row[0]), row[1], row[2], _use(row[3:])) for row in rows]

    async def _sums(
        self, group: sa.ColumnElement[Any], span: Span, guild_id: int | None
    ) -> list[tuple[Any, Use]]:
        """Return a sum for each value of a column, that with the most questions first."""
        key = group.label("of")
        chosen = _within(span, guild_id, key).group_by(key).order_by(_COUNT.desc(), key)
        async with self._database.reading() as connection:
            rows = (await connection.execute(chosen)).all()
        return [(row[0], _use(row[1:])) for row in rows]


def _within(
    span: Span, guild_id: int | None, *keys: sa.ColumnElement[Any]
) -> sa.Select[*tuple[Any, ...]]:
    chosen = sa.select(*keys, *_SUMS).where(
        ledger.c.day.between(number_of(span.first), number_of(span.last))
    )
    return chosen if guild_id is None else chosen.where(ledger.c.guild_id == guild_id)


def _sum(value: Any) -> sa.ColumnElement[Any]:
    return sa.func.coalesce(sa.func.sum(value), 0)


_COUNT = sa.func.count()
_SUMS = (
    _COUNT,
    _sum(sa.case((ledger.c.outcome == "answered", 1), else_=0)),
    _sum(ledger.c.video_seconds),
    _sum(ledger.c.prompt_tokens),
    _sum(ledger.c.cached_tokens),
    _sum(ledger.c.completion_tokens),
    _sum(ledger.c.micros),
    _sum(sa.case((ledger.c.by_own_key, ledger.c.micros), else_=0)),
    _sum(ledger.c.seconds),
)


def _use(sums: Sequence[Any]) -> Use:
    """Make whole numbers of PostgreSQL's decimals."""
    questions, answered, video, prompt, cached, completion, micros, own, seconds = sums
    return Use(
        questions=int(questions),
        answered=int(answered),
        video_seconds=float(video),
        prompt_tokens=int(prompt),
        cached_tokens=int(cached),
        completion_tokens=int(completion),
        micros=int(micros),
        own_micros=int(own),
        seconds=float(seconds),
    )
