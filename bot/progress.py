"""What is told on the way to an answer, and the answer."""

from dataclasses import dataclass
from enum import Enum

from bot.errors import ClipError, ProviderError
from bot.media.kinds import Media
from bot.providers.pricing import Cost
from bot.providers.stream import Usage


@dataclass(frozen=True, slots=True)
class Looking:
    """The clips are being looked at."""


@dataclass(frozen=True, slots=True)
class Fitting:
    """A clip is made into what the model takes; `done` from 0 to 1."""

    name: str
    done: float


@dataclass(frozen=True, slots=True)
class Sending:
    """Clips are on their way: bytes of the request sent, of how many.

    `cost` is what watching them will come to, None where nobody can tell.
    """

    media: tuple[Media, ...]
    sent: int
    total: int
    cost: Cost | None = None


@dataclass(frozen=True, slots=True)
class Asking:
    """The model has everything, and has said nothing yet."""

    model: str


@dataclass(frozen=True, slots=True)
class Pausing:
    """It is asked again in so many seconds, because of an error that may pass."""

    error: ProviderError
    seconds: float


@dataclass(frozen=True, slots=True)
class Growing:
    """The answer so far."""

    text: str


Progress = Looking | Fitting | Sending | Asking | Pausing | Growing


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A clip that the answer was given without, since another one could be watched."""

    error: ClipError


class Why(Enum):
    """Why a clip was not shown as it is."""

    SIZE = "it is too large, or of a kind that is not taken; its sound was sent, too"
    SIZE_SILENT = "the same, of a clip without sound"
    SIZE_UNHEARD = "it is too large, and its sound lies too scattered in it to be fetched"
    STILLS = "the model sees nothing but pictures"


@dataclass(frozen=True, slots=True)
class Picked:
    """What was fetched of a clip: so many of its frames, and of its bytes."""

    frames: int
    all_frames: int
    size: int
    whole: int


@dataclass(frozen=True, slots=True)
class ShownAs:
    """What the model saw of a clip was not all that is in it.

    `gap` is how many seconds a picture stood for, None where all were there, and `start` to `end`
    the part, in seconds; None for the end, and both for the whole. `picked` is None where all of it
    was fetched.
    """

    name: str
    gap: float | None = None
    start: float | None = None
    end: float | None = None
    why: Why = Why.SIZE
    picked: Picked | None = None


@dataclass(frozen=True, slots=True)
class CutAtLimit:
    """The answer reached the limit of its length."""


@dataclass(frozen=True, slots=True)
class PerhapsUnseen:
    """The model is said to have read less than such a clip comes to."""


@dataclass(frozen=True, slots=True)
class PerhapsPage:
    """The model is said to have read so much that it was the link's web page, not the video."""


Notice = LeftOut | ShownAs | CutAtLimit | PerhapsUnseen | PerhapsPage


@dataclass(frozen=True, slots=True)
class Answer:
    """A whole answer. `seconds` ran from the first look to the last word.

    `watched` is how many seconds of video it is about, `cost` what it came to; each is None where
    nobody can tell.
    """

    text: str
    model: str
    usage: Usage | None
    cost: Cost | None
    watched: float | None
    seconds: float
    notices: tuple[Notice, ...]
