"""Read where the samples of a movie lie and when each is shown, and write a movie of a few of them.

The clauses are those of ISO/IEC 14496-12. What is not understood is refused whole: of half a table,
nobody can tell what it leaves out.
"""

import math
import struct
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import chain, groupby, islice, pairwise, repeat
from typing import NamedTuple

from bot.media.boxes import AFTER_DATES, box, boxes, coding, dated, found, only, prefix, rows, table

_MOST_SAMPLES = 1 << 20  # of a track: as many as six hours of sound have
_TABLE = (b"mdia", b"minf", b"stbl")
_TKHD = (84, 96)  # bytes of its two versions
_OWN_PACE, _NOTHING = 1 << 16, 0xFFFFFFFF  # the rate of an edit: 1.0; the time of a pause: -1


class NotUnderstood(Exception):
    """The table lacks something, contradicts itself, or says what is not dealt with here."""


class Sample(NamedTuple):
    """Where a sample lies, and when it is shown and for how long, on the clock of its track."""

    offset: int
    size: int
    time: int
    lasts: int
    is_key: bool


@dataclass(frozen=True, slots=True)
class Track:
    """What is `inside` a `trak` of `count` samples, which is shown from `start` to `end`.

    Its clock goes with the clip's, `scale` units a second, and is `shift` ahead of the table's.
    `coding` are its codec and the setup of that.
    """

    inside: memoryview
    coding: tuple[str, bytes]
    scale: int
    shift: int
    start: int
    end: int = 0
    count: int = 0

    def samples(self) -> Iterator[Sample]:
        """Yield the samples in the order of decoding, while their table is read."""
        stbl = only(self.inside, *_TABLE)
        size, count = struct.unpack_from(">II", only(stbl, b"stsz"), 4)
        numbers = range(1, count + 1)
        keys = {key for (key,) in rows(stbl, b"stss", ">I")} if found(stbl, b"stss") else numbers
        if count > _MOST_SAMPLES or 0 in keys:
            raise NotUnderstood("more samples than there is time for, or not counted from 1")
        offset, time = 0, self.shift
        for number, begin, length, lasts, late in zip(
            numbers,
            _chunks(stbl),
            repeat(size, count) if size else chain.from_iterable(rows(stbl, b"stsz", ">I", at=8)),
            _expanded(stbl, b"stts"),
            _expanded(stbl, b"ctts") if found(stbl, b"ctts") else repeat(0, count),
            strict=True,
        ):
            offset = offset if begin is None else begin
            yield Sample(offset, length, time + late, lasts, number in keys)
            offset, time = offset + length, time + lasts


def read_track(movie: bytes, kind: bytes, size: int) -> Track | None:
    """Read the first track of a kind, `vide` or `soun`, in the `moov` of a file of `size` bytes.

    Raises:
        NotUnderstood: nothing can be picked out by its table.
    """
    root = memoryview(movie)
    try:
        if found(root, b"mvex"):
            raise NotUnderstood("fragments, of which the table says nothing")
        for inside in found(root, b"trak"):
            if bytes(only(inside, b"mdia", b"hdlr")[8:12]) == kind:
                return _track(inside, only(root, b"mvhd"), size)
    except (struct.error, ValueError, LookupError, ArithmeticError) as error:
        raise NotUnderstood("a table that is damaged") from error
    return None


def _track(inside: memoryview, movie_header: memoryview, size: int) -> Track:
    headers = (movie_header, only(inside, b"mdia", b"mdhd"))
    movie_scale, scale = (struct.unpack_from(">I", one, AFTER_DATES[one[0]])[0] for one in headers)
    header, sources = only(inside, b"tkhd"), only(inside, b"mdia", b"minf", b"dinf", b"dref")
    if not scale or len(header) != _TKHD[header[0]]:
        raise NotUnderstood("headers of other kinds")
    if struct.unpack_from(">I8xI", sources, 4) != (1, 1):
        raise NotUnderstood("samples in another file, or in several")
    # Understood is what cameras and FFmpeg write: a pause, and then one part at its own pace.
    edits, unit = [(0, 0, _OWN_PACE)], Fraction(scale, movie_scale)
    if found(inside, b"edts"):
        edts = only(inside, b"edts")
        edits = list(islice(rows(edts, b"elst", (">IiI", ">QqI")[only(edts, b"elst")[0]]), 3))
    pause = edits.pop(0)[0] if edits[0][1] == -1 else 0
    ((longest, begin, rate),) = edits
    if begin < 0 or rate != _OWN_PACE:
        raise NotUnderstood("edits of another kind")
    start = round(pause * unit)
    how = coding(only(inside, *_TABLE, b"stsd"))
    track, end, count = Track(inside, how, scale, start - begin, start), start, 0
    for sample in track.samples():
        if sample.offset + sample.size > size:
            raise NotUnderstood("samples behind the end of the file")
        end, count = max(end, sample.time + sample.lasts), count + 1
    # The length is in units of the movie's, which may be coarse: a part of one counts as a whole.
    edited = start + math.ceil(longest * unit)
    return replace(track, end=min(end, edited) if longest else end, count=count)


