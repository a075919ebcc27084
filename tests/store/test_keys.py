from dataclasses import replace

import pytest
import sqlalchemy as sa

from bot.keeping import Keeping
from bot.store.keys import Keys, KeyUnsealable, KnownKey, OwnKey, Sealed, SealMissing
from bot.store.opening import Store, open_books
from bot.store.schema import keys, metadata
from tests.store.ours import OTHER_SECRET, SECRET

PLANTED = "sk-or-v1-planted-0123456789abcdef"
KEY = OwnKey("openrouter", PLANTED)


async def test_a_key_is_opened_for_its_server_and_provider_alone(store: Store) -> None:
    await store.keys.keep(7, KEY)
    sealed = Sealed([SECRET])
    async with store.database.reading() as connection:
        assert await sealed.of_server(connection, 7) == {"openrouter": KEY}
        assert await sealed.of_server(connection, 8) == {}
        row = (await connection.execute(sa.select(keys))).one()
    for guild_id, provider in ((8, "openrouter"), (7, "lunos")):
        with pytest.raises(KeyUnsealable):
            sealed.unseal(guild_id, provider, row.sealed)


async def test_no_table_has_a_key_in_it_that_can_be_read(store: Store) -> None:
    await store.keys.keep(7, KEY)
    await store.preferences(7)
    async with store.database.reading() as connection:
        rows = [
            repr(tuple(row))
            for table in metadata.sorted_tables
            for row in await connection.execute(sa.select(table))
        ]
    assert len(rows) == 1
    assert PLANTED[-12:] not in rows[0]
    assert "cdef" not in rows[0]


async def test_the_same_key_is_sealed_differently_each_time() -> None:
    sealed = Sealed([SECRET])
    assert sealed.seal(7, KEY) != sealed.seal(7, KEY)


async def test_of_a_key_only_its_ending_is_seen(store: Store) -> None:
    await store.keys.keep(7, OwnKey("lunos", "another-key-of-theirs"))
    await store.keys.keep(7, KEY)
    await store.keys.keep(8, OwnKey("lunos", "short"))
    assert await store.keys.known(7) == [
        KnownKey(7, "lunos", "…eirs"),
        KnownKey(7, "openrouter", "…cdef"),
    ]
    assert (await store.keys.known())[-1] == KnownKey(8, "lunos", "…")


async def test_a_newer_key_takes_the_place_of_the_older(store: Store) -> None:
    await store.keys.keep(7, OwnKey("openrouter", "older-key-of-theirs"))
    await store.keys.keep(7, KEY)
    assert [one.ending for one in await store.keys.known()] == ["…cdef"]


async def test_a_key_that_is_forgotten_is_gone(store: Store) -> None:
    await store.keys.keep(7, KEY)
    await store.keys.keep(7, OwnKey("lunos", "another-key-of-theirs"))
    assert [await store.keys.forget(7, "lunos"), await store.keys.forget(7, "lunos")] == [1, 0]
    assert await store.keys.forget(7) == 1
    assert await store.keys.known() == []


async def test_keys_outlive_a_change_of_the_secret(store: Store, keeping: Keeping) -> None:
    await store.keys.keep(7, KEY)
    rotating = Keys(store.database, Sealed([OTHER_SECRET, SECRET]))
    assert await rotating.reseal() == 1
    async with open_books(replace(keeping, secret_keys=(OTHER_SECRET,))) as books:
        assert [one.ending for one in await books.keys.known()] == ["…cdef"]
    assert [one.ending for one in await store.keys.known()] == [None]
    with pytest.raises(KeyUnsealable, match="server 7"):
        await store.keys.reseal()


async def test_without_a_secret_no_key_is_kept(store: Store) -> None:
    open_to_all = Keys(store.database, Sealed([]))
    with pytest.raises(SealMissing):
        await open_to_all.keep(7, KEY)
    await store.keys.keep(7, KEY)
    assert [one.ending for one in await open_to_all.known()] == [None]
