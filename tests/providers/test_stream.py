import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.errors import AnswerCut, AnswerEmpty, AnswerWithheld, ProviderDown, RateLimited
from bot.providers.failures import Asked
from bot.providers.stream import Event, EventDecoder, Finished, Piece, Usage


def chunk(content: Any = None, reason: str | None = None, **rest: Any) -> dict[str, Any]:
    return {
        "id": "gen-1",
        "model": "google/gemini-3.5-flash-lite",
        "choices": [{"index": 0, "delta": {"content": content}, "finish_reason": reason}],
        **rest,
    }


def sse(*chunks: Any, newline: str = "\n", done: bool = True) -> bytes:
    lines = [f"data: {json.dumps(c, ensure_ascii=False)}{newline}{newline}" for c in chunks]
    end = f"data: [DONE]{newline}{newline}" if done else ""
    return ("".join(lines) + end).encode()


USAGE = {"prompt_tokens": 6119, "completion_tokens": 19, "cost": 0.0018832}
STREAM = (
    b": OPENROUTER PROCESSING\n\n"
    + sse(chunk(""), chunk("Grüße "), chunk(" aus 東京 🎬"), chunk("", "stop"), done=False)
    + b": OPENROUTER PROCESSING\n\n"
    + sse({"id": "gen-1", "choices": [], "usage": USAGE})
)
EVENTS: list[Event] = [
    Piece("Grüße "),
    Piece(" aus 東京 🎬"),
    Finished("google/gemini-3.5-flash-lite", "stop", Usage(6119, 19, 0.0018832)),
]


def decode(*pieces: bytes) -> list[Event]:
    decoder = EventDecoder(Asked("OpenRouter"))
    events: list[Event] = [event for piece in pieces for event in decoder.feed(piece)]
    return [*events, *decoder.finish()]


def test_a_stream_cut_at_every_byte_gives_the_same_events() -> None:
    for cut in range(len(STREAM) + 1):
        assert decode(STREAM[:cut], STREAM[cut:]) == EVENTS


def test_a_stream_in_single_bytes_gives_the_same_events() -> None:
    assert decode(*[STREAM[i : i + 1] for i in range(len(STREAM))]) == EVENTS


def test_carriage_returns_change_nothing() -> None:
    assert decode(STREAM.replace(b"\n", b"\r\n")) == EVENTS


def is_plain(text: str) -> bool:
    """Tell text that is shown as it is from thoughts and from the marks of Z.ai's models."""
    return not text.lstrip().startswith("<think>") and "<|" not in text


@given(
    st.lists(st.text(min_size=1), min_size=1).filter(lambda texts: is_plain("".join(texts))),
    st.data(),
)
def test_any_texts_survive_any_chunking(texts: list[str], data: st.DataObject) -> None:
    stream = sse(*map(chunk, texts), chunk(None, "stop"))
    cuts = data.draw(st.lists(st.integers(0, len(stream)), max_size=10).map(sorted))
    pieces = [stream[a:b] for a, b in zip([0, *cuts], [*cuts, len(stream)], strict=True)]
    if not "".join(texts).strip():
        with pytest.raises(AnswerEmpty):
            decode(*pieces)
        return
    said = "".join(event.text for event in decode(*pieces) if isinstance(event, Piece))
    assert said == "".join(texts)


LEGAL_LINES = st.one_of(
    st.just(": OPENROUTER PROCESSING"),
    st.sampled_from(["event: message", "id: 7", "retry: 100", ""]),
    st.text(alphabet="aé東🎬 ", max_size=5).map(
        lambda text: "data: " + json.dumps(chunk(text), ensure_ascii=False)
    ),
    st.just('data: {"choices": []}'),
)


@given(
    st.lists(LEGAL_LINES, max_size=8),
    st.sampled_from(["\n", "\r\n", "\r"]),
    st.booleans(),
    st.booleans(),
    st.data(),
)
def test_any_chunking_of_any_legal_stream_gives_the_same_events(
    lines: list[str],
    newline: str,
    marked: bool,  # noqa: FBT001 (whether a byte order mark comes first)
    done: bool,  # noqa: FBT001
    data: st.DataObject,
) -> None:
    ending = ["data: " + json.dumps(chunk("end", "stop")), *(["data: [DONE]"] if done else [])]
    text = "".join(line + 2 * newline for line in [*lines, *ending])
    stream = (("\ufeff" if marked else "") + text).encode()
    whole = decode(stream)
    assert whole[-1] == Finished("google/gemini-3.5-flash-lite", "stop", None)
    cuts = data.draw(st.lists(st.integers(0, len(stream)), max_size=12).map(sorted))
    assert (
        decode(*[stream[a:b] for a, b in zip([0, *cuts], [*cuts, len(stream)], strict=True)])
        == whole
    )


