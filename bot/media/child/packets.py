"""What becomes of a packet of pictures, and when it has to be decoded."""

from collections.abc import Callable
from typing import Any

from bot.media.child.opening import codec_of
from bot.media.units import alone

_MOST_HELD = 64


def set_apart(packet: Any, stream: Any) -> None:
    """Make of a key frame what can be decoded without those before it.

    Raises:
        ValueError: it can't be. The index of a file does not tell.
    """
    setup = bytes(stream.codec_context.extradata or b"")
    packet.update(alone(bytes(packet), codec_of(stream), setup))


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
