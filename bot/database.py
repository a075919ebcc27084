"""The database of accepted questions, as the engine that keeps them expects it."""

import time
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.engine import URL

from bot.locks import LEASE


def database(url: URL) -> sa.Engine:
    """Return the way to a file of SQLite's, or to a database of PostgreSQL's.

    It is opened when it is first used; a file, not its folder, is made.
    """
    return _sqlite(url) if url.get_backend_name() == "sqlite" else _postgresql(url)


def close(engine: sa.Engine) -> None:
    """Close every connection; one that a thread is using still, once that is done with it."""
    event.listen(engine, "checkin", _parted_with)
    engine.dispose()


def _parted_with(_: object, record: Any) -> None:
    record.invalidate()


def given_up_when_idle() -> str:
    """Return the option by which the server ends a transaction that a frozen process left open.

    It would keep all others from the rows that it has locked.
    """
    return f"-c idle_in_transaction_session_timeout={LEASE:.0f}s"


def _postgresql(url: URL) -> sa.Engine:
    return sa.create_engine(
        url.set(drivername="postgresql+psycopg"),
        pool_pre_ping=True,  # so that a restart of the server costs no question
        max_overflow=5,  # beside the pool's own 5: a server takes a hundred of all processes
        connect_args={
            "connect_timeout": 10,
            "application_name": "reeltalk jobs",
            "options": given_up_when_idle(),
        },
    )


def _sqlite(url: URL) -> sa.Engine:
    engine = sa.create_engine(url.set(drivername="sqlite"), connect_args={"timeout": 30})
    event.listen(engine, "connect", _connected)
    return engine


def _connected(connection: Any, _: object) -> None:
    # SQLite has this function from 3.42 on; DBOS 3.4 asks Python's version instead.
    connection.create_function("unixepoch", -1, _unixepoch)
    # DBOS sets these two itself, but only on connections that it makes.
    connection.isolation_level = "IMMEDIATE"
    connection.execute("PRAGMA foreign_keys=ON")
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=NORMAL")


def _unixepoch(*_: object) -> int:
    return int(time.time())


def file_of(url: URL) -> Path | None:
    """Return the file that a database is, if it is one."""
    return Path(url.database or "") if url.get_backend_name() == "sqlite" else None
