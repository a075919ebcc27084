import asyncio
import subprocess
import sys
from pathlib import Path

import pytest

from bot.allowance import Amount, Charge
from bot.errors import AllowanceSpent, Scope
from bot.limits import Allowances, Limits
from bot.preferences import Preferences
from bot.settings import read_keeping
from bot.store.engine import opened
from bot.store.opening import Store
from tests.store.ours import DOLLAR, Clock, limited

ROOT = Path(__file__).parent.parent.parent
CENT = DOLLAR // 100
BUDGET = limited(operators=Allowances(everywhere=Limits(micros=10 * CENT)))

RESERVES = """
import asyncio, sys
from tests.store.test_charges import reserve_all

asyncio.run(reserve_all(sys.argv[1], int(sys.argv[2])))
"""


def charge(number: int, *, guild: int | None = 7, person: int = 700, micros: int = CENT) -> Charge:
    return Charge(number, guild, person, Amount(1, 60, micros))


async def charged(store: Store, charges: list[Charge], preferences: Preferences) -> list[bool]:
    async def reserve(one: Charge) -> bool:
        try:
            await store.charges.reserve(one, preferences)
        except AllowanceSpent:
            return False
        return True

    return await asyncio.gather(*map(reserve, charges))


async def reserve_all(url: str, first: int) -> None:
    """Reserve twenty-five questions of a process of its own, at once, and print each."""
    from bot.store.charges import Charges  # noqa: PLC0415 (of the other process alone)

    async with opened(read_keeping({"DATABASE_URL": url}).url) as database:
        charges = Charges(database, Clock().now)
        print("ready", flush=True)  # noqa: T201
        sys.stdin.readline()

        async def reserve(number: int) -> None:
            try:
                await charges.reserve(charge(number), BUDGET)
            except AllowanceSpent:
                print("refused", flush=True)  # noqa: T201
            else:
                print("charged", flush=True)  # noqa: T201

        await asyncio.gather(*(reserve(number) for number in range(first, first + 25)))


async def test_of_a_hundred_questions_at_once_the_ten_are_charged_that_there_is_money_for(
    store: Store,
) -> None:
    all_at_once = [charge(number, guild=number % 5, person=number) for number in range(100)]
    assert (await charged(store, all_at_once, BUDGET)).count(True) == 10
    used = await store.charges.used(None, 0)
    assert used[Scope.EVERYWHERE] == Amount(10, 600, 10 * CENT)


def test_of_four_processes_that_ask_a_hundred_questions_the_same_ten(database_url: str) -> None:
    processes = [
        subprocess.Popen(  # noqa: S603 (our own words)
            [sys.executable, "-c", RESERVES, database_url, str(first)],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for first in (100, 200, 300, 400)
    ]
    for one in processes:
        assert one.stdout is not None
        assert one.stdout.readline() == "ready\n"
    for one in processes:
        assert one.stdin is not None
        one.stdin.write("\n")
        one.stdin.flush()
    said = "".join(one.communicate(timeout=50)[0] for one in processes)
    assert (said.count("charged"), said.count("refused")) == (10, 90)


async def test_a_question_that_is_delivered_again_is_charged_once(store: Store) -> None:
    await charged(store, [charge(1)] * 20, BUDGET)
    assert (await store.charges.used(7, 700))[Scope.PERSON] == Amount(1, 60, CENT)
    settled = [await store.charges.settle(1, seconds=30, micros=CENT // 2) for _ in range(2)]
    assert settled == [True, False]
    await store.charges.reserve(charge(1), BUDGET)
    assert (await store.charges.used(7, 700))[Scope.PERSON] == Amount(1, 30, CENT // 2)


async def test_what_is_not_known_in_the_end_stays_as_it_was_expected(store: Store) -> None:
    await store.charges.reserve(charge(1), BUDGET)
    assert await store.charges.settle(1)
    assert (await store.charges.used(7, 700))[Scope.SERVER] == Amount(1, 60, CENT)
    assert not await store.charges.settle(2)


async def test_what_is_given_back_can_be_used_by_another(store: Store) -> None:
    whole = charge(1, micros=10 * CENT)
    await store.charges.reserve(whole, BUDGET)
    assert await charged(store, [charge(2)], BUDGET) == [False]
    assert await store.charges.release(1)
    assert await charged(store, [charge(2)], BUDGET) == [True]
    assert await store.charges.settle(2)
    assert not await store.charges.release(2)


async def test_each_is_measured_by_what_is_theirs(store: Store) -> None:
    await charged(
        store,
        [charge(1), charge(2, person=701), charge(3, guild=8), charge(4, guild=None)],
        BUDGET,
    )
    used = await store.charges.used(7, 700)
    assert {scope: amount.questions for scope, amount in used.items()} == {
        Scope.EVERYWHERE: 4,
        Scope.SERVER: 2,
        Scope.SERVER_CHOSEN: 2,
        Scope.PERSON: 3,
        Scope.PERSON_CHOSEN: 1,
    }
    direct = await store.charges.used(None, 700)
    assert direct[Scope.SERVER] == direct[Scope.PERSON_CHOSEN] == Amount()


async def test_a_servers_own_money_leaves_the_operators_budget_alone(store: Store) -> None:
    own = Charge(1, 7, 700, Amount(1, 60, 50 * CENT), has_own_key=True)
    await store.charges.reserve(own, BUDGET)
    used = await store.charges.used(7, 700)
    assert used[Scope.EVERYWHERE] == used[Scope.SERVER] == Amount(1, 60, 0)
    assert used[Scope.SERVER_CHOSEN] == used[Scope.PERSON_CHOSEN] == Amount(1, 60, 50 * CENT)
    await store.charges.settle(1, micros=2 * CENT)
    used = await store.charges.used(7, 700)
    assert (used[Scope.SERVER].micros, used[Scope.SERVER_CHOSEN].micros) == (0, 2 * CENT)


async def test_a_limit_frees_up_when_it_says(store: Store, clock: Clock) -> None:
    one_each = limited(chosen=Allowances(person=Limits(questions=1)))
    await store.charges.reserve(charge(1), one_each)
    with pytest.raises(AllowanceSpent) as caught:
        await store.charges.reserve(charge(2), one_each)
    error = caught.value
    assert (error.scope, error.used, error.limit) == (Scope.PERSON_CHOSEN, 1, 1)
    assert error.frees_at is not None
    clock.sleep(seconds=error.frees_at - clock.now().timestamp() - 1)
    assert await charged(store, [charge(2)], one_each) == [False]
    clock.sleep(seconds=1)
    assert await charged(store, [charge(2)], one_each) == [True]


async def test_charges_are_kept_while_they_count(store: Store, clock: Clock) -> None:
    await store.charges.reserve(charge(1), BUDGET)
    await store.sweep()
    assert (await store.charges.used(7, 700))[Scope.PERSON].questions == 1
    clock.sleep(days=2)
    await store.sweep()
    assert not await store.charges.settle(1)
