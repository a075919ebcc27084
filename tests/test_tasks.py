import asyncio

import pytest

from bot.tasks import finished


async def test_what_is_begun_is_finished_though_its_caller_is_cancelled_twice() -> None:
    go, done = asyncio.Event(), list[str]()

    async def act() -> None:
        await go.wait()
        done.append("written down")

    waiting = asyncio.create_task(finished(act(), 60))
    for _ in range(2):
        await asyncio.sleep(0)
        waiting.cancel()
    await asyncio.sleep(0)
    assert not waiting.done()
    go.set()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    assert done == ["written down"]


async def test_what_hangs_holds_a_cancelled_caller_only_so_long() -> None:
    waiting = asyncio.create_task(finished(asyncio.Event().wait(), 0.05))
    await asyncio.sleep(0)
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asyncio.wait_for(waiting, 5)


async def test_what_it_came_to_and_what_it_met_are_handed_on() -> None:
    async def act(fails: Exception | None = None) -> int:
        if fails is not None:
            raise fails
        return 7

    assert await finished(act(), 1) == 7
    with pytest.raises(ValueError, match="broke"):
        await finished(act(ValueError("broke")), 1)
