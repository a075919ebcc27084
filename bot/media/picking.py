"""Choose what to fetch of a large clip: what a model would see of it, and its sound.

Key frames can be shown alone: a movie of nothing else is what a model would have seen of the whole.
"""

import math
import struct
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from heapq import merge
from itertools import pairwise
from statistics import median

from bot.media.sample_table import NotUnderstood, Sample, Track, read_track, write_head

_CODECS = {"h264", "hevc", "av1", "vp9"}
_EVERY = 0.95  # seconds: of more than one key frame a second, one is kept
_FEWEST = 30  # one of so many at least: fewer show nothing of what happens
_RUN_UP = 0.1  # seconds of sound that a decoder needs before what is heard
_MOST_FRAMES = 512  # each is a request of its own, unless it lies near another
_MOST_RANGES = 64  # with sound, which FFmpeg strews among the pictures, packet by packet
_NEAR = 64 << 10  # bytes that are sooner read through than asked for apart
_READ = 256 << 10  # bytes of a read: as much as may be under way at 50 MB/s and 30 ms
_LARGEST = 4 << 20  # bytes of a sample, all of which are read at once
_MOST_KEPT = 1 << 16  # samples: twenty minutes of sound, which lies together, have as many
_AT_ONCE, _UNDER_WAY = 6, 2 << 20  # reads at a time, as browsers ask a host for; bytes of them


@dataclass(frozen=True, slots=True)
class Plan:
    """What is made of a clip: the `head`, and behind it the samples of each of the `reads`.

    It has `size` bytes, for which `fetched` are read, by so many reads `at_once`. `frames` of so
    many `in_all` are shown, one each `gap` seconds, from the clip's second `start` on; `coding` are
    their codec and its setup. `is_heard` where sound is in it, `is_complete` if none is left out.
    """

    head: bytes
    reads: Sequence[Sequence[Sample]]
    at_once: int
    size: int
    fetched: int
    coding: tuple[str, bytes]
    frames: int
    in_all: int
    gap: float
    is_heard: bool
    start: float = 0.0
    is_complete: bool = True


def plan(movie: bytes, head: bytes, size: int, span: tuple[float, float | None], most: int) -> Plan:
    """Plan what to fetch of a clip of `size` bytes, by its head and what is inside its `moov`.

    Of a `span` of seconds, None for its end, there are as many pictures as come to `most` bytes,
    one a second at most, and all the sound or none: a part of it would be misheard.

    Raises:
        NotUnderstood: it can't be done exactly, or not within these bounds.
    """
    seen, last = read_track(movie, b"vide", size), math.inf if span[1] is None else span[1]
    if seen is None or seen.coding[0] not in _CODECS:
        raise NotUnderstood("no pictures, or of another kind")
    keys = _keys(seen, span[0] * seen.scale, round(min(seen.end, last * seen.scale)))
    # Of a part, the clock begins with its first picture, as on the other rungs.
    begin = keys[0].time / seen.scale if span[0] else 0.0
    video, is_complete = _cut(seen, begin, last), False
    keys = [key._replace(time=key.time + video.shift - seen.shift) for key in keys]
    for step in range(math.ceil(len(keys) / _MOST_FRAMES), _FEWEST + 1):
        with suppress(NotUnderstood, struct.error):
            made = _lay(movie, head, most, [video], keys[::step])
            break
    else:
        raise NotUnderstood("key frames that are too large, or too far from one another")
    with suppress(NotUnderstood, struct.error):
        if heard := read_track(movie, b"soun", size):
            sound = _cut(heard, begin, last)
            audible = range(math.floor(sound.start - _RUN_UP * sound.scale), sound.end)
            sounds = (s._replace(is_key=False) for s in sound.samples() if s.time in audible)
            made = _lay(movie, head, most, [video, sound], merge(keys[::step], sounds))
        is_complete = True
    return replace(made, start=begin, is_complete=is_complete)


def _keys(video: Track, begin: float, end: float) -> list[Sample]:
    """Return the key frames from that which is shown at a time on, one a second at most."""
    kept, latest = list[Sample](), -math.inf
    for key in video.samples():
        if key.is_key and video.start <= key.time < end:
            if key.time <= latest or len(kept) > _MOST_FRAMES * _FEWEST:
                raise NotUnderstood("key frames in another order than they are shown, or too many")
            latest = key.time
            if not kept or latest <= begin:
                kept = [key]
            elif latest >= kept[-1].time + _EVERY * video.scale:
                kept.append(key)
    if not kept:
        raise NotUnderstood("no key frames")
    return kept


def _cut(track: Track, begin: float, end: float) -> Track:
    at, stop = round(begin * track.scale), round(min(track.end, end * track.scale))
    return replace(track, shift=track.shift - at, start=max(0, track.start - at), end=stop - at)


def _lay(movie: bytes, head: bytes, most: int, tracks: list[Track], kept: Iterable[Sample]) -> Plan:
    """Plan to read what is kept, which is in the order in which it lies in the clip."""
    reads, samples, fetched, ranges, stop = list[list[Sample]](), list[Sample](), 0, 0, -_NEAR
    for sample in kept:
        gap, stop = sample.offset - stop, sample.offset + sample.size
        if gap < 0 or not 0 < sample.size <= _LARGEST:
            raise NotUnderstood("samples that lie over one another, or are too large")
        ranges += gap >= _NEAR
        if gap >= _NEAR or stop - reads[-1][0].offset > _READ:
            reads.append([])
            gap = 0
        reads[-1].append(sample)
        samples.append(sample)
        fetched += gap + sample.size
        if fetched > most or len(samples) > _MOST_KEPT or (tracks[1:] and ranges > _MOST_RANGES):
            raise NotUnderstood("more than may be fetched, or in too many places")
    made, video = write_head(head, movie, tracks, samples), tracks[0]
    size = len(made) + sum(sample.size for sample in samples)
    if size > most:
        raise NotUnderstood("more than may be made")
    times = [*(sample.time for sample in samples if sample.is_key), video.end]
    return Plan(
        head=made,
        reads=reads,
        at_once=max(1, min(_AT_ONCE, _UNDER_WAY // max(one.size for one in samples))),
        size=size,
        fetched=fetched,
        coding=video.coding,
        frames=len(times) - 1,
        in_all=video.count,
        gap=median(after - time for time, after in pairwise(times)) / video.scale,
        is_heard=len(tracks) > 1,
    )
