"""Read from a movie where its samples lie and when each is shown (ISO/IEC 14496-12, clause 8).

What is not understood is refused whole: of half a table, nobody can tell what it leaves out.
"""

import struct
import sys
from array import array
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate, chain, islice, pairwise, repeat
from operator import add, sub

from bot.media.boxes import boxes


class NotUnderstood(Exception):
    """The table lacks something, contradicts itself, or says what is not dealt with here."""


@dataclass(frozen=True, slots=True)
class Track:
    """The samples of a track in the order of decoding, and what a player has to know of them.

    All times are in units of which `scale` are a second, on the clip's own clock: each sample is
    shown at its place in `times`, and of all that the part from `start` to `end`. The last sample
    is over at `over`. `keys` are the indices of the key frames. `shape` is the end of `tkhd`: how
    the pictures are turned, and their size. `handler` and `description` are what is inside `hdlr`
    and `stsd`.
    """

    scale: int
    shape: bytes
    handler: bytes
    description: bytes
    offsets: Sequence[int]
    sizes: Sequence[int]
    times: Sequence[int]
    keys: Sequence[int]
    start: int
    end: int
    over: int


@dataclass(frozen=True, slots=True)
class Movie:
    """The first track of pictures and of sound; `matrix` turns them all.

    `sound` is None where there is none, and where there `is_heard` something, it is not understood.
    """

    matrix: bytes
    video: Track
    sound: Track | None
    is_heard: bool


_MOST_SAMPLES = 1 << 20  # of a track: as many as six hours of sound have
_TKHD = (84, 96)  # bytes of its two versions
_MATRIX, _SIZE, _AFTER_MATRIX = 36, 8, 28  # bytes of it, behind it in `tkhd`, and in `mvhd`
_ENTRIES = {b"avc1", b"avc3", b"hvc1", b"hev1", b"av01", b"vp09"}
_BROKEN = (struct.error, ValueError, LookupError, ArithmeticError)


def read_table(movie: bytes, size: int) -> Movie:
    """Read what is inside the `moov` of a file of so many bytes.

    Raises:
        NotUnderstood: its pictures can't be picked out by it.
    """
    root = memoryview(movie)
    try:
        if _found(root, b"mvex"):
            raise NotUnderstood("fragments, of which the table says nothing")
        header = _only(root, b"mvhd")
        (scale,) = struct.unpack_from(">I", header, 20 if header[0] else 12)
        kinds = [(bytes(_only(one, b"mdia", b"hdlr")[8:12]), one) for one in _found(root, b"trak")]
        video = _track(next(one for kind, one in kinds if kind == b"vide"), scale, size)
        if video.description[12:16] not in _ENTRIES:
            raise NotUnderstood("pictures of another kind")
    except (*_BROKEN, StopIteration) as error:
        raise NotUnderstood("a table that is damaged") from error
    heard = next((one for kind, one in kinds if kind == b"soun"), None)
    try:
        sound = None if heard is None else _track(heard, scale, size)
    except (*_BROKEN, NotUnderstood):
        sound = None
    matrix = bytes(header[-_MATRIX - _AFTER_MATRIX : -_AFTER_MATRIX])
    return Movie(matrix, video, sound, heard is not None)


def _track(track: memoryview, movie_scale: int, size: int) -> Track:
    media, header = _only(track, b"mdia"), _only(track, b"tkhd")
    table, said = _only(media, b"minf", b"stbl"), _only(media, b"mdhd")
    sources, description = _only(media, b"minf", b"dinf", b"dref"), _only(table, b"stsd")
    counts = [struct.unpack_from(">I", box, 4) for box in (sources, description)]
    (scale,) = struct.unpack_from(">I", said, 20 if said[0] else 12)
    # Of each one entry, whose flag says that the samples are in this very file.
    if len(header) not in _TKHD or counts != [(1,), (1,)] or not sources[19] & 1 or not scale:
        raise NotUnderstood("samples of several kinds, or in another file")
    sizes = _sizes(table)
    offsets = _offsets(table, sizes)
    if max(map(add, offsets, sizes)) > size:
        raise NotUnderstood("samples behind the end of the file")
    start, begin, longest = _edited(track, movie_scale, scale)
    times, over = _times(table, len(sizes), start - begin)
    return Track(
        scale=scale,
        shape=bytes(header[-_MATRIX - _SIZE :]),
        handler=bytes(_only(media, b"hdlr")),
        description=bytes(description),
        offsets=offsets,
        sizes=sizes,
        times=times,
        keys=_keys(table, len(sizes)),
        start=start,
        end=min(over, start + longest) if longest else over,
        over=over,
    )


def _sizes(table: memoryview) -> Sequence[int]:
    if _found(table, b"stz2"):
        box = _only(table, b"stz2")
        return array("I", _numbers(box, {8: "B", 16: "H"}[box[7]], at=8))
    box = _only(table, b"stsz")
    size, count = struct.unpack_from(">II", box, 4)
    if not size:
        return _numbers(box, "I", at=8)
    if count > _MOST_SAMPLES:
        raise NotUnderstood("more samples than there is memory for")
    return array("I", [size]) * count


