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

from bot.media.boxes import AFTER_DATES, boxes, found, only

_HEADER = 8  # bytes of a box's
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
    `description` is what is inside `stsd`.
    """

    inside: memoryview
    description: bytes
    scale: int
    shift: int
    start: int
    end: int = 0
    count: int = 0

    def samples(self) -> Iterator[Sample]:
        """Yield the samples in the order of decoding, while their table is read."""
        table = only(self.inside, *_TABLE)
        stsz, stts = only(table, b"stsz"), only(table, b"stts")
        (ctts,), (stss,) = found(table, b"ctts") or [None], found(table, b"stss") or [None]
        size, count = struct.unpack_from(">II", stsz, 4)
        keys = range(1, count + 1) if stss is None else {key for (key,) in _rows(stss, ">I")}
        if count > _MOST_SAMPLES or 0 in keys:
            raise NotUnderstood("more samples than there is time for, or not counted from 1")
        columns = zip(
            range(1, count + 1),
            repeat(size, count) if size else chain.from_iterable(_rows(stsz, ">I", at=8)),
            _expanded(stts),
            repeat(0, count) if ctts is None else _expanded(ctts),
            strict=True,
        )
        left, time = count, self.shift
        for chunk, held in _chunks(table):
            offset, left = chunk, left - held
            for number, length, lasts, later in islice(columns, held):
                yield Sample(offset, length, time + later, lasts, number in keys)
                offset, time = offset + length, time + lasts
        if left or next(columns, None):
            raise NotUnderstood("chunks of another number of samples")


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
    dated = (movie_header, only(inside, b"mdia", b"mdhd"))
    movie_scale, scale = (struct.unpack_from(">I", one, AFTER_DATES[one[0]])[0] for one in dated)
    header, sources = only(inside, b"tkhd"), only(inside, b"mdia", b"minf", b"dinf", b"dref")
    if not scale or len(header) != _TKHD[header[0]]:
        raise NotUnderstood("headers of other kinds")
    if struct.unpack_from(">I8xI", sources, 4) != (1, 1):
        raise NotUnderstood("samples in another file, or in several")
    # Understood is what cameras and FFmpeg write: a pause, and then one part at its own pace.
    edits, unit = [(0, 0, _OWN_PACE)], Fraction(scale, movie_scale)
    if found(inside, b"edts"):
        box = only(inside, b"edts", b"elst")
        edits = list(islice(_rows(box, (">IiI", ">QqI")[box[0]]), 3))
    pause = edits.pop(0)[0] if edits[0][1] == -1 else 0
    ((longest, begin, rate),) = edits
    if begin < 0 or rate != _OWN_PACE:
        raise NotUnderstood("edits of another kind")
    description, start = bytes(only(inside, *_TABLE, b"stsd")), round(pause * unit)
    track, end, count = Track(inside, description, scale, start - begin, start), start, 0
    for sample in track.samples():
        if sample.offset + sample.size > size:
            raise NotUnderstood("samples behind the end of the file")
        end, count = max(end, sample.time + sample.lasts), count + 1
    # The length is in units of the movie's, which may be coarse: a part of one counts as a whole.
    edited = start + math.ceil(longest * unit)
    return replace(track, end=min(end, edited) if longest else end, count=count)


def _chunks(table: memoryview) -> Iterator[tuple[int, int]]:
    """Yield where each chunk begins, and how many samples it holds (8.7.4, 8.7.5)."""
    name, form = (b"co64", ">Q") if found(table, b"co64") else (b"stco", ">I")
    chunks, number = _rows(only(table, name), form), 1
    (count,) = struct.unpack_from(">I", only(table, name), 4)
    runs = chain(_rows(only(table, b"stsc"), ">III"), [(count + 1, 0, 0)])
    for (first, held, kind), (after, _, _) in pairwise(runs):
        if not number == first < after or not held or kind != 1:
            raise NotUnderstood("chunks that are not in their order, or empty")
        yield from ((chunk, held) for (chunk,) in islice(chunks, after - first))
        number = after


def _expanded(box: memoryview) -> Iterator[int]:
    return (value for run, value in _rows(box, ">Ii") for _ in range(run))


def _rows(box: memoryview, form: str, at: int = 4) -> Iterator[tuple[int, ...]]:
    """Return the rows of a table, before which their number stands."""
    (count,) = struct.unpack_from(">I", box, at)
    if len(box) - at - 4 != count * struct.calcsize(form):
        raise NotUnderstood("a table of another length than it says")
    return struct.iter_unpack(form, box[at + 4 :])


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
    head, scale = b"", strips[0].track.scale
    for _ in range(2):  # as long whatever places it tells, which are right the second time
        start = len(head) + _HEADER
        tracks = [_written(one, number, scale, start) for number, one in enumerate(strips, 1)]
        length = max(length for length, _ in tracks)
        header = _dated(b"mvhd", only(memoryview(movie), b"mvhd"), scale, length)
        head = form + _box(b"moov", header, *(box for _, box in tracks))
    size = sum(sample.size for strip in strips for sample in strip.samples)
    return head + struct.pack(">I4s", _HEADER + size, b"mdat")


def _written(strip: Strip, number: int, scale: int, start: int) -> tuple[int, bytes]:
    """Return how long a track is, in units of which `scale` are a second, and its box."""
    track, samples, places = strip
    first, ends = samples[0].time, [*(sample.time for sample in samples[1:]), track.end]
    pause = max(0, round((first - track.start) * scale / track.scale))
    shown = round((track.end - max(first, track.start)) * scale / track.scale)
    edits = [pause, _NOTHING, _OWN_PACE, shown, max(0, track.start - first), _OWN_PACE]
    lengths = [end - sample.time for sample, end in zip(samples, ends, strict=True)]
    media, info = only(track.inside, b"mdia"), only(track.inside, b"mdia", b"minf")
    table = _box(  # Each sample is a chunk by itself. Without `stss`, each is a key frame.
        b"stbl",
        _box(b"stsd", track.description),
        _table(b"stts", 2, [n for one, same in groupby(lengths) for n in (len([*same]), one)]),
        _table(b"stsc", 3, [1, 1, 1]),
        _table(b"stsz", 1, [sample.size for sample in samples], 0),
        _table(b"stco", 1, [start + place for place in places]),
    )
    others = [box for box in boxes(info, 0, len(info)) if box[0] != b"stbl"]
    return pause + shown, _box(
        b"trak",
        _dated(b"tkhd", only(track.inside, b"tkhd"), number, 0, pause + shown),
        _box(b"edts", _table(b"elst", 3, edits if pause else edits[3:])),
        _box(
            b"mdia",
            _dated(b"mdhd", only(media, b"mdhd"), track.scale, sum(lengths)),
            _box(b"hdlr", only(media, b"hdlr")),
            _box(b"minf", *(_box(name, info[at:end]) for name, at, end in others), table),
        ),
    )


def _dated(name: bytes, old: memoryview, *numbers: int) -> bytes:
    """Copy a header with other numbers behind its dates, of which the last is how long it is."""
    at, form = AFTER_DATES[old[0]], f">{len(numbers) - 1}I{'IQ'[old[0]]}"
    return _box(name, old[:at], struct.pack(form, *numbers), old[at + struct.calcsize(form) :])


def _table(name: bytes, columns: int, numbers: Sequence[int], *before: int) -> bytes:
    head = struct.pack(f">{2 + len(before)}I", 0, *before, len(numbers) // columns)
    return _box(name, head, struct.pack(f">{len(numbers)}I", *numbers))


def _box(name: bytes, *parts: bytes | memoryview) -> bytes:
    return struct.pack(">I4s", _HEADER + sum(map(len, parts)), name) + b"".join(parts)
