import asyncio
from dataclasses import replace
from typing import Any

import pytest
import sqlalchemy as sa

from bot.errors import ChoiceAboveCeiling
from bot.keeping import Keeping
from bot.limits import Allowances, Limits
from bot.preferences import NOTHING_CHOSEN, Choices, Watched, tightened
from bot.providers.dialect import LUNOS, OPENROUTER
from bot.store.engine import Database
from bot.store.keys import OwnKey, Sealed
from bot.store.opening import Store, open_store
from bot.store.preferences import ServerPreferences
from bot.store.schema import choices
from tests.store.ours import OPERATORS, OTHER_SECRET, PREFERENCES, SECRET

EVERYTHING = Choices(
    model="google/other",
    instructions="Rhyme.\nIn prose.",
    language="Português (Brasil)",
    in_thread=False,
    footer=False,
    max_clip_seconds=90.5,
    max_clips=2,
    allowances=Allowances(
        server=Limits(questions=10, seconds=100.5, micros=2_000_000),
        person=Limits(questions=3, seconds=60, micros=500),
    ),
    watched=(Watched(11, "What happens?"), Watched(12, "Who is it?")),
    channels=frozenset({21, 22}),
    roles=frozenset({31}),
    exempt_roles=frozenset({41, 2**63 - 1}),
)


async def test_a_server_that_chose_nothing_has_the_operators_preferences(store: Store) -> None:
    assert await store.preferences(7) == PREFERENCES
    assert await store.preferences(None) == PREFERENCES


async def test_everything_that_is_chosen_survives_a_restart_and_holds_nowhere_else(
    store: Store, keeping: Keeping
) -> None:
    told = await store.preferences.change(7, lambda _: EVERYTHING)
    assert told == await store.preferences(7) == tightened(PREFERENCES, EVERYTHING)
    async with open_store(keeping, OPERATORS) as again:
        assert await again.preferences(7) == told
        assert (await again.preferences(7)).chosen == EVERYTHING
        assert await again.preferences(8) == PREFERENCES


@pytest.mark.parametrize("name", Choices.__slots__)
async def test_each_choice_is_changed_and_taken_back_by_itself(store: Store, name: str) -> None:
    only: Any = {name: getattr(EVERYTHING, name)}
    back: Any = {name: getattr(NOTHING_CHOSEN, name)}
    assert (await store.preferences(7)).chosen == NOTHING_CHOSEN
    await store.preferences.change(7, lambda chosen: replace(chosen, **only))
    assert (await store.preferences(7)).chosen == replace(NOTHING_CHOSEN, **only)
    await store.preferences.change(7, lambda chosen: replace(chosen, **back))
    assert (await store.preferences(7)).chosen == NOTHING_CHOSEN


async def test_a_refused_change_changes_nothing(store: Store) -> None:
    await store.preferences.change(7, lambda _: EVERYTHING)
    with pytest.raises(ChoiceAboveCeiling):
        await store.preferences.change(7, lambda chosen: replace(chosen, max_clips=11))
    assert (await store.preferences(7)).chosen == EVERYTHING


async def test_a_reset_leaves_no_row(store: Store) -> None:
    await store.preferences.change(7, lambda _: EVERYTHING)
    assert await store.preferences.reset(7) == PREFERENCES
    async with store.database.reading() as connection:
        assert (await connection.execute(sa.select(choices))).all() == []


async def test_changes_at_once_are_all_kept(store: Store) -> None:
    async def add(number: int) -> None:
        await store.preferences.change(
            7, lambda chosen: replace(chosen, channels=chosen.channels | {number})
        )

    await asyncio.gather(*map(add, range(20)))
    assert (await store.preferences(7)).chosen.channels == set(range(20))


async def test_another_processs_change_is_seen_in_a_moment(database: Database) -> None:
    now = 100.0
    ours = ServerPreferences(database, Sealed([SECRET]), OPERATORS, lambda: now)
    theirs = ServerPreferences(database, Sealed([SECRET]), OPERATORS)
    assert (await ours(7)).footer
    await theirs.change(7, lambda chosen: replace(chosen, footer=False))
    assert (await ours(7)).footer  # remembered
    now += 11
    assert not (await ours(7)).footer


async def test_who_read_before_a_change_does_not_remember_it_after(store: Store) -> None:
    preferences = store.preferences
    for number in range(30):
        chosen = replace(NOTHING_CHOSEN, max_clips=1 + number % 9)
        reading = [asyncio.create_task(preferences(7)) for _ in range(3)]
        await preferences.change(7, lambda _, chosen=chosen: chosen)
        reading += [asyncio.create_task(preferences(7)) for _ in range(3)]
        await asyncio.gather(*reading)
        assert (await preferences(7)).chosen == chosen


async def test_a_key_of_its_own_is_what_a_server_is_asked_with(store: Store) -> None:
    await store.keys.keep(7, OwnKey("lunos", "lunos-key-of-theirs"))
    theirs = await store.preferences(7)
    assert (theirs.endpoint.dialect, theirs.endpoint.api_key) == (LUNOS, "lunos-key-of-theirs")
    assert theirs.has_own_key
    await store.keys.keep(7, OwnKey("openrouter", "openrouter-key-of-theirs"))
    store.preferences.forget(7)
    theirs = await store.preferences(7)  # the operator's provider, where there is a choice
    assert theirs.endpoint.api_key == "openrouter-key-of-theirs"
    assert (await store.preferences(8)).endpoint.api_key == "the-operators-key"


async def test_a_key_that_can_not_be_unsealed_is_not_replaced_by_the_operators(
    store: Store, caplog: pytest.LogCaptureFixture
) -> None:
    await store.keys.keep(7, OwnKey("openrouter", "openrouter-key-of-theirs"))
    locked_out = ServerPreferences(store.database, Sealed([OTHER_SECRET]), OPERATORS)
    theirs = await locked_out(7)
    assert (theirs.endpoint.dialect, theirs.endpoint.api_key) == (OPENROUTER, "")
    assert "server 7" in caplog.text