def _times(table: memoryview, count: int, shift: int) -> tuple[Sequence[int], int]:
    """Return when each sample is shown, later by `shift` than its table says, and when all end."""
    stts, is_ordered = _only(table, b"stts"), not _found(table, b"ctts")
    runs = _numbers(stts, "i", columns=2)
    counts, step = list(runs[:6:2]), runs[1]
    # Each sample of sound, perhaps but the last, lasts as long: that takes no memory to know.
    if is_ordered and step > 0 and counts in ([count], [count - 1, 1]):
        times = range(shift, shift + count * step, step)
        return times, times[-1] + runs[-1]
    decoded = array("q", accumulate(_expanded(stts, count), initial=shift))
    over = decoded.pop()
    if is_ordered:
        return decoded, over
    # Of version 0 too, since QuickTime writes what is less than nothing there as well.
    later = _expanded(_only(table, b"ctts"), count)
    shown = array("q", map(add, decoded, later))
    return shown, over + max(0, max(shown) - decoded[-1])


def _expanded(box: memoryview, count: int) -> Iterator[int]:
    """Yield the value of each sample, of which the table has runs."""
    pairs = _numbers(box, "i", columns=2)
    runs, values = pairs[::2], pairs[1::2]
    if min(runs) < 0 or sum(runs) != count:
        raise NotUnderstood("times of another number of samples")
    return chain.from_iterable(map(repeat, values, runs))


def _edited(track: memoryview, movie_scale: int, scale: int) -> tuple[int, int, int]:
    """Return when a track starts, with which time in its table, and how long it is shown.

    That is 0 for its end. Understood is what cameras and FFmpeg write: a pause, and then one part
    at its own pace.
    """
    if not _found(track, b"edts"):
        return 0, 0, 0
    box = _only(track, b"edts", b"elst")
    form = ">QqI" if box[0] else ">IiI"
    edits = list(struct.iter_unpack(form, box[8:]))
    pause = edits.pop(0)[0] if edits[0][1] == -1 else 0
    ((length, begin, rate),) = edits
    if begin < 0 or rate != 1 << 16:
        raise NotUnderstood("edits of another kind")
    # The length is in units of the movie's, which may be coarse: a part of one counts as a whole.
    return round(pause * scale / movie_scale), begin, -(-length * scale // movie_scale)


def _offsets(table: memoryview, sizes: Sequence[int]) -> Sequence[int]:
    """Lay out the samples in their chunks, and return where each begins."""
    wide = _found(table, b"co64")
    chunks = _numbers(_only(table, b"co64" if wide else b"stco"), "Q" if wide else "I")
    runs = _numbers(_only(table, b"stsc"), "I", columns=3)
    # A long clip has tens of thousands of runs, which are nowhere copied.
    firsts, counts, kinds = (islice(runs, column, None, 3) for column in range(3))
    afters = chain(islice(runs, 3, None, 3), [len(chunks) + 1])
    offsets, at = array("Q"), 0
    for first, after, count in zip(firsts, afters, counts, strict=True):
        if not 0 < first < after or not count:
            raise NotUnderstood("chunks that are not in their order, or empty")
        for chunk in chunks[first - 1 : after - 1]:
            offsets.extend(accumulate(sizes[at : at + count - 1], initial=chunk))
            at += count
    if runs[0] != 1 or at != len(sizes) or set(kinds) != {1}:
        raise NotUnderstood("chunks of another number of samples")
    return offsets


def _keys(table: memoryview, count: int) -> Sequence[int]:
    if not _found(table, b"stss"):
        return range(count)
    numbers = _numbers(_only(table, b"stss"), "I")
    if not 0 < numbers[0] <= numbers[-1] <= count or any(a >= b for a, b in pairwise(numbers)):
        raise NotUnderstood("key frames that are not in their order")
    return array("I", map(sub, numbers, repeat(1)))


def _numbers(box: memoryview, code: str, columns: int = 1, at: int = 4) -> Sequence[int]:
    """Read a table, before which the number of its rows stands."""
    (count,) = struct.unpack_from(">I", box, at)
    numbers: array[int] = array(code)
    numbers.frombytes(box[at + 4 :])
    if len(numbers) != count * columns:
        raise NotUnderstood("a table of another length than it says")
    if sys.byteorder == "little":
        numbers.byteswap()
    return numbers


def _only(data: memoryview, *path: bytes) -> memoryview:
    """Return what is in the one box of a name, inside that of the name before it."""
    for name in path:
        (data,) = _found(data, name)
    return data


def _found(data: memoryview, name: bytes) -> list[memoryview]:
    return [data[start:end] for one, start, end in boxes(data, 0, len(data)) if one == name]
