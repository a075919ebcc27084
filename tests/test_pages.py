import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.pages import LIMIT, joined, paginate

PARAGRAPH = "Some words about what is seen at 0:42. " * 10
LONG = "\n\n".join(f"{n}. {PARAGRAPH.strip()}" for n in range(20))
CODE = "Before\n\n```python\n" + "\n".join(f"print({n})" for n in range(600)) + "\n```\n\nAfter"

texts = st.lists(
    st.sampled_from(["word ", "\n", "\n\n", "- item\n", "```\n", "```py\n", "x" * 50, "ü", " "]),
    max_size=200,
).map("".join)

_BLOCKS = [
    "Some words that are said. " * 3,
    "## A heading",
    "> quoted words",
    "- item one\n  - nested item\n    - deep\n- item two",
    "1. one\n   goes on\n2. two",
    "Words that **are all in bold**, ~~struck out~~ and `code is here` " * 2,
    "```py\nif True:\n    print(1)\n\n    print(2)\n```",
    "At [1:23](https://a.b/?t=83)",
    "```\n| a | b |\n|---|---|\n" + "| 1 | 2 |\n" * 12 + "```",
    "||It was him.|| So.",
]
markdown = st.lists(st.sampled_from(_BLOCKS), max_size=15).map("\n\n".join)


def said(text: str) -> str:
    """Return a text without white space, marks, fences and heads of tables."""
    return re.sub(r"\| a \| b \||\s|```(?:py)?|[*~`|-]", "", text)


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


def test_a_list_is_cut_before_its_top_rather_than_within_it() -> None:
    item = "- " + "top " * 15 + "\n" + ("  - " + "nested " * 4 + "\n") * 3
    assert all(page.startswith("- top") for page in paginate(item * 40))


def test_a_list_that_is_cut_within_begins_at_the_left() -> None:
    text = "- top\n" + "  - nested item\n    - and deeper\n" * 10 + "- top again"
    first, second = paginate(text, limit=200)
    assert first.startswith("- top\n  - nested item\n    - and deeper\n")
    assert second.startswith("- and deeper\n- nested item\n  - and deeper\n- nested item\n")
    assert second.endswith("\n- top again")


def test_code_in_a_list_stays_as_it_is() -> None:
    text = (
        "- top\n" + "  - nested item\n" * 12 + "  ```py\n    if True:\n      pass\n  ```\n  - last"
    )
    assert paginate(text, limit=150)[-1].endswith("```py\n    if True:\n      pass\n  ```\n- last")


@pytest.mark.parametrize("head", ["| a | b |\n|---|:-:|\n", "a  b\n-- --\n", "a │ b\n──┼──\n"])
def test_a_tables_head_is_shown_again(head: str) -> None:
    text = "```\n" + head + "".join(f"{n} | {n * n}\n" for n in range(100)) + "```"
    pages = paginate(text, limit=200)
    assert len(pages) > 3
    assert all(page.startswith(f"```\n{head}") for page in pages)
    assert joined(pages) == text


@pytest.mark.parametrize("mark", ["**", "~~", "||", "`", "``"])
def test_a_mark_that_is_open_is_closed_and_opened_again(mark: str) -> None:
    text = f"2 ** 3, {mark}" + "words " * 50 + f"end{mark} and so on" * 3
    first, second, *_ = paginate(text, limit=100)
    assert first.endswith(f"words{mark}")
    assert second.startswith(f"{mark}words")


def test_a_mark_that_stands_alone_goes_no_further_than_its_line() -> None:
    pages = paginate("A **lonely mark\n" + "and more words\n" * 40, limit=100)
    assert sum(page.count("**") for page in pages) == 1


def test_a_link_is_never_cut() -> None:
    link = "[1:23](https://youtu.be/abcdefghijk?t=83)"
    pages = paginate(f"[the first moment](https://a.b) {link}{link}, {link} " * 30, limit=150)
    for page in pages:
        assert page.count("[") == page.count("](https://") == page.count(")")


def test_the_header_is_above_the_first_page() -> None:
    assert paginate("Hello.", "-# model", header="## Title") == ["## Title\nHello.\n-# model"]
    assert paginate("", "-# model", header="## Title") == ["-# model"]
    assert paginate("x" * 50, header="h" * 60, limit=100) == ["h" * 60, "x" * 50]


def test_a_spoiler_hides_the_text_and_nothing_else() -> None:
    pages = paginate("It ||was|| him.", "-# model", header="## Title", spoiler=True)
    assert pages == ["## Title\n||It was him.||\n-# model"]


@pytest.mark.parametrize("text", ["```\ncode\n```", "- item |"])
def test_what_needs_a_line_of_its_own_has_one_in_a_spoiler(text: str) -> None:
    assert paginate(text, spoiler=True) == [f"||\n{text}\n||"]


@pytest.mark.parametrize("spoiler", [False, True])
@settings(deadline=None)
@given(text=markdown, limit=st.integers(80, 300), header=st.sampled_from(["", "## Title"]))
def test_pages_stay_and_can_be_put_together(
    text: str, limit: int, header: str, *, spoiler: bool
) -> None:
    def paged(text: str) -> list[str]:
        return paginate(text, header=header, limit=limit, spoiler=spoiler)

    pages = paged(text)
    assert all(0 < len(page) <= limit for page in pages)
    for end in range(0, len(text), 7):
        grown = paged(text[:end])
        assert grown[:-1] == pages[: max(0, len(grown) - 1)]
    assert said(joined(pages, header=header)) == said(text)


LESSON = "\n\n".join(
    f"{PARAGRAPH.strip()}\n\n- **Top {n}**\n  - nested, and [1:23](https://youtu.be/ID?t=83)\n"
    f"    - deeper, and `code`\n\n```py\n{'print(1)' * 4}\n```\n\n"
    "```\n| a | b |\n|---|---|\n" + f"| {n} | 2 |\n" * 20 + "```"
    for n in range(17)
)


def test_a_long_answer_is_the_same_however_it_comes() -> None:
    pages = paginate(LESSON)
    assert len(LESSON) > 12_000
    assert said(joined(pages)) == said(LESSON)
    for end in range(0, len(LESSON), 23):
        grown = paginate(LESSON[:end])
        assert grown[:-1] == pages[: max(0, len(grown) - 1)]
