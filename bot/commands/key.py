"""Servers' own keys: kept, shown by their last characters, forgotten, and sealed anew."""

import getpass
import sys
from collections.abc import Callable, Mapping

from rich.console import Console

from bot.assembly import session
from bot.commands.provider_checks import look_at_key
from bot.commands.terminal import Status, harmless
from bot.keeping import Keeping
from bot.providers.dialect import Endpoint
from bot.providers.failures import without
from bot.settings import read_asked, read_keeping
from bot.store.keys import KeyUnsealable, OwnKey
from bot.store.opening import open_books

_NO_SEAL = (
    "SECRET_KEY is missing, and keys are kept under seal only: make one with `openssl rand "
    "-base64 32`, and keep it where .env is, but not beside a copy of the database."
)


def typed() -> str:
    """Return a key from standard input: a line of it, or what is typed and not shown."""
    if sys.stdin.isatty():
        return getpass.getpass("Key (it is not shown): ").strip()
    return sys.stdin.readline().strip()


async def keep(
    environ: Mapping[str, str], guild_id: int, provider: str, read: Callable[[], str]
) -> Status:
    """Try a key with its provider, and keep it where that takes it.

    Raises:
        SettingsError: the settings that it takes can't be used.
        StoreUnusable: the database can't be had.
    """
    keeping, dialects = read_keeping(environ), read_asked(environ)
    if not keeping.secret_keys:
        return _failed(_NO_SEAL, Status.MISUSED)
    if provider not in dialects:
        return _failed("CUSTOM_BASE_URL is missing: it says where to ask.", Status.MISUSED)
    key = OwnKey(provider, read())
    if not (key.api_key.isascii() and key.api_key.isprintable() and key.api_key.split()):
        return _failed("That is no key: standard input has to hold it on its first line.")
    async with session() as web:
        found = await look_at_key(web, Endpoint(dialects[provider], key.api_key))
    if not found.is_well:
        told = f"{found.subject}: {found.said}. It was not kept: {found.remedy}"
        return _failed(without(key.api_key, told))
    async with open_books(keeping) as books:
        await books.keys.keep(guild_id, key)
    print(f"{found.subject}: {found.said}. Server {guild_id} is asked with {key.ending} now.")
    return Status.DONE


async def show(environ: Mapping[str, str], guild_id: int | None) -> Status:
    """Write whose keys there are; raises as `keep` does."""
    async with open_books(read_keeping(environ)) as books:
        known = await books.keys.known(guild_id)
    for key in known:
        ending = key.ending or "sealed with a SECRET_KEY that is not set"
        print(f"server {key.guild_id}  {key.provider}  {ending}")
    if not known:
        print("No server has a key of its own." if guild_id is None else "It has no key.")
    return Status.DONE


async def forget(environ: Mapping[str, str], guild_id: int, provider: str | None) -> Status:
    """Delete a server's key to a provider, or all it has; raises as `keep` does."""
    async with open_books(read_keeping(environ)) as books:
        gone = await books.keys.forget(guild_id, provider)
    print(
        f"Server {guild_id} has {'one key' if gone == 1 else f'{gone} keys'} less."
        if gone
        else f"Server {guild_id} had no such key."
    )
    return Status.DONE


async def reseal(environ: Mapping[str, str]) -> Status:
    """Seal all keys with the first SECRET_KEY; raises as `keep` does."""
    keeping: Keeping = read_keeping(environ)
    if not keeping.secret_keys:
        return _failed(_NO_SEAL, Status.MISUSED)
    async with open_books(keeping) as books:
        try:
            count = await books.keys.reseal()
        except KeyUnsealable as error:
            return _failed(f"{error}. Nothing was changed: add that one behind the others.")
    print(f"Sealed {count} key{'' if count == 1 else 's'} with the first SECRET_KEY.")
    return Status.DONE


def _failed(sentence: str, status: Status = Status.FAILED) -> Status:
    Console(stderr=True, highlight=False, soft_wrap=True).print(harmless(sentence), markup=False)
    return status
