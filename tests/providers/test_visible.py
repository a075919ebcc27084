import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.providers.visible import Visible


def shown(*pieces: str) -> str:
    visible = Visible()
    return "".join([*map(visible.feed, pieces), visible.finish()])


@given(st.integers(0, 60), st.integers(0, 60))
def test_thoughts_at_the_start_are_not_shown_wherever_they_are_cut(one: int, two: int) -> None:
    text = "\n<think>is it a <cat></think>\n<think>or</think>\n\nA cat <think> of course."
    first, second = sorted((one, two))
    assert shown(text[:first], text[first:second], text[second:]) == "A cat <think> of course."


def test_thoughts_that_never_end_are_nothing_to_see() -> None:
    assert shown("<think>let me see", " a cat") == ""


@pytest.mark.parametrize("text", ["<thin ice", "<", "  <b> bold", "<|begin", "a <| b"])
def test_what_only_looks_like_thoughts_is_shown(text: str) -> None:
    assert shown(*text) == shown(text) == text


@given(st.integers(0, 40))
def test_the_marks_around_a_conclusion_are_not_shown(cut: int) -> None:
    text = "It is <|begin_of_box|>42<|end_of_box|>."
    assert shown(text[:cut], text[cut:]) == "It is 42."


@given(st.integers(0, 12))
def test_a_character_that_was_cut_in_two_is_made_whole(cut: int) -> None:
    text = "It is \ud83d\ude00."
    assert shown(text[:cut], text[cut:]) == "It is \U0001f600."


def test_half_a_character_without_its_other_half_can_still_be_shown() -> None:
    assert shown("so \ud83d") == "so \ufffd"
    assert shown("so \ud83d", "\n") == "so \ufffd\n"
