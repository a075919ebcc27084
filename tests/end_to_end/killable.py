"""The whole bot in a process of its own, which can be killed and started again."""

import asyncio
import os
import signal
import sqlite3
import sys
from asyncio.subprocess import DEVNULL, Process
from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import asynccontextmanager, closing
from pathlib import Path

from bot.playground.discord import Discord
from bot.playground.model import Model

ROOT = Path(__file__).parents[2]
USUAL = ("-m", "bot")


class Killable:
    """A bot that keeps its questions in `folder`, and its log there as well."""

    def __init__(self, folder: Path, environ: Mapping[str, str], command: Sequence[str]) -> None:
        self._folder = folder
        self._environ = environ
        self._command = command
        self._process: Process | None = None
        self.deaths_of_its_own = 0

    @property
    def log(self) -> str:
        """Return what every process of it has logged."""
        return (self._folder / "log").read_text()

    def unfinished(self) -> int:
        """Count the jobs on its disk that wait or are under way."""
        query = "SELECT count(*) FROM workflow_status WHERE status IN ('ENQUEUED', 'PENDING')"
        with closing(sqlite3.connect(self._folder / "reeltalk-jobs.sqlite")) as connection:
            return connection.execute(query).fetchone()[0]

    async def start(self) -> None:
        """Start a process; nothing is waited for."""
        with (self._folder / "log").open("ab") as log:
            self._process = await asyncio.create_subprocess_exec(
                *(sys.executable, *self._command),
                stdin=DEVNULL,
                stdout=log,
                stderr=log,
                cwd=self._folder,
                env=self._environ,
            )

    async def kill(self) -> None:
        """Kill it as the kernel would, in the middle of whatever it does."""
        if await self._told(signal.SIGKILL) != -signal.SIGKILL:
            self.deaths_of_its_own += 1

    async def stop(self) -> int:
        """Ask it to stop, and return its exit status."""
        return await self._told(signal.SIGTERM)

    async def _told(self, number: signal.Signals) -> int:
        process, self._process = self._process, None
        if process is None:
            return 0
        if process.returncode is None:
            process.send_signal(number)
        async with asyncio.timeout(60):
            return await process.wait()


@asynccontextmanager
async def killable(
    discord: Discord,
    model: Model,
    folder: Path,
    *,
    command: Sequence[str] = USUAL,
    drain: float = 20,
) -> AsyncGenerator[Killable]:
    """Start the bot between these two; none of its processes outlives the block."""
    inherited = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    environ = {
        "PYTHONPATH": str(ROOT),
        "DISCORD_TOKEN": discord.token,
        "DISCORD_API_URL": discord.api_url,
        "DISCORD_GATEWAY_URL": discord.gateway_url,
        "DISCORD_CDN_HOSTS": discord.cdn_host,
        "OPENROUTER_API_KEY": "key",
        "OPENROUTER_BASE_URL": model.base_url,
        "MODEL": "playground/stand-in",
        "DATABASE_URL": f"sqlite:///{folder / 'reeltalk.sqlite'}",
        "DRAIN_SECONDS": str(drain),
    }
    bot = Killable(folder, {**inherited, **environ}, command)
    await bot.start()
    try:
        yield bot
    finally:
        await bot.kill()
