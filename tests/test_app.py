from pathlib import Path

import pytest

from bot import app
from bot.settings import Settings


async def test_a_database_that_can_not_be_used_is_told_at_the_start(tmp_path: Path) -> None:
    in_the_way = tmp_path / "file"
    in_the_way.touch()
    settings = Settings.read(
        {
            "DISCORD_TOKEN": "token",
            "OPENROUTER_API_KEY": "key",
            "DATABASE_URL": f"sqlite:///{in_the_way / 'reeltalk.sqlite'}",
        }
    )
    with pytest.raises(app.StartError, match=r"DATABASE_URL.*file/reeltalk\.sqlite"):
        await app.run(settings)
