"""Show what was asked, and what it cost, across servers."""

import csv
import sys
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime

from rich.console import Console
from rich.table import Table
from rich.text import Text

from bot.commands.terminal import Status, harmless
from bot.providers.pricing import MICROS
from bot.settings import read_keeping
from bot.store.ledger import Ledger, Span, Use
from bot.store.opening import open_books
from bot.wording import small_dollars

_DIRECT, _FORGOTTEN = "direct messages", "forgotten"
_COLUMNS = (
    "day",
    "server_id",
    "server",
    "model",
    "questions",
    "answered",
    "video_minutes",
    "prompt_tokens",
    "cached_tokens",
    "completion_tokens",
    "usd",
    "usd_by_own_key",
    "seconds",
)
# With which a spreadsheet takes a server's name for a formula.
_FORMULA = ("=", "+", "-", "@", "\t")


async def usage(
    environ: Mapping[str, str], days: int, guild_id: int | None, *, as_csv: bool
) -> Status:
    """Write so many days up to today, of a server or of all.

    Raises:
        SettingsError: the database can't be told from the settings.
        StoreUnusable: it can't be had.
    """
    span = Span.until(datetime.now(UTC).date(), days)
    async with open_books(read_keeping(environ)) as books:
        names = {server.guild_id: server.name for server in await books.blocks.servers()}
        if as_csv:
            await _write_csv(books.ledger, span, guild_id, names)
        else:
            await _write_tables(books.ledger, span, guild_id, names)
    return Status.DONE


async def _write_csv(
    ledger: Ledger, span: Span, guild_id: int | None, names: Mapping[int, str]
) -> None:
    lines = csv.writer(sys.stdout, lineterminator="\n")
    lines.writerow(_COLUMNS)
    for day, server, model, use in await ledger.by_day_server_and_model(span, guild_id):
        name = _DIRECT if server is None else names.get(server, "")
        lines.writerow(
            [
                day.isoformat(),
                server or "",
                _no_formula(name),
                _no_formula(model),
                use.questions,
                use.answered,
                f"{use.video_seconds / 60:.2f}",
                use.prompt_tokens,
                use.cached_tokens,
                use.completion_tokens,
                f"{use.micros / MICROS:.6f}",
                f"{use.own_micros / MICROS:.6f}",
                f"{use.seconds:.1f}",
            ]
        )


async def _write_tables(
    ledger: Ledger, span: Span, guild_id: int | None, names: Mapping[int, str]
) -> None:
    console = Console(highlight=False)
    total = await ledger.total(span, guild_id)
    console.print(f"{span.first} to {span.last}", style="bold")
    if guild_id is None:
        servers = [
            (_DIRECT if one is None else f"{names.get(one, '')} {one}".strip(), use)
            for one, use in await ledger.by_server(span)
        ]
        console.print(_table("server", servers, total))
    else:
        people = await ledger.by_person(span, guild_id, most=20)
        told = [(str(who or _FORGOTTEN), use) for who, use in people]
        console.print(_table("person", told, total))
    console.print(_table("model", await ledger.by_model(span, guild_id, most=10), total))
    if total.own_micros:
        own = small_dollars(total.own_micros / MICROS)
        console.print(f"Of the cost, servers paid {own} by keys of their own.", style="dim")


def _table(of: str, rows: Iterable[tuple[str, Use]], total: Use) -> Table:
    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column(of, overflow="fold")
    for name in ("questions", "answered", "minutes", "tokens", "cached", "cost"):
        table.add_column(name, justify="right", no_wrap=True)
    for name, use in [*rows, ("all", total)]:
        table.add_row(Text(harmless(name)), *_figures(use), style="bold" if use is total else "")
    return table


def _figures(use: Use) -> list[str]:
    return [
        f"{use.questions:,}",
        f"{use.answered:,}",
        f"{use.video_seconds / 60:,.1f}",
        f"{use.prompt_tokens + use.completion_tokens:,}",
        f"{use.cached_tokens:,}",
        small_dollars(use.micros / MICROS),
    ]


def _no_formula(text: str) -> str:
    plain = harmless(text)
    return f"'{plain}" if plain.startswith(_FORMULA) else plain
