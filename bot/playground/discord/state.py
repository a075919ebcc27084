"""What a Discord is made of: people and messages."""

from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum, IntFlag

from .files import Attachment
from .interactions import Interaction
from .shapes import Json


class MessageKind(IntEnum):
    """The message types that occur here, by Discord's numbers."""

    DEFAULT = 0
    PIN = 6
    JOIN = 7
    REPLY = 19
    SLASH_COMMAND = 20
    THREAD_STARTER = 21
    MESSAGE_COMMAND = 23

    @property
    def is_system(self) -> bool:
        """Tell whether Discord itself writes such messages, to which nobody can reply."""
        return self in (MessageKind.PIN, MessageKind.JOIN, MessageKind.THREAD_STARTER)


class MessageFlag(IntFlag):
    """The message flags that mean something here, by Discord's numbers."""

    SUPPRESS_EMBEDS = 1 << 2
    HAS_THREAD = 1 << 5
    EPHEMERAL = 1 << 6
    LOADING = 1 << 7
    SUPPRESS_NOTIFICATIONS = 1 << 12
    HAS_SNAPSHOT = 1 << 14
    COMPONENTS_V2 = 1 << 15


PLAIN = MessageFlag(0)


@dataclass(frozen=True, slots=True)
class User:
    """A person, a bot, or a webhook, which is in no server."""

    id: int
    name: str
    bot: bool = False
    moderator: bool = False
    webhook: bool = False


@dataclass(frozen=True, slots=True)
class Reference:
    """Where a reply, a forward or a thread's first message points."""

    channel_id: int
    message_id: int
    forward: bool = False


@dataclass(frozen=True, slots=True)
class Reaction:
    """One emoji from one user; a custom emoji is written `name:id`."""

    emoji: str
    user_id: int


@dataclass(frozen=True, slots=True)
class Message:
    """A message as it now stands, whole, whoever may read it.

    `origin` is the interaction that the message answers, as it stood at the time.
    """

    id: int
    channel_id: int
    author_id: int
    content: str = ""
    attachments: tuple[Attachment, ...] = ()
    embeds: tuple[Json, ...] = ()
    components: tuple[Json, ...] = ()
    mentions: tuple[int, ...] = ()
    mention_everyone: bool = False
    kind: MessageKind = MessageKind.DEFAULT
    flags: MessageFlag = PLAIN
    reference: Reference | None = None
    snapshot: "Message | None" = None
    nonce: str | int | None = None
    edited: datetime | None = None
    reactions: tuple[Reaction, ...] = ()
    origin: Interaction | None = None

    @property
    def only_for(self) -> int | None:
        """Return the one person who is shown an ephemeral message."""
        whispered = self.origin and MessageFlag.EPHEMERAL in self.flags
        return self.origin.user_id if self.origin and whispered else None
