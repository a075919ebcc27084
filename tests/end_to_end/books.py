"""What the bot has kept of many questions, read from its database beside it."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import sqlalchemy as sa

_HOUR, _DAY = 3600, 24 * 3600
_LONG_AGO = {
    "charges": ("day", 2),
    "ledger": ("day", 400),
    "workflow_status": ("completed_at", 13 * _HOUR * 1000),
    "accepted_questions": ("at", 8 * _DAY),
}
"""By table, when its rows are of, and how much earlier they are to be to be kept no longer."""


@dataclass(frozen=True, slots=True)
class Kept:
    """The sums of all rows."""

    rows: dict[str, int]
    unfinished: int
    unsettled: int
    questions: set[int]
    outcomes: dict[str, int]
    prompt_tokens: int
    completion_tokens: int
    micros: int
    charged_micros: int


class Books:
    """The databases of one bot: that of the line may be the other, or a file of its own."""

    def __init__(self, url: str, jobs: Path | None) -> None:
        plain = url.replace("postgresql://", "postgresql+psycopg://")
        self._store = sa.create_engine(plain)
        self._jobs = self._store if jobs is None else sa.create_engine(f"sqlite:///{jobs}")
        self._status = "workflow_status" if jobs else "dbos.workflow_status"

    def read(self) -> Kept:
        """Add everything up."""
        total = "SELECT sum(prompt_tokens), sum(completion_tokens), sum(micros) FROM ledger"
        outcomes = self._all(self._store, "SELECT outcome, count(*) FROM ledger GROUP BY outcome")
        ids = self._all(self._store, "SELECT question_id FROM ledger")
        prompt, completion, micros = self._all(self._store, total)[0]
        return Kept(
            rows=self.rows(),
            unfinished=self._count("workflow_status", "status <> 'SUCCESS'"),
            unsettled=self._count("charges", "NOT settled"),
            questions={one for (one,) in ids},
            outcomes=dict(outcomes),
            prompt_tokens=int(prompt or 0),
            completion_tokens=int(completion or 0),
            micros=int(micros or 0),
            charged_micros=int(
                self._all(self._store, "SELECT sum(micros) FROM charges")[0][0] or 0
            ),
        )

    def rows(self) -> dict[str, int]:
        """Count the rows of each table that grows with the questions."""
        return {table: self._count(table) for table in _LONG_AGO}

    def age(self) -> None:
        """Make all rows older than they are kept."""
        for table, (column, earlier) in _LONG_AGO.items():
            engine, name = self._where(table)
            age = f"UPDATE {name} SET {column} = {column} - {earlier}"  # noqa: S608 (as in _count)
            with engine.begin() as connection:
                connection.execute(sa.text(age))

    def close(self) -> None:
        """Let go of the databases."""
        self._store.dispose()
        self._jobs.dispose()

    def _where(self, table: str) -> tuple[sa.Engine, str]:
        """Return where a table is, and its name there."""
        if table in {"charges", "ledger"}:
            return self._store, table
        return self._jobs, self._status if table == "workflow_status" else table

    def _count(self, table: str, which: str = "true") -> int:
        engine, name = self._where(table)
        counted = f"SELECT count(*) FROM {name} WHERE {which}"  # noqa: S608 (names of ours)
        return self._all(engine, counted)[0][0]

    def _all(self, engine: sa.Engine, statement: str) -> list[Any]:
        with engine.connect() as connection:
            return [tuple(row) for row in connection.execute(sa.text(statement))]
