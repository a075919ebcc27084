"""What can go wrong on the provider's side."""

from dataclasses import dataclass
from typing import ClassVar

from bot.errors.root import ReeltalkError


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
