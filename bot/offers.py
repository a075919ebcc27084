"""The models that take video, as they are offered: the cheapest first, with what a minute costs."""

import math
from collections.abc import Iterable

from bot.providers.catalogue import Model
from bot.providers.pricing import estimate
from bot.wording import small_dollars

_MINUTE = 60.0


def offered(known: Iterable[Model]) -> list[Model]:
    """Return those that take video, or may, where a catalogue does not tell."""
    return sorted((model for model in known if model.takes_video is not False), key=_by_price)


def per_minute(model: Model) -> float | None:
    """Return the US dollars that a minute of video costs, None where nobody knows."""
    cost = estimate(model, _MINUTE)
    return None if cost is None else cost.dollars


def minute_price(model: Model) -> str:
    """Return that in words, empty where nobody knows."""
    dollars = per_minute(model)
    return "" if dollars is None else small_dollars(dollars)


def _by_price(model: Model) -> tuple[float, str]:
    dollars = per_minute(model)
    return math.inf if dollars is None else dollars, model.id
