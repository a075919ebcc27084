"""A Discord on loopback that a real client connects to."""

from .buckets import Rate
from .changes import (
    Change,
    ChannelCreated,
    GatewayReady,
    MessageCreated,
    MessageDeleted,
    MessageEdited,
    Reacted,
    ThreadCreated,
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
from .rest import Exchange
from .server import serve
from .state import Attachment, File, Message, Reaction, Thread

__all__ = [
    "Answer",
    "Attachment",
    "CdnEffect",
    "Change",
    "ChannelCreated",
    "Discord",
    "Exchange",
    "Fault",
    "File",
    "GatewayReady",
    "Message",
    "MessageCreated",
    "MessageDeleted",
    "MessageEdited",
    "Rate",
    "Reacted",
    "Reaction",
    "Redirect",
    "Reset",
    "ResetMidway",
    "RestEffect",
    "Stall",
    "Thread",
    "ThreadCreated",
    "ThreadEdited",
    "ThreadJoined",
    "Throttle",
    "Truncate",
    "Unmeasured",
    "Unreacted",
    "serve",
]
