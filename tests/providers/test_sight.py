from dataclasses import replace
from typing import Any

import pytest

from bot.media.kinds import Inline, InlineVideo, LinkedVideo, Media, Still, Stills
from bot.providers.catalogue import Model
from bot.providers.dialect import CUSTOM, LUNOS, OPENROUTER, Dialect
from bot.providers.pricing import Cost, cost, estimate
from bot.providers.sight import Sight, check, length, tokens_per_second
from bot.providers.stream import Finished, Usage
from bot.providers.wire import Request, Turn
from tests.servers import Chunks

GEMINI = "google/gemini-3.5-flash-lite"
LINK = LinkedVideo("youtu.be/x", "https://www.youtube.com/watch?v=dQw4w9WgXcQ")
SOURCE = Chunks((b"bytes",))
STUDIO = "Google AI Studio"


def clip(seconds: float | None) -> InlineVideo:
    return InlineVideo("clip.mp4", "video/mp4", 5, SOURCE, seconds)


def sight(
    *media: Media,
    prompt: int,
    video: int | None = None,
    host: str = "",
    dialect: Dialect = OPENROUTER,
    model: str = GEMINI,
    **counts: Any,
) -> Sight:
    request = Request(model, "Answer.", media, "What is it?", 100)
    usage = Usage(prompt, 20, video_tokens=video, **counts)
    return check(request, dialect, Finished(model, "stop", usage, host))


@pytest.mark.parametrize("host", [STUDIO, "Google", "google-vertex"])
@pytest.mark.parametrize("media", [clip(67.0), LINK])
def test_no_token_of_video_from_google_is_proof(host: str, media: Media) -> None:
    assert sight(media, prompt=558_136, video=0, host=host) is Sight.UNSEEN
    assert sight(media, prompt=6119, video=4422, host=host) is Sight.NOTHING_AGAINST


def test_zero_tokens_of_video_prove_nothing_where_they_are_not_counted() -> None:
    # Of hosts other than Google it is what they always report; Lunos documents no such count.
    assert sight(clip(60), prompt=9000, video=0, host="Alibaba") is Sight.NOTHING_AGAINST
    assert sight(clip(60), prompt=9000, video=0, host="") is Sight.NOTHING_AGAINST
    lunos = sight(clip(60), prompt=9000, video=0, host="google", dialect=LUNOS)
    assert lunos is Sight.NOTHING_AGAINST


def test_a_clip_that_was_only_heard_or_known_from_before_is_not_called_unseen() -> None:
    heard = sight(clip(60), prompt=2000, video=0, host=STUDIO, audio_tokens=1900)
    known = sight(clip(60), prompt=6000, video=0, host=STUDIO, cached_tokens=5301)
    assert {heard, known} == {Sight.NOTHING_AGAINST}


def test_an_agentic_model_counts_what_it_sees_elsewhere() -> None:
    agentic = replace(OPENROUTER, part_extra={"video_url": {"processing": "agentic"}})
    assert sight(clip(60), prompt=53, video=0, host=STUDIO, dialect=agentic) is (
        Sight.NOTHING_AGAINST
    )


@pytest.mark.parametrize(
    ("seconds", "prompt", "expected"),
    [
        (60.0, 599, Sight.PERHAPS_UNSEEN),
        (60.0, 601, Sight.NOTHING_AGAINST),
        (None, 59, Sight.PERHAPS_UNSEEN),
        (None, 61, Sight.NOTHING_AGAINST),
        (1.0, 59, Sight.PERHAPS_UNSEEN),
        (3600.0, 6000, Sight.NOTHING_AGAINST),  # vLLM takes 32 pictures of whatever length
        (3600.0, 1999, Sight.PERHAPS_UNSEEN),
    ],
)
def test_too_few_tokens_for_a_clips_length_are_a_suspicion(
    seconds: float | None, prompt: int, expected: Sight
) -> None:
    assert sight(clip(seconds), prompt=prompt, dialect=CUSTOM, model="qwen") is expected


