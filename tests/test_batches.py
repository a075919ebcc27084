import asyncio
import threading
from collections.abc import Sequence

import pytest

from bot.batches import Batches


class Doubling:
    """Doubles numbers, once it is let go, and keeps the batches that it was given."""

    def __init__(self) -> None:
        self.batches: list[list[int]] = []
        self.go = threading.Event()

    def __call__(self, numbers: Sequence[int]) -> list[int]:
        self.batches.append(list(numbers))
        assert self.go.wait(10)
        if 0 in numbers:
            raise ZeroDivisionError
        return [2 * number for number in numbers]


@pytest.fixture
def double() -> Doubling:
    return Doubling()


async def test_what_comes_during_a_call_goes_with_the_next(double: Doubling) -> None:
    batches = Batches(double)
    asking = [asyncio.create_task(batches.ask(1))]
    while not double.batches:  # noqa: ASYNC110 (another thread begins it)
        await asyncio.sleep(0)
    asking += [asyncio.create_task(batches.ask(number)) for number in (2, 3, 4)]
    double.go.set()
    assert await asyncio.gather(*asking) == [2, 4, 6, 8]
    assert double.batches == [[1], [2, 3, 4]]


async def test_a_failure_is_told_to_all_in_the_batch_and_not_the_next(double: Doubling) -> None:
    batches = Batches(double)
    double.go.set()
    asked = await asyncio.gather(*map(batches.ask, (0, 1)), return_exceptions=True)
    assert [type(one) for one in asked] == [ZeroDivisionError, ZeroDivisionError]
    assert await batches.ask(1) == 2


async def test_who_gives_up_waiting_stops_nothing(double: Doubling) -> None:
    batches = Batches(double)
    gone, waiting = (asyncio.create_task(batches.ask(number)) for number in (1, 2))
    while not double.batches:  # noqa: ASYNC110 (another thread begins it)
        await asyncio.sleep(0)
    gone.cancel()
    double.go.set()
    await batches.settled()
    assert gone.cancelled()
    assert waiting.done()
    assert await waiting == 4
