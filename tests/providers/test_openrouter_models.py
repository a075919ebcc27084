"""The requests are held against the models that OpenRouter's own package makes of its OpenAPI."""

import json
from dataclasses import replace
from typing import Any

import pytest
from openrouter.components import (
    ChatContentText,
    ChatContentVideo,
    ChatRequest,
    ChatUserMessage,
)

from bot.media.kinds import Inline, InlineVideo, LinkedVideo
from bot.providers.dialect import OPENROUTER, Dialect
from bot.providers.wire import Request, Turn, encode
from bot.settings import Asking
from tests.servers import Chunks

LINK = LinkedVideo("youtu.be/dQw4w9WgXcQ", "https://www.youtube.com/watch?v=dQw4w9WgXcQ")
CLIP = InlineVideo("clip.mp4", "video/mp4", 3, Chunks((b"abc",)), 4.0)
FIRST = Request(
    "google/gemini-3.5-flash-lite", "Be exact.", (LINK,), "What?", 100, effort="minimal"
)
PRIVATE = Asking.read(
    {
        "OPENROUTER_API_KEY": "key",
        "OPENROUTER_ZDR": "yes",
        "OPENROUTER_DATA_COLLECTION": "deny",
        "OPENROUTER_PROCESSING": "agentic",
    }
).endpoint.dialect


def body(request: Request, dialect: Dialect) -> dict[str, Any]:
    text = b"".join(b"YWJj" if isinstance(one, Inline) else one for one in encode(request, dialect))
    return json.loads(text)


@pytest.mark.parametrize(
    "request_",
    [
        pytest.param(FIRST, id="YouTube"),
        pytest.param(replace(FIRST, media=(CLIP,)), id="data URL"),
        pytest.param(replace(FIRST, media=(CLIP, LINK, CLIP)), id="several clips"),
        pytest.param(
            replace(FIRST, media=(), earlier=(Turn((CLIP,), "What?", "A cat."),)), id="follow-up"
        ),
        pytest.param(replace(FIRST, effort=""), id="no effort"),
    ],
)
@pytest.mark.parametrize("dialect", [OPENROUTER, PRIVATE], ids=["plain", "private and agentic"])
def test_a_request_is_one_that_openrouter_describes(request_: Request, dialect: Dialect) -> None:
    sent = body(request_, dialect)
    parsed = ChatRequest.model_validate(sent)
    # The package lets unknown shapes through as such, and drops fields that it does not know.
    kinds = {
        type(part)
        for message in parsed.messages
        if isinstance(message, ChatUserMessage) and isinstance(message.content, list)
        for part in message.content
    }
    assert kinds <= {ChatContentText, ChatContentVideo}
    assert json.loads(parsed.model_dump_json(by_alias=True, exclude_unset=True)) == sent


@pytest.mark.parametrize(
    "wrong",
    [
        {"provider": {"zdr": True, "orders": ["google-ai-studio"]}},
        {"reasoning": {"efort": "minimal"}},
        {"messages": [{"role": "user", "content": [{"type": "video", "video": ["x"]}]}]},
    ],
    ids=["routing", "reasoning", "part"],
)
def test_a_request_that_openrouter_does_not_describe_is_told_apart(wrong: dict[str, Any]) -> None:
    sent = {**body(FIRST, OPENROUTER), **wrong}
    parsed = ChatRequest.model_validate(sent)
    assert json.loads(parsed.model_dump_json(by_alias=True, exclude_unset=True)) != sent
