"""Downloads: signed links, ranges, and everything that may go wrong on the way."""

import asyncio
import errno
from collections.abc import AsyncGenerator
from pathlib import Path
from typing import Any

import aiohttp
import discord
import pytest
from discord.http import Route

from bot.playground.discord import (
    Answer,
    Discord,
    Fault,
    File,
    Redirect,
    Reset,
    ResetMidway,
    Stall,
    Throttle,
    Truncate,
    Unmeasured,
)
from bot.playground.discord.cdn import Span
from bot.playground.discord.faults import CdnEffect

SIZE = 256 * 1024


@pytest.fixture
async def link(emulated: Discord, clip: Path, caller: discord.Client) -> str:
    said = emulated.say("<a clip>", files=[File(clip)], channel_id=emulated.dm_channel_id)
    return await renewed(emulated, caller, said.id)


async def renewed(emulated: Discord, caller: discord.Client, message_id: int) -> str:
    channel = caller.get_partial_messageable(emulated.dm_channel_id)
    return (await channel.fetch_message(message_id)).attachments[0].url


@pytest.fixture
async def http() -> AsyncGenerator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession() as session:
        yield session


async def test_a_clip_is_sent_whole_with_its_length(
    link: str, http: aiohttp.ClientSession, footage: bytes
) -> None:
    async with http.get(link) as answer:
        assert (answer.status, answer.content_length) == (200, SIZE)
        assert answer.content_type == "video/mp4"
        assert await answer.read() == footage
    async with http.head(link) as answer:
        assert (answer.status, answer.content_length) == (200, SIZE)


@pytest.mark.parametrize(
    ("asked", "span"),
    [
        ("bytes=0-99", Span(0, 100)),
        ("bytes=1000-", Span(1000, SIZE)),
        ("bytes=-10", Span(SIZE - 10, SIZE)),
    ],
)
async def test_a_part_is_sent_as_a_part(
    asked: str, span: Span, link: str, http: aiohttp.ClientSession, footage: bytes
) -> None:
    async with http.get(link, headers={"Range": asked}) as answer:
        assert answer.status == 206
        assert answer.headers["Content-Range"] == f"bytes {span.start}-{span.stop - 1}/{SIZE}"
        assert await answer.read() == footage[span.start : span.stop]


async def test_a_part_beyond_the_end_is_refused(link: str, http: aiohttp.ClientSession) -> None:
    async with http.get(link, headers={"Range": f"bytes={SIZE}-"}) as answer:
        assert (answer.status, answer.headers["Content-Range"]) == (416, f"bytes */{SIZE}")


async def test_a_link_stops_working_and_can_be_renewed(
    emulated: Discord, link: str, http: aiohttp.ClientSession, caller: discord.Client
) -> None:
    emulated.expire_links()
    async with http.get(link) as answer:
        assert answer.status == 404
        assert await answer.text() == "This content is no longer available."
    fresh = await renewed(emulated, caller, emulated.messages(emulated.dm_channel_id)[0].id)
    route = Route("POST", "/attachments/refresh-urls")
    refreshed: Any = await caller.http.request(route, json={"attachment_urls": [link]})
    for url in (fresh, refreshed["refreshed_urls"][0]["refreshed"]):
        async with http.get(url) as answer:
            assert answer.status == 200


async def test_a_link_goes_with_its_message(
    emulated: Discord, link: str, http: aiohttp.ClientSession
) -> None:
    emulated.delete(emulated.messages(emulated.dm_channel_id)[0].id)
    async with http.get(link) as answer:
        assert answer.status == 404


@pytest.mark.parametrize("change", [("hm=", "hm=0"), ("ex=", "ex=7"), ("?", "?x="), ("clip", "c")])
async def test_a_link_that_was_tampered_with_is_refused(
    change: tuple[str, str], link: str, http: aiohttp.ClientSession
) -> None:
    async with http.get(link.replace(*change)) as answer:
        assert answer.status == 404


