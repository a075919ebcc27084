from pathlib import Path

import pytest

from bot import app
from bot.settings import Settings


def settings(path: Path) -> Settings:
    return Settings.read(
        {
            "DISCORD_TOKEN": "token",
            "OPENROUTER_API_KEY": "key",
            "DATABASE_URL": f"sqlite:///{path}",
        }
    )


async def test_a_folder_that_can_not_be_made_is_told_at_the_start(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(app.StartError, match=r"file/reeltalk-jobs\.sqlite: make its folder writ"):
        await app.run(settings(tmp_path / "file" / "reeltalk.sqlite"))


async def test_a_database_that_can_not_be_used_is_told_at_the_start(tmp_path: Path) -> None:
    path = tmp_path / "reeltalk.sqlite"
    path.write_text("This is no database, but a text that lies where one should be. " * 20)
    with pytest.raises(app.StartError, match=r"check DATABASE_URL.*reeltalk\.sqlite"):
        await app.run(settings(path))
