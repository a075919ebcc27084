"""How questions are answered in one server."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from bot.providers.dialect import Endpoint
from bot.settings import Settings

_MAX_ANSWER_TOKENS = 4096


@dataclass(frozen=True, slots=True)
class Preferences:
    """What holds for one server.

    `instructions` are added to the standing ones. `in_thread` is the manner of delivery: a
    thread made from the question's message, or replies in place.
    """

    endpoint: Endpoint
    model: str
    max_clip_bytes: int
    stale_seconds: float
    max_answer_tokens: int = _MAX_ANSWER_TOKENS
    instructions: str = ""
    in_thread: bool = True


PreferencesFor = Callable[[int | None], Awaitable[Preferences]]
"""Fetch what holds for a guild's id, or for direct messages (None)."""


def operators_choice(settings: Settings) -> PreferencesFor:
    """Return the operator's preferences for every server."""
    preferences = Preferences(
        endpoint=settings.endpoint,
        model=settings.model,
        max_clip_bytes=settings.max_clip_bytes,
        stale_seconds=settings.stale_seconds,
    )

    async def preferences_for(guild_id: int | None) -> Preferences:
        del guild_id
        return preferences

    return preferences_for
