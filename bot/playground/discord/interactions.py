"""Interactions: what people do to a bot's messages, and how long it may answer."""

import secrets
from collections.abc import Callable
from dataclasses import dataclass, replace
from enum import IntEnum
from typing import TypeAlias

# Both in seconds: to the first answer, and until the token opens nothing any more.
PATIENCE = 3
LIFETIME = 15 * 60


class InteractionKind(IntEnum):
    """The interactions that occur here, by Discord's numbers."""

    COMPONENT = 3


class Callback(IntEnum):
    """The ways to answer an interaction, by Discord's numbers."""

    MESSAGE = 4
    DEFERRED_MESSAGE = 5
    DEFERRED_UPDATE = 6
    UPDATE = 7


@dataclass(frozen=True, slots=True)
class Press:
    """A button was pressed; `component_id` is its number among the message's components."""

    message_id: int
    custom_id: str
    component_id: int


Cause: TypeAlias = Press


@dataclass(frozen=True, slots=True)
class Interaction:
    """What a person did that the bot must answer, and how it has.

    `opened` is in seconds of the clock that interactions run by; `original_id` is the message
    that Discord's `@original` stands for.
    """

    id: int
    token: str
    user_id: int
    channel_id: int
    cause: Cause
    opened: float
    answer: Callback | None = None
    original_id: int | None = None

    @property
    def kind(self) -> InteractionKind:
        """Tell which of Discord's kinds this is."""
        match self.cause:
            case Press():
                return InteractionKind.COMPONENT

    @property
    def message_id(self) -> int:
        """Return the message at which this began."""
        match self.cause:
            case Press(message_id):
                return message_id


class Interactions:
    """Every interaction as it now stands, and which may still be answered."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._known: dict[int, Interaction] = {}

    def open(self, identity: int, user_id: int, channel_id: int, cause: Cause) -> Interaction:
        """Begin an interaction."""
        token = secrets.token_urlsafe(48)
        opened = Interaction(identity, token, user_id, channel_id, cause, self._clock())
        self._known[identity] = opened
        return opened

    def settle(self, interaction: Interaction, answer: Callback, original_id: int) -> Interaction:
        """Remember how an interaction was answered."""
        settled = replace(interaction, answer=answer, original_id=original_id)
        self._known[interaction.id] = settled
        return settled

    def __getitem__(self, identity: int) -> Interaction:
        return self._known[identity]

    def find(self, identity: int, token: str) -> Interaction | None:
        """Return an interaction to whoever has its token."""
        known = self._known.get(identity)
        return known if known and known.token == token else None

    def with_token(self, token: str) -> Interaction | None:
        """Return the interaction that a token was given out for."""
        return next((one for one in self._known.values() if one.token == token), None)

    def waits(self, interaction: Interaction) -> bool:
        """Tell whether there is still time for a first answer."""
        return self._clock() < interaction.opened + PATIENCE

    def lasts(self, interaction: Interaction) -> bool:
        """Tell whether an interaction's token still opens anything."""
        return self._clock() < interaction.opened + LIFETIME
