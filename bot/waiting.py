"""How long the line of accepted questions is, and how slow."""

import time
from dataclasses import dataclass

import sqlalchemy as sa


@dataclass(frozen=True, slots=True)
class Waiting:
    """How many questions are in line, and the seconds that the oldest has been."""

    count: int
    oldest_seconds: float | None


def waiting_in(engine: sa.Engine, queue: str, schema: str | None = None) -> Waiting:
    """Look at a queue of DBOS', which itself would list a whole line to tell how long it is.

    Raises:
        SQLAlchemyError: it can't be read.
    """
    columns = map(sa.column, ("status", "queue_name", "created_at"))
    status = sa.table("workflow_status", *columns, schema=schema)
    line = sa.select(sa.func.count(), sa.func.min(status.c.created_at)).where(
        status.c.status == "ENQUEUED", status.c.queue_name == queue
    )
    with engine.connect() as connection:
        count, oldest = connection.execute(line).one()
    return Waiting(count, None if oldest is None else max(0.0, time.time() - oldest / 1000))
