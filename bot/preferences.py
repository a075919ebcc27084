"""How questions are answered in one server."""

import math
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from bot.providers.dialect import Endpoint
from bot.settings import Asking, Settings


@dataclass(frozen=True, slots=True)
class Preferences:
    """What holds for one server.

    `instructions` are added to the standing ones. `in_thread` is the manner of delivery: a
    thread made from the question's message, or replies in place.
    """

    endpoint: Endpoint
    model: str
    max_clip_bytes: int
    max_clip_seconds: float
    max_clips: int
    max_answer_tokens: int
    stale_seconds: float
    instructions: str = ""
    in_thread: bool = True

    @classmethod
    def by(cls, asking: Asking, stale_seconds: float = math.inf) -> "Preferences":
        """Return what the operator has chosen."""
        return cls(
            endpoint=asking.endpoint,
            model=asking.model,
            max_clip_bytes=asking.max_clip_bytes,
            max_clip_seconds=asking.max_clip_seconds,
            max_clips=asking.max_clips,
            max_answer_tokens=asking.max_answer_tokens,
            stale_seconds=stale_seconds,
        )


PreferencesFor = Callable[[int | None], Awaitable[Preferences]]
"""Fetch what holds for a guild's id, or for direct messages (None)."""


def operators_choice(settings: Settings) -> PreferencesFor:
    """Return the operator's preferences for every server."""
    preferences = Preferences.by(settings.asking, settings.stale_seconds)

    async def preferences_for(guild_id: int | None) -> Preferences:
        del guild_id
        return preferences

    return preferences_for
