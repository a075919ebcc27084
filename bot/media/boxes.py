"""Boxes, of which QuickTime and MP4 files are made (ISO/IEC 14496-12): read, and written."""

import struct
from collections.abc import Iterator, Mapping, Sequence

_CODECS = {
    b"avc1": "h264",
    b"avc3": "h264",
    b"hvc1": "hevc",
    b"hev1": "hevc",
    b"av01": "av1",
    b"vp08": "vp8",
    b"vp09": "vp9",
    b"mp4v": "mpeg4",
    b"mp4a": "aac",
    b"Opus": "opus",
}
_SETUPS = {"h264": b"avcC", "hevc": b"hvcC"}

AFTER_DATES = (12, 20)
"""Where `mvhd`, `tkhd` and `mdhd` of version 0 and 1 go on behind their dates."""

# Of these there may be several side by side.
_MANY = {b"trak", b"free", b"skip", b"uuid", b"sgpd", b"sbgp", b"subs", b"saiz", b"saio"}
_SHORT, _LONG = 8, 16  # bytes of a box's header
_VISUAL = 94  # bytes of `stsd` before the boxes inside its first entry, of pictures

Box = tuple[bytes, int, int]
"""A box's name, and where what is in it starts and ends."""


def boxes(data: bytes | memoryview, start: int, end: int) -> Iterator[Box]:
    """Walk the boxes that lie side by side; one that is cut short is the last."""
    while start + _SHORT <= end:
        length, name = struct.unpack_from(">I4s", data, start)
        inside = start + _SHORT
        if length == 1 and start + _LONG <= end:  # of more than 4 GB
            (length,) = struct.unpack_from(">Q", data, inside)
            inside = start + _LONG
        if length < inside - start:  # it goes on to the end of the file, or is none
            return
        yield name, inside, min(start + length, end)
        start += length


def found(data: memoryview, name: bytes) -> list[memoryview]:
    """Return what is in each box of a name."""
    return [data[start:end] for one, start, end in boxes(data, 0, len(data)) if one == name]


def only(data: memoryview, *path: bytes) -> memoryview:
    """Return what is in the one box of a name, inside that of the name before it.

    Raises:
        ValueError: there is none, or more than one.
    """
    for name in path:
        (data,) = found(data, name)
    return data


def inside(data: memoryview) -> dict[bytes, memoryview]:
    """Return what is in each box, by its name.

    Raises:
        ValueError: there is more than one of a name of which only one makes sense, or more than
            boxes.
    """
    held, stop = dict[bytes, memoryview](), 0
    for name, start, stop in boxes(data, 0, len(data)):
        if name in held and name not in _MANY:
            raise ValueError("a box that is there twice")
        held[name] = data[start:stop]
    if stop != len(data):
        raise ValueError("something that is no box")
    return held


def rows(table: memoryview, form: str, at: int = 4) -> Iterator[tuple[int, ...]]:
    """Return the rows of a table, whose number stands `at` a place in it.

    Raises:
        ValueError: it is not as long as it says.
    """
    (count,) = struct.unpack_from(">I", table, at)
    if len(table) - at - 4 != count * struct.calcsize(form):
        raise ValueError("a table of another length than it says")
    return struct.iter_unpack(form, table[at + 4 :])


def codec_of(stsd: bytes | memoryview) -> str:
    """Return a codec by its usual name, or else by its four letters."""
    fourcc = bytes(stsd[12:16])
    return _CODECS.get(fourcc, fourcc.decode("latin-1").strip().lower())


def coding(stsd: memoryview) -> tuple[str, bytes]:
    """Return a codec by its usual name, and its setup: what is inside `avcC` or `hvcC`, if any.

    The name is empty where nobody knows it, or its setup is missing.
    """
    codec = _CODECS.get(bytes(stsd[12:16]), "")
    parts = boxes(stsd, _VISUAL, len(stsd))
    setup = next((stsd[at:end] for name, at, end in parts if name == _SETUPS.get(codec)), b"")
    return "" if codec in _SETUPS and not setup else codec, bytes(setup)


def box(name: bytes, *parts: bytes | memoryview) -> bytes:
    """Write a box."""
    return struct.pack(">I4s", _SHORT + sum(map(len, parts)), name) + b"".join(parts)


def anew(name: bytes, old: memoryview, new: Mapping[bytes, bytes]) -> bytes:
    """Write a box anew, with others in the place of some that are in it."""
    parts = boxes(old, 0, len(old))
    return box(name, *(new.get(one) or box(one, old[at:end]) for one, at, end in parts))


def table(name: bytes, columns: int, numbers: Sequence[int], *before: int) -> bytes:
    """Write a table: its version and flags, some numbers `before` that of its rows, and these."""
    head = struct.pack(f">{2 + len(before)}I", 0, *before, len(numbers) // columns)
    return box(name, head, struct.pack(f">{len(numbers)}I", *numbers))


def dated(name: bytes, old: memoryview, *numbers: int) -> bytes:
    """Copy a header with other numbers behind its dates, of which the last is how long it is."""
    at, form = AFTER_DATES[old[0]], f">{len(numbers) - 1}I{'IQ'[old[0]]}"
    return box(name, old[:at], struct.pack(form, *numbers), old[at + struct.calcsize(form) :])
