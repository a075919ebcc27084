"""What is reserved and settled against the allowances of today."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.allowance import OPERATORS, Amount, Charge, Used, refusal
from bot.errors import Scope
from bot.preferences import Preferences
from bot.store.days import day_of
from bot.store.engine import Database
from bot.store.schema import charges

_ALONE = "charges"


def utc_now() -> datetime:
    """Return the time."""
    return datetime.now(UTC)


class Charges:
    """Today's use, of which no two processes take the last piece."""

    def __init__(self, database: Database, now: Callable[[], datetime] = utc_now) -> None:
        self._database = database
        self._now = now

    async def reserve(self, charge: Charge, preferences: Preferences) -> None:
        """Reserve what a question will come to; one that is reserved already stays as it is.

        Raises:
            AllowanceSpent: that is more than is left, and nothing is reserved.
        """
        now = self._now()
        # Alone: else a hundred questions would all find the same room.
        async with self._database.writing(_ALONE) as connection:
            if await _is_there(connection, charge.question_id):
                return
            used = await _used(connection, charge, day_of(now))
            chosen = preferences.chosen.allowances
            if (refused := refusal(charge, used, preferences.allowances, chosen, now)) is not None:
                raise refused
            await connection.execute(sa.insert(charges), _row(charge, day_of(now)))

    async def settle(
        self, question_id: int, *, seconds: float | None = None, micros: int | None = None
    ) -> bool:
        """Put what a question came to in place of what was reserved; None where nobody knows it.

        Only the first time: False when it is settled already, or was never reserved.
        """
        real: dict[str, Any] = {"settled": True}
        if seconds is not None:
            real["seconds"] = seconds
        if micros is not None:
            real["micros"] = micros
        async with self._database.writing() as connection:
            settled = await connection.execute(
                sa.update(charges)
                .where(charges.c.question_id == question_id, ~charges.c.settled)
                .values(real)
            )
            return settled.rowcount == 1

    async def release(self, question_id: int) -> bool:
        """Give back what was reserved for a question that the provider was never asked.

        False when it is settled already, or was never reserved.
        """
        async with self._database.writing() as connection:
            gone = await connection.execute(
                sa.delete(charges).where(charges.c.question_id == question_id, ~charges.c.settled)
            )
            return gone.rowcount == 1

    async def used(self, guild_id: int | None, person_id: int) -> Used:
        """Return what was used today, as it counts for somebody in a server."""
        async with self._database.reading() as connection:
            asker = Charge(0, guild_id, person_id, Amount())
            return await _used(connection, asker, day_of(self._now()))


def _row(charge: Charge, day: int) -> dict[str, Any]:
    return {
        "question_id": charge.question_id,
        "day": day,
        "guild_id": charge.guild_id,
        "person_id": charge.person_id,
        "seconds": charge.amount.seconds,
        "micros": charge.amount.micros,
        "by_own_key": charge.has_own_key,
        "settled": False,
    }


async def _is_there(connection: AsyncConnection, question_id: int) -> bool:
    found = sa.select(charges.c.question_id).where(charges.c.question_id == question_id)
    return (await connection.execute(found)).first() is not None


async def _used(connection: AsyncConnection, charge: Charge, day: int) -> Used:
    rows = charges.c
    # Of direct messages there is no server.
    here = sa.false() if charge.guild_id is None else rows.guild_id == charge.guild_id
    theirs = rows.person_id == charge.person_id
    counted = {
        Scope.EVERYWHERE: sa.true(),
        Scope.SERVER: here,
        Scope.PERSON: theirs,
        Scope.SERVER_CHOSEN: here,
        Scope.PERSON_CHOSEN: sa.and_(here, theirs),
    }
    sums: list[sa.ColumnElement[Any]] = []
    for scope, group in counted.items():
        paid = sa.and_(group, ~rows.by_own_key) if scope in OPERATORS else group
        for which, value in ((group, 1), (group, rows.seconds), (paid, rows.micros)):
            sums.append(sa.func.coalesce(sa.func.sum(sa.case((which, value), else_=0)), 0))
    row = (await connection.execute(sa.select(*sums).where(rows.day == day))).one()
    figures = zip(row[::3], row[1::3], row[2::3], strict=True)
    return {
        scope: Amount(int(questions), float(seconds), int(micros))
        for scope, (questions, seconds, micros) in zip(counted, figures, strict=True)
    }
