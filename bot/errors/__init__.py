"""What can go wrong for the person who asked; with a star, what may be gone the next time.

ReeltalkError
├── NothingToWatch            the message points at no clip
├── ReplyHidden               it replies to a message that the bot may not read
├── ClipError                 about one clip
│   ├── ClipGone              its message or its file can't be had any more
│   ├── ClipHidden            the bot may not read the message it is attached to
│   ├── ClipTooLarge
│   ├── ClipNotVideo          its bytes are something else
│   ├── ClipUnreadable        its file can't be read here
│   ├── ClipTooManyPixels
│   ├── ClipTooMuchWork       more than the time, or the room, that one clip is given
│   ├── ClipShorter           it ends before the part that is asked about begins
│   ├── ClipBroken            it begins like a video, but can't be read as one
│   │   └── ClipEntangled     pictures that were picked out of it need the others
│   └── DownloadBroken *      its bytes did not come as announced
│       ├── DownloadFailed
│       ├── DownloadStalled
│       ├── ClipLengthWrong   more or fewer bytes than were announced
│       └── RedirectRefused   sent to a host that is not on the list
├── TooManyClips
├── NoRoom *                  there is no place on this machine's disk
├── LinksUnsupported          the provider, or the model, can't follow YouTube links
├── AllowanceSpent            somebody has had what they may have on one day
├── BotPaused *               by its operator
├── QuestionNotKept *         the database is away
├── ServerBlocked
├── PersonBlocked
├── ChannelClosed             not a channel where the server lets people ask
├── RoleLacking               only some roles may ask there
├── ChoiceRefused             something can't be chosen for a server
│   ├── ChoiceAboveCeiling    the operator allows less
│   ├── ChoiceTooSmall
│   ├── ChoiceTooLong
│   ├── ChoiceTooMany
│   └── ChoiceUnreadable
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

from bot.errors.allowances import (
    AllowanceSpent,
    BotPaused,
    ChannelClosed,
    Measure,
    PersonBlocked,
    QuestionNotKept,
    RoleLacking,
    Scope,
    ServerBlocked,
)
from bot.errors.choices import (
    ChoiceAboveCeiling,
    ChoiceRefused,
    ChoiceTooLong,
    ChoiceTooMany,
    ChoiceTooSmall,
    ChoiceUnreadable,
)
from bot.errors.clips import (
    ClipBroken,
    ClipEntangled,
    ClipError,
    ClipGone,
    ClipHidden,
    ClipLengthWrong,
    ClipNotVideo,
    ClipShorter,
    ClipTooLarge,
    ClipTooManyPixels,
    ClipTooMuchWork,
    ClipUnreadable,
    DownloadBroken,
    DownloadFailed,
    DownloadStalled,
    LinksUnsupported,
    NoRoom,
    NothingToWatch,
    RedirectRefused,
    ReplyHidden,
    TooManyClips,
)
from bot.errors.providers import (
    AddressWrong,
    AnswerCut,
    AnswerEmpty,
    AnswerUnseen,
    AnswerWithheld,
    ContextExceeded,
    CreditSpent,
    FormatRefused,
    KeyRefused,
    LinkRefused,
    ModelRefused,
    PrivacyUnmet,
    ProviderDown,
    ProviderError,
    ProviderStalled,
    ProviderUnreachable,
    RateLimited,
    RegionRefused,
    RequestRefused,
    RequestTooLarge,
)
from bot.errors.root import ReeltalkError

__all__ = [
    "AddressWrong",
    "AllowanceSpent",
    "AnswerCut",
    "AnswerEmpty",
    "AnswerUnseen",
    "AnswerWithheld",
    "BotPaused",
    "ChannelClosed",
    "ChoiceAboveCeiling",
    "ChoiceRefused",
    "ChoiceTooLong",
    "ChoiceTooMany",
    "ChoiceTooSmall",
    "ChoiceUnreadable",
    "ClipBroken",
    "ClipEntangled",
    "ClipError",
    "ClipGone",
    "ClipHidden",
    "ClipLengthWrong",
    "ClipNotVideo",
    "ClipShorter",
    "ClipTooLarge",
    "ClipTooManyPixels",
    "ClipTooMuchWork",
    "ClipUnreadable",
    "ContextExceeded",
    "CreditSpent",
    "DownloadBroken",
    "DownloadFailed",
    "DownloadStalled",
    "FormatRefused",
    "KeyRefused",
    "LinkRefused",
    "LinksUnsupported",
    "Measure",
    "ModelRefused",
    "NoRoom",
    "NothingToWatch",
    "PersonBlocked",
    "PrivacyUnmet",
    "ProviderDown",
    "ProviderError",
    "ProviderStalled",
    "ProviderUnreachable",
    "QuestionNotKept",
    "RateLimited",
    "RedirectRefused",
    "ReeltalkError",
    "RegionRefused",
    "ReplyHidden",
    "RequestRefused",
    "RequestTooLarge",
    "RoleLacking",
    "Scope",
    "ServerBlocked",
    "TooManyClips",
]
