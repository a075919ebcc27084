import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent


def banned(path: str, source: str) -> bool:
    """Lint a source as if it stood at that path, for its imports alone."""
    run = subprocess.run(  # noqa: S603 (our own linter on our own words)
        [sys.executable, "-m", "ruff", "check", "--select=TID251", "--stdin-filename", path, "-"],
        input=source,
        capture_output=True,
        text=True,
        cwd=ROOT,
        check=False,
    )
    assert run.returncode in (0, 1), run.stderr
    return run.returncode == 1


@pytest.mark.parametrize(
    ("path", "source"),
    [
        ("bot/answering.py", "import discord"),
        ("bot/answering.py", "from discord.ext import commands"),
        ("bot/jobs/jobs.py", "from cogs import ask"),
        ("bot/media/relay.py", "import discord"),
        ("bot/media/relay.py", "from bot.providers.wire import Request"),
        ("bot/media/relay.py", "from bot.answering import Answerer"),
        ("bot/providers/client.py", "from bot.media import relay"),
        ("bot/providers/client.py", "from bot.media.fetch import Cdn"),
        ("bot/providers/client.py", "from bot.settings import Settings"),
        ("bot/playground/discord/world.py", "import discord"),
        ("bot/playground/discord/world.py", "from bot.clips import Upload"),
        ("bot/playground/terminal.py", "from bot import settings"),
        ("bot/jobs/jobs.py", "from unittest.mock import patch"),
    ],
)
def test_an_import_against_the_direction_is_refused(path: str, source: str) -> None:
    assert banned(path, source)


@pytest.mark.parametrize(
    ("path", "source"),
    [
        ("bot/app.py", "import discord"),
        ("bot/client.py", "from discord.ext import commands"),
        ("cogs/ask.py", "import discord"),
        ("cogs/ask.py", "from bot.questions import Question"),
        ("bot/answering.py", "from bot.media.fetch import Cdn"),
        ("bot/media/relay.py", "from bot.errors import ClipError"),
        ("bot/providers/client.py", "from bot.media.kinds import Segment"),
        ("bot/playground/terminal.py", "from .clips import make_clip"),
        ("tests/jobs/test_working.py", "from bot.jobs import Jobs"),
    ],
)
def test_an_import_with_the_direction_is_fine(path: str, source: str) -> None:
    assert not banned(path, source)


MODULES = {f"bot.{path.stem}" for path in (ROOT / "bot").glob("[a-z]*.py")}
MEDIA = {f"bot.media.{path.stem}" for path in (ROOT / "bot" / "media").glob("[a-z]*.py")}


@pytest.mark.parametrize(
    ("path", "others"),
    [
        ("bot/media/new.py", MODULES - {"bot.errors", "bot.clips", "bot.hosts"}),
        ("bot/providers/new.py", (MODULES | MEDIA) - {"bot.errors", "bot.media.kinds"}),
        ("bot/playground/new.py", MODULES | {"bot.media", "bot.providers"}),
    ],
)
def test_no_module_is_forgotten_in_the_rules(path: str, others: set[str]) -> None:
    assert {module for module in others if not banned(path, f"import {module}")} == set()


def test_no_module_is_longer_than_three_hundred_lines() -> None:
    sources = [path for part in ("bot", "cogs", "tests") for path in (ROOT / part).rglob("*.py")]
    assert len(sources) > 50
    assert [str(p) for p in sources if len(p.read_text().splitlines()) > 300] == []
