"""The bot without its engine: questions held in memory alone, for comparison.

    python -m tests.benchmarks.unkept

It reads its settings as the bot does, and runs the bot with this in place of the line on disk.
"""

import asyncio
import os
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path

from bot import app
from bot.jobs import Jobs
from bot.questions import Question
from bot.settings import Settings, configure_logging
from bot.tasks import ended


class UnkeptJobs(Jobs):
    """What `Jobs` does, over tasks that die with the process."""

    def __init__(self) -> None:
        super().__init__(Path())

    @asynccontextmanager
    async def run(self) -> AsyncGenerator[None]:
        try:
            yield
        finally:
            self.closing = True
            await ended(self._running.values())

    async def submit(self, question: Question) -> bool:
        assert self._work is not None
        if self.closing or question.id in self._running:
            return False
        self._running[question.id] = asyncio.create_task(self._work.give(question))
        return True

    async def cancel(self, question_id: int) -> None:
        if task := self._running.get(question_id):
            task.cancel()


if __name__ == "__main__":
    configure_logging("INFO")
    asyncio.run(app.run(Settings.read(os.environ), jobs=UnkeptJobs()))
