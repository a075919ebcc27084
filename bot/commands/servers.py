"""List the servers that the bot is in, and whom the operator keeps from asking."""

from collections.abc import Mapping
from datetime import UTC, datetime

from rich.console import Console
from rich.table import Table
from rich.text import Text

from bot.commands.terminal import Status, harmless
from bot.settings import read_keeping
from bot.store.blocks import Kind, Server
from bot.store.opening import open_books


async def servers(environ: Mapping[str, str]) -> Status:
    """Write a line for each, as the bot has last seen it.

    Raises:
        SettingsError: the database can't be told from the settings.
        StoreUnusable: it can't be had.
    """
    async with open_books(read_keeping(environ)) as books:
        known = await books.blocks.servers()
        blocked = await books.blocks.blocked()
        paused = await books.blocks.paused()
        keyed = {key.guild_id for key in await books.keys.known()}
    console = Console(highlight=False, soft_wrap=True)
    if known:
        console.print(_table(known, keyed))
    else:
        console.print("The bot is in no server, or has not run since it keeps a list of them.")
    elsewhere = {server.guild_id for server in known}
    for kind, blocked_id in blocked:
        if kind is Kind.PERSON or blocked_id not in elsewhere:
            console.print(f"Blocked: {kind.value} {blocked_id}")
    if paused is not None:
        console.print(f"Paused: {harmless(paused) or 'without a message'}", markup=False)
    return Status.DONE


def _table(known: list[Server], keyed: set[int]) -> Table:
    table = Table(box=None, pad_edge=False, header_style="bold")
    for name in ("server", "id", "since", ""):
        table.add_column(name, overflow="fold")
    for server in known:
        notes = ["blocked"] if server.is_blocked else []
        notes += ["own key"] if server.guild_id in keyed else []
        since = datetime.fromtimestamp(server.known_since, UTC)
        table.add_row(
            Text(harmless(server.name)),
            str(server.guild_id),
            f"{since:%Y-%m-%d}",
            ", ".join(notes),
        )
    return table
