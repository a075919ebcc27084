"""The SQLite file, as the engine of accepted questions expects it."""

import time
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy import event


def database(path: Path) -> sa.Engine:
    """Return the way to a file; it is opened, or made, when it is first used."""
    engine = sa.create_engine(f"sqlite:///{path}", connect_args={"timeout": 30})
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
