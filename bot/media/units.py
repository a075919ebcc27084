"""See that a key frame can be shown without the pictures before it, while its bytes pass."""

from bot.media.boxes import boxes
from bot.media.sample_table import NotUnderstood

_VISUAL = 94  # bytes of `stsd` before the boxes inside its first entry
_LENGTHS = {b"avcC": 4, b"hvcC": 21}  # ISO/IEC 14496-15: the byte that says how long lengths are
# Kinds of units (ITU-T H.264 and H.265, table 7-1 in both).
_AVC_PICTURES = range(1, 5)  # but for IDR pictures, which are 5
_HEVC_PICTURES, _HEVC_ENTRIES, _CRA, _BLA = range(32), range(16, 22), 21, 18


class Units:
    """The units of key frames, one after the other; `description` is what is inside `stsd`.

    Of AV1 and VP9, which have no units, a key frame always can.
    """

    def __init__(self, description: bytes) -> None:
        self._width, self._is_hevc = 0, False
        for name, start, _ in boxes(description, _VISUAL, len(description)):
            if name in _LENGTHS:
                self._width = (description[start + _LENGTHS[name]] & 3) + 1
                self._is_hevc = name == b"hvcC"
        self._kept, self._next = b"", 0

    def passed(self, data: bytes) -> bytes:
        """Take the next bytes of a key frame, and return what may be sent on by now.

        Raises:
            NotUnderstood: it can't be shown alone, or is none.
        """
        if not self._width:
            return data
        units, at = bytearray(self._kept + data), self._next
        while (head := at + self._width) < len(units):
            if not (length := int.from_bytes(units[at:head])):
                raise NotUnderstood("a unit of a picture without length")
            units[head] = self._alone(units[head])
            at = head + length
        # The length of the next unit, and its first byte, are looked at together.
        cut = min(at, len(units))
        self._kept, self._next = bytes(units[cut:]), at - cut
        return bytes(units[:cut])

    def end(self) -> None:
        """Raise NotUnderstood where a key frame ends amidst a unit."""
        if self._kept or self._next:
            raise NotUnderstood("a key frame of another length than its units")

    def _alone(self, first: int) -> int:
        """Return the first byte of a unit as it has to be in a picture that stands alone.

        The clock of the pictures goes on with a CRA picture (H.265, 8.3.1), so that across a gap
        they would come in another order. As a BLA picture, which is what an editor makes of it, it
        begins a clock of its own, and all else in it is the same.
        """
        if not self._is_hevc:
            if first & 0x1F in _AVC_PICTURES:
                raise NotUnderstood("a key frame that needs those before it")
            return first
        kind = first >> 1
        if kind in _HEVC_PICTURES and kind not in _HEVC_ENTRIES:
            raise NotUnderstood("a key frame that needs those before it")
        return _BLA << 1 | first & 1 if kind == _CRA else first
