"""Whom the operator keeps from asking, and which servers there are."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import Enum

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.errors import BotPaused, PersonBlocked, ReeltalkError, ServerBlocked
from bot.store.engine import Database
from bot.store.schema import blocks, pauses, servers

_ONLY = 1


class Kind(Enum):
    """What can be blocked."""

    SERVER = "server"
    PERSON = "person"


@dataclass(frozen=True, slots=True)
class Server:
    """A server that the bot is in, as it was last seen; `known_since` in seconds since 1970."""

    guild_id: int
    name: str
    known_since: float
    is_blocked: bool


class Blocks:
    """Blocks, the pause, and the list of servers; another process's change holds at once."""

    def __init__(self, database: Database, now: Callable[[], float] = time.time) -> None:
        self._database = database
        self._now = now

    async def refusal(self, guild_id: int | None, person_id: int) -> ReeltalkError | None:
        """Return why nothing may be asked by a person in a server, None where it may."""
        async with self._database.reading() as connection:
            message = await _pause(connection)
            found = await connection.execute(
                sa.select(blocks.c.kind).where(
                    sa.or_(
                        _is(Kind.PERSON, person_id),
                        _is(Kind.SERVER, guild_id) if guild_id is not None else sa.false(),
                    )
                )
            )
            kinds = set(found.scalars())
        if Kind.PERSON.value in kinds:
            return PersonBlocked()
        if Kind.SERVER.value in kinds:
            return ServerBlocked()
        return None if message is None else BotPaused(message)

    async def block(self, kind: Kind, blocked_id: int) -> bool:
        """Block a server or a person; False where they were."""
        async with self._database.writing() as connection:
            row = {"kind": kind.value, "id": blocked_id}
            kept = self._database.insert(blocks).values(row).on_conflict_do_nothing()
            return (await connection.execute(kept.returning(blocks.c.id))).first() is not None

    async def unblock(self, kind: Kind, blocked_id: int) -> bool:
        """Let a server or a person ask again; False where they could."""
        async with self._database.writing() as connection:
            gone = await connection.execute(sa.delete(blocks).where(_is(kind, blocked_id)))
            return gone.rowcount == 1

    async def blocked(self) -> list[tuple[Kind, int]]:
        """Return everything that is blocked."""
        async with self._database.reading() as connection:
            rows = await connection.execute(sa.select(blocks).order_by(blocks.c.kind, blocks.c.id))
            return [(Kind(one.kind), one.id) for one in rows]

    async def pause(self, message: str) -> None:
        """Take no questions until `resume`, and tell why."""
        async with self._database.writing() as connection:
            kept = self._database.insert(pauses).values({"id": _ONLY, "message": message})
            await connection.execute(
                kept.on_conflict_do_update(
                    index_elements=[pauses.c.id], set_={"message": kept.excluded.message}
                )
            )

    async def resume(self) -> bool:
        """Take questions again; False where they were taken."""
        async with self._database.writing() as connection:
            return (await connection.execute(sa.delete(pauses))).rowcount > 0

    async def paused(self) -> str | None:
        """Return why no questions are taken; None where they are."""
        async with self._database.reading() as connection:
            return await _pause(connection)

    async def saw(self, names: Mapping[int, str]) -> None:
        """Remember servers that the bot is in, by their ids, with their names as they are now."""
        rows = [
            {"guild_id": guild_id, "name": name, "known_since": self._now()}
            for guild_id, name in sorted(names.items())
        ]
        if not rows:
            return
        kept = self._database.insert(servers)
        renamed = kept.on_conflict_do_update(
            index_elements=[servers.c.guild_id], set_={"name": kept.excluded.name}
        )
        async with self._database.writing("servers") as connection:
            await connection.execute(renamed, rows)

    async def servers(self) -> list[Server]:
        """Return the servers that the bot is in, by their names."""
        chosen = (
            sa.select(servers, blocks.c.id.is_not(None).label("is_blocked"))
            .outerjoin(
                blocks,
                sa.and_(blocks.c.kind == Kind.SERVER.value, blocks.c.id == servers.c.guild_id),
            )
            .order_by(servers.c.name, servers.c.guild_id)
        )
        async with self._database.reading() as connection:
            return [
                Server(one.guild_id, one.name, one.known_since, bool(one.is_blocked))
                for one in await connection.execute(chosen)
            ]


async def _pause(connection: AsyncConnection) -> str | None:
    return (await connection.execute(sa.select(pauses.c.message))).scalar()


def _is(kind: Kind, blocked_id: int) -> sa.ColumnElement[bool]:
    return sa.and_(blocks.c.kind == kind.value, blocks.c.id == blocked_id)
