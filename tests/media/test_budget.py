import asyncio

import pytest

from bot.media.budget import Budget


async def test_what_is_taken_is_given_back_on_every_way_out() -> None:
    budget = Budget(100)
    async with budget.take(60):
        assert budget.taken == 60
    with pytest.raises(ValueError, match="broke"):
        async with budget.take(60):
            raise ValueError("broke")
    task = asyncio.create_task(_hold(budget, 60, asyncio.Event()))
    await asyncio.sleep(0)
    assert budget.taken == 60
    task.cancel()
    await asyncio.wait([task])
    assert budget.taken == 0


async def test_who_waits_longest_is_served_first_however_large() -> None:
    budget, order, free = Budget(100), list[int](), asyncio.Event()
    holding = asyncio.create_task(_hold(budget, 80, free))
    await asyncio.sleep(0)

    async def take(size: int) -> None:
        async with budget.take(size):
            order.append(size)

    waiting = [asyncio.create_task(take(size)) for size in (90, 10, 20)]
    await asyncio.sleep(0)
    assert order == []
    free.set()
    await asyncio.gather(holding, *waiting)
    assert order == [90, 10, 20]
    assert budget.taken == 0


async def test_one_who_leaves_the_line_holds_nobody_up() -> None:
    budget, free = Budget(100), asyncio.Event()
    holding = asyncio.create_task(_hold(budget, 80, free))
    await asyncio.sleep(0)
    leaving = asyncio.create_task(_hold(budget, 90, free))
    await asyncio.sleep(0)
    leaving.cancel()
    await asyncio.wait([leaving])
    async with asyncio.timeout(5), budget.take(20):
        assert budget.taken == 100
    free.set()
    await holding


async def test_more_than_there_is_waits_to_be_alone() -> None:
    budget = Budget(100)
    async with budget.take(1000):
        assert budget.taken == 100
    assert budget.taken == 0


async def _hold(budget: Budget, size: int, until: asyncio.Event) -> None:
    async with budget.take(size):
        await until.wait()
