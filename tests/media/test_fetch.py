import asyncio
from collections.abc import AsyncIterator

import aiohttp
import pytest
from yarl import URL

from bot.clips import Upload
from bot.errors import ClipGone, DownloadBroken, DownloadFailed, RedirectRefused
from bot.hosts import Hosts
from bot.media.fetch import Cdn, CdnClip
from bot.media.probe import HEAD
from tests.servers import Handler, Peer, serving

UPLOAD = Upload(1, 2, 3, "clip.mp4")
DATA = bytes(range(256)) * 400


@pytest.fixture
async def session() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession() as session:
        yield session


class Discord:
    """Gives a new link each time it is asked."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.asked = 0

    async def locate(self, upload: Upload) -> str:
        assert upload == UPLOAD
        self.asked += 1
        return f"{self.url}/{self.asked}"


def clip_at(url: str, session: aiohttp.ClientSession) -> tuple[CdnClip, Discord]:
    discord = Discord(url)
    hosts = Hosts(frozenset({f"127.0.0.1:{URL(url).port}"}))
    return Cdn(session, discord.locate, hosts).clip(UPLOAD), discord


async def read(clip: CdnClip) -> bytes:
    async with clip.open() as chunks:
        return b"".join([chunk async for chunk in chunks])


def serving_files(answer: Handler) -> Handler:
    async def handle(peer: Peer) -> None:
        while True:
            await answer(peer)

    return handle


async def test_a_look_reads_the_head_and_the_true_size(session: aiohttp.ClientSession) -> None:
    async def ranged(peer: Peer) -> None:
        _, headers = await peer.request()
        assert headers["range"] == f"bytes=0-{HEAD - 1}"
        where = f"Content-Range: bytes 0-{HEAD - 1}/{len(DATA)}"
        await peer.respond(DATA[:HEAD], "206 Partial Content", where)

    async with serving(serving_files(ranged)) as url:
        look = await clip_at(url, session)[0].look()
    assert (look.head, look.size) == (DATA[:HEAD], len(DATA))


async def test_a_host_without_ranges_is_looked_at_as_well(session: aiohttp.ClientSession) -> None:
    async def whole(peer: Peer) -> None:
        await peer.request()
        await peer.respond(DATA)

    async with serving(serving_files(whole)) as url:
        look = await clip_at(url, session)[0].look()
    assert (look.head, look.size) == (DATA[:HEAD], len(DATA))


async def test_a_part_is_read_where_the_host_has_ranges(session: aiohttp.ClientSession) -> None:
    async def ranged(peer: Peer) -> None:
        _, headers = await peer.request()
        assert headers["range"] == "bytes=1000-1255"
        where = f"Content-Range: bytes 1000-1255/{len(DATA)}"
        await peer.respond(DATA[1000:1256], "206 Partial Content", where)

    async def whole(peer: Peer) -> None:
        await peer.request()
        await peer.respond(DATA)

    async with serving(serving_files(ranged)) as url:
        assert await clip_at(url, session)[0].read(1000, 256) == DATA[1000:1256]
    async with serving(serving_files(whole)) as url:
        assert await clip_at(url, session)[0].read(1000, 256) == b""


async def test_an_empty_file_has_no_head(session: aiohttp.ClientSession) -> None:
    async def empty(peer: Peer) -> None:
        await peer.request()
        await peer.respond(b"", "416 Range Not Satisfiable")

    async with serving(serving_files(empty)) as url:
        assert (await clip_at(url, session)[0].look()).size == 0


async def test_a_clip_is_read_whole_and_again(session: aiohttp.ClientSession) -> None:
    async def whole(peer: Peer) -> None:
        _, headers = await peer.request()
        assert headers["accept-encoding"] == "identity"
        assert "authorization" not in headers
        await peer.respond(DATA)

    async with serving(serving_files(whole)) as url:
        clip, discord = clip_at(url, session)
        assert [await read(clip), await read(clip)] == [DATA, DATA]
    assert discord.asked == 1


@pytest.mark.parametrize("status", ["404 Not Found", "403 Forbidden"])
async def test_an_expired_link_is_asked_for_anew_once(
    session: aiohttp.ClientSession, status: str
) -> None:
    async def expired_at_first(peer: Peer) -> None:
        line, _ = await peer.request()
        if line.startswith("GET /1 "):
            await peer.respond(b"This content is no longer available.", status)
        else:
            await peer.respond(DATA)

    async with serving(serving_files(expired_at_first)) as url:
        clip, discord = clip_at(url, session)
        assert await read(clip) == DATA
    assert discord.asked == 2


async def test_a_file_that_stays_away_is_gone(session: aiohttp.ClientSession) -> None:
    async def nothing(peer: Peer) -> None:
        await peer.request()
        await peer.respond(b"", "404 Not Found")

    async with serving(serving_files(nothing)) as url:
        clip, discord = clip_at(url, session)
        with pytest.raises(ClipGone):
            await clip.look()
    assert discord.asked == 2


async def test_a_redirect_within_the_list_is_followed(session: aiohttp.ClientSession) -> None:
    async def elsewhere(peer: Peer) -> None:
        line, _ = await peer.request()
        if "/there" in line:
            await peer.respond(DATA)
        else:
            await peer.respond(b"", "302 Found", "Location: /there")

    async with serving(serving_files(elsewhere)) as url:
        assert await read(clip_at(url, session)[0]) == DATA


@pytest.mark.parametrize(
    "target", ["http://127.0.0.1:9/x", "https://example.org/x", "file:///etc/passwd"]
)
async def test_a_redirect_off_the_list_is_not_followed(
    session: aiohttp.ClientSession, target: str
) -> None:
    async def away(peer: Peer) -> None:
        await peer.request()
        await peer.respond(b"", "302 Found", f"Location: {target}")

    async with serving(serving_files(away)) as url:
        with pytest.raises(RedirectRefused) as caught:
            await clip_at(url, session)[0].look()
    assert caught.value.host == (URL(target).host or "")


async def test_redirects_in_a_circle_end(session: aiohttp.ClientSession) -> None:
    async def round_and_round(peer: Peer) -> None:
        await peer.request()
        await peer.respond(b"", "302 Found", "Location: /again")

    async with serving(serving_files(round_and_round)) as url:
        with pytest.raises(DownloadFailed, match="redirects"):
            await clip_at(url, session)[0].look()


async def test_a_host_in_trouble_is_a_broken_download(session: aiohttp.ClientSession) -> None:
    async def trouble(peer: Peer) -> None:
        await peer.request()
        await peer.respond(b"", "503 Service Unavailable")

    async with serving(serving_files(trouble)) as url:
        with pytest.raises(DownloadFailed, match="503"):
            await clip_at(url, session)[0].look()


async def test_a_truncated_body_is_a_broken_download(session: aiohttp.ClientSession) -> None:
    async def truncate(peer: Peer) -> None:
        await peer.request()
        await peer.respond(DATA[:100], length=len(DATA))
        peer.writer.close()
        await asyncio.Event().wait()

    async with serving(truncate) as url:
        with pytest.raises(DownloadFailed, match="ClientPayloadError"):
            await read(clip_at(url, session)[0])


async def test_a_reset_is_a_broken_download(session: aiohttp.ClientSession) -> None:
    async def reset(peer: Peer) -> None:
        await peer.request()
        await peer.respond(DATA[:100], length=len(DATA))
        peer.reset()

    async with serving(reset) as url:
        with pytest.raises(DownloadBroken):
            await read(clip_at(url, session)[0])


async def test_a_host_nobody_listens_at_is_a_broken_download(
    session: aiohttp.ClientSession,
) -> None:
    async def never(peer: Peer) -> None:
        raise AssertionError(peer)

    async with serving(never) as url:
        pass
    with pytest.raises(DownloadFailed, match="ClientConnectorError"):
        await clip_at(url, session)[0].look()