def test_data_without_a_space_and_over_several_lines_is_read() -> None:
    text = json.dumps(chunk("yes", "stop"), indent=1)
    stream = "".join(f"data:{line}\n" for line in text.split("\n")) + "\n"
    assert decode(stream.encode())[0] == Piece("yes")


def test_a_missing_done_is_no_matter_once_there_was_a_reason_to_finish() -> None:
    assert decode(sse(chunk("yes", "stop"), done=False))[0] == Piece("yes")


def test_a_last_event_without_its_blank_line_is_read() -> None:
    stream = sse(chunk("yes", "stop"), done=False).rstrip()
    assert decode(stream)[0] == Piece("yes")


def test_content_as_a_list_of_parts_is_read() -> None:
    parts = [{"type": "text", "text": "a"}, {"type": "text", "text": "b"}, {"type": "other"}]
    assert decode(sse(chunk(parts, "stop")))[0] == Piece("ab")


def test_reasoning_is_no_answer() -> None:
    thought = {"choices": [{"delta": {"reasoning": "hm", "content": None}}]}
    with pytest.raises(AnswerEmpty):
        decode(sse(thought, chunk(None, "stop")))


def test_a_refusal_in_words_is_no_answer() -> None:
    refusal = {"choices": [{"delta": {"refusal": "I can't."}, "finish_reason": "stop"}]}
    with pytest.raises(AnswerWithheld, match="I can't"):
        decode(sse(refusal))


def test_who_ran_the_model_and_what_was_cached_is_told() -> None:
    details = {"cached_tokens": 5301, "video_tokens": 4422, "audio_tokens": 1672}
    usage = {**USAGE, "prompt_tokens_details": details}
    last = decode(sse(chunk("a", "stop", provider="Google AI Studio", usage=usage)))[-1]
    assert isinstance(last, Finished)
    assert last.host == "Google AI Studio"
    assert last.usage == Usage(6119, 19, 0.0018832, 5301, 4422, 1672)


def test_usage_inside_the_last_choice_is_read() -> None:
    choice = {"delta": {"content": "a"}, "finish_reason": "stop", "usage": {"prompt_tokens": 7}}
    assert decode(sse({"choices": [choice]}))[-1] == Finished("", "stop", Usage(7, 0))


def test_a_wrapped_completion_is_unwrapped() -> None:
    assert decode(sse({"data": chunk("yes", "stop"), "provider": "x"}))[0] == Piece("yes")


def test_a_whole_completion_is_read_though_a_stream_was_asked_for() -> None:
    decoder = EventDecoder(Asked("Lunos"))
    message = {"message": {"content": "yes"}, "finish_reason": "stop"}
    body = {"model": "m", "choices": [message], "usage": USAGE}
    assert list(decoder.feed_whole(json.dumps(body).encode())) == [Piece("yes")]
    assert list(decoder.finish()) == [Finished("m", "stop", Usage(6119, 19, 0.0018832))]


def test_usage_without_a_cost_has_none() -> None:
    usage = {"prompt_tokens": 5, "completion_tokens": None}
    finished = decode(sse(chunk("a", "stop"), {"choices": [], "usage": usage}))[-1]
    assert finished == Finished("google/gemini-3.5-flash-lite", "stop", Usage(5, 0, None))


@pytest.mark.parametrize("reason", ["content_filter", "SAFETY", "sensitive", "RECITATION"])
def test_a_filtered_answer_is_withheld(reason: str) -> None:
    with pytest.raises(AnswerWithheld):
        decode(sse(chunk("so far", reason)))


@pytest.mark.parametrize("content", [None, "", " \n"])
def test_an_answer_without_a_word_is_empty(content: str | None) -> None:
    with pytest.raises(AnswerEmpty) as caught:
        decode(sse(chunk(content, "length")))
    assert caught.value.detail == "length"


