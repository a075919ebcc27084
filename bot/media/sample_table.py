"""Read where the samples of a movie lie and when each is shown, and write a movie of a few of them.

What is not understood is refused whole: of half a table, nobody can tell what it leaves out.
"""

import math
import struct
from collections.abc import Iterator
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import accumulate, chain, groupby, islice, pairwise, repeat
from typing import NamedTuple

from bot.media.boxes import AFTER_DATES, anew, box, coding, dated, found, inside, only, rows, table

_MOST_SAMPLES = 1 << 20  # of a track: as many as six hours of sound have
_TABLE = (b"mdia", b"minf", b"stbl")
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
    """What is inside a `trak` of `count` samples, which is shown from `start` to `end`.

    Its clock goes with the clip's, `scale` units a second, and is `shift` ahead of the table's.
    `coding` are its codec and the setup of that.
    """

    trak: memoryview
    coding: tuple[str, bytes]
    scale: int
    shift: int
    start: int
    end: int = 0
    count: int = 0

    def samples(self) -> Iterator[Sample]:
        """Yield the samples in the order of decoding, while their table is read."""
        stbl = inside(only(self.trak, *_TABLE))
        size, count = struct.unpack_from(">II", stbl[b"stsz"], 4)
        numbers, offset, time = range(1, min(count, _MOST_SAMPLES) + 1), 0, self.shift
        keys = (key for (key,) in rows(stbl[b"stss"], ">I")) if b"stss" in stbl else iter(numbers)
        delays = rows(stbl[b"ctts"], ">Ii") if b"ctts" in stbl else [(count, 0)]
        key = next(keys, None)
        for number, begin, length, lasts, later in zip(
            numbers,
            _chunks(stbl),
            repeat(size, count) if size else chain.from_iterable(rows(stbl[b"stsz"], ">I", at=8)),
            chain.from_iterable(repeat(lasts, run) for run, lasts in rows(stbl[b"stts"], ">Ii")),
            chain.from_iterable(repeat(later, run) for run, later in delays),
            strict=True,
        ):
            offset = offset if begin is None else begin
            yield Sample(offset, length, time + later, lasts, number == key)
            offset, time = offset + length, time + lasts
            key = next(keys, None) if number == key else key
        if key is not None:
            raise NotUnderstood("key frames that are not in their order, or not counted from 1")


def read_track(movie: bytes, kind: bytes, size: int) -> Track | None:
    """Read the first track of a kind, `vide` or `soun`, in the `moov` of a file of `size` bytes.

    Raises:
        NotUnderstood: nothing can be picked out by its table.
    """
    root = memoryview(movie)
    try:
        held = inside(root)
        if b"mvex" in held:
            raise NotUnderstood("fragments, of which the table says nothing")
        traks = (t for t in found(root, b"trak") if bytes(only(t, b"mdia", b"hdlr")[8:12]) == kind)
        return next((_track(trak, held[b"mvhd"], size) for trak in traks), None)
    except (struct.error, ValueError, LookupError, ArithmeticError) as error:
        raise NotUnderstood("a table that is damaged") from error


def _track(trak: memoryview, movie_header: memoryview, size: int) -> Track:
    headers = (movie_header, only(trak, b"mdia", b"mdhd"))
    movie_scale, scale = (struct.unpack_from(">I", one, AFTER_DATES[one[0]])[0] for one in headers)
    header, sources = only(trak, b"tkhd"), only(trak, b"mdia", b"minf", b"dinf", b"dref")
    files, own = struct.unpack_from(">I8xI", sources, 4)
    if not scale or len(header) != (84, 96)[header[0]] or (files, own) != (1, 1):
        raise NotUnderstood("headers of another kind, or samples in another file")
    # Understood is what cameras and FFmpeg write: a pause, and then one part at its own pace.
    edits, unit = [(0, 0, _OWN_PACE)], Fraction(scale, movie_scale)
    if found(trak, b"edts"):
        elst = only(trak, b"edts", b"elst")
        edits = list(islice(rows(elst, (">IiI", ">QqI")[elst[0]]), 3))
    pause = edits.pop(0)[0] if edits[0][1] == -1 else 0
    ((longest, begin, rate),) = edits
    start, how = round(pause * unit), coding(only(trak, *_TABLE, b"stsd"))
    if begin < 0 or rate != _OWN_PACE or not how[0]:
        raise NotUnderstood("edits or a codec of another kind")
    track, end, count = Track(trak, how, scale, start - begin, start), start, 0
    for sample in track.samples():
        if sample.offset + sample.size > size or sample.lasts < 0:
            raise NotUnderstood("samples behind the end of the file, or of the one before")
        end, count = max(end, sample.time + sample.lasts), count + 1
    # The length is in units of the movie's, which may be coarse: a part of one counts as a whole.
    edited = start + math.ceil(longest * unit)
    return replace(track, end=min(end, edited) if longest else end, count=count)


