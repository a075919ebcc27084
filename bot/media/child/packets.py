"""What a packet of pictures is, and when it has to be decoded."""

from collections.abc import Callable, Iterator
from typing import Any

from bot.media.child.opening import codec_of

_IDR = 5  # of H.264's kinds of units (ITU-T H.264, table 7-1)
_KIND = 0x1F
_MOST_HELD = 64


def is_entry(packet: Any, stream: Any) -> bool:
    """Tell whether decoding may begin with a key frame, whatever came before it.

    In H.264 with open groups of pictures, as broadcasts have it, a key frame is often none: a
    decoder that gets nothing but those gives hardly any of them. The index of a file does not tell.
    """
    if codec_of(stream) != "h264":
        return True
    return any(data[:1] and data[0] & _KIND == _IDR for data in _units(packet, stream))


def _units(packet: Any, stream: Any) -> Iterator[bytes]:
    """Yield the first bytes of each unit in a packet, of both ways to part them."""
    data, head = bytes(packet), bytes(stream.codec_context.extradata or b"")
    if head[:1] != b"\x01":  # start codes, as in MPEG streams
        yield from (part[:1] for part in data.split(b"\x00\x00\x01")[1:])
        return
    width, at = (head[4] & 3) + 1 if len(head) > 4 else 4, 0  # noqa: PLR2004 (avcC, its fifth byte)
    while at + width < len(data):
        length = int.from_bytes(data[at : at + width])
        yield data[at + width : at + width + 1]
        at += width + length


class Clock:
    """Gives packets, which come in the order of decoding, the times that containers ask for.

    Matroska has no decoding times, and some MPEG streams have them running backwards.
    """

    def __init__(self, put: Callable[[Any], None]) -> None:
        self._put = put
        self._held: list[Any] = []
        self._last: int | None = None

    def put(self, packet: Any) -> None:
        """Hand a packet on; those without a time wait for the first that has one."""
        if packet.dts is None and self._last is None and len(self._held) < _MOST_HELD:
            self._held.append(packet)
            return
        held, self._held = self._held, []
        first = packet.pts if packet.dts is None else packet.dts
        step = max(1, packet.duration or 1)
        for number, one in enumerate(held):
            self._timed(one, first - step * (len(held) - number))
        self._timed(packet, first)

    def finish(self) -> None:
        """Hand on what waited for a time that never came."""
        for one in self._held:
            self._timed(one, one.pts)
        self._held = []

    def _timed(self, packet: Any, dts: int) -> None:
        """Decode it after the one before, and not after it is shown."""
        last = self._last
        dts = min(dts, packet.pts)
        if last is not None and dts <= last:
            dts = last + 1
        if dts > packet.pts:
            raise ValueError("pictures that are to be shown before they are decoded")
        self._last = packet.dts = dts
        self._put(packet)
