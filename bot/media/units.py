"""See that a key frame can be shown without the pictures before it."""

from bot.media.boxes import boxes
from bot.media.sample_table import NotUnderstood

_VISUAL = 94  # bytes of `stsd` before the boxes inside its first entry
# The byte that says how long lengths are (ISO/IEC 14496-15), and the kinds of units that need other
# pictures (table 7-1 of ITU-T H.264, and of H.265).
_UNITS = {b"avcC": (4, {*range(1, 5)}), b"hvcC": (21, {*range(16), *range(22, 32)})}
_CRA, _BLA = 21, 18


def alone(frame: bytes, description: bytes) -> bytes:
    """Return a key frame as it has to be without those before it; `description` is its `stsd`.

    The clock of the pictures goes on with a CRA picture (H.265, 8.3.1), so that across a gap they
    would come in another order. As a BLA picture, which is what an editor makes of it, it begins a
    clock of its own, and all else in it is the same. Of AV1 and VP9, which have no units, any can.

    Raises:
        NotUnderstood: it can't be shown without them.
    """
    units, at = bytearray(frame), 0
    for name, start, _ in boxes(description, _VISUAL, len(description)):
        place, others = _UNITS.get(name, (0, set[int]()))
        while place and at < len(units):
            head = at + (description[start + place] & 3) + 1
            length = int.from_bytes(units[at:head])
            at = head + length
            if not length or at > len(units):
                raise NotUnderstood("a key frame of another length than its units")
            kind = units[head] & 0x1F if name == b"avcC" else units[head] >> 1
            if kind in others:
                raise NotUnderstood("a key frame that needs those before it")
            if name == b"hvcC" and kind == _CRA:
                units[head] = _BLA << 1 | units[head] & 1
    return bytes(units)