def _chunks(stbl: dict[bytes, memoryview]) -> Iterator[int | None]:
    """Yield where each chunk begins, and None for its other samples (ISO/IEC 14496-12, 8.7.4)."""
    name, form = (b"co64", ">Q") if b"co64" in stbl else (b"stco", ">I")
    (count,) = struct.unpack_from(">I", stbl[name], 4)
    chunks, number = rows(stbl[name], form), 1
    runs = chain(rows(stbl[b"stsc"], ">III"), [(count + 1, 0, 0)])
    for (first, held, kind), (after, _, _) in pairwise(runs):
        if not number == first < after or not held or kind != 1:
            raise NotUnderstood("chunks that are not in their order, or empty")
        for (chunk,) in islice(chunks, after - first):
            yield chunk
            yield from repeat(None, held - 1)
        number = after


def write_head(head: bytes, movie: bytes, tracks: list[Track], samples: list[Sample]) -> bytes:
    """Return all that stands before samples of which each can be decoded alone.

    They follow in this order: key frames are the first track's, others the second's. `head` and
    `movie`, which is inside `moov`, are the clip's: what is not about its samples is copied.

    Raises:
        NotUnderstood: a track has none.
        struct.error: a number is too large for its place.
    """
    form = b"".join(box(b"ftyp", one) for one in found(memoryview(head), b"ftyp"))
    made, sizes, clocks = b"", [one.size for one in samples], [one.scale for one in tracks]
    seconds, scale = max(Fraction(one.end, one.scale) for one in tracks), math.lcm(*clocks)
    # By a multiple of both clocks each pause is exact; where it has no place, by the finer one.
    scale = scale if scale * max(1, seconds) < 1 << 32 else max(clocks)
    header = dated(b"mvhd", only(memoryview(movie), b"mvhd"), scale, round(seconds * scale))
    for _ in range(2):  # as long whatever places it tells, which are right the second time
        placed = [*zip(samples, accumulate(sizes, initial=len(made)), strict=False)]
        kept = [[one for one in placed if one[0].is_key is are_keys] for are_keys in (True, False)]
        traks = (_trak(scale, *one) for one in zip((1, 2), tracks, kept, strict=False))
        made = form + box(b"moov", header, *traks) + struct.pack(">I4s", 8 + sum(sizes), b"mdat")
    return made


def _trak(scale: int, number: int, track: Track, kept: list[tuple[Sample, int]]) -> bytes:
    """Write a track, which is as long in a movie of `scale` units a second as on its own clock."""
    if not kept:
        raise NotUnderstood("a track of which nothing is kept")
    times, unit = [*(sample.time for sample, _ in kept), track.end], Fraction(scale, track.scale)
    pause, whole = round(max(times[0], track.start) * unit), round(track.end * unit)
    edits = [pause, _NOTHING, _OWN_PACE, whole - pause, max(0, track.start - times[0]), _OWN_PACE]
    lengths = [after - time for time, after in pairwise(times)]
    mdia, minf = only(track.trak, b"mdia"), only(track.trak, b"mdia", b"minf")
    stbl = box(  # Each sample is a chunk by itself. Without `stss`, each is a key frame.
        b"stbl",
        box(b"stsd", only(minf, b"stbl", b"stsd")),
        table(b"stts", 2, [n for one, same in groupby(lengths) for n in (len([*same]), one)]),
        table(b"stsc", 3, [1, 1, 1]),
        table(b"stsz", 1, [sample.size for sample, _ in kept], 0),
        table(b"stco", 1, [place for _, place in kept]),
    )
    tkhd = dated(b"tkhd", only(track.trak, b"tkhd"), number, 0, whole)
    edts = box(b"edts", table(b"elst", 3, edits if pause else edits[3:]))
    new = {b"mdhd": dated(b"mdhd", only(mdia, b"mdhd"), track.scale, sum(lengths))}
    new[b"minf"] = anew(b"minf", minf, {b"stbl": stbl})
    return box(b"trak", tkhd, edts, anew(b"mdia", mdia, new))
