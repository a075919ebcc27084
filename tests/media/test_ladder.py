from dataclasses import replace

import pytest

from bot.media.facts import Facts
from bot.media.kinds import AVI, GIF, MATROSKA, MOV, MP4, MPEG_TS, WEBM, WMV, Kind
from bot.media.ladder import Rung, Wanted, ladder, may_be_picked, picks
from bot.media.picking import Plan
from bot.media.sample_table import Sample

AS_IS, REWRAP, KEYS = Rung.AS_IT_IS, Rung.REWRAP, Rung.KEY_FRAMES
SMALL, ONE = Rung.SMALL_KEY_FRAMES, Rung.ONE_A_SECOND

MIB = 1 << 20
HD = Facts(60.0, 1920, 1080, "h264", "aac", key_gap=2.0, key_bytes=3 * MIB)
UNKNOWN = Facts()
WANTED = Wanted(most_bytes=10 * MIB, most_seconds=3600.0)

TABLE: list[tuple[str, Kind, Facts, int, Wanted, tuple[Rung, ...]]] = [
    ("small enough", MP4, HD, 9, WANTED, (AS_IS, REWRAP, KEYS, SMALL, ONE)),
    ("QuickTime passes", MOV, HD, 9, WANTED, (AS_IS, REWRAP, KEYS, SMALL, ONE)),
    ("nothing known", MP4, UNKNOWN, 9, WANTED, (AS_IS, SMALL, ONE)),
    ("too large", MP4, HD, 39, WANTED, (KEYS, SMALL, ONE)),
    ("no container of theirs", MATROSKA, HD, 9, WANTED, (REWRAP, KEYS, SMALL, ONE)),
    ("nor that", MPEG_TS, HD, 9, WANTED, (REWRAP, KEYS, SMALL, ONE)),
    ("both", MATROSKA, HD, 39, WANTED, (KEYS, SMALL, ONE)),
    (
        "an old codec in an old container",
        *(AVI, replace(HD, video="mpeg4"), 9, WANTED, (REWRAP, KEYS, SMALL, ONE)),
    ),
    ("a codec nobody reads", WMV, replace(HD, video="wmv2"), 9, WANTED, (SMALL, ONE)),
    ("a GIF", GIF, replace(HD, video="gif", key_gap=0.1), 9, WANTED, (Rung.ALL_PICTURES, ONE)),
    ("VP9", WEBM, replace(HD, video="vp9"), 39, WANTED, (KEYS, SMALL, ONE)),
    (
        "key frames that are too large by themselves",
        *(MP4, replace(HD, key_bytes=11 * MIB), 39, WANTED, (SMALL, ONE)),
    ),
    (
        "nothing but key frames, of which one a second may do",
        *(MP4, replace(HD, key_gap=0.04, key_bytes=39 * MIB), 39, WANTED, (KEYS, SMALL, ONE)),
    ),
    ("key frames 3 s apart", MP4, replace(HD, key_gap=3.0), 39, WANTED, (SMALL, ONE)),
    (
        "the same, of a short clip",
        MP4,
        replace(HD, key_gap=3.0, seconds=9.0),
        39,
        WANTED,
        (ONE, SMALL),
    ),
    ("key frames 8 s apart", MP4, replace(HD, key_gap=8.0), 39, WANTED, (ONE, SMALL)),
    (
        "so long that decoding it all is out of the question",
        *(MP4, replace(HD, key_gap=8.0, seconds=3000.0), 39, WANTED, (SMALL,)),
    ),
    ("key frames that nobody counted", MP4, replace(HD, key_gap=None), 39, WANTED, (SMALL, ONE)),
    (
        "a part of it",
        *(MP4, HD, 9, replace(WANTED, start=10.0, end=20.0), (REWRAP, KEYS, SMALL, ONE)),
    ),
    (
        "a part that is small enough of one that is not",
        *(MP4, HD, 39, replace(WANTED, start=10.0, end=20.0), (REWRAP, KEYS, SMALL, ONE)),
    ),
    (
        "longer than is shown",
        *(MP4, HD, 9, replace(WANTED, most_seconds=30.0), (REWRAP, KEYS, SMALL, ONE)),
    ),
    (
        "a part of all of it",
        MP4,
        HD,
        9,
        replace(WANTED, end=90.0),
        (AS_IS, REWRAP, KEYS, SMALL, ONE),
    ),
    ("a format that was refused", MP4, HD, 9, replace(WANTED, anew=True), (SMALL, ONE)),
]


