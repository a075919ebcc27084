"""Choose what to fetch of a large clip: what a model would see of it, and its sound.

A key frame can be shown without those around it. So a movie of nothing but key frames, each at its
own time, is what a model that looks once a second would have seen, for a few bytes of the whole.
"""

import math
import struct
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from heapq import nlargest
from itertools import accumulate, pairwise
from statistics import median
from typing import NamedTuple

from bot.media.sample_table import Movie, NotUnderstood, Track, read_table
from bot.media.small_movie import Strip, write_head

_EVERY = 0.95  # seconds: of more than one key frame a second, one is kept
_THINNER, _LONGEST_GAP = 1.5, 30.0  # what is shown more rarely shows nothing of what happens
_MOST_FRAMES = 512  # each is a request of its own, unless it lies near another
_MOST_RANGES = 64  # with sound, which FFmpeg strews among the pictures, packet by packet
_NEAR = 64 << 10  # bytes that are sooner read through than asked for apart

AT_ONCE = 6
"""How many parts of a clip are asked for at a time; browsers ask a host for as many."""

_READ = 256 << 10  # bytes of the largest part: as much as may be under way at 50 MB/s and 30 ms


class Piece(NamedTuple):
    """A sample that is kept, and where it lies in the clip: a key frame, or one of sound."""

    offset: int
    size: int
    is_key: bool


@dataclass(frozen=True, slots=True)
class Bounds:
    """The part that is wanted, in seconds, None for the clip's end; the most to make and to fetch.

    Both in bytes.
    """

    span: tuple[float, float | None]
    most: int
    most_fetched: int


@dataclass(frozen=True, slots=True)
class Plan:
    """What to fetch, and what is made of it: the `head`, and behind it the pieces in their order.

    Of what lies `apart` bytes or more, nothing in between is read. `frames` of so many `in_all` are
    shown, usually one each `gap` seconds, from the clip's second `start` on. `description` is that
    of the pictures. `is_heard` where there is sound in it, `is_complete` where none is left out.
    """

    head: bytes
    pieces: Sequence[Piece]
    apart: int
    description: bytes
    frames: int
    in_all: int
    gap: float
    start: float
    is_heard: bool
    is_complete: bool

    @property
    def size(self) -> int:
        """Bytes of what is made."""
        return len(self.head) + sum(piece.size for piece in self.pieces)

    @property
    def fetched(self) -> int:
        """Bytes that are read for it."""
        return sum(length for _, length in self.reads())

    def reads(self) -> Iterator[tuple[int, int]]:
        """Yield where each part that is read begins, and how long it is."""
        for start, stop in self._ranges():
            for at in range(start, stop, _READ):
                yield at, min(_READ, stop - at)

    def _ranges(self) -> Iterator[tuple[int, int]]:
        start = stop = self.pieces[0].offset
        for piece in self.pieces:
            if piece.offset - stop >= self.apart:
                yield start, stop
                start = piece.offset
            stop = piece.offset + piece.size
        yield start, stop

    def fits(self, bounds: Bounds) -> bool:
        """Tell whether it is within bounds."""
        return self.size <= bounds.most and self.fetched <= bounds.most_fetched


def plan(movie: bytes, form: bytes, size: int, bounds: Bounds) -> Plan:
    """Plan what to fetch of a clip of `size` bytes, by what is inside `moov`, and its `ftyp` box.

    There are as many pictures as fit, one a second at most, and all the sound or none: a part of it
    would be misheard.

    Raises:
        NotUnderstood: it can't be done exactly, or not within these bounds.
    """
    part = _part(read_table(movie, size), bounds.span)
    every, frames, made = _EVERY, _thinned(part, _EVERY), None
    while len(frames) > _MOST_FRAMES or not (made := _laid(part, form, frames)).fits(bounds):
        every *= _THINNER
        if every > _LONGEST_GAP:
            raise NotUnderstood("key frames that are too large, or too far from one another")
        frames = _thinned(part, every)
    with suppress(NotUnderstood):  # if that is about the sound, there are still the pictures
        if part.heard and _least(part) <= bounds.most_fetched:
            whole = _laid(part, form, frames, part.heard)
            return whole if whole.fits(bounds) else made
    return made


@dataclass(frozen=True, slots=True)
class _Part:
    """What is meant of a movie: the key frames, and the samples of sound.

    It begins at a time in the units of its pictures, and ends in seconds.
    """

    movie: Movie
    begin: int
    end: float
    keys: Sequence[int]
    heard: range


