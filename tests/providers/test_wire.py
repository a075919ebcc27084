import base64
import json
from dataclasses import replace
from typing import Any

import pytest

from bot.media.kinds import InlineVideo, LinkedVideo, Media
from bot.providers.dialect import CUSTOM, LUNOS, OPENROUTER, Dialect
from bot.providers.wire import Request, encode
from tests.servers import Chunks

LINK = LinkedVideo("youtu.be/dQw4w9WgXcQ", "https://www.youtube.com/watch?v=dQw4w9WgXcQ")
CLIP = InlineVideo("clip “1”.mp4", "video/mp4", 5, Chunks((b"bytes",)))
DATA_URL = "data:video/mp4;base64," + base64.b64encode(b"bytes").decode()


def body(*media: Media, dialect: Dialect = OPENROUTER) -> dict[str, Any]:
    request = Request("m", "Be exact.", media, "What?\n“Quoted”", 100)
    text = b"".join(
        base64.b64encode(b"bytes") if isinstance(segment, InlineVideo) else segment
        for segment in encode(request, dialect)
    )
    return json.loads(text)


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
    assert body(CLIP)["reasoning"] == {"effort": "minimal"}
    assert body(LINK, dialect=dialect).keys() == {
        "model",
        "messages",
        "max_tokens",
        "stream",
        "stream_options",
    }


def test_the_older_part_can_be_chosen_by_a_record() -> None:
    part = body(CLIP, dialect=replace(LUNOS, part_shape="input_video"))["messages"][1]["content"][1]
    assert part == {"type": "input_video", "video_url": {"url": DATA_URL}}


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