@pytest.mark.parametrize(
    ("kind", "facts", "size", "wanted", "rungs"),
    [row[1:] for row in TABLE],
    ids=[row[0] for row in TABLE],
)
def test_what_is_tried_and_in_which_order(
    kind: Kind, facts: Facts, size: int, wanted: Wanted, rungs: tuple[Rung, ...]
) -> None:
    assert ladder(kind, facts, size * MIB, wanted) == rungs


@pytest.mark.parametrize(
    ("wanted", "seconds", "span"),
    [
        (WANTED, 60.0, (0.0, None)),
        (WANTED, None, (0.0, 3600.0)),
        (replace(WANTED, most_seconds=30.0), 60.0, (0.0, 30.0)),
        (replace(WANTED, start=10.0), 60.0, (10.0, None)),
        (replace(WANTED, start=10.0, end=20.0), 60.0, (10.0, 20.0)),
        (replace(WANTED, start=10.0, most_seconds=5.0), 60.0, (10.0, 15.0)),
        (replace(WANTED, end=99.0), 60.0, (0.0, None)),
    ],
)
def test_which_part_is_sent(
    wanted: Wanted, seconds: float | None, span: tuple[float, float | None]
) -> None:
    assert wanted.span(seconds) == span


def plan(frames: int = 60, gap: float = 1.0, *, is_complete: bool = True) -> Plan:
    """Plan to fetch so many key frames of 100 KB, a megabyte from one another."""
    return Plan(
        head=b"",
        reads=[[Sample(number * MIB, 100_000, 0, 0, is_key=True)] for number in range(frames)],
        at_once=6,
        size=frames * 100_000,
        fetched=frames * 100_000,
        coding=("h264", b""),
        frames=frames,
        in_all=3000,
        gap=gap,
        start=0.0,
        is_heard=False,
        is_complete=is_complete,
    )


PICKS: list[tuple[str, Plan, int, Wanted, bool]] = [
    ("larger than may be downloaded", plan(gap=9.0, is_complete=False), 101, WANTED, True),
    ("too large to send", plan(gap=2.0), 100, WANTED, True),
    ("the same, and a picture too seldom", plan(gap=2.1), 100, WANTED, False),
    ("the same, and its sound can't be had", plan(is_complete=False), 100, WANTED, False),
    ("fine as it is, and nothing missed", plan(), 100, replace(WANTED, most_bytes=1 << 30), True),
    ("fine as it is", plan(gap=1.1), 100, replace(WANTED, most_bytes=1 << 30), False),
    ("more asking than reading", plan(frames=200), 60, WANTED, False),
]


@pytest.mark.parametrize(
    ("plan", "size", "wanted", "is_picked"), [row[1:] for row in PICKS], ids=[r[0] for r in PICKS]
)
def test_when_only_what_is_planned_is_fetched(
    plan: Plan,
    size: int,
    wanted: Wanted,
    is_picked: bool,  # noqa: FBT001 (a case of the table)
) -> None:
    assert picks(plan, size * MIB, wanted, 100 * MIB) is is_picked


def test_when_a_plan_is_made_at_all() -> None:
    anew = replace(WANTED, anew=True)
    assert [may_be_picked(size * MIB, WANTED, 100 * MIB) for size in (9, 10, 99)] == [0, 1, 1]
    assert [may_be_picked(size * MIB, anew, 100 * MIB) for size in (99, 101)] == [0, 1]
