import asyncio

import pytest

from bot.pacing import Pacer


class Time:
    """A clock that only moves when somebody sleeps, or says so."""

    def __init__(self) -> None:
        self.now = 0.0
        self.slept: list[float] = []
        self.may_pass = asyncio.Event()
        self.asleep = asyncio.Event()

    def clock(self) -> float:
        return self.now

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.asleep.set()
        await self.may_pass.wait()
        self.may_pass.clear()
        self.asleep.clear()
        self.now += seconds


async def test_the_first_value_is_shown_at_once_and_the_newest_wins() -> None:
    time, shown, again = Time(), list[str](), asyncio.Event()

    async def show(value: str) -> None:
        shown.append(value)
        if len(shown) > 1:
            again.set()

    async with Pacer(show, clock=time.clock, sleep=time.sleep).run() as offer:
        offer("a")
        await time.asleep.wait()
        assert shown == ["a"]
        for value in "bcd":
            offer(value)
        time.may_pass.set()
        await again.wait()
    assert shown == ["a", "d"]


@pytest.mark.parametrize(("took", "pause"), [(0.1, 1.5), (0.75, 1.5), (2.0, 4.0)])
async def test_the_next_showing_waits_for_the_pause_or_twice_the_last(
    took: float, pause: float
) -> None:
    time = Time()

    async def show(_: str) -> None:
        time.now += took

    async with Pacer(show, clock=time.clock, sleep=time.sleep).run() as offer:
        offer("a")
        await time.asleep.wait()
    assert time.slept == [pytest.approx(pause)]


async def test_one_showing_is_under_way_at_a_time_and_is_waited_for() -> None:
    under_way, may_end, ended = asyncio.Event(), asyncio.Event(), list[str]()

    async def show(value: str) -> None:
        assert not under_way.is_set()
        under_way.set()
        await may_end.wait()
        under_way.clear()
        ended.append(value)

    async with Pacer(show).run() as offer:
        offer("a")
        await under_way.wait()
        offer("b")
        asyncio.get_running_loop().call_soon(may_end.set)
    assert ended == ["a"]


async def test_a_failed_showing_is_raised_at_the_next_offer() -> None:
    failed = asyncio.Event()

    async def show(_: str) -> None:
        failed.set()
        raise LookupError("thread deleted")

    async with Pacer(show).run() as offer:
        offer("a")
        await failed.wait()
        await asyncio.sleep(0)
        with pytest.raises(LookupError):
            offer("b")


async def test_nothing_is_left_running_behind() -> None:
    async def show(_: str) -> None:
        pass

    before = asyncio.all_tasks()
    async with Pacer(show).run() as offer:
        offer("a")
    assert asyncio.all_tasks() == before


async def test_leaving_twice_over_leaves_nothing_running() -> None:
    under_way, shown = asyncio.Event(), list[str]()

    async def show(value: str) -> None:
        under_way.set()
        await asyncio.Event().wait()
        shown.append(value)

    async def offer_and_leave() -> None:
        async with Pacer(show).run() as offer:
            offer("a")
            await under_way.wait()

    before = asyncio.all_tasks()
    leaving = asyncio.create_task(offer_and_leave())
    await under_way.wait()
    await asyncio.sleep(0)  # it now waits for the showing under way
    leaving.cancel()
    await asyncio.wait([leaving])
    assert asyncio.all_tasks() == before
    assert shown == []
