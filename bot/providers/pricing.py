"""What an answer costs: as it is said, else as the catalogue's prices make it."""

import math
from dataclasses import dataclass

from bot.providers.catalogue import Model
from bot.providers.sight import tokens_per_second
from bot.providers.stream import Usage

MICROS = 1_000_000
"""In a US dollar; sums of money are kept in these, as whole numbers."""


@dataclass(frozen=True, slots=True)
class Cost:
    """US dollars; `about` where they were computed and not told."""

    dollars: float
    about: bool = False

    @property
    def micros(self) -> int:
        """The same in whole millionths of a dollar, rounded up: what costs is never for nothing."""
        return math.ceil(round(self.dollars * MICROS, 3))


def cost(usage: Usage, model: Model | None) -> Cost | None:
    """Return what an answer cost, None where nobody can tell."""
    if usage.cost is not None:
        return Cost(usage.cost)
    if model is None or model.prompt_price is None or model.completion_price is None:
        return None
    cached = min(usage.cached_tokens or 0, usage.prompt_tokens)
    cached_price = model.prompt_price if model.cached_price is None else model.cached_price
    return Cost(
        (usage.prompt_tokens - cached) * model.prompt_price
        + cached * cached_price
        + usage.completion_tokens * model.completion_price,
        about=True,
    )


def estimate(model: Model, seconds: float) -> Cost | None:
    """Return what watching so many seconds of video will cost, None where that is not known.

    The answer itself, which nobody knows yet, is not in it.
    """
    if model.prompt_price == 0:
        return Cost(0.0, about=True)
    rate = tokens_per_second(model.id)
    if model.prompt_price is None or rate is None:
        return None
    return Cost(seconds * rate * model.prompt_price, about=True)