def _chunks(stbl: memoryview) -> Iterator[int | None]:
    """Yield where each chunk begins, and None for each other sample in it (8.7.4, 8.7.5)."""
    name, form = (b"co64", ">Q") if found(stbl, b"co64") else (b"stco", ">I")
    (count,) = struct.unpack_from(">I", only(stbl, name), 4)
    chunks, number = rows(stbl, name, form), 1
    runs = chain(rows(stbl, b"stsc", ">III"), [(count + 1, 0, 0)])
    for (first, held, kind), (after, _, _) in pairwise(runs):
        if not number == first < after or not held or kind != 1:
            raise NotUnderstood("chunks that are not in their order, or empty")
        for (chunk,) in islice(chunks, after - first):
            yield chunk
            yield from repeat(None, held - 1)
        number = after


def _expanded(stbl: memoryview, name: bytes) -> Iterator[int]:
    return (value for run, value in rows(stbl, name, ">Ii") for _ in range(run))


class Strip(NamedTuple):
    """What is kept of a track as it is to be shown, and at which places behind the head."""

    track: Track
    samples: list[Sample]
    places: list[int]


def write_head(form: bytes, movie: bytes, strips: Sequence[Strip]) -> bytes:
    """Return all that stands before samples of which each can be decoded alone.

    `form` is an `ftyp`, and `movie` what is inside the clip's `moov`: what is not about its samples
    is copied.

    Raises:
        NotUnderstood: a track has none.
        struct.error: a number is too large for its place.
    """
    if not all(strip.samples for strip in strips):
        raise NotUnderstood("a track of which nothing is kept")
    size = sum(sample.size for strip in strips for sample in strip.samples)
    head, scale = b"", strips[0].track.scale
    for _ in range(2):  # as long whatever places it tells, which are right the second time
        tracks = [_written(one, at, scale, len(head)) for at, one in enumerate(strips, 1)]
        length = max(length for length, _ in tracks)
        header = dated(b"mvhd", only(memoryview(movie), b"mvhd"), scale, length)
        head = form + box(b"moov", header, *(trak for _, trak in tracks)) + prefix(b"mdat", size)
    return head


def _written(strip: Strip, number: int, scale: int, start: int) -> tuple[int, bytes]:
    """Return how long a track is, in units of which `scale` are a second, and its box."""
    track, samples, places = strip
    first, ends = samples[0].time, [*(sample.time for sample in samples[1:]), track.end]
    pause = max(0, round((first - track.start) * scale / track.scale))
    shown = round((track.end - max(first, track.start)) * scale / track.scale)
    edits = [pause, _NOTHING, _OWN_PACE, shown, max(0, track.start - first), _OWN_PACE]
    lengths = [end - sample.time for sample, end in zip(samples, ends, strict=True)]
    media, info = only(track.inside, b"mdia"), only(track.inside, b"mdia", b"minf")
    others = [one for one in boxes(info, 0, len(info)) if one[0] != b"stbl"]
    stbl = box(  # Each sample is a chunk by itself. Without `stss`, each is a key frame.
        b"stbl",
        box(b"stsd", only(info, b"stbl", b"stsd")),
        table(b"stts", 2, [n for one, same in groupby(lengths) for n in (len([*same]), one)]),
        table(b"stsc", 3, [1, 1, 1]),
        table(b"stsz", 1, [sample.size for sample in samples], 0),
        table(b"stco", 1, [start + place for place in places]),
    )
    return pause + shown, box(
        b"trak",
        dated(b"tkhd", only(track.inside, b"tkhd"), number, 0, pause + shown),
        box(b"edts", table(b"elst", 3, edits if pause else edits[3:])),
        box(
            b"mdia",
            dated(b"mdhd", only(media, b"mdhd"), track.scale, sum(lengths)),
            box(b"hdlr", only(media, b"hdlr")),
            box(b"minf", *(box(name, info[at:end]) for name, at, end in others), stbl),
        ),
    )
