"""What can go wrong with the clips of a question."""

from dataclasses import dataclass
from typing import ClassVar

from bot.errors.root import ReeltalkError


@dataclass(eq=False)
class NothingToWatch(ReeltalkError):
    """A question without a clip or a YouTube link."""


@dataclass(eq=False)
class ReplyHidden(ReeltalkError):
    """The message replies to one that the bot may not read."""


@dataclass(eq=False)
class ClipError(ReeltalkError):
    """Something about one clip; `name` is what its message calls it."""

    name: str


@dataclass(eq=False)
class ClipGone(ClipError):
    """The message or the file was deleted, or a fresh link did not help either."""


@dataclass(eq=False)
class ClipHidden(ClipError):
    """Reading a message again takes the permission to read a channel's history."""


@dataclass(eq=False)
class ClipTooLarge(ClipError):
    """`size` and `limit` in bytes."""

    size: int
    limit: int


@dataclass(eq=False)
class ClipNotVideo(ClipError):
    """`found` says what the first bytes are, as in "a PNG picture"."""

    found: str


@dataclass(eq=False)
class ClipUnreadable(ClipError):
    """`reason` is what the system said of the file."""

    reason: str


@dataclass(eq=False)
class ClipTooManyPixels(ClipError):
    """Its pictures are `width` times `height` pixels, more than there is memory to decode."""

    width: int
    height: int


@dataclass(eq=False)
class ClipTooMuchWork(ClipError):
    """`reason` says, for the log, which bound stopped the work."""

    reason: str


@dataclass(eq=False)
class ClipShorter(ClipError):
    """It lasts `seconds`, and the part that is asked about begins at `start`."""

    seconds: float
    start: float


@dataclass(eq=False)
class ClipBroken(ClipError):
    """`reason` is what the decoder said, for the log."""

    reason: str


@dataclass(eq=False)
class ClipEntangled(ClipBroken):
    """Pictures that were picked out of it can't be shown without the others."""


@dataclass(eq=False)
class DownloadBroken(ClipError):
    """The clip's host failed us; a new download may well work."""

    passing: ClassVar[bool] = True


@dataclass(eq=False)
class DownloadFailed(DownloadBroken):
    """It could not be reached, broke off, or answered with an error."""

    reason: str


@dataclass(eq=False)
class DownloadStalled(DownloadBroken):
    """No byte came for as long as we wait."""


@dataclass(eq=False)
class ClipLengthWrong(DownloadBroken):
    """`announced` and `received` in bytes."""

    announced: int
    received: int


@dataclass(eq=False)
class RedirectRefused(DownloadBroken):
    """A redirect to `host`, which is not on the list."""

    host: str


@dataclass(eq=False)
class TooManyClips(ReeltalkError):
    """`count` of clips in one question, and its `limit`."""

    count: int
    limit: int


@dataclass(eq=False)
class NoRoom(ReeltalkError):
    """A clip could not be written to disk; `reason` is what the system said."""

    passing: ClassVar[bool] = True

    reason: str


@dataclass(eq=False)
class LinksUnsupported(ReeltalkError):
    """`unable` is the name of what can't follow them: of a provider or a model."""

    unable: str
