"""Take no questions for a while, and say why."""

import sys
from collections.abc import Mapping

from bot.commands.terminal import Status
from bot.settings import read_keeping
from bot.store.opening import open_books

_LONGEST = 300  # characters, which is what is quoted of words of somebody else


async def pause(environ: Mapping[str, str], message: str) -> Status:
    """Pause the bot; whoever asks is told the message.

    Raises:
        SettingsError: the database can't be told from the settings.
        StoreUnusable: it can't be had.
    """
    if len(message) > _LONGEST:
        print(f"The message may have {_LONGEST} characters: make it shorter.", file=sys.stderr)
        return Status.MISUSED
    async with open_books(read_keeping(environ)) as books:
        await books.blocks.pause(message)
    print("The bot takes no questions until `reeltalk resume`.")
    return Status.DONE


async def resume(environ: Mapping[str, str]) -> Status:
    """Undo that; raises as `pause` does."""
    async with open_books(read_keeping(environ)) as books:
        was = await books.blocks.resume()
    print("The bot takes questions again." if was else "The bot was not paused.")
    return Status.DONE