async def test_a_huge_sparse_clip_is_streamed_from_disk(
    emulated: Discord, http: aiohttp.ClientSession, caller: discord.Client, tmp_path: Path
) -> None:
    huge = tmp_path / "huge.mp4"
    with huge.open("wb") as file:
        file.truncate(500 * 1024 * 1024)
    said = emulated.say("huge", files=[File(huge)], channel_id=emulated.dm_channel_id)
    async with http.get(await renewed(emulated, caller, said.id)) as answer:
        assert answer.content_length == 500 * 1024 * 1024
        assert await answer.content.readexactly(1024) == bytes(1024)


def spoil(emulated: Discord, effect: CdnEffect) -> None:
    emulated.faults.append(Fault(effect, method="GET", path="/attachments/*"))


@pytest.mark.parametrize("status", [403, 404, 503])
async def test_a_download_may_be_answered_with_any_status(
    status: int, emulated: Discord, link: str, http: aiohttp.ClientSession
) -> None:
    spoil(emulated, Answer(status))
    assert [await got(http, link) for _ in range(2)] == [status, 200]


async def got(http: aiohttp.ClientSession, link: str) -> int:
    async with http.get(link) as answer:
        return answer.status


@pytest.mark.parametrize("effect", [Truncate(1000), ResetMidway(1000)])
async def test_a_body_may_end_before_its_announced_length(
    effect: CdnEffect, emulated: Discord, link: str, http: aiohttp.ClientSession, footage: bytes
) -> None:
    spoil(emulated, effect)
    async with http.get(link) as answer:
        assert answer.content_length == SIZE
        assert await answer.content.readexactly(1000) == footage[:1000]
        with pytest.raises(aiohttp.ClientPayloadError) as broken:
            await answer.read()
    reset = "ConnectionResetError" in str(broken.value)
    assert reset == isinstance(effect, ResetMidway)


@pytest.mark.parametrize("size", [0, 1000, SIZE + 1000])
async def test_a_body_may_come_without_a_length_and_be_of_another_size(
    size: int, emulated: Discord, link: str, http: aiohttp.ClientSession, footage: bytes
) -> None:
    spoil(emulated, Unmeasured(size))
    async with http.get(link) as answer:
        assert answer.content_length is None
        assert await answer.read() == (footage + bytes(1000))[:size]


async def test_a_download_may_be_reset_at_once(
    emulated: Discord, link: str, http: aiohttp.ClientSession
) -> None:
    # Twice, because the client tries a GET once more by itself.
    emulated.faults.append(Fault(Reset(), path="/attachments/*", times=2))
    with pytest.raises(aiohttp.ClientOSError) as cut:
        await http.get(link)
    assert cut.value.errno == errno.ECONNRESET


async def test_a_download_may_be_sent_elsewhere(
    emulated: Discord, link: str, http: aiohttp.ClientSession
) -> None:
    spoil(emulated, Redirect("http://127.0.0.1:9/elsewhere"))
    async with http.get(link, allow_redirects=False) as answer:
        assert (answer.status, answer.headers["Location"]) == (302, "http://127.0.0.1:9/elsewhere")


async def test_a_body_may_stall(emulated: Discord, link: str, http: aiohttp.ClientSession) -> None:
    spoil(emulated, Stall(1000))
    async with http.get(link) as answer:
        await answer.content.readexactly(1000)
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(answer.content.readany(), 0.05)


async def test_a_body_may_be_slow(
    emulated: Discord, link: str, http: aiohttp.ClientSession, footage: bytes
) -> None:
    spoil(emulated, Throttle(SIZE * 5))
    began = asyncio.get_running_loop().time()
    async with http.get(link) as answer:
        assert await answer.read() == footage
    assert asyncio.get_running_loop().time() - began > 0.15


@pytest.mark.parametrize(
    ("part", "size", "span"),
    [
        (slice(None, None), 10, Span(0, 10)),
        (slice(2, 5), 10, Span(2, 5)),
        (slice(2, 50), 10, Span(2, 10)),
        (slice(-3, None), 10, Span(7, 10)),
        (slice(-30, None), 10, Span(0, 10)),
        (slice(10, None), 10, None),
        (slice(None, None), 0, Span(0, 0)),
        (slice(-1, None), 0, None),
    ],
)
def test_a_span_is_what_was_asked_as_far_as_there_is_any(
    part: slice, size: int, span: Span | None
) -> None:
    assert Span.asked(part, size) == span
