"""How long a clip lasts, read from its head, or from its tail where that is where it says so."""

import struct
from collections.abc import Awaitable, Callable, Iterator

from bot.media.kinds import MATROSKA, MOV, MP4, WEBM, Kind

HEAD = 64 << 10
"""How many bytes of a clip's start usually say it."""

Read = Callable[[int, int], Awaitable[bytes]]
"""Read from an offset so many bytes of the clip, or what is left of them."""

_MOST_BOXES = 64
_MOST_READS = 4
_SHORT_HEADER, _LONG_HEADER = 8, 16
# `mvhd` is the first box of `moov`, and is 120 bytes long at most.
_MOVIE_HEAD = 256
_LONGEST_TIMES = 32  # version, flags, and the times of version 1


async def duration(kind: Kind, head: bytes, size: int, read: Read) -> float | None:
    """Return the seconds that a clip of `size` bytes lasts, None where it does not say.

    Raises:
        ClipError: what `read` raises.
    """
    if kind in {MP4, MOV}:
        return await _of_boxes(head, size, read)
    if kind in {WEBM, MATROSKA}:
        return _of_elements(head)
    return None  # streams of packets, which would have to be read to their end


async def _of_boxes(head: bytes, size: int, read: Read) -> float | None:
    """Walk the top-level boxes (ISO/IEC 14496-12) to `moov`, jumping over the pictures."""
    offset, reads = 0, 0
    for _ in range(_MOST_BOXES):
        if offset + _SHORT_HEADER > size:
            return None
        data = head[offset : offset + _MOVIE_HEAD]
        if len(data) < min(_MOVIE_HEAD, size - offset):
            if reads == _MOST_READS:
                return None
            reads += 1
            data = await read(offset, _MOVIE_HEAD)
        if len(data) < _LONG_HEADER:
            return None
        length, name = struct.unpack_from(">I4s", data)
        if name == b"moov":
            return _movie_seconds(data)
        if length == 1:  # a box of more than 4 GB
            (length,) = struct.unpack_from(">Q", data, 8)
        if length < _SHORT_HEADER:  # it goes on to the end of the file, or is none
            return None
        offset += length
    return None


def _movie_seconds(moov: bytes) -> float | None:
    """Read `mvhd`; a fragmented file says nothing there."""
    _, name, box = moov.partition(b"mvhd")
    if not name or len(box) < _LONGEST_TIMES:
        return None
    if box[0] == 1:
        scale, length = struct.unpack_from(">IQ", box, 20)
    else:
        scale, length = struct.unpack_from(">II", box, 12)
    unknown = {0, 0xFFFFFFFF, 0xFFFFFFFFFFFFFFFF}
    return None if not scale or length in unknown else length / scale


_SEGMENT, _INFO = 0x18538067, 0x1549A966
_SCALE, _DURATION = 0x2AD7B1, 0x4489
_DEFAULT_SCALE = 1_000_000  # nanoseconds
_FLOATS = {4: ">f", 8: ">d"}


def _of_elements(head: bytes) -> float | None:
    """Walk the elements (RFC 8794, RFC 9559) to the segment's Info; live recordings lack it."""
    scale, ticks = _DEFAULT_SCALE, None
    for name, start, end in _elements(head, 0, len(head)):
        data = head[start:end]
        if name == _SCALE:
            scale = int.from_bytes(data)
        elif name == _DURATION and len(data) in _FLOATS:
            (ticks,) = struct.unpack(_FLOATS[len(data)], data)
    return ticks * scale / 1e9 if ticks and ticks > 0 else None


def _elements(data: bytes, start: int, end: int) -> Iterator[tuple[int, int, int]]:
    """Yield the id, the start and the end of each element's data, those of Info included."""
    while start < end:
        name, start = _number(data, start, keep_mark=True)
        length, start = _number(data, start, keep_mark=False)
        if not name or length is None:
            return
        if name in {_SEGMENT, _INFO}:
            yield from _elements(data, start, min(end, start + length))
        elif start + length <= len(data):
            yield name, start, start + length
        start += length


def _number(data: bytes, at: int, *, keep_mark: bool) -> tuple[int | None, int]:
    """Read a number whose first byte's leading zeros tell its length."""
    if at >= len(data) or not data[at]:
        return None, len(data)
    length = 9 - data[at].bit_length()
    whole = data[at : at + length]
    if len(whole) < length:
        return None, len(data)
    number = int.from_bytes(whole)
    return number if keep_mark else number & ((1 << 7 * length) - 1), at + length
