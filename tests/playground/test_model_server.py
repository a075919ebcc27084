import asyncio
import hashlib
import json
import sys
from base64 import b64encode
from collections.abc import AsyncGenerator
from io import BytesIO
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from bot.playground.clips import make_clip
from bot.playground.model import Model, RefuseEarly, Reset, Respond, Scripted, Stall, Stream, serve
from bot.playground.model.findings import Unopened
from bot.playground.model.looking import look_at

KEY = {"Authorization": "Bearer anything"}


@pytest.fixture
async def model() -> AsyncGenerator[Model]:
    async with serve() as served:
        yield served


@pytest.fixture
async def web() -> AsyncGenerator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession(
        headers=KEY, timeout=aiohttp.ClientTimeout(total=20)
    ) as session:
        yield session


def question(url: str = "https://www.youtube.com/watch?v=abcdefghijk", **more: Any) -> Any:
    parts = [
        {"type": "text", "text": "clip.mp4"},
        {"type": "video_url", "video_url": {"url": url}},
        {"type": "text", "text": "What happens?"},
    ]
    return {"model": "any/model", "messages": [{"role": "user", "content": parts}], **more}


def data_url(clip: bytes) -> str:
    return f"data:video/mp4;base64,{b64encode(clip).decode()}"


def events(stream: str) -> list[Any]:
    lines = [line.removeprefix("data: ") for line in stream.splitlines() if line[:6] == "data: "]
    assert lines.pop() == "[DONE]"
    return [json.loads(line) for line in lines]


async def ask(model: Model, web: aiohttp.ClientSession, body: Any) -> tuple[int, str]:
    async with web.post(f"{model.base_url}/chat/completions", json=body) as response:
        return response.status, await response.text()


async def test_an_answer_streams_and_ends_with_its_usage(
    model: Model, web: aiohttp.ClientSession, tmp_path: Path
) -> None:
    make_clip(tmp_path / "clip.mp4", seconds=2, cuts=(1,))
    clip = (tmp_path / "clip.mp4").read_bytes()
    status, stream = await ask(model, web, question(data_url(clip), stream=True))
    assert status == 200
    assert stream.startswith(": OPENROUTER PROCESSING\n\n")
    *said, finished, used = events(stream)
    text = "".join(event["choices"][0]["delta"]["content"] for event in said)
    assert text.startswith("**I am a stand-in, not an AI.**")
    assert hashlib.sha256(clip).hexdigest() in text
    assert "scene cuts at 0:01" in text
    assert finished["choices"][0]["finish_reason"] == "stop"
    assert used["choices"] == []
    assert used["usage"]["prompt_tokens_details"]["video_tokens"] == 182
    assert used["model"] == "any/model"


async def test_an_answer_may_come_in_one(model: Model, web: aiohttp.ClientSession) -> None:
    status, whole = await ask(model, web, question())
    answer = json.loads(whole)
    assert status == 200
    assert "watch?v=abcdefghijk" in answer["choices"][0]["message"]["content"]
    assert answer["usage"]["cost"] == 0


async def test_a_token_may_have_a_price(web: aiohttp.ClientSession) -> None:
    async with serve(price=0.5) as model:
        _, whole = await ask(model, web, question())
    usage = json.loads(whole)["usage"]
    assert usage["cost"] == usage["total_tokens"] / 2 > 0


async def test_requests_are_remembered_without_their_bytes(
    model: Model, web: aiohttp.ClientSession
) -> None:
    await ask(model, web, question(data_url(b"no clip at all")))
    (request,) = model.requests
    assert request.headers["authorization"] == "Bearer anything"
    (clip,) = request.clips
    assert (clip.mime, clip.size) == ("video/mp4", 14)
    assert clip.sha256 == hashlib.sha256(b"no clip at all").hexdigest()
    assert "(14 bytes" in request.body["messages"][0]["content"][1]["video_url"]["url"]


async def test_a_file_that_is_no_clip_still_gets_an_answer(
    model: Model, web: aiohttp.ClientSession
) -> None:
    status, whole = await ask(model, web, question(data_url(b"no clip at all")))
    assert status == 200
    assert "libav can't open it" in whole


@pytest.mark.parametrize(
    ("body", "says"),
    [
        ("{", "The body is not JSON"),
        ('{"url": "data:video/mp4;base64,####"}', "does not hold base64"),
        ('{"url": "data:video/mp4;base64,QUJDR"}', "does not hold base64"),
        ('{"url": "data:video/mp4;base64,QUJD', "ends inside a data URL"),
        ('{"model": "m", "messages": []}', "messages: Expected a list"),
    ],
)
async def test_a_malformed_body_is_answered_with_what_is_wrong(
    model: Model, web: aiohttp.ClientSession, body: str, says: str
) -> None:
    async with web.post(f"{model.base_url}/chat/completions", data=body) as response:
        assert response.status == 400
        error = (await response.json())["error"]
    assert error["code"] == 400
    assert says in error["message"]


