"""Did the model see the video? What it is said to have read is held against what it was sent."""

from collections.abc import Sequence
from enum import Enum

from bot.media.kinds import InlineVideo, LinkedVideo, Media, Stills
from bot.providers.dialect import Dialect
from bot.providers.stream import Finished, Usage
from bot.providers.wire import Request

# Measured through OpenRouter in September 2026, sound included: 6,119 tokens for 67 s of video
# on Gemini 3, whatever the resolution; 19,772 on Gemini 2.5.
_PER_SECOND = (("gemini-3", 91), ("gemini-2.5", 295))
# No model is known to take less than twice this for a second, but vLLM takes 32 pictures of a
# clip of any length, which is no less than the most that is missed here.
_LEAST_PER_SECOND, _MOST_MISSED = 10, 2000
_LEAST = 60
# What the words of a request come to, and how many more a video comes to in any case.
_CHARACTERS_PER_TOKEN = 4
_LEAST_BESIDE_WORDS = 50
# YouTube's page is about 550,000 tokens, which is what a link with a parameter too many gave. How
# long a linked video is, nobody tells: one of an hour and a half or more may come to more.
_A_PAGE = range(500_000, 600_000)


class Sight(Enum):
    """What the counts tell."""

    NOTHING_AGAINST = "nothing speaks against it"
    UNSEEN = "proven: not one token of video"
    PERHAPS_UNSEEN = "too few tokens for a video of this length"
    PERHAPS_PAGE = "as many tokens as the web page of a video has"


def tokens_per_second(model: str) -> int | None:
    """Return how many tokens a second of video is, None for models that were not measured."""
    return next((tokens for name, tokens in _PER_SECOND if name in model), None)


def length(media: Sequence[Media]) -> float | None:
    """Return the seconds of all clips together, None where one of them is unknown."""
    seconds = [None if isinstance(one, LinkedVideo) else one.seconds for one in media]
    known = [one for one in seconds if one is not None]
    return sum(known) if len(known) == len(seconds) else None


def check(request: Request, dialect: Dialect, end: Finished) -> Sight:
    """Hold the tokens of an answer against its clips.

    Only what a provider documents to count is proof; a guess is a suspicion and no more.
    """
    usage = end.usage
    if usage is None or not usage.prompt_tokens or dialect.is_agentic:
        # An agentic model looks by itself, and what it sees is counted as its thinking.
        return Sight.NOTHING_AGAINST
    if _is_proof(request, dialect, end, usage):
        return Sight.UNSEEN
    words = _words(request) + _LEAST_BESIDE_WORDS
    least = max(_LEAST, words, _least_of_video(request.all_media))
    if not usage.video_tokens and usage.prompt_tokens < least:
        return Sight.PERHAPS_UNSEEN
    return _page(request, usage)


def _is_proof(request: Request, dialect: Dialect, end: Finished, usage: Usage) -> bool:
    """Tell whether the count is one of video, and there was none.

    AI Studio counts the sound among the video, Vertex beside it: a clip may be sound alone. How
    what was cached is counted, nobody has measured.
    """
    counted = dialect.counts_video and end.host.lower().startswith("google")
    as_video = not any(isinstance(one, Stills) for one in request.all_media)
    other = usage.audio_tokens or usage.cached_tokens
    return counted and as_video and usage.video_tokens == 0 and not other


def _page(request: Request, usage: Usage) -> Sight:
    is_one = usage.prompt_tokens in _A_PAGE and not usage.video_tokens
    return Sight.PERHAPS_PAGE if _is_linked(request) and is_one else Sight.NOTHING_AGAINST


def _is_linked(request: Request) -> bool:
    return any(isinstance(media, LinkedVideo) for media in request.all_media)


def _least_of_video(media: Sequence[Media]) -> float:
    return sum(min(_LEAST_PER_SECOND * _counted(one), _MOST_MISSED) for one in media)


def _counted(media: Media) -> float:
    """Return for how many seconds a model must have taken tokens: a still is one of them."""
    match media:
        case LinkedVideo():
            return 0.0
        case InlineVideo():
            return media.seconds or 0.0
        case Stills():
            return len(media.stills)


def _words(request: Request) -> float:
    texts = [request.instructions, request.question]
    texts += [text for turn in request.earlier for text in (turn.question, turn.answer)]
    return sum(map(len, texts)) / _CHARACTERS_PER_TOKEN