def test_the_words_of_a_request_are_no_video() -> None:
    request = Request("m", "a" * 4000, (clip(2.0),), "b" * 400, 100)
    for prompt, expected in ((1140, Sight.PERHAPS_UNSEEN), (1200, Sight.NOTHING_AGAINST)):
        end = Finished("m", "stop", Usage(prompt, 1))
        assert check(request, CUSTOM, end) is expected


def test_each_still_counts_for_a_second() -> None:
    stills = Stills("c", 600.0, (Still(0, Inline("x", "image/jpeg", 5, SOURCE)),) * 20)
    assert sight(stills, prompt=190, dialect=CUSTOM) is Sight.PERHAPS_UNSEEN
    assert sight(stills, prompt=210, dialect=CUSTOM) is Sight.NOTHING_AGAINST


def test_a_page_read_instead_of_a_video_is_a_suspicion() -> None:
    assert sight(LINK, prompt=551_337, dialect=LUNOS) is Sight.PERHAPS_PAGE
    assert sight(LINK, prompt=300_000, dialect=LUNOS) is Sight.NOTHING_AGAINST
    # An hour and a half of video is as much, but it was counted as video.
    assert sight(LINK, prompt=551_337, video=540_000, host=STUDIO) is Sight.NOTHING_AGAINST
    # Nor are two hours of it, which nobody counts on Lunos, nor a large upload.
    assert sight(LINK, prompt=655_200, dialect=LUNOS) is Sight.NOTHING_AGAINST
    assert sight(clip(67), prompt=551_337, dialect=LUNOS) is Sight.NOTHING_AGAINST


@pytest.mark.parametrize("usage", [None, Usage(0, 5)])
def test_without_a_count_nothing_is_said(usage: Usage | None) -> None:
    request = Request(GEMINI, "i", (LINK,), "q", 1)
    assert check(request, OPENROUTER, Finished("m", "stop", usage, STUDIO)) is (
        Sight.NOTHING_AGAINST
    )


def test_the_clips_of_earlier_turns_have_to_be_seen_as_well() -> None:
    request = Request("m", "i", (), "q", 1, earlier=(Turn((clip(60),), "q", "a"),))
    end = Finished("m", "stop", Usage(300, 5))
    assert check(request, CUSTOM, end) is Sight.PERHAPS_UNSEEN


def test_the_length_of_all_clips_is_known_when_each_is() -> None:
    assert length((clip(1.5), clip(2.0))) == 3.5
    assert length((clip(1.5), clip(None))) is None
    assert length((clip(1.5), LINK)) is None


MODEL = Model(GEMINI, prompt_price=0.3e-6, completion_price=2.5e-6, cached_price=0.03e-6)


def test_a_cost_that_was_told_is_believed() -> None:
    assert cost(Usage(6119, 19, 0.0018832), MODEL) == Cost(0.0018832)
    assert cost(Usage(6119, 19, 0.0), None) == Cost(0.0)


def test_a_cost_that_was_not_told_is_computed_and_called_so() -> None:
    computed = cost(Usage(6119, 19), MODEL)
    assert computed == Cost(pytest.approx(0.0018832), about=True)  # pyright: ignore[reportArgumentType]
    cached = cost(Usage(6116, 19, cached_tokens=5301), MODEL)
    assert cached is not None
    assert cached.dollars == pytest.approx(815 * 0.3e-6 + 5301 * 0.03e-6 + 19 * 2.5e-6)


@pytest.mark.parametrize("model", [None, Model(GEMINI), replace(MODEL, completion_price=None)])
def test_a_cost_that_nobody_knows_is_none(model: Model | None) -> None:
    assert cost(Usage(6119, 19), model) is None


def test_what_watching_costs_is_estimated_where_it_was_measured() -> None:
    minute = estimate(MODEL, 60.0)
    assert minute is not None
    assert minute.dollars == pytest.approx(60 * 91 * 0.3e-6)
    assert tokens_per_second("google/gemini-2.5-flash") == 295
    assert estimate(replace(MODEL, id="qwen/qwen3.6-flash"), 60.0) is None
    assert estimate(replace(MODEL, prompt_price=None), 60.0) is None
    assert estimate(Model("a/b:free", prompt_price=0.0), 60.0) == Cost(0.0, about=True)
