"""Servers' own keys to providers, sealed wherever they lie."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field

import sqlalchemy as sa
from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.store.engine import Database
from bot.store.schema import keys

_LEAST = 12  # characters that a key has before four of them are shown


class SealMissing(Exception):
    """There is no SECRET_KEY, without which no key is kept."""


class KeyUnsealable(Exception):
    """No SECRET_KEY that is set opens what was sealed for a server and a `provider`."""

    def __init__(self, guild_id: int, provider: str) -> None:
        super().__init__(
            f"The key of server {guild_id} for {provider} can't be unsealed: SECRET_KEY lacks the "
            "one it was sealed with"
        )
        self.provider = provider


@dataclass(frozen=True, slots=True)
class OwnKey:
    """A server's key to one provider."""

    provider: str
    api_key: str = field(repr=False)

    @property
    def ending(self) -> str:
        """What people may see of it: its last four characters."""
        return f"…{self.api_key[-4:]}" if len(self.api_key) >= _LEAST else "…"


@dataclass(frozen=True, slots=True)
class KnownKey:
    """Whose key it is, and what may be seen of it; `ending` is None where no seal opens it."""

    guild_id: int
    provider: str
    ending: str | None


class Sealed:
    """Seals keys, and opens what was sealed; `secrets` are Fernet's, the newest first."""

    def __init__(self, secrets: Sequence[str]) -> None:
        self._fernet = MultiFernet([Fernet(one) for one in secrets]) if secrets else None

    def seal(self, guild_id: int, key: OwnKey) -> bytes:
        """Return what may lie in a database: it opens for that server and provider alone.

        Raises:
            SealMissing: there is no SECRET_KEY.
        """
        if self._fernet is None:
            raise SealMissing
        held = {"server": guild_id, "provider": key.provider, "key": key.api_key}
        return self._fernet.encrypt(json.dumps(held).encode())

    def unseal(self, guild_id: int, provider: str, sealed: bytes) -> OwnKey:
        """Open what was sealed.

        Raises:
            KeyUnsealable: it can't be opened, or was sealed for another server or provider.
        """
        try:
            if self._fernet is None:
                raise KeyUnsealable(guild_id, provider)
            held = json.loads(self._fernet.decrypt(sealed))
        except InvalidToken:
            raise KeyUnsealable(guild_id, provider) from None
        if (held["server"], held["provider"]) != (guild_id, provider):
            raise KeyUnsealable(guild_id, provider)
        return OwnKey(provider, held["key"])

    async def of_server(self, connection: AsyncConnection, guild_id: int) -> dict[str, OwnKey]:
        """Return a server's keys, by their providers' names.

        Raises:
            KeyUnsealable: there is one that can't be opened.
        """
        rows = await connection.execute(
            sa.select(keys.c.provider, keys.c.sealed)
            .where(keys.c.guild_id == guild_id)
            .order_by(keys.c.provider)
        )
        return {one.provider: self.unseal(guild_id, one.provider, one.sealed) for one in rows}


class Keys:
    """Where servers' own keys lie; only the operator puts them there."""

    def __init__(self, database: Database, sealed: Sealed) -> None:
        self._database = database
        self._sealed = sealed

    async def keep(self, guild_id: int, key: OwnKey) -> None:
        """Keep a key, in place of the one before.

        Raises:
            SealMissing: there is no SECRET_KEY.
        """
        row = {
            "guild_id": guild_id,
            "provider": key.provider,
            "sealed": self._sealed.seal(guild_id, key),
        }
        async with self._database.writing() as connection:
            kept = self._database.insert(keys).values(row)
            await connection.execute(
                kept.on_conflict_do_update(
                    index_elements=[keys.c.guild_id, keys.c.provider],
                    set_={"sealed": kept.excluded.sealed},
                )
            )

    async def known(self, guild_id: int | None = None) -> list[KnownKey]:
        """Return what may be seen of a server's keys, or of all."""
        chosen = sa.select(keys).order_by(keys.c.guild_id, keys.c.provider)
        if guild_id is not None:
            chosen = chosen.where(keys.c.guild_id == guild_id)
        async with self._database.reading() as connection:
            return [
                KnownKey(one.guild_id, one.provider, self._ending(one))
                for one in await connection.execute(chosen)
            ]

    async def forget(self, guild_id: int, provider: str | None = None) -> int:
        """Delete a server's key to a provider, or all it has; return how many there were."""
        gone = sa.delete(keys).where(keys.c.guild_id == guild_id)
        if provider is not None:
            gone = gone.where(keys.c.provider == provider)
        async with self._database.writing() as connection:
            return (await connection.execute(gone)).rowcount

    async def reseal(self) -> int:
        """Seal every key with the newest SECRET_KEY, after which older ones can go.

        Returns how many there are.

        Raises:
            SealMissing: there is no SECRET_KEY.
            KeyUnsealable: one can't be opened, and nothing was changed.
        """
        async with self._database.writing("keys") as connection:
            rows = (await connection.execute(sa.select(keys))).all()
            for one in rows:
                key = self._sealed.unseal(one.guild_id, one.provider, one.sealed)
                await connection.execute(
                    sa.update(keys)
                    .where(keys.c.guild_id == one.guild_id, keys.c.provider == one.provider)
                    .values(sealed=self._sealed.seal(one.guild_id, key))
                )
            return len(rows)

    def _ending(self, row: sa.Row[int, str, bytes]) -> str | None:
        try:
            return self._sealed.unseal(row.guild_id, row.provider, row.sealed).ending
        except KeyUnsealable:
            return None
