"""A Discord on loopback that a real client connects to."""

from .buckets import Rate
from .changes import (
    Change,
    ChannelCreated,
    ChannelDeleted,
    ChannelEdited,
    GatewayReady,
    InteractionAnswered,
    InteractionCreated,
    MessageCreated,
    MessageDeleted,
    MessageEdited,
    MessagesDeleted,
    Reacted,
    ServerJoined,
    ThreadCreated,
    ThreadDeleted,
    ThreadEdited,
    ThreadJoined,
    Unreacted,
)
from .emulator import Discord
from .faults import (
    Answer,
    CdnEffect,
    Fault,
    Redirect,
    Reset,
    ResetMidway,
    RestEffect,
    Stall,
    Throttle,
    Truncate,
    Unmeasured,
)
from .files import Attachment, File
from .interactions import Callback, Interaction, Press
from .places import ChannelKind, Thread, ThreadKind
from .rest import Exchange
from .server import serve
from .snowflakes import shard_of
from .state import Message, MessageKind, Reaction

__all__ = [
    "Answer",
    "Attachment",
    "Callback",
    "CdnEffect",
    "Change",
    "ChannelCreated",
    "ChannelDeleted",
    "ChannelEdited",
    "ChannelKind",
    "Discord",
    "Exchange",
    "Fault",
    "File",
    "GatewayReady",
    "Interaction",
    "InteractionAnswered",
    "InteractionCreated",
    "Message",
    "MessageCreated",
    "MessageDeleted",
    "MessageEdited",
    "MessageKind",
    "MessagesDeleted",
    "Press",
    "Rate",
    "Reacted",
    "Reaction",
    "Redirect",
    "Reset",
    "ResetMidway",
    "RestEffect",
    "ServerJoined",
    "Stall",
    "Thread",
    "ThreadCreated",
    "ThreadDeleted",
    "ThreadEdited",
    "ThreadJoined",
    "ThreadKind",
    "Throttle",
    "Truncate",
    "Unmeasured",
    "Unreacted",
    "serve",
    "shard_of",
]
