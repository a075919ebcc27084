import asyncio
import subprocess
import sys
from datetime import date, timedelta
from pathlib import Path

import pytest

from bot.chart import Shown, as_text, chart
from bot.store.ledger import Use
from tests.store.ours import DOLLAR, TODAY

ROOT = Path(__file__).parent.parent
WITHOUT = """
import asyncio, sys
sys.modules["matplotlib"] = None
from bot.chart import ChartMissing, chart
from tests.test_chart import WEEK
try:
    asyncio.run(chart(WEEK))
except ChartMissing:
    print("missing")
"""


def use(questions: int, dollars: float = 0.0) -> Use:
    return Use(
        questions=questions,
        answered=questions,
        video_seconds=60.0 * questions,
        micros=round(dollars * DOLLAR),
    )


def days(*uses: Use) -> list[tuple[date, Use]]:
    first = TODAY - timedelta(days=len(uses) - 1)
    return [(first + timedelta(days=number), one) for number, one in enumerate(uses)]


WEEK = Shown(
    days(use(3, 0.01), use(0), use(14, 0.3), use(7, 0.02)),
    [("google/gemini-3.5-flash-lite", use(20, 0.3)), ("qwen/qwen3.6-flash", use(4, 0.03))],
    use(24, 0.33),
)
NOTHING = Shown(days(*[use(0)] * 7), [], use(0))
STRANGE = "x$\\frac{1}$_日本語_" * 9


def size_of(png: bytes) -> tuple[int, int]:
    assert png.startswith(b"\x89PNG\r\n\x1a\n")
    return int.from_bytes(png[16:20]), int.from_bytes(png[20:24])


@pytest.mark.parametrize(
    "shown",
    [
        WEEK,
        NOTHING,
        Shown(days(use(1)), [(STRANGE, use(1))], use(1)),
        Shown(days(*[use(9, 1e6)] * 366), [(str(n), use(n)) for n in range(9)], use(9 * 366, 1e9)),
    ],
    ids=["week", "nothing", "strange", "year"],
)
async def test_a_picture_is_drawn_of_whatever_there_is(shown: Shown) -> None:
    assert size_of(await chart(shown)) == (1080, 1290)


async def test_the_loop_goes_on_while_pictures_are_drawn() -> None:
    drawing = [asyncio.create_task(chart(WEEK)) for _ in range(2)]
    turns = 0
    while not all(one.done() for one in drawing):
        turns += 1
        await asyncio.sleep(0.005)
    assert turns > 5
    assert size_of(await drawing[0]) == size_of(await drawing[1])


def test_the_same_is_told_in_text() -> None:
    assert as_text(WEEK).splitlines() == [
        "17 Nov to 20 Nov",
        "24 questions · 24:00 of video · $0.3300",
        "",
        "questions a day",
        "▃ █▅ 14 at most",
        "",
        "cost a day",
        "▂ █▂ $0.3000 at most",
        "",
        "models",
        "google/gemini-3.5-flash-lite",
        "  20 · $0.3000",
        "qwen/qwen3.6-flash",
        "  4 · $0.0300",
    ]
    assert as_text(NOTHING).splitlines() == [
        "14 Nov to 20 Nov",
        "0 questions · 0:00 of video · $0.00",
    ]


def test_a_text_is_as_narrow_as_a_phone() -> None:
    year = Shown(days(*[use(9, 1)] * 366), [(STRANGE, use(1))], use(9))
    assert all(len(line) <= 52 for line in as_text(year).splitlines())


def test_without_matplotlib_that_is_told() -> None:
    run = [sys.executable, "-c", WITHOUT]
    said = subprocess.run(run, cwd=ROOT, check=True, capture_output=True, text=True)  # noqa: S603 (our own words)
    assert said.stdout == "missing\n"
