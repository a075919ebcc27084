import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.pages import LIMIT, paginate

PARAGRAPH = "Some words about what is seen at 0:42. " * 10
LONG = "\n\n".join(f"{n}. {PARAGRAPH.strip()}" for n in range(20))
CODE = "Before\n\n```python\n" + "\n".join(f"print({n})" for n in range(600)) + "\n```\n\nAfter"

texts = st.lists(
    st.sampled_from(["word ", "\n", "\n\n", "- item\n", "```\n", "```py\n", "x" * 50, "ü", " "]),
    max_size=200,
).map("".join)


def words(pages: list[str]) -> str:
    """Return what is said, without white space and without code fences."""
    return re.sub(r"\s|```(?:py(?:thon)?)?", "", "".join(pages))


def test_a_short_text_is_one_page() -> None:
    assert paginate("Hello.") == ["Hello."]


@pytest.mark.parametrize("text", ["", " \n"])
def test_nothing_is_no_page(text: str) -> None:
    assert paginate(text) == []


def test_a_long_text_is_cut_between_paragraphs() -> None:
    pages = paginate(LONG)
    assert len(pages) > 3
    assert all(re.match(r"\d+\. Some", page) for page in pages)
    assert words(pages) == words([LONG])


def test_a_list_is_cut_between_its_items() -> None:
    items = "\n".join(f"- item {n} is shown" for n in range(300))
    for page in paginate(items):
        assert all(re.fullmatch(r"- item \d+ is shown", line) for line in page.split("\n"))


def test_words_are_not_broken() -> None:
    pages = paginate("wonderful " * 1000)
    assert {word for page in pages for word in page.split()} == {"wonderful"}


def test_a_word_without_end_is_cut_where_it_must() -> None:
    pages = paginate("x" * 5000)
    assert "".join(pages) == "x" * 5000


def test_a_code_block_goes_on_on_the_next_page() -> None:
    pages = paginate(CODE)
    assert len(pages) > 2
    for page in pages:
        assert page.count("```") % 2 == 0
    assert all(page.startswith("```python\nprint(") for page in pages[1:])
    assert words(pages) == words([CODE])


def test_a_code_block_still_growing_is_closed() -> None:
    assert paginate("```py\nprint(1)") == ["```py\nprint(1)\n```"]


def test_the_footer_is_beneath_the_last_page() -> None:
    assert paginate("Hello.", "-# model") == ["Hello.\n-# model"]


def test_a_footer_without_room_has_a_page_of_its_own() -> None:
    pages = paginate("x" * 1990, "-# a model")
    assert pages == ["x" * 1990, "-# a model"]


@pytest.mark.parametrize("letters", [20, 21, 1993, 2500, 9000])
def test_a_code_block_with_a_language_without_end_ends(letters: int) -> None:
    text = "```" + "x" * letters + "\n" + "print(1)\n" * 500 + "```"
    pages = paginate(text)
    assert len(pages) < 20
    assert all(0 < len(page) <= LIMIT for page in pages)


@pytest.mark.parametrize("blank", [" " * 5000, "\n \n" * 2000, "\n" * 5000])
def test_white_space_without_end_is_no_page(blank: str) -> None:
    assert [page.strip() for page in paginate(f"a{blank}b")] in (["a", "b"], [f"a{blank}b"])
    assert all(paginate(f"a{blank}b"))


def test_a_footer_longer_than_a_page_is_cut_between_its_lines() -> None:
    footer = "\n".join(["-# " + "x" * 300] * 12)
    pages = paginate("Hello.", footer)
    assert pages[0] == "Hello."
    assert "\n".join(pages[1:]) == footer
    assert all(len(page) <= LIMIT for page in pages)


@given(texts, st.integers(40, 200))
def test_no_page_is_longer_than_the_limit_and_nothing_is_lost(text: str, limit: int) -> None:
    pages = paginate(text, limit=limit)
    assert all(0 < len(page) <= limit for page in pages)
    assert words(pages) == words([text])


@given(texts, st.integers(40, 200))
def test_a_full_page_never_changes_when_the_text_grows(text: str, limit: int) -> None:
    pages = paginate(text, limit=limit)
    for end in range(0, len(text), 7):
        grown = paginate(text[:end], limit=limit)
        assert grown[:-1] == pages[: max(0, len(grown) - 1)]


def test_the_limit_is_discords() -> None:
    assert LIMIT == 2000
    assert all(len(page) <= 2000 for page in paginate(LONG + CODE, "-# model"))
