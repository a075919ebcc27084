"""A stand-in model to ask, and a clip to ask about."""

from collections.abc import AsyncGenerator
from pathlib import Path

import pytest

from bot.playground import model as stand_in
from bot.playground.model import Model
from bot.settings import Asking


@pytest.fixture
async def model() -> AsyncGenerator[Model]:
    async with stand_in.serve() as served:
        yield served


@pytest.fixture
def environ(model: Model) -> dict[str, str]:
    return {
        "OPENROUTER_API_KEY": "key",
        "OPENROUTER_BASE_URL": model.base_url,
        "MODEL": "google/gemini-3.5-flash-lite",
    }


@pytest.fixture
def asking(environ: dict[str, str]) -> Asking:
    return Asking.read(environ)


@pytest.fixture
def impatient(environ: dict[str, str]) -> Asking:
    """Return settings for a model that stalls; looking at a clip may take the stand-in longer."""
    return Asking.read({**environ, "SILENCE_SECONDS": "0.3"})


@pytest.fixture
def clip(two_seconds: Path) -> Path:
    return two_seconds
