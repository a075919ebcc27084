"""Everything that is kept, opened in one go."""

from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from bot.keeping import Keeping
from bot.store.blocks import Blocks
from bot.store.charges import Charges, utc_now
from bot.store.days import day_of
from bot.store.engine import Database, opened
from bot.store.keys import Keys, Sealed
from bot.store.ledger import Ledger
from bot.store.preferences import Operators, ServerPreferences, erase_choices
from bot.store.schema import charges, keys, ledger, servers


@dataclass(frozen=True, slots=True)
class Books:
    """What the operator's tools work on: all but what servers chose."""

    database: Database
    charges: Charges
    ledger: Ledger
    keys: Keys
    blocks: Blocks


@dataclass(frozen=True, slots=True)
class Store(Books):
    """All that is kept."""

    preferences: ServerPreferences
    retention_days: int
    now: Callable[[], datetime]

    async def forget_person(self, person_id: int) -> int:
        """Take a person, and where they asked, out of the ledger; the figures stay a server's.

        Returns how many questions that were. What today's limits count against is kept until
        today is over, else to be forgotten would be to begin anew.
        """
        unknown = {"question_id": None, "person_id": None, "channel_id": None}
        async with self.database.writing() as connection:
            forgotten = await connection.execute(
                sa.update(ledger).where(ledger.c.person_id == person_id).values(unknown)
            )
            return forgotten.rowcount

    async def erase_server(self, guild_id: int) -> None:
        """Delete what is kept of a server, its key included, once the bot is in it no more.

        Not the operator's block, nor, until today is over, what its limits count against.
        """
        async with self.database.writing() as connection:
            await erase_choices(connection, guild_id)
            for table in (ledger, keys, servers):
                await connection.execute(sa.delete(table).where(table.c.guild_id == guild_id))
        self.preferences.forget(guild_id)

    async def sweep(self) -> None:
        """Delete what has been kept for long enough."""
        today = day_of(self.now())
        async with self.database.writing() as connection:
            await connection.execute(sa.delete(charges).where(charges.c.day < today - 1))
            oldest = day_of(self.now() - timedelta(days=self.retention_days))
            await connection.execute(sa.delete(ledger).where(ledger.c.day < oldest))


@asynccontextmanager
async def open_books(
    keeping: Keeping, now: Callable[[], datetime] = utc_now
) -> AsyncGenerator[Books]:
    """Open what the operator's tools work on.

    Whoever waits at a terminal is told at once of a database that is away.

    Raises:
        StoreUnusable: the database can't be had.
    """
    async with opened(keeping.url, patience=0.0) as database:
        yield Books(**_books(database, keeping, now))


@asynccontextmanager
async def open_store(
    keeping: Keeping, operators: Operators, now: Callable[[], datetime] = utc_now
) -> AsyncGenerator[Store]:
    """Open all that is kept.

    Raises:
        StoreUnusable: the database can't be had.
    """
    async with opened(keeping.url) as database:
        yield Store(
            **_books(database, keeping, now),
            preferences=ServerPreferences(database, Sealed(keeping.secret_keys), operators),
            retention_days=keeping.retention_days,
            now=now,
        )


def _books(database: Database, keeping: Keeping, now: Callable[[], datetime]) -> dict[str, Any]:
    return {
        "database": database,
        "charges": Charges(database, now),
        "ledger": Ledger(database),
        "keys": Keys(database, Sealed(keeping.secret_keys)),
        "blocks": Blocks(database, lambda: now().timestamp()),
    }
