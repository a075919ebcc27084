import asyncio
import base64
import contextlib
import hashlib
import random
import socket
import struct
from collections.abc import AsyncIterator

import aiohttp
import pytest

from bot.errors import ClipLengthWrong, DownloadFailed
from bot.media import relay
from bot.media.kinds import InlineVideo, Segment
from tests.servers import Chunks, Peer, serving

BIG = random.Random(1).randbytes(3 << 20)  # noqa: S311 (no secret)


def video(*chunks: bytes, size: int | None = None, error: Exception | None = None) -> InlineVideo:
    return InlineVideo(
        "clip.mp4",
        "video/mp4",
        sum(map(len, chunks)) if size is None else size,
        Chunks(chunks, error),
    )


@pytest.fixture
async def session() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession() as session:
        yield session


class Sink:
    """A server that keeps the bodies it was sent."""

    def __init__(self) -> None:
        self.bodies: list[bytes] = []

    async def __call__(self, peer: Peer) -> None:
        while True:
            _, headers = await peer.request()
            self.bodies.append(await peer.body(headers))
            await peer.respond(b"fine")


@pytest.mark.parametrize("size", [0, 1, 2, 3, 4, 3000, 300_001])
@pytest.mark.parametrize("chunk", [1, 2, 5, 4096])
async def test_what_arrives_decodes_to_the_clip(
    session: aiohttp.ClientSession, size: int, chunk: int
) -> None:
    data = BIG[: min(size, chunk * 3000)]
    chunks = [data[i : i + chunk] for i in range(0, len(data), chunk)]
    body: tuple[Segment, ...] = (b'{"a": "', video(*chunks), b'"}')
    sink = Sink()
    async with serving(sink) as url, relay.post(session, url, {}, body) as response:
        assert response.status == 200
    assert sink.bodies == [b'{"a": "' + base64.b64encode(data) + b'"}']


async def test_two_clips_go_in_one_body(session: aiohttp.ClientSession) -> None:
    sink, body = Sink(), (b"<", video(b"one"), b"|", video(b"tw", b"o"), b">")
    async with serving(sink) as url, relay.post(session, url, {}, body):
        pass
    assert sink.bodies == [b"<b25l|dHdv>"]


async def test_the_same_body_can_be_posted_again(session: aiohttp.ClientSession) -> None:
    sink, body = Sink(), (b"<", video(BIG), b">")
    async with serving(sink) as url:
        for _ in range(2):
            async with relay.post(session, url, {}, body):
                pass
    first, second = (hashlib.sha256(sent).digest() for sent in sink.bodies)
    assert first == second


async def test_progress_ends_at_the_length_of_the_body(session: aiohttp.ClientSession) -> None:
    told: list[tuple[int, int]] = []
    body = (b"<", video(BIG[:1000], BIG[1000:2000]), b">")
    async with (
        serving(Sink()) as url,
        relay.post(session, url, {}, body, lambda sent, total: told.append((sent, total))),
    ):
        pass
    assert told[-1] == (2 + relay.encoded_length(2000), 2 + relay.encoded_length(2000))
    assert [sent for sent, _ in told] == sorted(sent for sent, _ in told)


@pytest.mark.parametrize("size", [5, 7, 5000])
async def test_a_clip_of_another_length_than_announced_is_not_sent_as_if_whole(
    session: aiohttp.ClientSession, size: int
) -> None:
    sink = Sink()
    body = (b"<", video(b"sixsix", size=size), b">")
    async with serving(sink) as url:
        with pytest.raises(ClipLengthWrong) as caught:
            async with relay.post(session, url, {}, body):
                pass
    assert (caught.value.announced, caught.value.received) == (size, 6)
    assert sink.bodies == []


async def test_a_failing_download_is_told_as_such_and_ends_the_upload(
    session: aiohttp.ClientSession,
) -> None:
    sink = Sink()
    body = (video(BIG, size=2 * len(BIG), error=DownloadFailed("clip.mp4", "reset")), b"")
    async with serving(sink) as url:
        with pytest.raises(DownloadFailed):
            async with relay.post(session, url, {}, body):
                pass
    assert sink.bodies == []


def refuse_once(listener: socket.socket, read: int) -> None:
    """Answer 413 after `read` bytes of a request and reset the connection, from a thread.

    In a thread, because a server on the client's own loop would never be ahead of its writes.
    """
    connection, _ = listener.accept()
    with connection:
        taken = 0
        while taken <= read:
            taken += len(connection.recv(1 << 16))
        connection.sendall(b"HTTP/1.1 413 Too Large\r\nContent-Length: 8\r\n\r\ntoo much")
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


