"""The way to the database: SQLite's file, or PostgreSQL, by the same statements."""

import asyncio
import logging
import sqlite3
import time
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager, closing
from pathlib import Path
from typing import Any, TypeVar

import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import URL
from sqlalchemy.exc import OperationalError, SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from bot.database import given_up_when_idle
from bot.locks import number_of
from bot.store.migrations import StepUnknown, is_current, migrate

T = TypeVar("T")

_log = logging.getLogger(__name__)

_WRITES = "reeltalk_writes"
_BUSY = 30.0  # seconds that a write waits for another's end
# Seconds that a transaction waits for a PostgreSQL that is away, in a bot that runs.
_AWAY, _TRY_AGAIN = 30.0, 0.25
_LOCK = sa.text("SELECT pg_advisory_xact_lock(:number)")


class StoreUnusable(Exception):
    """The database can't be opened, made or brought up to date; says where, and why."""

    def __init__(self, url: URL, error: BaseException) -> None:
        first, *_ = str(getattr(error, "orig", None) or error).splitlines() or [""]
        where = url.database if url.get_backend_name() == "sqlite" else url.render_as_string()
        super().__init__(f"{where} ({first or type(error).__name__})")


class Database:
    """Transactions on one database, each of which waits so many seconds for one that is away."""

    def __init__(self, engine: AsyncEngine, patience: float = _AWAY) -> None:
        self._engine = engine
        self._patience = patience
        self._is_sqlite = engine.dialect.name == "sqlite"

    @asynccontextmanager
    async def reading(self) -> AsyncGenerator[AsyncConnection]:
        """Hold a transaction that changes nothing."""
        async with self._connected() as connection, connection.begin():
            yield connection

    @asynccontextmanager
    async def writing(self, alone: str = "") -> AsyncGenerator[AsyncConnection]:
        """Hold a transaction; leaving the block commits it, an error takes it back.

        One that is to be `alone` waits for all others of that name to end, in whatever process,
        and sees what they have done. In SQLite, all that write are.
        """
        async with self._connected() as plain:
            connection = await plain.execution_options(**{_WRITES: True})
            async with connection.begin():
                if alone and not self._is_sqlite:
                    await connection.execute(_LOCK, {"number": number_of(alone)})
                yield connection

    @asynccontextmanager
    async def _connected(self) -> AsyncGenerator[AsyncConnection]:
        """Hold a connection, having waited for a PostgreSQL that is away."""
        last, is_known = time.monotonic() + self._patience, False
        async with AsyncExitStack() as stack:
            while True:
                try:
                    connection = await stack.enter_async_context(self._engine.connect())
                except OperationalError:
                    if self._is_sqlite or time.monotonic() >= last:
                        raise
                    if not is_known:
                        _log.warning("the database is away, and is waited for")
                        is_known = True
                else:
                    break
                await asyncio.sleep(_TRY_AGAIN)
            yield connection

    def insert(self, table: sa.Table) -> sqlite.Insert | postgresql.Insert:
        """Return an INSERT that can say what to do about what is there already."""
        return sqlite.insert(table) if self._is_sqlite else postgresql.insert(table)


async def again(act: Callable[[], Awaitable[T]]) -> T:
    """Do once more what may be done twice, where the database went away in the middle of it."""
    try:
        return await act()
    except OperationalError:
        return await act()


@asynccontextmanager
async def opened(url: URL, patience: float = _AWAY) -> AsyncGenerator[Database]:
    """Open a database, make its tables or bring them up to date, and close it in the end.

    However many processes do so at once, one of them makes the tables. Each transaction waits
    `patience` seconds for a PostgreSQL that is away.

    Raises:
        StoreUnusable: it can't be had.
    """
    is_sqlite = url.get_backend_name() == "sqlite"
    engine = _sqlite(url) if is_sqlite else _postgresql(url)
    database = Database(engine, patience)
    try:
        try:
            if is_sqlite:
                await asyncio.to_thread(_make, Path(url.database or ""))
            await _bring_up_to_date(database)
        except (OSError, sqlite3.Error, SQLAlchemyError, StepUnknown) as error:
            raise StoreUnusable(url, error) from error
        yield database
    finally:
        await engine.dispose()


async def _bring_up_to_date(database: Database) -> None:
    async with database.reading() as connection:
        if await connection.run_sync(is_current):
            return
    async with database.writing("migrations") as connection:
        await connection.run_sync(migrate)


def _make(path: Path) -> None:
    """Make a file that many can read while one writes; it stays so.

    SQLite lets nobody wait for whoever is making the change: it fails at once.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    last = time.monotonic() + _BUSY
    with closing(sqlite3.connect(path, timeout=_BUSY)) as connection:
        while True:
            try:
                connection.execute("PRAGMA journal_mode=WAL")
            except sqlite3.OperationalError as error:
                is_busy = error.sqlite_errorcode & 0xFF == sqlite3.SQLITE_BUSY
                if not is_busy or time.monotonic() > last:
                    raise
                time.sleep(0.02)
            else:
                return


def _sqlite(url: URL) -> AsyncEngine:
    # Without a level the driver begins no transactions, and ours may begin as they need to.
    connect = {"timeout": _BUSY, "isolation_level": None}
    engine = create_async_engine(url, connect_args=connect)
    event.listen(engine.sync_engine, "connect", _connected)
    event.listen(engine.sync_engine, "begin", _begun)
    return engine


def _connected(connection: Any, _: object) -> None:
    cursor = connection.cursor()
    for pragma in ("synchronous=NORMAL", "foreign_keys=ON"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begun(connection: sa.Connection) -> None:
    # A transaction that reads first and writes later could not wait for another's end: what it
    # has read would be out of date. One that means to write says so at once.
    writes = connection.get_execution_options().get(_WRITES)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def _postgresql(url: URL) -> AsyncEngine:
    return create_async_engine(
        url,
        pool_pre_ping=True,  # so that a restart of the server costs no question
        max_overflow=5,  # as in bot.database
        connect_args={
            "connect_timeout": 10,
            "application_name": "reeltalk",
            "options": given_up_when_idle(),
        },
    )
