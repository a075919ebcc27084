from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.moments import clock, linked, seconds_at, unlinked


def url_at(second: int) -> str:
    return f"https://youtu.be/ID?t={second}"


AT_83 = "[1:23](https://youtu.be/ID?t=83)"
AT_90 = "[1:30](https://youtu.be/ID?t=90)"

texts = st.lists(
    st.sampled_from(
        [
            *("1:23", "1", "0", "1:02:03", ":", ".", "-", "/", "(", ")", "[", "]", "](", " ", "\n"),
            *("`", "``", "```", "```py\n", "https://a.b/", "[1:23](https://a.b)", "é", "在", "**"),
        ]
    ),
    max_size=20,
).map("".join)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("At 1:23.", f"At {AT_83}."),
        ("**1:23**, (1:23)", f"**{AT_83}**, ({AT_83})"),
        ("[1:23] A door", f"{AT_83} A door"),
        ("1:23-1:30", f"{AT_83}-{AT_90}"),
        ("1:23–1:30", f"{AT_83}–{AT_90}"),  # noqa: RUF001 (a dash that models write)
        ("01:23", "[01:23](https://youtu.be/ID?t=83)"),
        ("12:34", "[12:34](https://youtu.be/ID?t=754)"),
        ("1:02:03", "[1:02:03](https://youtu.be/ID?t=3723)"),
        ("在1:23他", f"在{AT_83}他"),
        ("1:23에서", f"{AT_83}에서"),
        ("`1:30` 1:23", f"`1:30` {AT_83}"),
        ("a ` alone\n1:23", f"a ` alone\n{AT_83}"),
        ("```\n1:30\n```\n1:23", f"```\n1:30\n```\n{AT_83}"),
    ],
)
def test_a_moment_becomes_a_link(text: str, expected: str) -> None:
    assert linked(text, url_at) == expected


@pytest.mark.parametrize(
    "text",
    [
        *("16:9", "4:3", "10:30:99", "1:60", "75:30", "1:2:03", "1:234", "123:45"),
        *("v1:23", "1:23pm", "1:23/1:30", "a.1:23", "1:23.5", "1:23:", "1:23_"),
        *("`1:23`", "``a ` 1:23``", "```\n1:23\n```", "```py\n1:23", "```1:23"),
        *("https://a.b/1:23", AT_83, "[a door, 1:23](https://a.b/c_(d))"),
    ],
)
def test_what_is_no_moment_or_not_to_be_touched_stays(text: str) -> None:
    assert linked(text, url_at) == text


@pytest.mark.parametrize(
    ("text", "sure"),
    [
        ("At 1:23", "At "),
        ("At 1:23.", "At "),
        ("At 1:23,", f"At {AT_83},"),
        ("At 1", "At "),
        ("[1:23]", ""),
        ("[a door", ""),
        ("`1:23", ""),
        ("`1:23`", ""),
        ("`1:23` ", "`1:23` "),
        ("A\n```py\n1:23", "A\n```py\n1:23"),
    ],
)
def test_what_may_become_something_else_waits(text: str, sure: str) -> None:
    assert linked(text, url_at, whole=False) == sure


@given(texts)
def test_what_is_said_while_a_text_grows_is_never_taken_back(text: str) -> None:
    shown = [linked(text[:end], url_at, whole=False) for end in range(len(text) + 1)]
    shown.append(linked(text, url_at))
    assert all(later.startswith(earlier) for earlier, later in pairwise(shown))


@given(texts.filter(lambda text: "[" not in text))
def test_links_can_be_taken_off_again(text: str) -> None:
    assert unlinked(linked(text, url_at)) == text


@pytest.mark.parametrize("text", [f"`{AT_83}`", f"```\n{AT_83}\n```", "[a door](https://a.b)"])
def test_other_links_are_not_taken_off(text: str) -> None:
    assert unlinked(text) == text


@given(st.integers(0, 10**5))
def test_a_time_is_read_as_it_is_written(second: int) -> None:
    assert seconds_at(clock(second)) == second
