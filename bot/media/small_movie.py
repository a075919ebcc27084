"""Write the head of an MP4: all that stands before its samples (ISO/IEC 14496-12, clause 8)."""

import struct
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain, groupby, pairwise

from bot.media.sample_table import Track

_SHORT = 8  # bytes of a box's header


@dataclass(frozen=True, slots=True)
class Strip:
    """What is kept of a track: samples of which each can be decoded alone.

    `places` are where they lie behind the head, and `times` when each is shown and the last is
    over; of the first, `skipped` is not shown. Both are in the track's units, the `pause` before it
    and how long all is `shown` in those of the movie.
    """

    track: Track
    sizes: Sequence[int]
    places: Sequence[int]
    times: Sequence[int]
    pause: int
    skipped: int
    shown: int


def write_head(form: bytes, matrix: bytes, scale: int, strips: Sequence[Strip]) -> bytes:
    """Return the head of a movie that is of the `form` of an `ftyp`; `scale` units are a second.

    Raises:
        struct.error: a number is too large for its place.
    """
    size = sum(sum(strip.sizes) for strip in strips)
    # How long it is does not depend on the places that it tells.
    start = len(form) + len(_movie(matrix, scale, strips, 0)) + _SHORT
    return form + _movie(matrix, scale, strips, start) + struct.pack(">I4s", _SHORT + size, b"mdat")


def _box(name: bytes, *parts: bytes) -> bytes:
    return struct.pack(">I4s", _SHORT + sum(map(len, parts)), name) + b"".join(parts)


def _full(name: bytes, form: str, *numbers: int | bytes, flags: int = 0) -> bytes:
    """Write a box with a version, which is 0, and flags."""
    return _box(name, struct.pack(f">I{form}", flags, *numbers))


def _movie(matrix: bytes, scale: int, strips: Sequence[Strip], start: int) -> bytes:
    tracks = [_track(strip, number, start) for number, strip in enumerate(strips, 1)]
    length, after = max(one.pause + one.shown for one in strips), len(strips) + 1
    # At its own pace (1.0) and loudness (1.0).
    form = "4IIH10x36s24xI"
    header = _full(b"mvhd", form, 0, 0, scale, length, 1 << 16, 1 << 8, matrix, after)
    return _box(b"moov", header, *tracks)


def _track(strip: Strip, number: int, start: int) -> bytes:
    is_sound = strip.track.handler[8:12] == b"soun"
    length, loudness = strip.pause + strip.shown, is_sound << 8
    enabled_in_movie = 3
    header = _full(
        b"tkhd",
        "5I8xhhHxx44s",
        *(0, 0, number, 0, length, 0, 0, loudness, strip.track.shape),
        flags=enabled_in_movie,
    )
    pause = [(strip.pause, -1, 1 << 16)] if strip.pause else []
    edits = [*pause, (strip.shown, strip.skipped, 1 << 16)]
    packed = b"".join(struct.pack(">IiI", *edit) for edit in edits)
    edited = _box(b"edts", _full(b"elst", f"I{len(packed)}s", len(edits), packed))
    return _box(b"trak", header, edited, _media(strip, start, is_sound=is_sound))


def _media(strip: Strip, start: int, *, is_sound: bool) -> bytes:
    undetermined = 0x55C4  # "und" in five bits a letter
    length = strip.times[-1] - strip.times[0]
    said = _full(b"mdhd", "4IHxx", 0, 0, strip.track.scale, length, undetermined)
    look = _full(b"smhd", "4x") if is_sound else _full(b"vmhd", "8x", flags=1)
    in_this_file = _full(b"url ", "", flags=1)
    sources = _box(b"dinf", _full(b"dref", f"I{len(in_this_file)}s", 1, in_this_file))
    lengths = [after - time for time, after in pairwise(strip.times)]
    runs = [(len(list(same)), one) for one, same in groupby(lengths)]
    # Each sample is a chunk by itself. Without `stss`, each is a key frame.
    table = _box(
        b"stbl",
        _box(b"stsd", strip.track.description),
        _full(b"stts", f"I{2 * len(runs)}I", len(runs), *chain.from_iterable(runs)),
        _full(b"stsc", "4I", 1, 1, 1, 1),
        _full(b"stsz", f"II{len(strip.sizes)}I", 0, len(strip.sizes), *strip.sizes),
        _full(
            b"stco",
            f"I{len(strip.places)}I",
            len(strip.places),
            *(start + one for one in strip.places),
        ),
    )
    handler = _box(b"hdlr", strip.track.handler)
    return _box(b"mdia", said, handler, _box(b"minf", look, sources, table))
