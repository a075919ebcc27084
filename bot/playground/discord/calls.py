"""One REST call as a plain value, and what every route asks of it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from .files import File
from .payloads import Payloads
from .permissions import Permission
from .places import THREADED, Elsewhere, Place, TextChannel, Thread
from .refusals import invalid, refusal
from .sharding import Sharding
from .state import Json, Message
from .world import World


@dataclass(frozen=True, slots=True)
class Reply:
    """What a call is answered with; a body of None is no body."""

    status: int
    body: Any = None
    headers: Mapping[str, str] = field(default_factory=dict[str, str])


NO_CONTENT = Reply(204)


def too_many(retry_after: float) -> Reply:
    """Answer that there were too many calls; `retry_after` in seconds."""
    body: Json = {
        "message": "You are being rate limited.",
        "retry_after": retry_after,
        "global": False,
    }
    return Reply(429, body, {"Retry-After": str(retry_after), "X-RateLimit-Scope": "user"})


@dataclass(frozen=True, slots=True)
class Call:
    """A call that found its route, with the world it is about."""

    world: World
    payloads: Payloads
    gateway_url: str
    sharding: Sharding
    path: Mapping[str, str]
    query: Mapping[str, str]
    body: Any
    uploads: Mapping[str, File]

    @property
    def form(self) -> Json:
        """Return the body of a call that must send an object."""
        sent = self.body
        if not isinstance(sent, dict):
            raise refusal(50109)
        return self.body

    def place(self, *needed: Permission) -> Place:
        """Return the channel that is meant, once the bot may see it and do what it needs."""
        place = self.world.places.get(snowflake(self.path["channel_id"], "channel_id"))
        # Of other people's conversations Discord does not say that they are there.
        if place is None or (isinstance(place, Elsewhere) and place.guild_id is None):
            raise refusal(10003)
        granted = self.world.granted(place)
        if Permission.VIEW_CHANNEL not in granted:
            raise refusal(50001)
        if any(one not in granted for one in needed):
            raise refusal(50013)
        return place

    def message(self, place: Place) -> Message:
        """Return the message that is meant."""
        identity = snowflake(self.path["message_id"], "message_id")
        message = self.world.find(place.id, identity)
        if message is None:
            raise refusal(10008)
        return message

    def shown(self, message: Message) -> Json:
        """Write a message as REST shows it to the bot."""
        return self.payloads.message(message, sees_all=self.world.portal_toggle)


Route: TypeAlias = Callable[[Call], Reply]
Routes: TypeAlias = dict[tuple[str, str], Route]


def snowflake(value: Any, field: str) -> int:
    """Read an id, which may be a number or a string of digits."""
    text = str(value)
    if not text.isdecimal():
        raise invalid(field, "NUMBER_TYPE_COERCE", f'Value "{text}" is not snowflake.')
    return int(text)


def thread_of(place: Place) -> Thread:
    """Insist on a thread."""
    if not isinstance(place, Thread):
        raise refusal(50024)
    return place


def channel_of(place: Place) -> TextChannel:
    """Insist on a channel in which threads are made from messages."""
    if not isinstance(place, TextChannel) or place.kind not in THREADED:
        raise refusal(50024)
    return place


def refuse_archived(place: Place) -> None:
    """Refuse to touch anything in an archived thread."""
    if isinstance(place, Thread) and place.archived:
        raise refusal(50083)
