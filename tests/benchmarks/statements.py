"""How much a PostgreSQL is asked, as it counts it itself."""

import psycopg


class Statements:
    """The counts of one database."""

    def __init__(self, url: str) -> None:
        self._url = url
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute("CREATE EXTENSION IF NOT EXISTS pg_stat_statements")

    def transactions(self) -> int:
        """Return how many were ended, one way or the other."""
        asked = (
            "SELECT xact_commit + xact_rollback FROM pg_stat_database "
            "WHERE datname = current_database()"
        )
        with psycopg.connect(self._url, autocommit=True) as connection:
            # What a session has done is counted a moment later, but by itself at once.
            connection.execute("SELECT pg_stat_force_next_flush()")
            row = connection.execute(asked).fetchone()
        assert row is not None
        return int(row[0])

    def connections(self) -> int:
        """Return how many others are connected."""
        asked = "SELECT count(*) - 1 FROM pg_stat_activity WHERE datname = current_database()"
        with psycopg.connect(self._url, autocommit=True) as connection:
            row = connection.execute(asked).fetchone()
        assert row is not None
        return int(row[0])