async def test_a_key_is_asked_for(web: aiohttp.ClientSession) -> None:
    async with serve(key="right") as model, aiohttp.ClientSession() as anonymous:
        assert await status_of(anonymous, f"{model.base_url}/key") == 401
        assert await status_of(web, f"{model.base_url}/key") == 401
        right = {"Authorization": "Bearer right"}
        async with web.get(f"{model.base_url}/key", headers=right) as response:
            assert response.status == 200


async def status_of(web: aiohttp.ClientSession, url: str) -> int:
    async with web.get(url) as response:
        return response.status


async def test_the_catalogue_names_one_model_that_takes_video(web: aiohttp.ClientSession) -> None:
    async with serve(model="the/one") as model:
        async with web.get(f"{model.base_url}/models") as response:
            (entry,) = (await response.json())["data"]
        async with web.get(f"{model.base_url}/model/the/one") as response:
            assert (await response.json())["data"] == entry
        assert await status_of(web, f"{model.base_url}/model/the/other") == 404
        assert await status_of(web, f"{model.base_url}/nothing") == 404
        assert (await ask(model, web, question()))[0] == 404
    assert entry["id"] == "the/one"
    assert "video" in entry["architecture"]["input_modalities"]


async def test_a_scripted_response_replaces_one_answer(
    model: Model, web: aiohttp.ClientSession
) -> None:
    model.script.append(Respond(200, {"error": {"code": 400, "message": "no"}}))
    model.script.append(Respond(413, "<html>"))
    assert (await ask(model, web, question()))[1] == '{"error": {"code": 400, "message": "no"}}'
    assert await ask(model, web, question()) == (413, "<html>")
    assert (await ask(model, web, question()))[0] == 200
    assert len(model.requests) == 3


async def test_a_scripted_stream_may_break_off_with_an_error(
    model: Model, web: aiohttp.ClientSession
) -> None:
    model.script.append(Stream(("one ", "two"), error={"code": 502, "message": "gone"}))
    *_, last = events((await ask(model, web, question()))[1])
    assert last["error"] == {"code": 502, "message": "gone"}
    assert last["choices"][0]["finish_reason"] == "error"


async def test_a_scripted_stream_may_tell_any_usage(
    model: Model, web: aiohttp.ClientSession
) -> None:
    model.script.append(Stream(("one",), finish_reason="length", usage={"prompt_tokens": 4}))
    *_, finished, used = events((await ask(model, web, question()))[1])
    assert finished["choices"][0]["finish_reason"] == "length"
    assert used["usage"] == {"prompt_tokens": 4}


@pytest.mark.parametrize(
    ("reset", "seen"),
    [(Reset(after=0.0), 0), (Reset(after=0.5), 0), (Reset(), 1), (Reset(pieces=("one",)), 1)],
)
async def test_a_connection_may_be_reset(
    model: Model, web: aiohttp.ClientSession, reset: Scripted, seen: int
) -> None:
    model.script.append(reset)
    with pytest.raises(aiohttp.ClientError):
        await ask(model, web, question())
    assert len(model.requests) == seen
    assert model.abandoned == 0


async def test_an_early_refusal_leaves_the_body_unread(model: Model) -> None:
    model.script.append(RefuseEarly(413, "<html>"))
    port = int(model.base_url.split(":")[2].split("/")[0])
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(
        b"POST /v1/chat/completions HTTP/1.1\r\nHost: x\r\nContent-Length: 1000000\r\n\r\n{"
    )
    assert (await reader.readline()).startswith(b"HTTP/1.1 413")
    await reader.read()
    writer.close()
    assert model.requests == []


async def test_a_stalled_answer_ends_when_its_reader_leaves(
    model: Model, web: aiohttp.ClientSession
) -> None:
    model.script.append(Stall(("one",)))
    async with web.post(f"{model.base_url}/chat/completions", json=question()) as response:
        await response.content.readuntil(b'"one"')
        response.close()
    await model.until(lambda: model.abandoned == 1)


async def test_a_clip_of_many_chunks_arrives_whole(
    model: Model, web: aiohttp.ClientSession
) -> None:
    clip = bytes(range(256)) * 40_000
    body = BytesIO(json.dumps(question(data_url(clip))).encode())
    async with web.post(f"{model.base_url}/chat/completions", data=body) as response:
        assert response.status == 200
    assert model.requests[0].clips[0].sha256 == hashlib.sha256(clip).hexdigest()


async def test_looking_ends_in_time(tmp_path: Path) -> None:
    make_clip(tmp_path / "clip.mp4", seconds=0.2)
    found = await look_at(tmp_path / "clip.mp4", within=0.0)
    assert isinstance(found, Unopened)
    assert "longer than 0 seconds" in found.reason


async def test_the_command_serves_until_its_input_closes() -> None:
    child = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "bot.playground.model", "--key", "right"),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )
    assert child.stdin is not None
    assert child.stdout is not None
    try:
        line = json.loads(await child.stdout.readline())
        async with aiohttp.ClientSession() as web:
            assert await status_of(web, f"{line['base_url']}/key") == 401
        child.stdin.close()
        assert await asyncio.wait_for(child.wait(), 10) == 0
    finally:
        if child.returncode is None:
            child.kill()
            await child.wait()
