"""What the endpoint can be told to do instead of answering."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from .wire import EVENTS, JSON, PROVIDER


@dataclass(frozen=True, slots=True)
class Respond:
    """Read the request, then answer with a status and a body: JSON, or a string sent as HTML."""

    status: int
    body: Any
    headers: Mapping[str, str] = field(default_factory=dict[str, str])


@dataclass(frozen=True, slots=True)
class RefuseEarly:
    """Answer before the body is read, then close with the rest of it unread."""

    status: int
    body: Any


@dataclass(frozen=True, slots=True)
class Stream:
    """Stream these pieces; then `error` if there is one, else the finish and the usage.

    `host` is who is said to have run the model.
    """

    pieces: tuple[str, ...]
    error: JSON | None = None
    finish_reason: str = "stop"
    usage: JSON | None = None
    host: str = PROVIDER


@dataclass(frozen=True, slots=True)
class Play:
    """Read the request, then answer with these very bytes, as they are cut here."""

    chunks: tuple[bytes, ...]
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=lambda: {"Content-Type": EVENTS})


@dataclass(frozen=True, slots=True)
class Reset:
    """Reset the connection when `after` of the body is read (0 to 1), or after some pieces."""

    after: float = 1.0
    pieces: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Stall:
    """Read the request, stream these pieces, then say nothing until the client leaves."""

    pieces: tuple[str, ...] = ()


Scripted = Respond | RefuseEarly | Stream | Play | Reset | Stall
