"""What each server chose, and what therefore holds there."""

import logging
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.choosing import checked
from bot.errors import Measure
from bot.limits import Allowances, Limits
from bot.preferences import NOTHING_CHOSEN, Choices, Preferences, Watched, tightened
from bot.providers.dialect import Dialect, Endpoint
from bot.store.engine import Database, again
from bot.store.keys import KeyUnsealable, OwnKey, Sealed
from bot.store.schema import choices, named, watched_channels

_log = logging.getLogger(__name__)

_ALONE = "choices"
_FRESH = 10.0
"""Seconds after which another process's change is seen; this one's is at once."""
_MOST_KNOWN = 2000
_PLAIN = (
    "model",
    "instructions",
    "language",
    "in_thread",
    "footer",
    "max_clip_seconds",
    "max_clips",
)
_LISTS = ("channels", "roles", "exempt_roles")


@dataclass(frozen=True, slots=True)
class Operators:
    """What servers choose over: the operator's preferences, and the providers that can be asked.

    `provider` is the name of the operator's own among the `dialects`.
    """

    preferences: Preferences
    provider: str
    dialects: Mapping[str, Dialect]

    def with_key(self, key: OwnKey | None) -> Preferences:
        """Return the preferences of a server that has this key of its own, or none."""
        if key is None or key.provider not in self.dialects:
            return self.preferences
        endpoint = Endpoint(self.dialects[key.provider], key.api_key)
        return replace(self.preferences, endpoint=endpoint, has_own_key=True)


class ServerPreferences:
    """What holds for each server: a `PreferencesFor` that remembers, and where it is changed."""

    def __init__(
        self,
        database: Database,
        sealed: Sealed,
        operators: Operators,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._database = database
        self._sealed = sealed
        self._operators = operators
        self._clock = clock
        self._known: dict[int, tuple[float, Preferences]] = {}
        # Whoever read before a change must not remember it after.
        self._changes = 0

    async def __call__(self, guild_id: int | None) -> Preferences:
        """Return what holds for a server, or for direct messages (None)."""
        if guild_id is None:
            return self._operators.preferences
        at, known = self._known.get(guild_id, (0.0, None))
        if known is not None and self._clock() - at < _FRESH:
            return known
        changes, now = self._changes, self._clock()
        preferences = await again(partial(self._as_kept, guild_id))
        if changes == self._changes:
            self._known.pop(guild_id, None)
            self._known[guild_id] = (now, preferences)
            if len(self._known) > _MOST_KNOWN:
                self._known.pop(next(iter(self._known)))
        return preferences

    async def change(self, guild_id: int, change: Callable[[Choices], Choices]) -> Preferences:
        """Change what a server chose, and return what holds from now on.

        Raises:
            ChoiceRefused: it can't be chosen, and nothing was changed.
        """
        async with self._database.writing(_ALONE) as connection:
            operator = await self._operator(connection, guild_id)
            chosen = checked(operator, change(await _read(connection, guild_id)))
            await erase_choices(connection, guild_id)
            await _write(connection, guild_id, chosen)
        self.forget(guild_id)
        return tightened(operator, chosen)

    async def reset(self, guild_id: int) -> Preferences:
        """Leave everything to the operator again, but for a key of the server's own."""
        return await self.change(guild_id, lambda _: NOTHING_CHOSEN)

    def forget(self, guild_id: int) -> None:
        """Read what a server chose anew, the next time."""
        self._changes += 1
        self._known.pop(guild_id, None)

    async def _as_kept(self, guild_id: int) -> Preferences:
        async with self._database.reading() as connection:
            operator = await self._operator(connection, guild_id)
            return tightened(operator, await _read(connection, guild_id))

    async def _operator(self, connection: AsyncConnection, guild_id: int) -> Preferences:
        try:
            keys = await self._sealed.of_server(connection, guild_id)
        except KeyUnsealable as error:
            # The server's money is not replaced by the operator's: its provider will refuse.
            _log.warning("%s", error)
            keys = {error.provider: OwnKey(error.provider, "")}
        ours = keys.get(self._operators.provider)
        return self._operators.with_key(ours or next(iter(keys.values()), None))


async def erase_choices(connection: AsyncConnection, guild_id: int) -> None:
    """Delete what a server chose."""
    for table in (choices, watched_channels, named):
        await connection.execute(sa.delete(table).where(table.c.guild_id == guild_id))


async def _read(connection: AsyncConnection, guild_id: int) -> Choices:
    found = await connection.execute(sa.select(choices).where(choices.c.guild_id == guild_id))
    row = found.mappings().first()
    watched = await connection.execute(
        sa.select(watched_channels.c.channel_id, watched_channels.c.question)
        .where(watched_channels.c.guild_id == guild_id)
        .order_by(watched_channels.c.channel_id)
    )
    lists = await connection.execute(
        sa.select(named.c.list, named.c.id).where(named.c.guild_id == guild_id)
    )
    ids = [(one.list, one.id) for one in lists]
    named_ids = {name: frozenset(one for of, one in ids if of == name) for name in _LISTS}
    return replace(
        NOTHING_CHOSEN if row is None else _chosen(row),
        watched=tuple(Watched(one.channel_id, one.question) for one in watched),
        **named_ids,
    )


async def _write(connection: AsyncConnection, guild_id: int, chosen: Choices) -> None:
    """Write what was chosen; a server that chose nothing has no rows."""
    if chosen == NOTHING_CHOSEN:
        return
    row: dict[str, Any] = {name: getattr(chosen, name) for name in _PLAIN}
    for whose in ("server", "person"):
        limits: Limits = getattr(chosen.allowances, whose)
        for measure in Measure:
            row[f"{whose}_{measure.name.lower()}"] = limits.of(measure)
    await connection.execute(sa.insert(choices), {"guild_id": guild_id, **row})
    watched = [
        {"guild_id": guild_id, "channel_id": one.channel_id, "question": one.question}
        for one in chosen.watched
    ]
    lists = [
        {"guild_id": guild_id, "list": name, "id": one}
        for name in _LISTS
        for one in getattr(chosen, name)
    ]
    for table, rows in ((watched_channels, watched), (named, lists)):
        if rows:
            await connection.execute(sa.insert(table), rows)


def _chosen(row: sa.RowMapping) -> Choices:
    def limits(whose: str) -> Limits:
        return Limits(*(row[f"{whose}_{measure.name.lower()}"] for measure in Measure))

    allowances = Allowances(server=limits("server"), person=limits("person"))
    return Choices(**{name: row[name] for name in _PLAIN}, allowances=allowances)