@pytest.mark.parametrize("read", [0, 1 << 20])
async def test_an_early_refusal_is_read_though_the_connection_is_reset_behind_it(
    session: aiohttp.ClientSession, read: int
) -> None:
    chunks = [BIG[i : i + (1 << 18)] for i in range(0, len(BIG), 1 << 18)]
    seen: list[tuple[int, bytes]] = []
    body = (video(*chunks * 8), b"")
    with socket.create_server(("127.0.0.1", 0)) as listener:
        url = f"http://127.0.0.1:{listener.getsockname()[1]}"
        for _ in range(50):
            refusing = asyncio.create_task(asyncio.to_thread(refuse_once, listener, read))
            with contextlib.suppress(aiohttp.ClientError):
                async with relay.post(session, url, {}, body) as response:
                    seen.append((response.status, await response.read()))
            await refusing
    # The reset can still fall between the look and the write, which no look can help.
    assert seen == [(413, b"too much")] * len(seen)
    assert len(seen) >= 47


async def test_a_reset_without_an_answer_is_the_connections_error(
    session: aiohttp.ClientSession,
) -> None:
    async def hang_up(peer: Peer) -> None:
        await peer.request()
        peer.reset()

    async with serving(hang_up) as url:
        with pytest.raises(aiohttp.ClientConnectionError):
            async with relay.post(session, url, {}, (video(*[BIG] * 5), b"")):
                pass


async def test_a_server_that_takes_nothing_is_given_up(session: aiohttp.ClientSession) -> None:
    async def sit(_: Peer) -> None:
        await asyncio.Event().wait()

    async with serving(sit) as url:
        with pytest.raises(relay.UploadStalled):
            async with relay.post(session, url, {}, (video(*[BIG] * 8), b""), stall=0.2):
                pass


async def test_a_slow_server_slows_the_download_down(session: aiohttp.ClientSession) -> None:
    read = 0
    enough = asyncio.Event()

    class Endless(Chunks):
        async def _read(self) -> AsyncIterator[bytes]:
            nonlocal read
            for _ in range(1000):
                read += 1 << 16
                yield BIG[: 1 << 16]

    async def sit(peer: Peer) -> None:
        await peer.request()
        await enough.wait()

    endless = InlineVideo("clip.mp4", "video/mp4", 1000 << 16, Endless(()))
    async with serving(sit) as url:
        with pytest.raises(relay.UploadStalled):
            async with relay.post(session, url, {}, (endless, b""), stall=0.2):
                pass
    # What the kernel's buffers hold, and not the 62 MB that there are.
    assert read < 16 << 20


async def test_cancelling_closes_the_clip_and_the_connection(
    session: aiohttp.ClientSession,
) -> None:
    arrived, gone = asyncio.Event(), asyncio.Event()

    async def watch(peer: Peer) -> None:
        await peer.request()
        arrived.set()
        await peer.gone()
        gone.set()

    never = asyncio.Event()

    class Waiting(Chunks):
        async def _read(self) -> AsyncIterator[bytes]:
            yield b"abc"
            await never.wait()

    async def send(url: str) -> None:
        body = (InlineVideo("clip.mp4", "video/mp4", 100, Waiting(())), b"")
        async with relay.post(session, url, {}, body):
            pass

    async with serving(watch) as url:
        task = asyncio.create_task(send(url))
        await arrived.wait()
        task.cancel()
        await asyncio.wait([task])
        await asyncio.wait_for(gone.wait(), 5)
    assert task.cancelled()


async def test_no_more_are_sent_at_a_time_than_is_said_and_the_rest_wait(
    session: aiohttp.ClientSession,
) -> None:
    now, most, full, may_end = 0, 0, asyncio.Event(), asyncio.Event()

    async def hold(peer: Peer) -> None:
        nonlocal now, most
        while True:
            _, headers = await peer.request()
            await peer.body(headers)
            now += 1
            most = max(most, now)
            if now == 3:
                full.set()
            await may_end.wait()
            now -= 1
            await peer.respond(b"fine")

    uploads = asyncio.Semaphore(3)

    async def send(url: str) -> None:
        async with relay.post(session, url, {}, (video(b"abc"), b""), uploads=uploads):
            pass

    async with serving(hold) as url:
        tasks = [asyncio.create_task(send(url)) for _ in range(10)]
        await full.wait()
        may_end.set()
        await asyncio.gather(*tasks)
    assert most == 3


def test_memory_tuning_is_harmless_to_call() -> None:
    relay.keep_freed_memory()
