"""What can go wrong for the person who asked.

ReeltalkError
├── NothingToWatch            the message points at no clip
├── ClipError                 about one clip
│   ├── ClipGone              its message or its file can't be had any more
│   ├── ClipHidden            the bot may not read the message it is attached to
│   ├── ClipTooLarge
│   ├── ClipNotVideo          its bytes are something else
│   ├── ClipFormatRefused     a video, but not of a container the models document
│   └── DownloadBroken        its bytes did not come as announced
│       ├── DownloadFailed
│       ├── DownloadStalled
│       ├── ClipLengthWrong   more or fewer bytes than were announced
│       └── RedirectRefused   sent to a host that is not on the list
├── ClipsTooLarge             each would do, but not all of them at once
├── LinksUnsupported          the provider can't follow YouTube links
└── ProviderError             about the provider's side
    ├── ProviderUnreachable   no connection, or one that broke
    ├── ProviderStalled       it stopped taking or sending bytes
    ├── ProviderDown          it says the fault is its own
    ├── KeyRefused
    ├── CreditSpent
    ├── RateLimited
    ├── ModelRefused          no such model, or one that can't take video
    ├── RequestTooLarge
    ├── RequestRefused        anything else it would not do
    ├── AnswerWithheld        filtered
    ├── AnswerEmpty
    └── AnswerCut             it broke off in the middle

Fields are facts; the sentence a person reads is made from them in one table,
beside the code that speaks to Discord. `str()` is for the log.
"""

from dataclasses import dataclass


@dataclass(eq=False)
class ReeltalkError(Exception):
    """The root: catch it to tell a person."""

    def __str__(self) -> str:
        return repr(self)


@dataclass(eq=False)
class NothingToWatch(ReeltalkError):
    """A question without a clip or a YouTube link."""


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
class ClipFormatRefused(ClipError):
    """`found` names a video container that no provider documents."""

    found: str


@dataclass(eq=False)
class DownloadBroken(ClipError):
    """The clip's host failed us; a new download may well work."""


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
class ClipsTooLarge(ReeltalkError):
    """`size` of all clips together and its `limit`, in bytes."""

    size: int
    limit: int


@dataclass(eq=False)
class LinksUnsupported(ReeltalkError):
    """`provider` is its name for people."""

    provider: str


@dataclass(eq=False)
class ProviderError(ReeltalkError):
    """`provider` is its name for people; `detail` what it said, trimmed."""

    provider: str
    detail: str = ""


@dataclass(eq=False)
class ProviderUnreachable(ProviderError):
    """No connection, or one that was reset."""


@dataclass(eq=False)
class ProviderStalled(ProviderError):
    """It took no byte of the clip, or sent none of the answer, for too long."""


@dataclass(eq=False)
class ProviderDown(ProviderError):
    """It answered that it is out of order or overloaded."""

    status: int = 0


@dataclass(eq=False)
class KeyRefused(ProviderError):
    """The key is unknown, or may not do this."""


@dataclass(eq=False)
class CreditSpent(ProviderError):
    """The account behind the key has no credit left."""


@dataclass(eq=False)
class RateLimited(ProviderError):
    """`retry_after` in seconds, where it was said."""

    retry_after: float | None = None


@dataclass(eq=False)
class ModelRefused(ProviderError):
    """The model is unknown there, or takes no video."""


@dataclass(eq=False)
class RequestTooLarge(ProviderError):
    """The request was longer than it takes."""


@dataclass(eq=False)
class RequestRefused(ProviderError):
    """Any other refusal that trying again would not change."""

    status: int = 0


@dataclass(eq=False)
class AnswerWithheld(ProviderError):
    """The provider's filter kept the answer, or refused the question."""


@dataclass(eq=False)
class AnswerEmpty(ProviderError):
    """The stream ended well, but without a word; `detail` is the finish reason."""


@dataclass(eq=False)
class AnswerCut(ProviderError):
    """The answer broke off; what had come of it was shown."""
