"""How questions are answered in one server: what the operator set, and the server over it."""

import math
from collections.abc import Awaitable, Callable, Collection
from dataclasses import dataclass, replace
from typing import TypeVar

from bot.errors import ChannelClosed, ReeltalkError, RoleLacking
from bot.limits import UNLIMITED, Allowances
from bot.providers.dialect import Endpoint
from bot.settings import Asking, Settings

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Watched:
    """A channel in which every clip is answered, with the question that is asked about each."""

    channel_id: int
    question: str


@dataclass(frozen=True, slots=True)
class Choices:
    """What a server has chosen; None, or nothing, where it leaves things to the operator.

    `allowances` are its own limits, of which `everywhere` is never used. Where `channels` or
    `roles` are named, people may ask only in those, or with one of those. People with one of
    `exempt_roles` are not bound by the server's own limits.
    """

    model: str | None = None
    instructions: str | None = None
    language: str | None = None
    in_thread: bool | None = None
    footer: bool | None = None
    max_clip_seconds: float | None = None
    max_clips: int | None = None
    allowances: Allowances = UNLIMITED
    watched: tuple[Watched, ...] = ()
    channels: frozenset[int] = frozenset()
    roles: frozenset[int] = frozenset()
    exempt_roles: frozenset[int] = frozenset()


NOTHING_CHOSEN = Choices()


@dataclass(frozen=True, slots=True)
class Preferences:
    """What holds for one server.

    `instructions` are added to the standing ones, and `language` is the one to answer in, in
    words; empty for the question's own. `in_thread` is the manner of delivery: a thread made from
    the question's message, or replies in place. `footer` tells whether tokens and cost stand under
    an answer. `allowances` are the operator's, `chosen` holds the server's own, and all else it
    chose. `has_own_key` where the server is asked for by a key of its own.
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
    language: str = ""
    footer: bool = True
    allowances: Allowances = UNLIMITED
    chosen: Choices = NOTHING_CHOSEN
    has_own_key: bool = False

    @classmethod
    def by(
        cls,
        asking: Asking,
        stale_seconds: float = math.inf,
        allowances: Allowances = UNLIMITED,
    ) -> "Preferences":
        """Return what the operator has chosen."""
        return cls(
            endpoint=asking.endpoint,
            model=asking.model,
            max_clip_bytes=asking.max_clip_bytes,
            max_clip_seconds=asking.max_clip_seconds,
            max_clips=asking.max_clips,
            max_answer_tokens=asking.max_answer_tokens,
            stale_seconds=stale_seconds,
            allowances=allowances,
        )

    @property
    def limits(self) -> Allowances:
        """What is left to the server and to each person in it: the lower of both limits."""
        theirs, ceilings = self.chosen.allowances, ceilings_of(self)
        return Allowances(
            server=theirs.server.within(ceilings.server),
            person=theirs.person.within(ceilings.person),
        )

    def standing_question(self, channel_id: int) -> str | None:
        """Return what is asked about every clip in a channel; None where it is not watched."""
        found = (one.question for one in self.chosen.watched if one.channel_id == channel_id)
        return next(found, None)

    def refusal(
        self, channel_ids: Collection[int], role_ids: Collection[int]
    ) -> ReeltalkError | None:
        """Return why somebody may not ask there, None where they may.

        `channel_ids` are a channel and what it belongs to: a thread's parent, and its category.
        """
        channels, roles = self.chosen.channels, self.chosen.roles
        if channels and channels.isdisjoint(channel_ids):
            return ChannelClosed(channels)
        if roles and roles.isdisjoint(role_ids):
            return RoleLacking(roles)
        return None

    def is_exempt(self, role_ids: Collection[int]) -> bool:
        """Tell whether the server's own limits don't bind somebody with these roles."""
        return not self.chosen.exempt_roles.isdisjoint(role_ids)


PreferencesFor = Callable[[int | None], Awaitable[Preferences]]
"""Fetch what holds for a guild's id, or for direct messages (None)."""


def operators_choice(settings: Settings) -> PreferencesFor:
    """Return the operator's preferences for every server."""
    preferences = operators(settings)

    async def preferences_for(guild_id: int | None) -> Preferences:
        del guild_id
        return preferences

    return preferences_for


def operators(settings: Settings) -> Preferences:
    """Return what holds where no server has chosen anything."""
    return Preferences.by(settings.asking, settings.stale_seconds, settings.allowances)


def tightened(operator: Preferences, chosen: Choices) -> Preferences:
    """Return what holds for a server: its choices, with the operator's ceilings above them.

    A choice that was within a ceiling when it was made gives way to one that was lowered since.
    Limits of a day stay apart, the operator's and the server's, since they count different things.
    """
    return replace(
        operator,
        model=_or(chosen.model, operator.model),
        instructions=_or(chosen.instructions, operator.instructions),
        language=_or(chosen.language, operator.language),
        in_thread=_or(chosen.in_thread, operator.in_thread),
        footer=_or(chosen.footer, operator.footer),
        max_clip_seconds=_least(chosen.max_clip_seconds, operator.max_clip_seconds),
        max_clips=int(_least(chosen.max_clips, operator.max_clips)),
        chosen=chosen,
    )


def ceilings_of(operator: Preferences) -> Allowances:
    """Return what a server's own limits may come to at most.

    Money is bounded only where it is the operator's.
    """
    ours = operator.allowances
    if not operator.has_own_key:
        return ours
    return replace(
        ours, server=replace(ours.server, micros=None), person=replace(ours.person, micros=None)
    )


def _or(chosen: T | None, default: T) -> T:
    return default if chosen is None else chosen


def _least(chosen: float | None, ceiling: float) -> float:
    return ceiling if chosen is None else min(chosen, ceiling)
