"""A Discord on loopback that a real client connects to."""

from .buckets import Rate
from .changes import (
    Change,
    ChannelCreated,
    GatewayReady,
    InteractionAnswered,
    InteractionCreated,
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
from .interactions import Callback, Interaction, Press
from .rest import Exchange
from .server import serve
from .state import Attachment, File, Message, Reaction, Thread

__all__ = [
    "Answer",
    "Attachment",
    "Callback",
    "CdnEffect",
    "Change",
    "ChannelCreated",
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
    "Press",
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
