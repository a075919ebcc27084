from dataclasses import replace

import pytest

from bot.clips import Clip, Upload, YouTubeLink
from bot.conversation import Turn
from bot.questions import Question
from cogs._transcript import asked, header, heard, read_answer, read_asked, read_clips

CDN = "https://cdn.discordapp.com/attachments"
OWN = Upload(10, 11, 12, "my [best]_clip.mp4", link=f"{CDN}/10/12/my_best_clip.mp4")
OTHER = Upload(10, 20, 21, "dog.mp4", link=f"{CDN}/10/21/dog.mp4?ex=1&is=2&hm=3&", spoiler=True)
LINK = YouTubeLink("dQw4w9WgXcQ", 80)
QUESTION = Question(11, 1, 10, 11, 4, "what is\nthis?", (OWN,), author="An*n")
PLACE = (10, 11)


def stripped(clip: Clip) -> Clip:
    """Return a clip as it can be known again: its link without the signature."""
    return replace(clip, link=clip.link.partition("?")[0]) if isinstance(clip, Upload) else clip


@pytest.mark.parametrize("clips", [(OWN,), (OTHER,), (LINK,), (OWN, LINK, OTHER)])
def test_the_line_above_an_answer_names_its_clips_and_is_read_again(
    clips: tuple[Clip, ...],
) -> None:
    page = f"{header(QUESTION, clips)}\nIt is a square."
    assert read_clips(page, PLACE) == tuple(map(stripped, clips))
    assert "ex=1" not in page


def test_a_clip_of_another_message_is_named_with_that() -> None:
    line = header(QUESTION, (OWN, OTHER))
    assert line.count("([its message](https://discord.com/channels/1/10/20))") == 1
    assert "||[dog.mp4]" in line


def test_a_page_that_begins_no_answer_has_no_clips() -> None:
    assert read_clips("It is a square.", PLACE) is None
    assert read_clips("-# clip.mp4 · looking", PLACE) is None


@pytest.mark.parametrize("text", ["", "what is this?", "two\nlines", "a > b\n> quoted"])
@pytest.mark.parametrize("clips", [(), (OWN,), (LINK, OTHER)])
@pytest.mark.parametrize("span", [(0.0, None), (10.0, 20.0), (3700.0, None)])
def test_a_question_without_a_message_is_written_so_that_it_can_be_read(
    text: str, clips: tuple[Clip, ...], span: tuple[float, float | None]
) -> None:
    question = replace(QUESTION, text=text, clips=clips, start=span[0], end=span[1])
    found = read_asked(f"{asked(question)}\nIt is **bold**.", PLACE)
    assert found is not None
    turn, rest = found
    clips = tuple(map(stripped, clips))
    assert turn == Turn(text, clips, "An*n", start=span[0], end=span[1])
    assert rest.strip() == "It is **bold**."


def test_a_message_that_holds_both_is_one_turn() -> None:
    content = f"{asked(QUESTION)}\nIt is a square.\n-# google/gemini · 0:02 of video"
    (turn,) = heard(content)
    assert (turn.text, turn.answer) == ("what is\nthis?", "It is a square.")
    assert heard("It is a square.") == ()


def test_an_answer_is_read_without_what_was_put_around_it() -> None:
    pages = [
        f"{header(QUESTION, (OWN,))}\nIt falls at [1:23](https://youtu.be/dQw4w9WgXcQ?t=83).",
        "And then?\n-# a notice\n-# google/gemini · 2.1 s",
        "-# more small print",
    ]
    assert read_answer(pages) == "It falls at 1:23.\n\nAnd then?"


@pytest.mark.parametrize("is_guest", [False, True])
def test_a_question_fits_into_its_message_whatever_it_is(*, is_guest: bool) -> None:
    clips = tuple(replace(OTHER, attachment_id=n, name="x" * 60) for n in range(10))
    question = replace(QUESTION, text="a\n" * 750, clips=clips, is_guest=is_guest)
    content = asked(question)
    assert len(content) <= (1200 if is_guest else 2000)
    found = read_asked(content, PLACE)
    assert found is not None
    assert found[0].clips
    assert found[0].text.startswith("a\na")
    assert "more:" in content.splitlines()[0]


def test_a_header_leaves_room_for_an_answer() -> None:
    clips = tuple(replace(OTHER, attachment_id=n, name="x" * 60) for n in range(10))
    line = header(QUESTION, clips)
    assert len(line) < 1100
    assert line.endswith(" more")
