import dataclasses
from typing import Any

import pytest

from bot import errors
from bot.clips import Upload, YouTubeLink
from bot.errors import ReeltalkError
from bot.media.kinds import InlineVideo, LinkedVideo
from bot.progress import (
    Answer,
    Asking,
    CutAtLimit,
    Fitting,
    Growing,
    LeftOut,
    Looking,
    Pausing,
    PerhapsPage,
    PerhapsUnseen,
    Picked,
    Sending,
    ShownAs,
    Why,
)
from bot.providers.pricing import Cost
from bot.providers.stream import Usage
from cogs import _phrases as phrases
from tests.servers import Chunks

MIB = 1 << 20
PICKED = Picked(480, 36_000, 6 * MIB, 512 * MIB)
TOLD = ": 480 of 36,000 frames, 6 MB of 512 MB."
FACTS: dict[str, Any] = {
    "name": "clip.mp4",
    "size": 120 * MIB,
    "limit": 100 * MIB,
    "found": "a picture",
    "reason": "HTTP 500",
    "announced": 1000,
    "received": 10,
    "host": "example.org",
    "provider": "OpenRouter",
    "detail": "",
    "status": 500,
    "retry_after": 7.0,
    "unable": "OpenRouter",
    "model": "a/b",
    "nearest": "a/c",
    "count": 11,
    "seconds": 30.0,
    "start": 100.0,
    "width": 16_384,
    "height": 8704,
    "scope": errors.Scope.PERSON,
    "measure": errors.Measure.QUESTIONS,
    "used": 20,
    "asked": 1,
    "frees_at": 1_795_219_200.0,
    "message": "Back at noon.",
    "channels": [1],
    "roles": [2],
    "choice": "max_clips",
    "value": 11,
    "ceiling": 10,
    "least": 1,
    "length": 1501,
}


def leaves(kind: type[ReeltalkError] = ReeltalkError) -> list[type[ReeltalkError]]:
    below = [leaf for child in kind.__subclasses__() for leaf in leaves(child)]
    return below or [kind]


def example(kind: type[ReeltalkError], **facts: Any) -> ReeltalkError:
    given = {**FACTS, **facts}
    return kind(**{field.name: given[field.name] for field in dataclasses.fields(kind)})


@pytest.mark.parametrize("kind", leaves(), ids=lambda kind: kind.__name__)
def test_every_error_has_a_sentence_of_its_own(kind: type[ReeltalkError]) -> None:
    said = phrases.phrase(example(kind))
    assert said != phrases.BROKEN
    assert said.endswith(".")
    others = {phrases.phrase(example(other)) for other in leaves() if other is not kind}
    assert said not in others


def test_a_refused_clip_is_told_both_figures() -> None:
    said = phrases.phrase(errors.ClipTooLarge("clip.mp4", 120 * MIB, 100 * MIB))
    assert "120 MB" in said.replace("120.0 MB", "120 MB")
    assert "100 MB" in said


def test_a_clip_over_by_a_byte_does_not_read_as_small_as_the_limit() -> None:
    said = phrases.phrase(errors.ClipTooLarge("clip.mp4", 100 * MIB + 1, 100 * MIB))
    assert "100.1 MB" in said


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(None, "in a few minutes"), (6.2, "in 7 seconds"), (200.0, "in 4 minutes")],
)
def test_when_to_ask_again_is_said(seconds: float | None, words: str) -> None:
    assert words in phrases.phrase(errors.RateLimited("OpenRouter", "", seconds))


def test_what_a_provider_said_is_quoted_without_its_markdown() -> None:
    said = phrases.phrase(errors.RequestRefused("OpenRouter", "**no** _way_", 400))
    assert r"“\*\*no\*\* \_way\_”" in said


def test_a_name_can_not_break_out_of_its_sentence() -> None:
    said = phrases.phrase(errors.ClipGone("a**b\n# c.mp4"))
    assert r"**a\*\*b # c.mp4**" in said


CLIPS = (Upload(1, 2, 3, "my_clip.mp4"), YouTubeLink("dQw4w9WgXcQ"))
MEDIA = (
    InlineVideo("my_clip.mp4", "video/mp4", 18 * MIB, Chunks(()), 42.0),
    LinkedVideo("youtu.be/dQw4w9WgXcQ", "https://"),
)


