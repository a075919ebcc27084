"""Take no questions of a server or a person, and take them again."""

from collections.abc import Mapping

from bot.commands.terminal import Status
from bot.settings import read_keeping
from bot.store.blocks import Kind
from bot.store.opening import open_books


async def block(environ: Mapping[str, str], kind: str, blocked_id: int) -> Status:
    """Block a "server" or a "person"; it holds for the next question.

    Raises:
        SettingsError: the database can't be told from the settings.
        StoreUnusable: it can't be had.
    """
    async with open_books(read_keeping(environ)) as books:
        new = await books.blocks.block(Kind(kind), blocked_id)
    print(f"{_named(kind, blocked_id)} {'is' if new else 'was already'} blocked.")
    return Status.DONE


async def unblock(environ: Mapping[str, str], kind: str, blocked_id: int) -> Status:
    """Undo that; raises as `block` does."""
    async with open_books(read_keeping(environ)) as books:
        was = await books.blocks.unblock(Kind(kind), blocked_id)
    print(f"{_named(kind, blocked_id)} {'may ask again' if was else 'was not blocked'}.")
    return Status.DONE


def _named(kind: str, blocked_id: int) -> str:
    return f"{kind.capitalize()} {blocked_id}"
