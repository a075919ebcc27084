import base64
import json
from dataclasses import replace
from typing import Any

import pytest

from bot.media.kinds import Inline, InlineVideo, LinkedVideo, Media, Still, Stills
from bot.providers.dialect import CUSTOM, LUNOS, OPENROUTER, SHAPES, Dialect
from bot.providers.wire import Request, Turn, encode, merged
from tests.servers import Chunks

LINK = LinkedVideo("youtu.be/dQw4w9WgXcQ", "https://www.youtube.com/watch?v=dQw4w9WgXcQ")
CLIP = InlineVideo("clip “1”.mp4", "video/mp4", 5, Chunks((b"bytes",)))
DATA_URL = "data:video/mp4;base64," + base64.b64encode(b"bytes").decode()


BASE64 = base64.b64encode(b"bytes").decode()
STILLS = Stills(
    "clip.mp4",
    90.0,
    tuple(Still(second, Inline("x", "image/jpeg", 5, Chunks((b"bytes",)))) for second in (0, 61.5)),
)
PICTURE = "data:image/jpeg;base64," + BASE64


def written(request: Request, dialect: Dialect = OPENROUTER) -> bytes:
    return b"".join(
        base64.b64encode(b"bytes") if isinstance(segment, Inline) else segment
        for segment in encode(request, dialect)
    )


def body(*media: Media, dialect: Dialect = OPENROUTER, effort: str = "") -> dict[str, Any]:
    request = Request("m", "Be exact.", media, "What?\n“Quoted”", 100, effort=effort)
    return json.loads(written(request, dialect))


def test_a_request_holds_label_video_question_in_that_order() -> None:
    assert body(CLIP)["messages"] == [
        {"role": "system", "content": "Be exact."},
        {
            "role": "user",
            "content": [
                {"type": "text", "text": "Video: clip “1”.mp4"},
                {"type": "video_url", "video_url": {"url": DATA_URL}},
                {"type": "text", "text": "What?\n“Quoted”"},
            ],
        },
    ]


def test_several_videos_are_numbered_and_keep_their_order() -> None:
    parts = body(CLIP, LINK)["messages"][1]["content"]
    assert [part.get("text") or part["video_url"]["url"] for part in parts] == [
        "Video 1: clip “1”.mp4",
        DATA_URL,
        "Video 2: youtu.be/dQw4w9WgXcQ",
        LINK.url,
        "What?\n“Quoted”",
    ]


def test_a_link_on_openrouter_goes_to_ai_studio_first_and_a_clip_anywhere() -> None:
    assert body(LINK)["provider"] == {"order": ["google-ai-studio"]}
    assert "provider" not in body(CLIP)


@pytest.mark.parametrize("dialect", [LUNOS, CUSTOM])
def test_only_openrouter_is_told_of_routing_and_reasoning(dialect: Dialect) -> None:
    assert body(CLIP, effort="minimal")["reasoning"] == {"effort": "minimal"}
    assert "reasoning" not in body(CLIP)
    assert body(LINK, dialect=dialect, effort="minimal").keys() == {
        "model",
        "messages",
        "max_tokens",
        "stream",
        "stream_options",
    }


def test_privacy_and_routing_stand_in_one_block() -> None:
    private = replace(OPENROUTER, body={"provider": {"zdr": True, "data_collection": "deny"}})
    zdr = {"zdr": True, "data_collection": "deny"}
    assert body(CLIP, dialect=private)["provider"] == zdr
    assert body(LINK, dialect=private)["provider"] == {"order": ["google-ai-studio"], **zdr}


@pytest.mark.parametrize(
    ("shape", "part"),
    [
        ("video_url", {"type": "video_url", "video_url": {"url": DATA_URL}}),
        ("video_url_base64", {"type": "video_url", "video_url": {"url": BASE64}}),
        ("input_video", {"type": "input_video", "video_url": {"url": DATA_URL}}),
        ("input_video_data", {"type": "input_video", "input_video": {"data": BASE64}}),
        ("file", {"type": "file", "file": {"file_data": DATA_URL}}),
    ],
)
def test_a_clip_takes_the_shape_that_its_server_wants(shape: str, part: dict[str, Any]) -> None:
    parts = body(CLIP, dialect=replace(CUSTOM, shape=SHAPES[shape]))["messages"][1]["content"]
    assert parts[1] == part


def test_a_list_of_stills_is_one_part() -> None:
    dialect = replace(CUSTOM, shape=SHAPES["video"], part_extra={"fps": 2})
    parts = body(STILLS, dialect=dialect)["messages"][1]["content"]
    assert parts[1] == {"type": "video", "video": [PICTURE, PICTURE], "fps": 2}