def test_a_stream_that_ends_early_is_cut() -> None:
    with pytest.raises(AnswerCut):
        decode(sse(chunk("half"), done=False))


@pytest.mark.parametrize(
    "stream", [b"", STREAM[:200], sse(chunk(None, "error"))], ids=["nothing", "a half", "error"]
)
def test_a_stream_that_ends_before_it_began_may_be_asked_for_again(stream: bytes) -> None:
    with pytest.raises(ProviderDown):
        decode(stream)


def test_events_after_the_end_are_not_read() -> None:
    decoder = EventDecoder(Asked("OpenRouter"))
    assert list(decoder.feed(sse(chunk("yes")) + sse(chunk("no")))) == [Piece("yes")]
    assert decoder.is_done


def test_an_event_without_end_is_not_kept() -> None:
    decoder = EventDecoder(Asked("OpenRouter"))
    line = b"data: " + b"x" * (1 << 20) + b"\n"
    for _ in range(7):
        list(decoder.feed(line))
    with pytest.raises(AnswerCut):
        list(decoder.feed(line + line))


@pytest.mark.parametrize("odd", ["[" * 5000, '{"usage": {"prompt_tokens": 1' + "0" * 400 + "}}"])
def test_json_that_nobody_means_breaks_nothing(odd: str) -> None:
    assert decode(f"data: {odd}\n\n".encode() + sse(chunk("a", "stop")))[0] == Piece("a")


@pytest.mark.parametrize("cost", [-0.5, float("nan")])
def test_a_cost_below_nothing_is_none(cost: float) -> None:
    last = decode(sse(chunk("a", "stop", usage={**USAGE, "cost": cost})))[-1]
    assert isinstance(last, Finished)
    assert last.usage == Usage(6119, 19)


@pytest.mark.parametrize("reason", ["error", "abort", "network_error"])
def test_an_answer_that_broke_off_is_cut_though_it_was_finished(reason: str) -> None:
    with pytest.raises(AnswerCut, match=reason):
        decode(sse(chunk("so far", reason)))


def test_fields_of_another_type_are_as_good_as_missing() -> None:
    odd: Any = {"prompt_tokens": "n/a", "completion_tokens": True, "cost": float("inf")}
    broken = json.loads('{"model": {"id": "x"}, "choices": [{"delta": {}, "finish_reason": 7}]}')
    *_, finished = decode(sse(broken, {**chunk("a", "stop"), "usage": odd}))
    assert finished == Finished("google/gemini-3.5-flash-lite", "stop", Usage(0, 0, None))


def test_an_error_before_the_first_word_is_what_it_says() -> None:
    error: Any = {"error": {"code": 429, "message": "slow down"}, "choices": []}
    with pytest.raises(RateLimited):
        decode(sse(error))


def test_an_error_after_the_first_word_cuts_the_answer() -> None:
    error = chunk("", "error", error={"code": "server_error", "message": "Provider disconnected"})
    decoder = EventDecoder(Asked("OpenRouter"))
    assert list(decoder.feed(sse(chunk("half"), done=False))) == [Piece("half")]
    with pytest.raises(AnswerCut, match="disconnected"):
        list(decoder.feed(sse(error, done=False)))


def test_an_error_inside_a_choice_is_found() -> None:
    choice = {"finish_reason": "error", "error": {"code": 502, "message": "upstream"}}
    with pytest.raises(ProviderDown):
        decode(sse({"choices": [choice]}))


def test_a_few_garbled_events_are_passed_over_but_not_many() -> None:
    assert decode(b"data: {half\n\n" * 3 + sse(chunk("a", "stop")))[0] == Piece("a")
    with pytest.raises(AnswerCut):
        decode(b"data: {half\n\n" * 4)


def test_a_line_of_a_megabyte_is_read_and_one_without_end_is_not() -> None:
    long = "x" * (1 << 20)
    assert decode(sse(chunk(long, "stop")))[0] == Piece(long)
    with pytest.raises(AnswerCut):
        decode(b"data: " + b"x" * (9 << 20))


@pytest.mark.parametrize(
    "odd", ["null", "[]", "5", '"text"', '{"choices": "x"}', '{"choices": [5]}']
)
def test_json_of_another_shape_is_passed_over(odd: str) -> None:
    assert decode(f"data: {odd}\n\n".encode() + sse(chunk("a", "stop")))[0] == Piece("a")
