"""What the endpoint can be told to do instead of answering."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from .wire import JSON


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
    """Stream these pieces; then `error` if there is one, else the finish and the usage."""

    pieces: tuple[str, ...]
    error: JSON | None = None
    finish_reason: str = "stop"
    usage: JSON | None = None


@dataclass(frozen=True, slots=True)
class Reset:
    """Reset the connection, before the body is read, after it, or after some pieces."""

    after_body: bool = True
    pieces: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Stall:
    """Read the request, stream these pieces, then say nothing until the client leaves."""

    pieces: tuple[str, ...] = ()


Scripted = Respond | RefuseEarly | Stream | Reset | Stall
