"""Interactions: what people do with a bot, and how long it may answer."""

import secrets
from collections.abc import Callable
from dataclasses import dataclass, replace
from enum import IntEnum
from typing import TypeAlias

from .files import Attachment
from .shapes import Json

# Both in seconds: to the first answer, and until the token opens nothing any more.
PATIENCE = 3
LIFETIME = 15 * 60


class InteractionKind(IntEnum):
    """The interactions that occur here, by Discord's numbers."""

    COMMAND = 2
    COMPONENT = 3
    AUTOCOMPLETE = 4
    SUBMISSION = 5


class Context(IntEnum):
    """Where an interaction takes place, by Discord's numbers."""

    GUILD = 0
    DIRECT = 1
    PRIVATE = 2


class Callback(IntEnum):
    """The ways to answer an interaction, by Discord's numbers."""

    MESSAGE = 4
    DEFERRED_MESSAGE = 5
    DEFERRED_UPDATE = 6
    UPDATE = 7
    CHOICES = 8
    MODAL = 9


_WRITING = frozenset({Callback.MESSAGE, Callback.DEFERRED_MESSAGE})
_UPDATING = frozenset({Callback.DEFERRED_UPDATE, Callback.UPDATE})


@dataclass(frozen=True, slots=True)
class Press:
    """A button was pressed, or something chosen from a menu.

    `component_id` is its number among the message's components, `component_type` its kind.
    """

    message_id: int
    custom_id: str
    component_id: int
    component_type: int = 2
    values: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Command:
    """A slash command was used, with options in the shape that Discord sends them.

    With `asks` it is still being typed, and the bot is asked what to suggest.
    """

    command: Json
    options: tuple[Json, ...] = ()
    attachments: tuple[Attachment, ...] = ()
    asks: bool = False


@dataclass(frozen=True, slots=True)
class MessageCommand:
    """A command was used on a message."""

    command: Json
    target_id: int


@dataclass(frozen=True, slots=True)
class Submission:
    """A form that the bot showed was filled in; `source` is what it was an answer to."""

    source: "Interaction"
    custom_id: str
    components: tuple[Json, ...]
    attachments: tuple[Attachment, ...] = ()


Cause: TypeAlias = Press | Command | MessageCommand | Submission


@dataclass(frozen=True, slots=True)
class Interaction:
    """What a person did that the bot must answer, and how it has.

    `opened` is in seconds of the clock that interactions run by; `original_id` is the message
    that Discord's `@original` stands for. `modal` and `choices` are what the bot answered
    where that was no message. `by_user` tells that the app is there because this person
    installed it, and `follow_ups` counts the messages after the first.
    """

    id: int
    token: str
    user_id: int
    channel_id: int
    cause: Cause
    opened: float
    by_user: bool = False
    answer: Callback | None = None
    original_id: int | None = None
    modal: Json | None = None
    choices: tuple[Json, ...] | None = None
    follow_ups: int = 0

    @property
    def kind(self) -> InteractionKind:
        """Tell which of Discord's kinds this is."""
        match self.cause:
            case Press():
                return InteractionKind.COMPONENT
            case Command(asks=True):
                return InteractionKind.AUTOCOMPLETE
            case Command() | MessageCommand():
                return InteractionKind.COMMAND
            case Submission():
                return InteractionKind.SUBMISSION

    @property
    def message_id(self) -> int | None:
        """Return the message whose components this began with, if it did."""
        match self.cause:
            case Press(message_id):
                return message_id
            case Submission(source):
                return source.message_id
            case Command() | MessageCommand():
                return None

    @property
    def allowed(self) -> frozenset[Callback]:
        """Return the ways in which Discord lets this be answered."""
        updating = _UPDATING if self.message_id is not None else frozenset[Callback]()
        match self.kind:
            case InteractionKind.AUTOCOMPLETE:
                return frozenset({Callback.CHOICES})
            case InteractionKind.SUBMISSION:
                # A form cannot be answered with another.
                return _WRITING | updating
            case InteractionKind.COMMAND | InteractionKind.COMPONENT:
                return _WRITING | updating | {Callback.MODAL}


class Interactions:
    """Every interaction as it now stands, and which may still be answered."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._known: dict[int, Interaction] = {}

    def open(
        self, identity: int, user_id: int, channel_id: int, cause: Cause, *, by_user: bool
    ) -> Interaction:
        """Begin an interaction."""
        token = secrets.token_urlsafe(48)
        now = self._clock()
        opened = Interaction(identity, token, user_id, channel_id, cause, now, by_user)
        self._known[identity] = opened
        return opened

    def settle(self, interaction: Interaction) -> None:
        """Remember how an interaction now stands."""
        self._known[interaction.id] = interaction

    def count_follow_up(self, interaction: Interaction) -> None:
        """Count one more message after the first."""
        self.settle(replace(interaction, follow_ups=interaction.follow_ups + 1))

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
