import socket
from pathlib import Path

import pytest

from bot import app
from bot.settings import Settings


def settings(path: Path, **environ: str) -> Settings:
    return Settings.read(
        {
            "DISCORD_TOKEN": "token",
            "OPENROUTER_API_KEY": "key",
            "DATABASE_URL": f"sqlite:///{path}",
            **environ,
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


async def test_an_address_in_use_is_told_at_the_start(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        address = f"127.0.0.1:{taken.getsockname()[1]}"
        with pytest.raises(app.StartError, match=rf"served at {address} \(.*set HEALTH_ADDRESS"):
            await app.run(settings(tmp_path / "reeltalk.sqlite", HEALTH_ADDRESS=address))
