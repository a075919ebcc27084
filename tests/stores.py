"""Something to keep things in, for parts that are tested by themselves."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path

from sqlalchemy.engine import make_url

from bot.keeping import Keeping
from bot.preferences import Preferences
from bot.store.opening import Store, open_store
from bot.store.preferences import Operators


@asynccontextmanager
async def kept_in(folder: Path, preferences: Preferences) -> AsyncGenerator[Store]:
    """Keep things in a file there, under the operator's preferences."""
    url = make_url(f"sqlite+aiosqlite:///{folder / 'reeltalk.sqlite'}")
    keeping = Keeping(url, make_url(f"sqlite:///{folder / 'jobs.sqlite'}"), (), 90)
    dialect = preferences.endpoint.dialect
    async with open_store(keeping, Operators(preferences, "custom", {"custom": dialect})) as store:
        yield store
