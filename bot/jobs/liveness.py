"""Who of those that answer questions is dead, and what then becomes of their questions."""

import logging

from bot.jobs.line import Line
from bot.locks import Locks

_log = logging.getLogger(__name__)

PERIOD = 5.0
"""Seconds between two looks. Who is found dead twice is: a server that was down has let go of all
locks, and those who live take theirs again within one period."""


def lock_of(executor: str) -> str:
    """Return the name of the lock that one who answers questions holds for life."""
    return f"worker {executor}"


class Recovery:
    """Puts the questions of the dead back into the line; `own` is who looks."""

    def __init__(self, line: Line, locks: Locks, own: str) -> None:
        self._line = line
        self._locks = locks
        self._own = own
        self._missed: set[str] = set()

    async def look(self) -> None:
        """Look who has begun with a question and lives no more."""
        others = await self._line.executors() - {self._own}
        missed = {one for one in others if await self._locks.is_free(lock_of(one))}
        for dead in missed & self._missed:
            # Held, so that one that was only frozen does not come back in the middle of it.
            async with self._locks.holding(lock_of(dead)) as is_held:
                if is_held and (count := await self._line.put_back(dead)):
                    _log.warning("%s is dead: others go on with its %s questions", dead, count)
        self._missed = missed
