from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.clips import Upload, YouTubeLink
from bot.conversation import Conversation, Turn

CAT, DOG = Upload(1, 2, 3, "cat.mp4"), Upload(1, 4, 5, "dog.mp4")
LINK = YouTubeLink("dQw4w9WgXcQ", 80)


def test_each_clip_stays_in_the_turn_that_it_came_with() -> None:
    fresh = replace(CAT, link="https://cdn.example/cat.mp4")
    earlier = [Turn("one", (CAT,), answer="1"), Turn("two", (fresh, LINK), answer="2")]
    conversation = Conversation.of(Turn("three", (LINK, DOG)), earlier)
    assert [turn.clips for turn in conversation.turns] == [(CAT,), (LINK,), (DOG,)]
    assert conversation.clips == (CAT, LINK, DOG)
    assert conversation.now.text == "three"


def test_of_too_many_clips_the_oldest_are_forgotten() -> None:
    earlier = [Turn("one", (CAT, DOG), answer="1")]
    conversation = Conversation.of(Turn("two", (LINK,)), earlier, most_clips=2)
    assert [turn.clips for turn in conversation.turns] == [(DOG,), (LINK,)]


def test_what_is_asked_about_now_is_never_forgotten() -> None:
    now = Turn("two", (CAT, DOG))
    assert Conversation.of(now, [Turn("one", (LINK,))], most_clips=1).clips == (CAT, DOG)


@pytest.mark.parametrize(
    ("spans", "meant"),
    [
        ([(0.0, None), (0.0, None)], (0.0, None)),
        ([(10.0, 20.0), (0.0, None)], (10.0, 20.0)),
        ([(10.0, 20.0), (5.0, None)], (5.0, None)),
    ],
)
def test_the_part_that_was_named_last_is_meant(
    spans: list[tuple[float, float | None]], meant: tuple[float, float | None]
) -> None:
    *earlier, now = (Turn("?", (CAT,), start=start, end=end) for start, end in spans)
    assert Conversation.of(now, earlier).span == meant


def long_turns(count: int) -> list[Turn]:
    return [Turn(f"question {n}", answer=f"{n} " * 800) for n in range(count)]


@given(st.integers(0, 60))
def test_the_first_turn_and_the_question_stay_whatever_is_forgotten(count: int) -> None:
    turns = Conversation.of(Turn("now"), long_turns(count)).turns
    assert turns[-1].text == "now"
    assert turns[0].text == ("question 0" if count else "now")
    assert sum(len(turn.answer) for turn in turns[1:-1]) <= 24_000


def test_most_follow_ups_begin_as_the_one_before_did() -> None:
    kept = [Conversation.of(Turn("now"), long_turns(count)).turns[:-1] for count in range(2, 60)]
    goes_on = [after[: len(before)] == before for before, after in pairwise(kept)]
    assert goes_on.count(False) <= len(goes_on) // 8


def test_what_is_forgotten_leaves_its_clips() -> None:
    earlier = long_turns(40)
    earlier[3] = replace(earlier[3], clips=(DOG,))
    earlier[0] = replace(earlier[0], clips=(CAT,))
    conversation = Conversation.of(Turn("now"), earlier)
    assert len(conversation.turns) < 40
    assert conversation.clips == (CAT, DOG)
