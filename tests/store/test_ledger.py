import asyncio
from dataclasses import fields
from datetime import timedelta

import sqlalchemy as sa

from bot.limits import Allowances, Limits
from bot.preferences import NOTHING_CHOSEN
from bot.store.blocks import Kind
from bot.store.keys import OwnKey
from bot.store.ledger import Entry, Span, Use
from bot.store.opening import Store
from bot.store.schema import ledger, metadata
from tests.store.ours import DOLLAR, TODAY, Clock, entry
from tests.store.test_charges import charge
from tests.store.test_preferences import EVERYTHING

WEEK = Span.until(TODAY, 7)
YESTERDAY = TODAY - timedelta(days=1)


async def record(store: Store, *entries: Entry) -> None:
    for one in entries:
        assert await store.ledger.record(one)


def test_an_entry_has_no_room_for_what_was_said() -> None:
    words = {"model", "outcome"}
    assert {field.name for field in fields(Entry) if field.type in (str, "str")} == words


async def test_an_entry_is_kept_as_it_is(store: Store) -> None:
    await record(store, entry(1))
    assert await store.ledger.total(WEEK) == Use(
        questions=1,
        answered=1,
        video_seconds=30.5,
        prompt_tokens=9000,
        cached_tokens=100,
        completion_tokens=200,
        micros=1500,
        own_micros=0,
        seconds=4.5,
    )


async def test_a_question_is_in_the_ledger_once(store: Store) -> None:
    kept = await asyncio.gather(*(store.ledger.record(entry(1)) for _ in range(20)))
    assert kept.count(True) == 1
    assert (await store.ledger.total(WEEK)).questions == 1


async def test_without_an_entry_the_sum_is_nothing(store: Store) -> None:
    assert await store.ledger.total(WEEK) == Use()
    assert await store.ledger.by_model(WEEK) == []


async def test_every_day_of_a_span_is_there_and_none_besides(store: Store) -> None:
    await record(
        store,
        entry(1),
        entry(2, day=YESTERDAY, outcome="refused", micros=0),
        entry(3, day=TODAY - timedelta(days=7)),
        entry(4, day=TODAY + timedelta(days=1)),
    )
    days = await store.ledger.by_day(WEEK)
    assert [day for day, _ in days] == [TODAY - timedelta(days=6 - n) for n in range(7)]
    assert [(use.questions, use.answered) for _, use in days] == [(0, 0)] * 5 + [(1, 0), (1, 1)]


async def test_sums_are_told_by_model_person_server_and_outcome(store: Store) -> None:
    await record(
        store,
        entry(1),
        entry(2, model="b", person_id=701),
        entry(3, model="b", guild_id=8, by_own_key=True),
        entry(4, model="b", guild_id=None, outcome="failed", micros=3 * DOLLAR * 10**6),
    )
    shown = store.ledger
    assert [(model, use.questions) for model, use in await shown.by_model(WEEK)] == [
        ("b", 3),
        ("google/gemini", 1),
    ]
    assert [model for model, _ in await shown.by_model(WEEK, most=1)] == ["b"]
    assert [(who, use.questions) for who, use in await shown.by_person(WEEK, 7)] == [
        (700, 1),
        (701, 1),
    ]
    servers = dict(await shown.by_server(WEEK))
    assert (servers[7].questions, servers[8].own_micros, servers[None].questions) == (2, 1500, 1)
    assert servers[None].micros == 3 * DOLLAR * 10**6
    outcomes = await shown.by_outcome(WEEK)
    assert [(name, use.questions) for name, use in outcomes] == [("answered", 3), ("failed", 1)]
    assert (await shown.total(WEEK, 8)).questions == 1


async def test_who_is_forgotten_leaves_figures_and_no_id(store: Store) -> None:
    await record(store, entry(41), entry(42), entry(43, person_id=701, channel_id=71))
    await store.charges.reserve(charge(41), (await store.preferences(7)))
    assert await store.forget_person(700) == 2
    assert (await store.ledger.total(WEEK, 7)).questions == 3
    people = await store.ledger.by_person(WEEK, 7)
    assert [(who, use.questions) for who, use in people] == [(None, 2), (701, 1)]
    async with store.database.reading() as connection:
        rows = (await connection.execute(sa.select(ledger))).all()
    assert {(one.question_id, one.channel_id) for one in rows} == {(None, None), (43, 71)}
    # Else to be forgotten would be a way to begin the day anew.
    assert [use.questions for _, use in (await store.charges.used(7, 700)).items()] == [1] * 5


async def test_a_server_that_is_erased_leaves_nothing_but_its_block(store: Store) -> None:
    await store.preferences.change(7, lambda _: EVERYTHING)
    await store.preferences.change(8, lambda _: EVERYTHING)
    await store.keys.keep(7, OwnKey("openrouter", "openrouter-key-of-theirs"))
    await store.blocks.saw({7: "Film club", 8: "Others"})
    await store.blocks.block(Kind.SERVER, 7)
    await record(store, entry(1), entry(2, guild_id=8))
    await store.erase_server(7)
    assert (await store.preferences(7)).chosen == NOTHING_CHOSEN
    assert (await store.preferences(8)).chosen == EVERYTHING
    async with store.database.reading() as connection:
        for table in metadata.sorted_tables:
            if "guild_id" in table.c:
                found = sa.select(table).where(table.c.guild_id == 7)
                assert (await connection.execute(found)).all() == [], table.name
    assert await store.blocks.blocked() == [(Kind.SERVER, 7)]
    assert (await store.ledger.total(WEEK)).questions == 1


async def test_figures_are_kept_as_long_as_it_is_set(store: Store, clock: Clock) -> None:
    await record(store, entry(1), entry(2, day=YESTERDAY))
    clock.sleep(days=90)
    await store.sweep()
    whole = Span.until(TODAY, 30)
    assert (await store.ledger.total(whole)).questions == 1
    clock.sleep(days=1)
    await store.sweep()
    assert (await store.ledger.total(whole)).questions == 0


def test_limits_that_are_told_apart_are_not_one_another() -> None:
    assert Limits(questions=1).within(Limits(questions=2, micros=3)) == Limits(1, None, 3)
    assert Allowances() == Allowances(Limits(), Limits(), Limits())
