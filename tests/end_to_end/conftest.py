"""The whole bot, between an emulated Discord and a stand-in model, over sockets."""

import asyncio
import json
import logging
import os
import shutil
from collections.abc import AsyncGenerator, Callable, Generator, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager, contextmanager
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any, TypeAlias

import pytest
from sqlalchemy.engine import make_url

from bot.jobs import Jobs
from bot.playground import model as stand_in
from bot.playground.clips import make_clip
from bot.playground.discord import Fault, serve
from bot.questions import Question
from bot.roles import Role
from bot.settings import Settings
from tests.between import between
from tests.discord_openapi import violations
from tests.end_to_end.staging import Outcomes, Running, Stage
from tests.postgresql import Server

APART = "APART" in os.environ
"""Whether every test has the bot in two parts, where it says nothing else."""
LOG = logging.getLogger("cogs._course")


Start: TypeAlias = Callable[..., AbstractAsyncContextManager[Stage]]


@cache
def _document() -> Any:
    path = os.environ.get("DISCORD_OPENAPI")
    return json.loads(Path(path).read_text()) if path else None


def _ours_left() -> list[str]:
    """Name the tasks that our own code has left behind; discord.py leaves some of its own."""
    coroutines: list[Any] = [task.get_coro() for task in asyncio.all_tasks()]
    files = {coroutine.__qualname__: coroutine.cr_code.co_filename for coroutine in coroutines}
    return [name for name, file in files.items() if "/bot/" in file or "/cogs/" in file]


class Nothing:
    """Work that nobody asks for."""

    has_waiting = False

    async def give(self, question: Question) -> None: ...
    async def tell(self, places: Mapping[int, int]) -> None: ...
    async def withdraw(self, question: Question) -> None: ...
    async def give_up(self, question: Question) -> None: ...


@pytest.fixture(scope="session")
def begun_before(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the jobs of a bot that was started once: the first start takes a second longer."""
    path = tmp_path_factory.mktemp("jobs") / "reeltalk-jobs.sqlite"

    async def begin() -> None:
        jobs = Jobs(make_url(f"sqlite:///{path}"))
        jobs.register(Nothing())
        async with jobs.run():
            pass

    asyncio.run(begin())
    return path


@contextmanager
def _noted() -> Generator[Outcomes]:
    """Note how the questions end that are answered inside the block."""
    outcomes = Outcomes()
    LOG.addHandler(outcomes)
    LOG.setLevel(logging.INFO)
    try:
        yield outcomes
    finally:
        LOG.removeHandler(outcomes)


@pytest.fixture
def start(request: pytest.FixtureRequest, tmp_path: Path, begun_before: Path) -> Start:
    """Return a way to put the bot on stage, with variables of its environment.

    `toggle` is the portal's, `faults` happen from the start, and `serving` is how Discord is
    served. Where who listens and who answers are `apart`, they share a PostgreSQL.
    """

    @asynccontextmanager
    async def started(
        *,
        toggle: bool = False,
        faults: Sequence[Fault] = (),
        serving: Mapping[str, Any] = MappingProxyType({}),
        apart: bool = APART,
        **environ: str,
    ) -> AsyncGenerator[Stage]:
        shutil.copy(begun_before, tmp_path)
        kept = f"sqlite:///{tmp_path / 'reeltalk.sqlite'}"
        if apart:
            server: Server = request.getfixturevalue("server")
            kept = server.make()
        async with serve(**serving) as discord, stand_in.serve() as model:
            discord.portal_toggle = toggle
            for fault in faults:
                discord.faults.append(fault)
            needed = {
                **between(discord, model),
                "CUSTOM_BASE_URL": model.base_url,
                "MODEL": "google/gemini-3.5-flash-lite",
                "DATABASE_URL": kept,
                "DRAIN_SECONDS": "0.1",
                **environ,
            }
            roles = (Role.GATEWAY, Role.WORKER) if apart else (Role.BOTH,)
            bot = Running([Settings.read(needed, role) for role in roles], discord)
            with _noted() as outcomes:
                try:
                    await bot.begin()
                    yield Stage(discord, model, outcomes, bot)
                finally:
                    await bot.end()
        assert _ours_left() == []
        if _document():
            assert violations(discord.requests, _document()) == []

    return started


@pytest.fixture
async def stage(start: Start) -> AsyncGenerator[Stage]:
    async with start() as started:
        yield started


@pytest.fixture(scope="session")
def clips(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Real videos, by their suffix."""
    folder = tmp_path_factory.mktemp("clips")
    paths = {suffix: folder / f"clip.{suffix}" for suffix in ("mp4", "mov", "webm", "mpeg", "mkv")}
    for path in paths.values():
        make_clip(path, seconds=2)
    return paths


@pytest.fixture
def mp4(clips: dict[str, Path]) -> Path:
    return clips["mp4"]
