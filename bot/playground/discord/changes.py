"""What has just changed, and telling those who watch."""

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from typing import TypeAlias
from weakref import WeakSet

from .interactions import Interaction
from .places import Server, TextChannel, Thread
from .state import Message, Reaction


@dataclass(frozen=True, slots=True)
class MessageCreated:
    """Somebody wrote a message."""

    message: Message


@dataclass(frozen=True, slots=True)
class MessageEdited:
    """A message's author changed it, or its links unfurled."""

    message: Message


@dataclass(frozen=True, slots=True)
class MessageDeleted:
    """A message is gone."""

    message: Message


@dataclass(frozen=True, slots=True)
class MessagesDeleted:
    """Several messages of one channel are gone at once."""

    messages: tuple[Message, ...]


@dataclass(frozen=True, slots=True)
class ThreadCreated:
    """There is a new thread.

    Made from a message, the `starter`, it begins with a `pointer` back at it; a forum's post
    and a private thread have neither.
    """

    thread: Thread
    starter: Message | None = None
    pointer: Message | None = None


@dataclass(frozen=True, slots=True)
class ThreadEdited:
    """A thread was archived, locked, woken or renamed."""

    thread: Thread


@dataclass(frozen=True, slots=True)
class ThreadDeleted:
    """A thread goes, with all that was said in it."""

    thread: Thread


@dataclass(frozen=True, slots=True)
class ThreadJoined:
    """Somebody became a member of a thread."""

    thread: Thread
    user_id: int


@dataclass(frozen=True, slots=True)
class ChannelCreated:
    """A server has a new channel."""

    channel: TextChannel


@dataclass(frozen=True, slots=True)
class ChannelEdited:
    """The bot's permissions in a channel were changed."""

    channel: TextChannel


@dataclass(frozen=True, slots=True)
class ChannelDeleted:
    """A channel goes, with its threads and all that was said in it."""

    channel: TextChannel


@dataclass(frozen=True, slots=True)
class ServerJoined:
    """The bot was let into a server."""

    server: Server


@dataclass(frozen=True, slots=True)
class Reacted:
    """A reaction was put on a message."""

    message: Message
    reaction: Reaction


@dataclass(frozen=True, slots=True)
class Unreacted:
    """A reaction was taken off a message."""

    message: Message
    reaction: Reaction


@dataclass(frozen=True, slots=True)
class InteractionCreated:
    """A person did something that the bot must answer."""

    interaction: Interaction


@dataclass(frozen=True, slots=True)
class InteractionAnswered:
    """The bot answered an interaction for the first time."""

    interaction: Interaction


@dataclass(frozen=True, slots=True)
class GatewayReady:
    """A gateway session was given READY."""


Change: TypeAlias = (
    MessageCreated
    | MessageEdited
    | MessageDeleted
    | MessagesDeleted
    | ThreadCreated
    | ThreadEdited
    | ThreadDeleted
    | ThreadJoined
    | ChannelCreated
    | ChannelEdited
    | ChannelDeleted
    | ServerJoined
    | Reacted
    | Unreacted
    | InteractionCreated
    | InteractionAnswered
    | GatewayReady
)


class Watch(AsyncIterator[Change]):
    """Every change from the moment of asking, in order, without end."""

    def __init__(self) -> None:
        self._queue: asyncio.Queue[Change] = asyncio.Queue()

    def see(self, change: Change) -> None:
        """Remember a change until it is asked for."""
        self._queue.put_nowait(change)

    async def __anext__(self) -> Change:
        return await self._queue.get()


class Changes:
    """Tell listeners at once, watchers in turn, and whoever waits for something to be so."""

    def __init__(self) -> None:
        self.listeners: list[Callable[[Change], None]] = []
        # Weak, because a reader may leave its loop without a word.
        self._watches: WeakSet[Watch] = WeakSet()
        self._stirred = asyncio.Event()

    def publish(self, change: Change) -> None:
        """Tell everybody of a change."""
        for listener in self.listeners:
            listener(change)
        for watch in self._watches:
            watch.see(change)
        self.stir()

    def stir(self) -> None:
        """Let everybody who waits look again."""
        self._stirred.set()
        self._stirred = asyncio.Event()

    def watch(self) -> Watch:
        """Begin to remember changes for one reader."""
        watch = Watch()
        self._watches.add(watch)
        return watch

    async def until(self, condition: Callable[[], object], seconds: float) -> None:
        """Return as soon as the condition holds; TimeoutError when it does not in time."""
        async with asyncio.timeout(seconds):
            while not condition():
                await self._stirred.wait()
