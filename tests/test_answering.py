from typing import Any

import pytest

from bot import errors
from bot.clips import YouTubeLink
from bot.playground.model import Play, Respond, Stream
from bot.playground.model.wire import catalogue_entry
from bot.progress import (
    Asking,
    CutAtLimit,
    Growing,
    Looking,
    Pausing,
    Sending,
)
from bot.providers.pricing import Cost
from tests.answering import Asker

GEMINI = "google/gemini-3.5-flash-lite"


def priced(asker: Asker, **changes: Any) -> None:
    pricing = {"prompt": "0.0000003", "completion": "0.0000025"}
    asker.model.others.append({**catalogue_entry(GEMINI), "pricing": pricing, **changes})


async def test_the_stages_are_told_in_their_order(asker: Asker) -> None:
    await asker.ask()
    kinds = list(dict.fromkeys(map(type, asker.told)))
    assert kinds == [Looking, Sending, Asking, Growing]


async def test_what_watching_will_cost_is_told_before_anything_is_sent(asker: Asker) -> None:
    priced(asker)
    await asker.ask()
    first = next(one for one in asker.told if isinstance(one, Sending))
    assert first.cost == Cost(pytest.approx(2 * 91 * 0.3e-6), about=True)  # pyright: ignore[reportArgumentType]


async def test_what_nobody_can_estimate_is_not(asker: Asker) -> None:
    priced(asker)
    await asker.ask(YouTubeLink("dQw4w9WgXcQ"))
    assert {one.cost for one in asker.told if isinstance(one, Sending)} == {None}


async def test_a_cost_that_was_not_told_comes_from_the_catalogue(asker: Asker) -> None:
    priced(asker)
    usage = {"prompt_tokens": 600, "completion_tokens": 20}
    asker.model.script.append(Stream(("It is.",), usage=usage))
    answer = await asker.ask()
    assert answer.cost == Cost(pytest.approx(600 * 0.3e-6 + 20 * 2.5e-6), about=True)  # pyright: ignore[reportArgumentType]
    assert answer.watched == 2.0


async def test_a_pause_is_told_with_its_reason(asker: Asker) -> None:
    asker.model.script.append(Respond(503, {"error": {"code": 503, "message": "none"}}))
    await asker.ask()
    (pause,) = [one for one in asker.told if isinstance(one, Pausing)]
    assert isinstance(pause.error, errors.ProviderDown)
    assert 0.25 <= pause.seconds <= 0.5


@pytest.mark.parametrize("reason", ["length", "MAX_TOKENS"])
async def test_an_answer_at_its_longest_is_said_to_be_so(asker: Asker, reason: str) -> None:
    asker.model.script.append(Stream(("It is",), finish_reason=reason))
    assert (await asker.ask()).notices == (CutAtLimit(),)


async def test_a_model_that_does_not_think_is_not_asked_to_think_little(asker: Asker) -> None:
    priced(asker)  # whose parameters list no reasoning
    await asker.ask()
    assert "reasoning" not in asker.model.requests[0].body


async def test_a_model_without_video_is_refused_with_the_nearest_that_takes_it(
    asker: Asker,
) -> None:
    asker.model.others += [
        catalogue_entry("google/gemini-3.5-flash-image", ["text", "image"]),
        catalogue_entry("google/gemini-3.5-flash"),
    ]
    with pytest.raises(errors.ModelRefused) as caught:
        await asker.ask(MODEL="google/gemini-3.5-flash-image")
    assert caught.value.nearest == "google/gemini-3.5-flash"
    assert not asker.model.requests


async def test_a_catalogue_that_does_not_tell_keeps_nobody_from_asking(asker: Asker) -> None:
    asker.model.others.append({"id": GEMINI})
    assert (await asker.ask()).text


async def test_a_model_that_sees_pictures_gets_stills_with_their_times(asker: Asker) -> None:
    blind = catalogue_entry("llava", ["text", "image"])
    asker.model.others.append(blind)
    answer = await asker.ask(provider="custom", MODEL="llava", CUSTOM_PART_SHAPE="image_url")
    content = asker.model.requests[0].body["messages"][1]["content"]
    assert [part.get("text") or part["type"] for part in content] == [
        *("Video: clip.mp4", "[00:00]", "image_url", "[00:01]", "image_url", "What?"),
    ]
    assert {clip.mime for clip in asker.model.requests[0].clips} == {"image/jpeg"}
    assert answer.watched == 2.0


async def test_a_clip_that_can_not_be_read_as_a_video_is_told_before_the_model_is_asked(
    asker: Asker,
) -> None:
    asker.clip = asker.clip.with_name("broken.mp4")
    asker.clip.write_bytes(b"\0\0\0\x10ftypisom\0\0\0\0" + bytes(1000))
    with pytest.raises(errors.ClipBroken):
        await asker.ask(provider="custom", MODEL="llava", CUSTOM_PART_SHAPE="image_url")
    assert not asker.model.requests


async def test_whatever_a_custom_server_wants_is_sent_to_it(asker: Asker) -> None:
    await asker.ask(
        provider="custom",
        MODEL="qwen",
        CUSTOM_EXTRA_PART='{"fps": 2}',
        CUSTOM_EXTRA_BODY='{"stream_options": null, "temperature": 0}',
        CUSTOM_EXTRA_HEADERS='{"api-key": "k"}',
    )
    (request,) = asker.model.requests
    assert request.body["messages"][1]["content"][1]["fps"] == 2
    assert (request.body["temperature"], "stream_options" in request.body) == (0, False)
    assert request.headers["api-key"] == "k"


async def test_an_answer_has_no_longer_than_it_is_given(
    asker: Asker, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.answering._LONGEST", 0.3)
    asker.model.pace = 0.1
    asker.model.script.append(Play((b": still at it\n\n",) * 100))
    with pytest.raises(errors.ProviderStalled):
        await asker.ask()


async def test_a_server_is_answered_in_its_language_and_by_its_instructions(asker: Asker) -> None:
    await asker.ask()
    plain = said_first(asker)
    asker.preferences = {"language": "Deutsch", "instructions": "Rhyme."}
    await asker.ask()
    language, instructions = said_first(asker).removeprefix(plain).strip().splitlines()
    assert language.endswith(": Deutsch.")
    assert instructions == "Rhyme."


def said_first(asker: Asker) -> str:
    message = asker.model.requests[-1].body["messages"][0]
    assert message["role"] == "system"
    return message["content"]


async def test_a_key_that_the_provider_quotes_is_not_quoted_any_further(asker: Asker) -> None:
    planted = "sk-planted-0123456789"
    said = {"error": {"code": 400, "message": f"Bad key {planted}, or bad request"}}
    asker.model.script += [Respond(400, said)] * 3
    with pytest.raises(errors.ProviderError) as caught:
        await asker.ask(OPENROUTER_API_KEY=planted)
    assert caught.value.detail == "Bad key …, or bad request"
    assert planted not in str(caught.value)
