"""How a clip is sent: the one table of what to try, the gentlest first."""

import math
from dataclasses import dataclass
from enum import Enum

from bot.errors import ClipShorter
from bot.media.facts import Facts
from bot.media.kinds import GIF, Kind
from bot.media.picking import Plan


class Rung(Enum):
    """What becomes of a clip on its way, from nothing to all that can be done."""

    AS_IT_IS = "its bytes as they are"
    REWRAP = "its packets in a documented container"
    KEY_FRAMES = "its key frames and its sound"
    SMALL_KEY_FRAMES = "its key frames made smaller, and its sound"
    ONE_A_SECOND = "a picture each second made smaller, and its sound"
    ALL_PICTURES = "all its pictures anew, ten a second at most"


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the model can be sent, and which part is asked about.

    `most_bytes` before encoding, `most_seconds` of video; `start` and `end` in seconds of the clip,
    None for its end. `anew` where a format was refused, so that nothing is to be copied.
    """

    most_bytes: int
    most_seconds: float
    start: float = 0.0
    end: float | None = None
    anew: bool = False

    def span(self, seconds: float | None) -> tuple[float, float | None]:
        """Return which part of a clip of so many seconds to send, None for its end."""
        end = self.end if seconds is None else min(self.end or seconds, seconds)
        longest = self.start + self.most_seconds
        if end is None:
            return self.start, longest if seconds is None else None
        is_whole = seconds is not None and end >= seconds and end <= longest
        return self.start, None if is_whole else min(end, longest)

    def require_within(self, name: str, seconds: float | None) -> None:
        """Raise ClipShorter for a clip that ends before the part begins."""
        if seconds is not None and self.start >= seconds and self.start > 0:
            raise ClipShorter(name, seconds, self.start)

    def is_cut(self, seconds: float | None) -> bool:
        """Tell whether only a part is sent; a clip that does not say its length is not cut."""
        if seconds is None:
            return self.start > 0 or self.end is not None
        return self.span(seconds) != (0.0, None)


# What can be put into MP4 or WebM as it is, and be read from there by the models.
_COPIED = {"h264", "hevc", "av1", "vp8", "vp9", "mpeg4", "mpeg2video"}
# Gemini looks once a second. Up to two seconds between key frames, nothing it would have seen is
# missed; up to four, not much; beyond that, all has to be decoded to find what is between.
_CLOSE, _FAR = 2.0, 4.0
# Of a clip of so many seconds, there would be hardly a picture, and decoding it costs nothing.
_SHORT = 20.0
# Seconds of video times millions of pixels: decoding takes about 0.06 s of CPU for one.
_MOST_DECODED = 1500.0

# Seconds until the first byte of a part comes, and bytes a second that come from then on: picking
# is quicker where what it leaves out would take longer than asking for what it takes.
_ROUND_TRIP, _LINK = 0.1, 50e6


def may_be_picked(size: int, wanted: Wanted, limit: int) -> bool:
    """Tell whether it is worth a plan to fetch only what a model would see of a clip.

    Of one that is larger than what may be downloaded, there is nothing else to be had.
    """
    return size > limit or (not wanted.anew and size / _LINK > 2 * _ROUND_TRIP)


def picks(plan: Plan, size: int, wanted: Wanted, limit: int) -> bool:
    """Tell whether that plan comes before all that the ladder offers.

    Of what may be downloaded whole, no sound may be lost by it, and no picture that a model would
    have seen: not many where the clip has to be made smaller anyway, none where it could be sent as
    it is.
    """
    if size > limit:
        return True
    saved = (size - plan.fetched) / _LINK
    cost = _ROUND_TRIP * (1 + math.ceil(len(plan.reads) / plan.at_once))
    gap = _CLOSE if size > wanted.most_bytes else 1.0
    return saved > cost and plan.is_complete and plan.gap <= gap


def ladder(kind: Kind, facts: Facts, size: int, wanted: Wanted) -> tuple[Rung, ...]:
    """Return what to try in turn, until the result is small enough and is not refused.

    `facts` may know little; what is not known is taken to be well.
    """
    if kind is GIF:  # of which the models read none, and whose key frames say nothing
        return (Rung.ALL_PICTURES, Rung.ONE_A_SECOND)
    if not facts.video:
        # Packets without a head: a documented container may still pass as it is.
        rungs = [Rung.SMALL_KEY_FRAMES, Rung.ONE_A_SECOND]
    else:
        rungs = [*_copies(facts, size, wanted), *_encodings(facts)]
    passes = kind.mime is not None and size <= wanted.most_bytes and not wanted.anew
    return (*([Rung.AS_IT_IS] if passes and not wanted.is_cut(facts.seconds) else []), *rungs)


def _copies(facts: Facts, size: int, wanted: Wanted) -> list[Rung]:
    """Return the rungs that decode nothing, as far as they can be small enough."""
    if facts.video not in _COPIED or wanted.anew:
        return []
    share = _share(facts, wanted)
    rungs: list[Rung] = []
    if size * share <= wanted.most_bytes:
        rungs.append(Rung.REWRAP)
    gap = facts.key_gap
    fits = facts.key_bytes is None or facts.key_bytes * share <= wanted.most_bytes
    if gap is not None and gap <= _CLOSE and (fits or gap < 1.0):
        rungs.append(Rung.KEY_FRAMES)
    return rungs


def _encodings(facts: Facts) -> list[Rung]:
    gap, seconds = facts.key_gap or 0.0, facts.seconds or 0.0
    far = gap > (_CLOSE if seconds <= _SHORT else _FAR)
    pixels = (facts.width or 0) * (facts.height or 0) / 1e6
    is_long = seconds * pixels > _MOST_DECODED
    if far and not is_long:
        return [Rung.ONE_A_SECOND, Rung.SMALL_KEY_FRAMES]
    return [Rung.SMALL_KEY_FRAMES, *([] if is_long else [Rung.ONE_A_SECOND])]


def _share(facts: Facts, wanted: Wanted) -> float:
    """Return which share of the clip is asked about, as far as it is known."""
    if not facts.seconds:
        return 1.0
    start, end = wanted.span(facts.seconds)
    return max(0.0, (facts.seconds if end is None else end) - start) / facts.seconds
