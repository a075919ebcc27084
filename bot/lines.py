"""The small lines around an answer: how far it is, what it came to, what should be known of it."""

from typing import assert_never

from bot import errors
from bot.clips import Clip
from bot.media.kinds import LinkedVideo, Media
from bot.moments import clock
from bot.phrases import phrase
from bot.progress import (
    Answer,
    Asking,
    CutAtLimit,
    Fitting,
    LeftOut,
    Looking,
    Notice,
    Pausing,
    PerhapsPage,
    PerhapsUnseen,
    Sending,
    ShownAs,
    Why,
)
from bot.wording import PLAIN, Voice, dollars, megabytes, soon

_SECONDS = 1.5
_SOUND = {
    Why.SIZE: " with its sound",
    Why.SIZE_SILENT: "",
    Why.SIZE_UNHEARD: " without its sound",
    Why.STILLS: " without its sound",
}


def stage(
    clips: tuple[Clip, ...],
    progress: Looking | Fitting | Sending | Asking | Pausing,
    voice: Voice = PLAIN,
) -> str:
    """Return one line that tells how far an answer is, before its first word."""
    match progress:
        case Looking():
            return f"{', '.join(voice.escape(clip.name) for clip in clips)} · looking"
        case Fitting(name, done):
            return f"{voice.escape(name)} · fitting {100 * done:.0f} %"
        case Sending(media, sent, total, price):
            shown = ", ".join(_shown(one, voice) for one in media)
            per_cent = f"sending {100 * sent // total} %"
            return " · ".join([shown, per_cent, *([] if price is None else [dollars(price)])])
        case Asking(model):
            return f"asking {voice.escape(model)}"
        case Pausing(error, seconds):
            again = f"asking again {soon(seconds)}" if seconds >= 1 else "asking again"
            return f"{_trouble(error)} · {again}"
        case _:
            assert_never(progress)


def facts(answer: Answer, voice: Voice = PLAIN) -> str:
    """Return the line under an answer: model, length of video, tokens, cost, time."""
    told = [voice.escape(answer.model)]
    if answer.watched is not None:
        told.append(f"{clock(answer.watched)} of video")
    if usage := answer.usage:
        cached = f" ({usage.cached_tokens:,} cached)" if usage.cached_tokens else ""
        told.append(f"{usage.tokens:,} tokens{cached}")
    if answer.cost is not None:
        told.append(dollars(answer.cost))
    return " · ".join([*told, f"{answer.seconds:.1f} s"])


def notice(notice: Notice, voice: Voice = PLAIN) -> str:
    """Return the sentence for something that should be known of an answer."""
    match notice:
        case LeftOut(error):
            return f"Left out: {phrase(error, voice)}"
        case ShownAs():
            return _shown_as(notice, voice)
        case CutAtLimit():
            return "The answer reached its longest length and stops here."
        case PerhapsUnseen():
            return (
                "The model may not have seen the clip: it counted fewer tokens than such a clip "
                "takes. Check what it says."
            )
        case PerhapsPage():
            return (
                "The model may have read the link's web page instead of the video: it counted far "
                "more tokens than a video takes. Check what it says."
            )
        case _:
            assert_never(notice)


def _shown_as(shown: ShownAs, voice: Voice) -> str:
    said = [f"The model saw {voice.escape(shown.name)}"]
    if shown.start is not None:
        end = "its end" if shown.end is None else clock(shown.end)
        said.append(f"from {clock(shown.start)} to {end}")
    if shown.gap is not None:
        often = "second" if shown.gap < _SECONDS else f"{shown.gap:.0f} s"
        said.append(f"as one picture every {often}{_SOUND[shown.why]}")
    if shown.why is Why.STILLS:
        said[-1] += ", since it sees no video"
    elif shown.start is None and shown.picked is None:
        said[-1] += ", since all of it could not be sent"
    if picked := shown.picked:
        said[-1] += (
            f": {picked.frames:,} of {picked.all_frames:,} frames, "
            f"{megabytes(picked.size)} of {megabytes(picked.whole)}"
        )
    return f"{' '.join(said)}."


def _shown(media: Media, voice: Voice) -> str:
    told = [voice.escape(media.name)]
    if not isinstance(media, LinkedVideo):
        told += [] if media.seconds is None else [clock(media.seconds)]
        told.append(megabytes(media.size))
    return " · ".join(told)


def _trouble(error: errors.ProviderError) -> str:
    match error:
        case errors.RateLimited():
            return f"{error.provider} is busy"
        case errors.ProviderUnreachable():
            return f"no connection to {error.provider}"
        case errors.ProviderDown():
            return f"{error.provider} has trouble"
        case _:
            return f"{error.provider} wants it another way"
