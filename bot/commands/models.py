"""List the models that take video, with what a minute of it costs."""

import json
import sys
from collections.abc import Sequence
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from bot.assembly import session
from bot.commands.terminal import Status, harmless, status_of
from bot.errors import ReeltalkError
from bot.offers import minute_price, offered, per_minute
from bot.phrases import phrase
from bot.providers.catalogue import Catalogue, Model
from bot.providers.dialect import Endpoint

_MILLION_TOKENS = 1_000_000


async def models(endpoint: Endpoint, *, as_json: bool) -> Status:
    """Write the models of a provider to standard output, the cheapest first."""
    try:
        async with session() as web:
            known = await Catalogue(web).models(endpoint)
    except ReeltalkError as error:
        print(harmless(phrase(error)), file=sys.stderr)
        return status_of(error)
    listed = offered(known)
    if as_json:
        print(json.dumps([_fields(model) for model in listed], indent=2))
        return Status.DONE
    _write(listed, endpoint.dialect.title)
    return Status.DONE


def _fields(model: Model) -> dict[str, Any]:
    def million(price: float | None) -> float | None:
        return None if price is None else round(price * _MILLION_TOKENS, 6)

    return {
        "id": model.id,
        "takes_video": model.takes_video,
        "context_tokens": model.context,
        "usd_per_video_minute": per_minute(model),
        "usd_per_million_prompt_tokens": million(model.prompt_price),
        "usd_per_million_completion_tokens": million(model.completion_price),
    }


def _write(listed: Sequence[Model], title: str) -> None:
    console = Console(highlight=False)
    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column("model", overflow="fold")
    for name in ("context", "minute of video", "1M tokens in", "out"):
        table.add_column(name, justify="right", no_wrap=True)
    for model in listed:
        table.add_row(
            Text(harmless(model.id)),
            "" if model.context is None else f"{model.context:,}",
            minute_price(model),
            _million(model.prompt_price),
            _million(model.completion_price),
        )
    console.print(table)
    if not listed:
        console.print(f"{title} lists no model that takes video.")
    elif any(model.takes_video is None for model in listed):
        console.print(f"{title} does not tell which of them take video.")
    console.print(
        "A minute of video is the input alone, at the tokens a second that were measured; blank "
        "where they were not.",
        style="dim",
    )


def _million(price: float | None) -> str:
    """Write a price for a million tokens, with as many figures as it has."""
    if price is None:
        return ""
    cents, rest = f"{price * _MILLION_TOKENS:.4f}"[:-2], f"{price * _MILLION_TOKENS:.4f}"[-2:]
    return f"${cents}{rest.rstrip('0')}"
