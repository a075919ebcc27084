"""What can go wrong for the person who asked; with a star, what may be gone the next time.

ReeltalkError
├── NothingToWatch            the message points at no clip
├── ClipError                 about one clip
│   ├── ClipGone              its message or its file can't be had any more
│   ├── ClipHidden            the bot may not read the message it is attached to
│   ├── ClipTooLarge
│   ├── ClipNotVideo          its bytes are something else
│   ├── ClipFormatRefused     a video, but not of a container the models document
│   ├── ClipBroken            it begins like a video, but can't be read as one
│   └── DownloadBroken *      its bytes did not come as announced
│       ├── DownloadFailed
│       ├── DownloadStalled
│       ├── ClipLengthWrong   more or fewer bytes than were announced
│       └── RedirectRefused   sent to a host that is not on the list
├── ClipsTooLarge             each would do, but not all of them at once
├── LinksUnsupported          the provider, or the model, can't follow YouTube links
└── ProviderError             about the provider's side
    ├── ProviderUnreachable * no connection, or one that broke
    ├── ProviderStalled *     it stopped taking or sending bytes
    ├── ProviderDown *        it says the fault is its own
    ├── RateLimited *
    ├── KeyRefused
    ├── CreditSpent
    ├── RegionRefused         not where this bot runs
    ├── PrivacyUnmet          nobody there keeps the privacy that is asked for
    ├── AddressWrong          what answers is not its API
    ├── ModelRefused          no such model, or one that can't take video
    ├── LinkRefused           the video behind a link is private, gone, or not shown there
    ├── RequestTooLarge
    ├── FormatRefused         it could not read a clip
    ├── ContextExceeded       more than the model can take in
    ├── RequestRefused        anything else it would not do
    ├── AnswerWithheld        filtered
    ├── AnswerUnseen          given without having seen the clip
    ├── AnswerEmpty *
    └── AnswerCut *           it broke off in the middle

Fields are facts; the sentence a person reads is made from them in one table, `bot.phrases`.
`str()` is for the log.
"""

from dataclasses import dataclass
from typing import ClassVar


@dataclass(eq=False)
class ReeltalkError(Exception):
    """The root: catch it to tell a person. `passing` where asking the same again can help."""

    passing: ClassVar[bool] = False

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
class ClipBroken(ClipError):
    """`reason` is what the decoder said, for the log."""

    reason: str


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
class ClipsTooLarge(ReeltalkError):
    """`size` of all clips together and its `limit`, in bytes."""

    size: int
    limit: int


@dataclass(eq=False)
class LinksUnsupported(ReeltalkError):
    """`unable` is the name of what can't follow them: of a provider or a model."""

    unable: str


@dataclass(eq=False)
class ProviderError(ReeltalkError):
    """`provider` is its name for people; `detail` what it said, trimmed."""

    provider: str
    detail: str = ""


@dataclass(eq=False)
class ProviderUnreachable(ProviderError):
    """No connection, or one that was reset."""

    passing: ClassVar[bool] = True


@dataclass(eq=False)
class ProviderStalled(ProviderError):
    """It took no byte of the clip, or sent none of the answer, for too long."""

    passing: ClassVar[bool] = True


@dataclass(eq=False)
class ProviderDown(ProviderError):
    """It answered that it is out of order or overloaded."""

    passing: ClassVar[bool] = True

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

    passing: ClassVar[bool] = True

    retry_after: float | None = None


@dataclass(eq=False)
class RegionRefused(ProviderError):
    """The provider, or the model's host, serves nobody where the bot runs."""


@dataclass(eq=False)
class PrivacyUnmet(ProviderError):
    """No host of the model promises what the settings, or the account, ask for."""


@dataclass(eq=False)
class AddressWrong(ProviderError):
    """A page of HTML or a redirect, where its API should be."""


@dataclass(eq=False)
class ModelRefused(ProviderError):
    """The model is unknown there, or takes no video; `nearest` does, where that is known."""

    model: str = ""
    nearest: str = ""


@dataclass(eq=False)
class LinkRefused(ProviderError):
    """The model's host may not watch the video behind a link."""


@dataclass(eq=False)
class RequestTooLarge(ProviderError):
    """The request was longer than it takes."""


@dataclass(eq=False)
class FormatRefused(ProviderError):
    """The provider, or the model's host, could not read a clip."""


@dataclass(eq=False)
class ContextExceeded(ProviderError):
    """The clips are longer than the model can take in at once."""


@dataclass(eq=False)
class RequestRefused(ProviderError):
    """Any other refusal that trying again would not change."""

    status: int = 0


@dataclass(eq=False)
class AnswerWithheld(ProviderError):
    """The provider's filter kept the answer, or refused the question."""


@dataclass(eq=False)
class AnswerUnseen(ProviderError):
    """The provider's own count proves that the model saw nothing of the clip."""

    model: str = ""


@dataclass(eq=False)
class AnswerEmpty(ProviderError):
    """The stream ended well, but without a word; `detail` is the finish reason."""

    passing: ClassVar[bool] = True


@dataclass(eq=False)
class AnswerCut(ProviderError):
    """The answer broke off; what had come of it was shown."""

    passing: ClassVar[bool] = True
