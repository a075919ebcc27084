"""What a clip is, read from its head, or from its tail where that is where it says so."""

import struct
from collections.abc import Awaitable, Callable

from bot.media.elements import read_head
from bot.media.facts import Facts
from bot.media.kinds import MATROSKA, MOV, MP4, WEBM, Kind
from bot.media.movie import read_movie

HEAD = 64 << 10
"""How many bytes of a clip's start usually say it."""

Read = Callable[[int, int], Awaitable[bytes]]
"""Read from an offset so many bytes of the clip, or what is left of them."""

MOST_MOVIE = 4 << 20
"""Bytes of `moov` that are read, of which ten minutes of video have an eighth."""

_MOST_BOXES = 64
_MOST_JUMPS = 4
_SHORT_HEADER, _LONG_HEADER = 8, 16


async def probe(kind: Kind, head: bytes, size: int, read: Read) -> Facts:
    """Return what a clip of `size` bytes says of itself, without reading the whole of it.

    Raises:
        ClipError: what `read` raises.
    """
    return facts_of(kind, head, await find_movie(kind, head, size, read))


def facts_of(kind: Kind, head: bytes, movie: bytes) -> Facts:
    """Return what a clip says of itself in its head, or in its movie."""
    if kind in {MP4, MOV}:
        return read_movie(movie)
    if kind in {WEBM, MATROSKA}:
        return read_head(head)
    return Facts()  # streams of packets, which would have to be read to their end


async def find_movie(kind: Kind, head: bytes, size: int, read: Read) -> bytes:
    """Walk the top-level boxes to what is inside `moov`, jumping over the pictures.

    Nothing where there is none.

    Raises:
        ClipError: what `read` raises.
    """
    if kind not in {MP4, MOV}:
        return b""
    window, at = head, 0

    async def part(offset: int, length: int) -> bytes:
        """Read a part, and with a short one what follows it: it may be all that is wanted."""
        nonlocal window, at
        length = min(length, size - offset)
        if not at <= offset <= offset + length <= at + len(window):
            window, at = await read(offset, max(length, HEAD)), offset
        return window[offset - at : offset - at + length]

    offset = 0
    for jumps in range(_MOST_BOXES):
        if offset + _SHORT_HEADER > size or (jumps > _MOST_JUMPS and offset > len(head)):
            break
        header = await part(offset, _LONG_HEADER)
        if len(header) < _SHORT_HEADER:
            break
        length, name = struct.unpack_from(">I4s", header)
        inside = offset + _SHORT_HEADER
        if length == 1 and len(header) == _LONG_HEADER:  # a box of more than 4 GB
            (length,) = struct.unpack_from(">Q", header, _SHORT_HEADER)
            inside = offset + _LONG_HEADER
        if name == b"moov":
            return await part(inside, min(offset + length - inside, MOST_MOVIE))
        if length < _SHORT_HEADER:  # it goes on to the end of the file, or is none
            break
        offset += length
    return b""
