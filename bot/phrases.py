"""The one table from what went wrong to a sentence with the next step.

It serves Discord and the terminal alike; a `Voice` says how words of somebody else stand there.
"""

from collections.abc import Callable
from typing import Any

from bot import errors, refusals
from bot.errors import ReeltalkError
from bot.moments import clock
from bot.wording import PLAIN, Voice, megabytes, over, soon

_FORMATS = "MP4, QuickTime, WebM or MPEG"

BROKEN = "Something broke on my side, and it has been logged. Ask again in a moment."

_PHRASES: dict[type[ReeltalkError], Callable[[Any, Voice], str]] = {
    errors.NothingToWatch: lambda _e, _v: (
        "I see no clip here. There are three ways to ask me about one:\n"
        "- Mention me in a message with a video attached or a YouTube link in it.\n"
        "- Press and hold, or right-click, a message with a clip: Apps, **Ask about this clip**.\n"
        "- Type **/ask**, with your question and a clip or a link."
    ),
    errors.ReplyHidden: lambda _e, _v: (
        "I may not read the message you replied to, so I can't see its clip. Press and hold, or "
        "right-click, that message: Apps, **Ask about this clip**. Or mention me in a message with "
        "the clip attached."
    ),
    errors.ClipGone: lambda e, v: (
        f"{_name(e, v)} can't be had any more: it, or its message, was deleted. "
        "Post it again and mention me with it."
    ),
    errors.ClipHidden: lambda e, v: (
        f"I need the permission “Read Message History” here to fetch {_name(e, v)}. Ask a "
        "moderator to allow me that, or ask me in another channel."
    ),
    errors.ClipTooLarge: lambda e, v: (
        f"{_name(e, v)} is {over(e.size)}, and I can take {megabytes(e.limit)} at most. "
        "Send a shorter part, or a smaller copy."
    ),
    errors.TooManyClips: lambda e, _v: (
        f"These are {e.count} clips, and I can watch {e.limit} at once. Ask about fewer of them."
    ),
    errors.NoRoom: lambda _e, _v: (
        "I have no room left to work on this clip. Ask again in a minute; if it lasts, tell "
        "whoever runs this bot."
    ),
    errors.ClipNotVideo: lambda e, v: (
        f"{_name(e, v)} is {e.found}, not a video I can watch. Send the video itself, as "
        f"{_FORMATS}."
    ),
    errors.ClipUnreadable: lambda e, v: (
        f"{_name(e, v)} can't be read: {v.escape(e.reason)}. Check the file and its permissions."
    ),
    errors.ClipTooManyPixels: lambda e, v: (
        f"The pictures of {_name(e, v)} are {e.width:,} by {e.height:,} pixels, which is more than "
        "I can look at. Send a smaller copy."
    ),
    errors.ClipTooMuchWork: lambda e, v: (
        f"{_name(e, v)} takes more time to prepare than I can give it. Send a shorter part, or a "
        "smaller copy."
    ),
    errors.ClipShorter: lambda e, v: (
        f"{_name(e, v)} lasts {clock(e.seconds)}, so nothing of it is at {clock(e.start)}. Ask "
        "about an earlier part."
    ),
    errors.ClipBroken: lambda e, v: (
        f"{_name(e, v)} can't be read as a video: it may be damaged. Save it again as an MP4 and "
        "send that."
    ),
    errors.DownloadFailed: lambda e, v: (
        f"I could not download {_name(e, v)} from Discord, and trying again did not help. "
        "Ask again in a minute."
    ),
    errors.DownloadStalled: lambda e, v: (
        f"Discord stopped sending {_name(e, v)} halfway, twice. Ask again in a minute."
    ),
    errors.ClipLengthWrong: lambda e, v: (
        f"{_name(e, v)} did not arrive whole: Discord announced {e.announced:,} bytes and sent "
        f"{'more' if e.received > e.announced else f'{e.received:,}'}. Post the clip again."
    ),
    errors.RedirectRefused: lambda e, v: (
        f"Discord sent me to {e.host or 'an unknown host'} for {_name(e, v)}, and I only download "
        "from Discord itself. Post the clip again."
    ),
    errors.LinksUnsupported: lambda e, v: (
        f"YouTube links don't work with {v.escape(e.unable)}. Attach the video as a file instead."
    ),
    errors.ProviderUnreachable: lambda e, _v: (
        f"I can't reach {e.provider} at the moment. Ask again in a minute; if it lasts, tell "
        "whoever runs this bot."
    ),
    errors.ProviderStalled: lambda e, _v: (
        f"{e.provider} stopped responding, so I gave up waiting. Ask again in a minute."
    ),
    errors.ProviderDown: lambda e, v: (
        f"{e.provider} has trouble of its own{_quoted(e, v)}. Ask again in a few minutes."
    ),
    errors.KeyRefused: lambda e, _v: (
        f"{e.provider} refused this bot's key. Whoever runs the bot has to set a valid one."
    ),
    errors.CreditSpent: lambda e, _v: (
        f"This bot's credit with {e.provider} is used up. Whoever runs the bot has to top it up."
    ),
    errors.RateLimited: lambda e, _v: (
        f"{e.provider} is taking no more questions for now. Ask again {soon(e.retry_after)}."
    ),
    errors.RegionRefused: lambda e, v: (
        f"{e.provider} does not serve the place where this bot runs{_quoted(e, v)}. Whoever runs "
        "the bot has to choose another model or provider."
    ),
    errors.PrivacyUnmet: lambda e, v: (
        f"{e.provider} has no host for this model that keeps the privacy asked for"
        f"{_quoted(e, v)}. Whoever runs the bot has to choose another model, or to ask for less in "
        "OPENROUTER_ZDR, OPENROUTER_DATA_COLLECTION or the account's privacy settings."
    ),
    errors.AddressWrong: lambda e, v: (
        f"What answers in the place of {e.provider} is not its API{_quoted(e, v)}. Whoever runs "
        "the bot has to check the address that is set for it."
    ),
    errors.ModelRefused: lambda e, v: (
        f"{_model(e, v)}{_quoted(e, v)}. Whoever runs the bot has to set MODEL to "
        f"{f'one that does, such as {v.escape(e.nearest)}' if e.nearest else 'one that does'}."
    ),
    errors.LinkRefused: lambda e, v: (
        f"{e.provider} could not watch the video behind the link{_quoted(e, v)}: it may be "
        "private, deleted, or not shown everywhere. Check that it plays without signing in, or "
        "attach the video as a file."
    ),
    errors.RequestTooLarge: lambda e, v: (
        f"The clip is larger than {e.provider} accepts{_quoted(e, v)}. "
        "Send a shorter part, or a smaller copy."
    ),
    errors.FormatRefused: lambda e, v: (
        f"{e.provider} could not read the clip{_quoted(e, v)}. Save it as an MP4 (H.264 and AAC) "
        "and send that."
    ),
    errors.ContextExceeded: lambda e, v: (
        f"The clip is longer than the model can take in{_quoted(e, v)}. Send a shorter part."
    ),
    errors.RequestRefused: lambda e, v: (
        f"{e.provider} refused the question{_quoted(e, v)}. Asking the same again won't help: try "
        "another clip, or tell whoever runs this bot."
    ),
    errors.AnswerWithheld: lambda e, v: (
        f"{e.provider}'s content filter withheld the answer{_quoted(e, v)}. Ask something else, or "
        "about another clip."
    ),
    errors.AnswerUnseen: lambda e, v: (
        f"{v.escape(e.model or 'The model')} answered without having seen the clip: "
        f"{e.provider} counted no video at all. So I don't show that answer. Ask again, or send "
        "the clip as an MP4."
    ),
    errors.AnswerEmpty: lambda e, v: (
        f"The model ended without an answer{_quoted(e, v)}. Ask again, perhaps in other words."
    ),
    errors.AnswerCut: lambda e, v: (
        f"{e.provider} broke off here{_quoted(e, v)}. Ask again for the whole answer."
    ),
    errors.AllowanceSpent: refusals.spent,
    errors.QuestionNotKept: lambda _, _v: (
        "I can't keep questions at the moment, so I did not take yours. Ask again in a few minutes."
    ),
    errors.BotPaused: lambda e, v: (
        f"I am paused{f' (“{v.escape(e.message)}”)' if e.message else ''}. Ask again later."
    ),
    errors.ServerBlocked: lambda _e, _v: (
        "I answer no questions in this server. Whoever runs this bot can tell why."
    ),
    errors.PersonBlocked: lambda _e, _v: (
        "I answer no questions of yours. Whoever runs this bot can tell why."
    ),
    errors.ChannelClosed: lambda _e, _v: (
        "I may not be asked in this channel. Ask in another, or ask whoever runs this server."
    ),
    errors.RoleLacking: lambda _e, _v: (
        "Only some roles may ask me here. Ask whoever runs this server for one of them."
    ),
    errors.ChoiceAboveCeiling: refusals.above_ceiling,
    errors.ChoiceTooSmall: refusals.too_small,
    errors.ChoiceTooLong: refusals.too_long,
    errors.ChoiceTooMany: refusals.too_many,
    errors.ChoiceUnreadable: refusals.unreadable,
}


def phrase(error: ReeltalkError, voice: Voice = PLAIN) -> str:
    """Return the sentence for an error, by its nearest ancestor in the table."""
    for kind in type(error).__mro__:
        if speak := _PHRASES.get(kind):
            return speak(error, voice)
    return BROKEN


def _model(error: errors.ModelRefused, voice: Voice) -> str:
    if error.model:
        return f"{voice.escape(error.model)} takes no video at {error.provider}"
    return f"{error.provider} has no such model that takes video"


def _quoted(error: errors.ProviderError, voice: Voice) -> str:
    """Return what the provider said, as one of its own words, or nothing."""
    return f" (“{voice.escape(error.detail)}”)" if error.detail else ""


def _name(error: errors.ClipError, voice: Voice) -> str:
    return voice.name.format(voice.escape(error.name))