def _part(movie: Movie, span: tuple[float, float | None]) -> _Part:
    video, sound = movie.video, movie.sound
    last = math.inf if span[1] is None else span[1]
    end = _end(video, last)
    keys = [key for key in video.keys if video.start <= video.times[key] < end]
    times = [video.times[key] for key in keys]
    if not keys or any(time >= after for time, after in pairwise(times)):
        raise NotUnderstood("no key frames, or not in the order in which they are shown")
    first = max(0, bisect_right(times, round(span[0] * video.scale)) - 1)
    # Of a part, the clock begins with its first picture, as on the other rungs.
    begin, heard = times[first] if span[0] else 0, range(0)
    if sound:
        # One sample more: a decoder of sound needs what came before.
        since = bisect_right(sound.times, round(begin * sound.scale / video.scale)) - 2
        heard = range(max(0, since), bisect_left(sound.times, _end(sound, last)))
    return _Part(movie, begin, last, keys[first:], heard)


def _end(track: Track, last: float) -> int:
    return round(min(track.end, last * track.scale))


def _thinned(part: _Part, every: float) -> list[int]:
    """Return key frames that lie so many seconds from one another, or more."""
    kept, after = list[int](), 0.0
    for key in part.keys:
        if (time := part.movie.video.times[key]) >= after:
            kept.append(key)
            after = time + every * part.movie.video.scale
    return kept


def _least(part: _Part) -> int:
    """Return how many bytes at least are fetched for the sound, whatever lies in between."""
    if (sound := part.movie.sound) is None:
        return 0
    offsets, sizes, last = sound.offsets, sound.sizes, part.heard[-1]
    gaps = (offsets[one + 1] - offsets[one] - sizes[one] for one in part.heard[:-1])
    length = offsets[last] + sizes[last] - offsets[part.heard[0]]
    return length - sum(nlargest(_MOST_RANGES - 1, gaps))


def _laid(part: _Part, form: bytes, frames: Sequence[int], heard: range = range(0)) -> Plan:
    """Lay out what is kept in the order in which it lies in the clip, so that it is read once."""
    video, sound = part.movie.video, part.movie.sound
    pieces = [Piece(video.offsets[one], video.sizes[one], is_key=True) for one in frames]
    if sound:
        pieces += (Piece(sound.offsets[one], sound.sizes[one], is_key=False) for one in heard)
    pieces.sort()
    gaps = [after.offset - one.offset - one.size for one, after in pairwise(pieces)]
    if min(gaps, default=0) < 0 or not all(piece.size for piece in pieces):
        raise NotUnderstood("samples that lie over one another, or are empty")
    widest = nlargest(_MOST_RANGES, gaps) if heard else []
    places = accumulate((piece.size for piece in pieces), initial=0)
    at = {piece.offset: place for piece, place in zip(pieces, places, strict=False)}
    strips = [_strip(part, video, frames, at)]
    strips += [_strip(part, sound, heard, at)] if sound and heard else []
    times = [*(video.times[one] for one in frames), _end(video, part.end)]
    try:
        head = write_head(form, part.movie.matrix, video.scale, strips)
    except struct.error as error:
        raise NotUnderstood("numbers that are too large") from error
    return Plan(
        head=head,
        pieces=pieces,
        apart=max(_NEAR, widest[-1] + 1) if len(widest) == _MOST_RANGES else _NEAR,
        description=video.description,
        frames=len(frames),
        in_all=len(video.times),
        gap=median(after - time for time, after in pairwise(times)) / video.scale,
        start=part.begin / video.scale,
        is_heard=bool(heard),
        is_complete=bool(heard) or not part.movie.is_heard,
    )


def _strip(part: _Part, track: Track, samples: Sequence[int], at: Mapping[int, int]) -> Strip:
    """Put samples on the clock of the part; of sound that begins before it, some is skipped."""
    unit = track.scale / part.movie.video.scale
    begin, end = round(part.begin * unit), _end(track, part.end)
    # The last sample of sound lasts as long as it does, and the last picture to the end.
    after = samples[-1] + 1
    over = track.times[after] if after < len(track.times) else track.over
    times = [*(track.times[one] for one in samples), end if track is part.movie.video else over]
    skipped = max(0, begin - times[0])
    return Strip(
        track=track,
        sizes=[track.sizes[one] for one in samples],
        places=[at[track.offsets[one]] for one in samples],
        times=times,
        pause=round(max(0, times[0] - begin) / unit),
        skipped=skipped,
        shown=round((end - times[0] - skipped) / unit),
    )
