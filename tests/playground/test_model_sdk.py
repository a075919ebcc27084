"""OpenAI's own package gets the same answer from the stand-in as the bot does."""

import json
from base64 import b64encode
from collections.abc import AsyncIterator
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from openai import AsyncOpenAI, BadRequestError

from bot.media import relay
from bot.media.files import FileClip
from bot.media.kinds import Inline, InlineVideo
from bot.playground.clips import make_clip
from bot.playground.model import Model, serve
from bot.providers.client import Provider
from bot.providers.dialect import OPENROUTER, Endpoint
from bot.providers.stream import Finished, Piece
from bot.providers.wire import Request, Turn, encode


@pytest.fixture
async def model() -> AsyncIterator[Model]:
    async with serve() as served:
        yield served


@pytest.fixture
def request_(tmp_path: Path) -> Request:
    path = tmp_path / "clip.mp4"
    make_clip(path, seconds=2)
    source = FileClip(path, path.name)
    clip = InlineVideo(path.name, "video/mp4", path.stat().st_size, source, 2.0)
    earlier = (Turn((clip,), "What is it?", "A square."),)
    return Request("any/model", "Be exact.", (), "And then?", 500, earlier)


async def body_of(request: Request) -> dict[str, Any]:
    """Return a request as an SDK holds it: whole, the clip included."""
    text = b""
    for segment in encode(request, OPENROUTER):
        if isinstance(segment, Inline):
            async with segment.source.open() as chunks:
                text += b64encode(b"".join([chunk async for chunk in chunks]))
        else:
            text += segment
    return json.loads(text)


async def ours(model: Model, request: Request) -> tuple[str, Finished]:
    text, end = "", Finished("", "", None)
    async with aiohttp.ClientSession() as web:
        provider = Provider(partial(relay.post, web))
        endpoint = Endpoint(replace(OPENROUTER, base_url=model.base_url), "key")
        async with provider.answer(endpoint, request, lambda _sent, _total: None) as events:
            async for event in events:
                match event:
                    case Piece():
                        text += event.text
                    case Finished():
                        end = event
    return text, end


async def test_openais_package_gets_the_same_answer_streaming_and_not(
    model: Model, request_: Request
) -> None:
    text, end = await ours(model, request_)
    assert "Messages before this one: 2." in text
    assert end.usage is not None
    messages: Any = (await body_of(request_))["messages"]
    async with AsyncOpenAI(base_url=model.base_url, api_key="key", max_retries=0) as openai:
        whole = await openai.chat.completions.create(
            model="any/model", messages=messages, max_tokens=500
        )
        assert whole.choices[0].message.content == text
        assert whole.choices[0].finish_reason == "stop"
        assert whole.usage is not None
        assert whole.usage.prompt_tokens == end.usage.prompt_tokens
        stream = await openai.chat.completions.create(
            model="any/model", messages=messages, max_tokens=500, stream=True
        )
        said, usage = "", None
        async for chunk in stream:
            said += "".join(choice.delta.content or "" for choice in chunk.choices)
            usage = chunk.usage
    assert said == text
    assert usage is not None
    assert usage.completion_tokens == end.usage.completion_tokens


async def test_openais_package_lists_the_model_and_reads_the_errors(model: Model) -> None:

    async with AsyncOpenAI(base_url=model.base_url, api_key="key", max_retries=0) as openai:
        assert [one.id async for one in openai.models.list()] == ["playground/stand-in"]
        with pytest.raises(BadRequestError, match="Expected a list of at least one message"):
            await openai.chat.completions.create(model="m", messages=[])