def test_the_status_line_moves() -> None:
    busy = errors.RateLimited("OpenRouter", "slow", 7.0)
    shown = [
        phrases.status(CLIPS, progress)
        for progress in (
            Looking(),
            Fitting("my_clip.mp4", 0.431),
            Sending(MEDIA, 43, 100),
            Sending(MEDIA, 100, 100, Cost(0.0016, about=True)),
            Asking("a/b"),
            Pausing(busy, 7.0),
            Pausing(errors.ProviderDown("OpenRouter"), 0.4),
            Growing("It is…"),
        )
    ]
    assert shown == [
        r"-# my\_clip.mp4, youtu.be/dQw4w9WgXcQ · looking",
        r"-# my\_clip.mp4 · fitting 43 %",
        r"-# my\_clip.mp4 · 0:42 · 18 MB, youtu.be/dQw4w9WgXcQ · sending 43 %",
        r"-# my\_clip.mp4 · 0:42 · 18 MB, youtu.be/dQw4w9WgXcQ · sending 100 % · about $0.0016",
        "-# asking a/b",
        "-# OpenRouter is busy · asking again in 7 seconds",
        "-# OpenRouter has trouble · asking again",
        "It is…",
    ]


def answer(**changes: Any) -> Answer:
    return dataclasses.replace(Answer("text", "m", None, None, None, 4.21, ()), **changes)


def test_the_footer_tells_model_length_tokens_cost_and_time() -> None:
    whole = answer(
        model="google/gemini",
        usage=Usage(6119, 19, cached_tokens=5301),
        cost=Cost(0.0018832),
        watched=67.2,
    )
    assert phrases.footer(whole) == (
        "-# google/gemini · 1:07 of video · 6,138 tokens (5,301 cached) · $0.0019 · 4.2 s"
    )


def test_a_footer_without_figures_leaves_them_out() -> None:
    assert phrases.footer(answer()) == "-# m · 4.2 s"
    assert phrases.footer(answer(usage=Usage(1, 2, cached_tokens=0))) == "-# m · 3 tokens · 4.2 s"


@pytest.mark.parametrize(
    ("cost", "words"),
    [
        (Cost(0.0), "$0.00"),
        (Cost(0.00000123), "$0.0000012"),
        (Cost(0.0123), "$0.0123"),
        (Cost(2.5, about=True), "about $2.50"),
    ],
)
def test_a_cost_is_told_so_that_it_says_something(cost: Cost, words: str) -> None:
    assert f" · {words} · " in phrases.footer(answer(cost=cost))


def test_notices_stand_above_the_figures() -> None:
    left_out = LeftOut(errors.ClipNotVideo("cat.png", "a picture"))
    notices = (left_out, PerhapsUnseen(), PerhapsPage(), CutAtLimit())
    lines = phrases.footer(answer(notices=notices)).split("\n")
    assert [" ".join(line.split()[1:4]) for line in lines] == [
        "Left out: **cat.png**",
        "The model may",
        "The model may",
        "The answer reached",
        "m · 4.2",
    ]


@pytest.mark.parametrize(
    ("shown", "words"),
    [
        (
            ShownAs("a.mp4", gap=1.0),
            "as one picture every second with its sound, since all of it could not be sent.",
        ),
        (ShownAs("a.mp4", None, 80.0, 100.0), "from 1:20 to 1:40."),
        (ShownAs("a.mp4", None, 80.0, None), "from 1:20 to its end."),
        (
            ShownAs("a.mp4", 2.0, 0.0, 100.0),
            "from 0:00 to 1:40 as one picture every 2 s with its sound.",
        ),
        (
            ShownAs("a.mp4", gap=3.2, why=Why.STILLS),
            "as one picture every 3 s without its sound, since it sees no video.",
        ),
        (
            ShownAs("a.mp4", 2.5, why=Why.SIZE_UNHEARD, picked=PICKED),
            f"as one picture every 2 s without its sound{TOLD}",
        ),
        (
            ShownAs("a.mp4", 1.0, 80.0, picked=PICKED),
            f"from 1:20 to its end as one picture every second with its sound{TOLD}",
        ),
    ],
)
def test_what_was_shown_instead_of_all_is_told(shown: ShownAs, words: str) -> None:
    line = phrases.footer(answer(notices=(shown,))).split("\n")[0]
    assert line == f"-# The model saw a.mp4 {words}"


def test_a_model_that_takes_no_video_is_told_with_the_nearest_that_does() -> None:
    said = phrases.phrase(errors.ModelRefused("OpenRouter", model="a/b", nearest="a/c"))
    assert said.startswith("a/b takes no video at OpenRouter.")
    assert "such as a/c" in said
