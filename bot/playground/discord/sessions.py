"""A gateway session: what it asked for, what it was told, and where it is connected."""

import asyncio
import json
import zlib
from collections import deque
from dataclasses import dataclass, field

from aiohttp import web

from .dispatches import Intent
from .snowflakes import shard_of
from .state import Json

# As many events as a session may miss and still resume.
MEMORY = 1000


@dataclass(frozen=True, slots=True)
class Close:
    """The end of a connection."""

    code: int


class Connection:
    """One websocket, written to in order and without waiting."""

    def __init__(self, socket: web.WebSocketResponse, *, compress: bool) -> None:
        self.socket = socket
        self.session: Session | None = None
        self.closed_by_us = False
        self._outbox: asyncio.Queue[Json | str | Close] = asyncio.Queue()
        # One for the whole connection: each frame goes on where the last was flushed.
        self._compressor = zlib.compressobj() if compress else None

    def send(self, payload: Json) -> None:
        """Send a payload in its turn."""
        self._outbox.put_nowait(payload)

    def garble(self, text: str) -> None:
        """Send in its turn what is no payload at all."""
        self._outbox.put_nowait(text)

    def close(self, code: int) -> None:
        """Close the connection once everything before is sent."""
        self.closed_by_us = True
        self._outbox.put_nowait(Close(code))

    async def write(self) -> None:
        """Write what is to be sent until the connection is to be closed."""
        try:
            while not isinstance(payload := await self._outbox.get(), Close):
                await self._frame(payload if isinstance(payload, str) else json.dumps(payload))
            await self.socket.close(code=payload.code)
        except ConnectionResetError:
            # The client has left, which whoever reads from it learns as well.
            return

    async def _frame(self, text: str) -> None:
        if self._compressor is None:
            await self.socket.send_str(text)
            return
        pressed = self._compressor.compress(text.encode())
        await self.socket.send_bytes(pressed + self._compressor.flush(zlib.Z_SYNC_FLUSH))


@dataclass(slots=True)
class Session:
    """What outlives a connection."""

    id: str
    intents: Intent
    shard: tuple[int, int]
    connection: Connection | None = None
    sequence: int = 0
    told: deque[Json] = field(default_factory=lambda: deque[Json](maxlen=MEMORY))

    def tell(self, name: str, body: Json) -> None:
        """Dispatch an event, now or when the session is resumed."""
        self.sequence += 1
        event: Json = {"op": 0, "t": name, "s": self.sequence, "d": body}
        self.told.append(event)
        if self.connection is not None:
            self.connection.send(event)

    def missed(self, sequence: int) -> list[Json] | None:
        """Return the events after a sequence number, None when that is not known any more."""
        earliest = self.told[0]["s"] if self.told else 1
        if not earliest - 1 <= sequence <= self.sequence:
            return None
        return [event for event in self.told if event["s"] > sequence]

    def holds(self, owner_id: int | None) -> bool:
        """Tell whether a server is this shard's; direct messages, of no server, are shard 0's."""
        shard, count = self.shard
        return shard_of(owner_id or 0, count) == shard
