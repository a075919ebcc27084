"""What one of several processes holds alone, for as long as it is sure to live."""

import asyncio
import logging
import math
import time
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from hashlib import blake2b
from typing import TypeAlias

import psycopg
from sqlalchemy.engine import URL
from sqlalchemy.exc import SQLAlchemyError

from bot.tasks import ended

_log = logging.getLogger(__name__)

LEASE = 10.0
"""Seconds after which the server ends the session of a process that gives no sign of itself."""
_CERTAIN = 0.7
"""The part of a lease after a sign in which a process may take it that its session goes on."""
_SIGN_EVERY, _PATIENCE = 0.2, 0.5
"""Parts of it, too: between two signs, and for the server's answer to one."""
_GIVES_UP = 2.0
_TRY_AGAIN, _LOOK_AGAIN = 0.25, 0.05  # seconds

_SIGN = "SELECT true"
_TAKE = "SELECT pg_try_advisory_lock(%s)"
_LEAVE = "SELECT pg_advisory_unlock(%s)"
_GONE = (psycopg.Error, SQLAlchemyError, OSError)  # of the last, TimeoutError is one


def number_of(name: str) -> int:
    """Return the same number for a name in every process, as a lock's; DBOS has its own."""
    digest = blake2b(f"reeltalk {name}".encode(), digest_size=8).digest()
    return int.from_bytes(digest, signed=True)


class LocksUnusable(Exception):
    """There is no session to hold locks in."""


class Alone:
    """The locks of a process that shares nothing: it holds whatever it likes."""

    def __init__(self) -> None:
        self.lost = asyncio.Event()  # which is never set

    async def take(self, name: str) -> bool:
        """Take a lock for good."""
        return bool(name)

    async def is_free(self, name: str) -> bool:
        """Tell whether nobody holds a lock."""
        return bool(name)

    @asynccontextmanager
    async def holding(self, name: str) -> AsyncGenerator[bool]:
        """Hold a lock inside the block."""
        yield bool(name)

    async def confirm(self) -> None:
        """Return at once."""