def test_stills_as_pictures_have_their_times_between_them() -> None:
    parts = body(STILLS, dialect=replace(CUSTOM, shape=SHAPES["image_url"]))["messages"][1]
    assert parts["content"] == [
        {"type": "text", "text": "Video: clip.mp4"},
        {"type": "text", "text": "[00:00]"},
        {"type": "image_url", "image_url": {"url": PICTURE}},
        {"type": "text", "text": "[01:01]"},
        {"type": "image_url", "image_url": {"url": PICTURE}},
        {"type": "text", "text": "What?\n“Quoted”"},
    ]


@pytest.mark.parametrize(
    ("extra", "part"),
    [
        ({"fps": 2}, {"type": "video_url", "video_url": {"url": DATA_URL}, "fps": 2}),
        (
            {"video_url": {"fps": 1}},
            {"type": "video_url", "video_url": {"url": DATA_URL, "fps": 1}},
        ),
    ],
    ids=["beside", "inside"],
)
def test_fields_are_added_beside_and_inside_a_part(
    extra: dict[str, Any], part: dict[str, Any]
) -> None:
    dialect = replace(CUSTOM, part_extra=extra)
    assert body(CLIP, dialect=dialect)["messages"][1]["content"][1] == part


def test_fields_of_the_body_are_added_and_taken_away() -> None:
    extra = {"max_tokens": None, "max_completion_tokens": 9, "mm_processor_kwargs": {"fps": 2}}
    asked = body(CLIP, dialect=replace(CUSTOM, body=extra))
    assert "max_tokens" not in asked
    assert (asked["max_completion_tokens"], asked["mm_processor_kwargs"]) == (9, {"fps": 2})


def test_a_merge_patch_is_applied_as_its_standard_says() -> None:
    # The example of RFC 7396, section 3.
    base: dict[str, Any] = {
        "title": "Goodbye!",
        "author": {"givenName": "John", "familyName": "Doe"},
        "tags": [1],
    }
    patch: dict[str, Any] = {
        "title": "Hello!",
        "phone": "1",
        "author": {"familyName": None},
        "tags": [],
    }
    assert merged(base, patch) == {
        "title": "Hello!",
        "author": {"givenName": "John"},
        "tags": [],
        "phone": "1",
    }


FIRST = Request("m", "Be exact.", (CLIP,), "What is it?", 100)
FOLLOW_UP = replace(
    FIRST, media=(), question="And then?", earlier=(Turn((CLIP,), "What is it?", "A “cat”."),)
)


def test_a_follow_up_begins_with_the_same_bytes_as_the_question_before() -> None:
    first, second = written(FIRST), written(FOLLOW_UP)
    end = first.index(b"]}]", first.index(b"What is it?")) + len(b"]}")
    assert second.startswith(first[:end])
    assert json.loads(second)["messages"][2:] == [
        {"role": "assistant", "content": "A “cat”."},
        {"role": "user", "content": [{"type": "text", "text": "And then?"}]},
    ]


def test_a_clip_of_a_later_turn_is_numbered_and_the_first_keeps_its_label() -> None:
    later = json.loads(written(replace(FOLLOW_UP, media=(LINK,))))["messages"]
    assert later[1]["content"][0] == {"type": "text", "text": "Video: clip “1”.mp4"}
    assert later[3]["content"][0] == {"type": "text", "text": "Video 2: youtu.be/dQw4w9WgXcQ"}


def test_a_link_of_an_earlier_turn_is_routed_like_one_of_this() -> None:
    request = replace(FOLLOW_UP, earlier=(Turn((LINK,), "What is it?", "A cat."),))
    assert json.loads(written(request))["provider"] == {"order": ["google-ai-studio"]}


def test_a_stream_with_its_usage_is_asked_for() -> None:
    asked = body(CLIP)
    assert (asked["stream"], asked["stream_options"]) == (True, {"include_usage": True})
    assert (asked["model"], asked["max_tokens"]) == ("m", 100)


def test_the_same_request_is_the_same_bytes() -> None:
    request = Request("m", "i", (CLIP, LINK), "q", 1)
    assert encode(request, OPENROUTER) == encode(request, OPENROUTER)


def test_a_clip_is_left_where_its_base64_belongs() -> None:
    segments = encode(Request("m", "i", (CLIP, CLIP), "q", 1), OPENROUTER)
    assert [segment for segment in segments if isinstance(segment, InlineVideo)] == [CLIP, CLIP]
    assert [type(segment) for segment in segments[::2]] == [bytes, bytes, bytes]
