"""Raw servers on loopback, for what a well-behaved one would not do."""

import asyncio
import socket
import struct
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass

Handler = Callable[["Peer"], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Peer:
    """One connection of a client."""

    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter

    async def request(self) -> tuple[str, dict[str, str]]:
        """Read a request's first line and headers."""
        first, *lines = (await self.reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")
        headers = dict(line.split(": ", 1) for line in lines if line)
        return first, {name.lower(): value for name, value in headers.items()}

    async def body(self, headers: dict[str, str]) -> bytes:
        """Read exactly as much as the headers announce."""
        return await self.reader.readexactly(int(headers["content-length"]))

    async def say(self, data: bytes) -> None:
        self.writer.write(data)
        await self.writer.drain()

    async def respond(
        self, body: bytes = b"", status: str = "200 OK", *headers: str, length: int | None = None
    ) -> None:
        """Send a response; `length` is what is announced, where that is not the truth."""
        length = len(body) if length is None else length
        lines = [f"HTTP/1.1 {status}", f"Content-Length: {length}", *headers, "", ""]
        await self.say("\r\n".join(lines).encode() + body)

    def reset(self) -> None:
        """Close so that the client gets a reset, whatever it has not read yet."""
        sock: socket.socket = self.writer.get_extra_info("socket")
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.writer.transport.abort()

    async def gone(self) -> None:
        """Wait until the client has closed its side."""
        while await self.reader.read(1 << 16):
            pass


@asynccontextmanager
async def serving(handler: Handler) -> AsyncGenerator[str]:
    """Serve connections one handler call each; the block gets "http://127.0.0.1:PORT"."""
    peers: set[asyncio.Task[None]] = set()

    async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        peers.add(task)
        try:
            await handler(Peer(reader, writer))
        except (ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError):
            pass  # the client went away, or the test is over
        finally:
            peers.discard(task)
            writer.close()

    server = await asyncio.start_server(connected, "127.0.0.1", 0, limit=1 << 20)
    port = server.sockets[0].getsockname()[1]
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        server.close()
        for task in tuple(peers):
            task.cancel()
        await asyncio.gather(*peers, return_exceptions=True)


@dataclass(frozen=True, slots=True)
class Chunks:
    """A clip that comes in given chunks, and then perhaps fails."""

    chunks: tuple[bytes, ...]
    error: Exception | None = None

    @asynccontextmanager
    async def open(self) -> AsyncGenerator[AsyncIterator[bytes]]:
        yield self._read()

    async def _read(self) -> AsyncIterator[bytes]:
        for chunk in self.chunks:
            yield chunk
        if self.error:
            raise self.error