class Session:
    """Advisory locks, by name, of one session of PostgreSQL's.

    The server frees them when the session ends: at once with the process, and a `lease` of seconds
    after its last sign where it hangs, is frozen, or its machine is gone. So whoever finds a lock
    free needs no clock to know that its holder is dead; and a holder that was only frozen asks, by
    `confirm`, before it does anything that another may have taken over.

    When the session breaks, what was taken for good is taken again in another: `lost` is set when
    somebody else has it, or when `still_ours` then says that what it stood for was taken over.
    PgBouncer must not stand between, or pool sessions.
    """

    def __init__(
        self, url: URL, lease: float = LEASE, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._lease = lease
        self._address = url.set(drivername="postgresql").render_as_string(hide_password=False)
        self._clock = clock
        self._connection: psycopg.AsyncConnection | None = None
        self._turn = asyncio.Lock()
        self._sign = -math.inf
        self._taken: set[str] = set()
        self._held: dict[str, asyncio.Timeout] = {}
        self._holding: set[asyncio.Task[None]] = set()
        self.lost = asyncio.Event()
        self.still_ours: Callable[[], Awaitable[bool]] | None = None

    @classmethod
    @asynccontextmanager
    async def opened(cls, url: URL, lease: float = LEASE) -> AsyncGenerator["Session"]:
        """Keep a session up inside the block.

        Raises:
            LocksUnusable: it can't be had to begin with.
        """
        session = cls(url, lease)
        try:
            session._connection = await session._connected()
        except _GONE as error:
            raise LocksUnusable(error) from error
        session._sign = session._clock()
        keeping = asyncio.create_task(session._keep())
        try:
            yield session
        finally:
            await ended([keeping, *session._holding])
            await session._disconnect()

    async def take(self, name: str) -> bool:
        """Take a lock for good, and tell whether it could be had."""
        if taken := await self._asked(_TAKE, name):
            self._taken.add(name)
        return taken

    async def is_free(self, name: str) -> bool:
        """Tell whether nobody holds a lock; where that can't be found out, somebody may."""
        async with self.holding(name) as is_free:
            return is_free

    @asynccontextmanager
    async def holding(self, name: str) -> AsyncGenerator[bool]:
        """Hold a lock inside the block, and tell there whether it could be had.

        Raises:
            TimeoutError: the session has broken, and the lock with it, before the block's end.
        """
        # A session has any lock twice that asks for it twice.
        if name in self._taken or name in self._held or not await self._asked(_TAKE, name):
            yield False
            return
        try:
            async with asyncio.timeout(None) as bound:
                self._held[name] = bound
                yield True
        finally:
            self._held.pop(name, None)
            await self._asked(_LEAVE, name)

    async def take_for(self, name: str, seconds: float) -> None:
        """Wait for a lock, and hold it for so long from then on, which is not waited for."""
        taken = asyncio.Event()
        holding = asyncio.create_task(self._hold_for(name, seconds, taken))
        self._holding.add(holding)
        holding.add_done_callback(self._holding.discard)
        await taken.wait()

    async def _hold_for(self, name: str, seconds: float, taken: asyncio.Event) -> None:
        while not taken.is_set():
            with suppress(TimeoutError):  # it broke, and the time is over sooner
                async with self.holding(name) as is_held:
                    if is_held:
                        taken.set()
                    await asyncio.sleep(seconds if is_held else _TRY_AGAIN)

    async def confirm(self) -> None:
        """Return once it is certain that all is held that was taken.

        Raises:
            asyncio.CancelledError: it is not, and whoever asks is to stop where they are.
        """
        while self.lost.is_set() or self._clock() - self._sign > _CERTAIN * self._lease:
            if self.lost.is_set():
                raise asyncio.CancelledError
            if not await self._asked(_SIGN):
                await asyncio.sleep(_TRY_AGAIN)

    async def _asked(self, statement: str, *names: str) -> bool:
        """Return what the server says; False where it can't be asked."""
        async with self._turn:
            sent, connection = self._clock(), self._connection
            if connection is None:
                return False
            try:
                told = await self._ask(connection, statement, *names)
            except _GONE:
                return False
            self._sign = sent
            return told

    async def _keep(self) -> None:
        while True:
            await asyncio.sleep(_SIGN_EVERY * self._lease)
            if not await self._asked(_SIGN):
                await self._begin_anew()

    async def _begin_anew(self) -> None:
        """Open another session, and take again what was taken for good."""
        _log.warning("PostgreSQL does not answer: nothing is said on Discord until it does")
        async with self._turn:
            await self._disconnect()
        self._sign = -math.inf
        for bound in self._held.values():
            bound.reschedule(asyncio.get_running_loop().time())
        refused = math.inf
        while not self.lost.is_set():
            try:
                self._connection = await self._taken_again()
            except _GONE:
                pass
            else:
                if self._connection is not None:
                    _log.info("PostgreSQL answers again")
                    return
                refused = min(refused, self._clock())
            if self._clock() - refused > _GIVES_UP * self._lease:
                self.lost.set()
            await asyncio.sleep(_TRY_AGAIN)

    async def _taken_again(self) -> psycopg.AsyncConnection | None:
        """Return a session that holds all that the last one held for good, if it can be had."""
        connection, sent = await self._connected(), self._clock()
        try:
            for name in self._taken:
                if not await self._ask(connection, _TAKE, name):
                    return None
            if self.still_ours is not None and not await self.still_ours():
                self.lost.set()
                return None
            self._sign, kept, connection = sent, connection, None
            return kept
        finally:
            if connection is not None:
                await connection.close()

    async def _connected(self) -> psycopg.AsyncConnection:
        async with asyncio.timeout(_PATIENCE * self._lease):
            return await psycopg.AsyncConnection.connect(
                self._address,
                autocommit=True,
                application_name="reeltalk locks",
                # The lease: this is the server's clock, and the only one.
                options=f"-c idle_session_timeout={1000 * self._lease:.0f}",
            )

    async def _disconnect(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            await connection.close()

    async def _ask(self, connection: psycopg.AsyncConnection, statement: str, *names: str) -> bool:
        numbers = [number_of(name) for name in names]
        async with asyncio.timeout(_PATIENCE * self._lease):
            answer = await connection.execute(statement.encode(), numbers or None)
            row = await answer.fetchone()
        return bool(row and row[0])


Locks: TypeAlias = Alone | Session


async def in_turn(locks: Locks, name: str) -> None:
    """Take a lock for good, once nobody else has it."""
    while not await locks.take(name):  # noqa: ASYNC110 (the server would make the session wait)
        await asyncio.sleep(_TRY_AGAIN)


async def passed(locks: Locks, name: str) -> None:
    """Wait until nobody holds a lock."""
    while not await locks.is_free(name):  # noqa: ASYNC110 (as in in_turn)
        await asyncio.sleep(_LOOK_AGAIN)
