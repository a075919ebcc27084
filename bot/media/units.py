"""See that a key frame can be shown without the pictures before it."""

from collections.abc import Iterator

# Which kinds of units need no other pictures, and which do: table 7-1 of ITU-T H.264, and of H.265.
# The second field of an interlaced picture of H.264 may need the first, which comes with it.
_KINDS = {
    "h264": ({5}, set[int]()),
    "hevc": ({*range(16, 22)}, {*range(16), *range(22, 32)}),
}
_CRA, _BLA = 21, 18
_MOST_UNITS = 1 << 13  # a picture has some ten
_START = b"\x00\x00\x01"
_WIDTH_AT = {"h264": 4, "hevc": 21}  # the byte of a setup that says how long lengths are


def alone(frame: bytes, codec: str, setup: bytes) -> bytes:
    """Return a key frame as it has to be without those before it.

    `setup` is what is inside `avcC` or `hvcC` (ISO/IEC 14496-15), and is none where units are
    parted by start codes, as in MPEG streams. Of AV1 and VP9, which have no units, any can.

    In open groups of pictures, as broadcasts and x265 have them, a key frame of H.264 often needs
    those before it, whatever the index of a file says. In H.265 the clock of the pictures goes on
    with a CRA picture (8.3.1), so that across a gap they would come in another order. As a BLA
    picture, which is what an editor makes of it, it begins a clock of its own, and all else in it
    is the same.

    Raises:
        ValueError: it can't be shown without them.
    """
    if codec not in _KINDS:
        return frame
    complete, dependent = _KINDS[codec]
    units, kinds = bytearray(frame), set[int]()
    for number, at in enumerate(_units(frame, codec, setup)):
        if number == _MOST_UNITS:
            raise ValueError("a key frame of more units than there is time for")
        kind = units[at] & 0x1F if codec == "h264" else units[at] >> 1 & 0x3F
        kinds.add(kind)
        if codec == "hevc" and kind == _CRA:
            units[at] = _BLA << 1 | units[at] & 1
    if not kinds & complete or kinds & dependent:
        raise ValueError("a key frame that can't be shown without those before it")
    return bytes(units)


def _units(frame: bytes, codec: str, setup: bytes) -> Iterator[int]:
    """Yield where each unit of a frame begins."""
    if not setup or setup.startswith(b"\0\0"):
        at = frame.find(_START)
        while -1 < at < len(frame) - len(_START):
            yield at + len(_START)
            at = frame.find(_START, at + len(_START))
        return
    at, width = 0, (int.from_bytes(setup[_WIDTH_AT[codec] :][:1]) & 3) + 1
    while at < len(frame):
        begin = at + width
        at = begin + int.from_bytes(frame[at:begin])
        if not begin < at <= len(frame):
            raise ValueError("a key frame of another length than its units")
        yield begin
