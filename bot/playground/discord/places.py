"""Where people talk: servers, their channels, threads, and conversations of two."""

from dataclasses import dataclass
from enum import IntEnum
from typing import TypeAlias

from .permissions import NOTHING, Permission


class ChannelKind(IntEnum):
    """The kinds of a server's channels, by Discord's numbers."""

    TEXT = 0
    VOICE = 2
    ANNOUNCEMENT = 5
    FORUM = 15


class ThreadKind(IntEnum):
    """The kinds of threads, by Discord's numbers."""

    ANNOUNCEMENT = 10
    PUBLIC = 11
    PRIVATE = 12


# Discord makes a thread from a message in these alone.
THREADED = (ChannelKind.TEXT, ChannelKind.ANNOUNCEMENT)


@dataclass(frozen=True, slots=True)
class Server:
    """A server that the bot is in, and everybody with it."""

    id: int
    name: str
    owner_id: int
    moderators_id: int


@dataclass(frozen=True, slots=True)
class TextChannel:
    """A server's channel of whatever kind, with what the bot is denied in it."""

    id: int
    name: str
    guild_id: int
    denied: Permission = NOTHING
    kind: ChannelKind = ChannelKind.TEXT


@dataclass(frozen=True, slots=True)
class DirectChannel:
    """A conversation of one person and the bot."""

    id: int
    person_id: int


@dataclass(frozen=True, slots=True)
class Thread:
    """A thread; its id is that of the message it was made from, unless it is private."""

    id: int
    parent_id: int
    owner_id: int
    name: str
    auto_archive_minutes: int
    archived: bool = False
    locked: bool = False
    kind: ThreadKind = ThreadKind.PUBLIC


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """A channel without the bot, where people may use what they installed for themselves.

    It is in a server that the bot is not in, or a conversation of people among themselves.
    Without `external_apps` what an app answers there is for nobody else to see.
    """

    id: int
    name: str
    guild_id: int | None
    external_apps: bool = True


Place: TypeAlias = TextChannel | DirectChannel | Thread | Elsewhere
