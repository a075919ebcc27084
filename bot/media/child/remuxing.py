"""Put a clip's packets into another container: all of them, or its key frames and its sound.

Nothing is decoded and nothing encoded: a minute takes a tenth of a second.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import av

from bot.media.child.opening import (
    NothingShown,
    Source,
    codec_of,
    key_before,
    length_of,
    packets_of,
    start_of,
    sure_length_of,
)
from bot.media.child.sound import COPIED, Sound

# A clip of nothing but key frames keeps one a second.
_LEAST_GAP = 0.95
_WEBM = {"vp8", "vp9"}
_MOST_EARLY = 500  # packets of sound, which may lie before the picture they belong to
_MOST_UNTIMED = 32  # pictures that can be shown in another order than they are decoded in
_LATE = 1.0  # how many seconds of pictures may lie before the sound that belongs to them
_SLACK = 0.001  # seconds, for times that were rounded

Span = tuple[float, float | None]
"""From which second to which, None for the end."""


def remux(source: Source, target: Path, span: Span, *, keys_only: bool) -> Iterator[dict[str, Any]]:
    """Write what lies in the span; it begins with the last key frame before that.

    The pictures of key frames stay where they were on the clock, and the last is shown to the end.
    """
    start, end = key_before(source, span[0]), span[1]
    with source.opened() as (container, stream):
        total = (end or length_of(container) or 0.0) - start
        form = "webm" if codec_of(stream) in _WEBM else "mp4"
        flags = {"movflags": "faststart"} if form == "mp4" else {}
        with av.open(str(target), "w", format=form, options=flags) as out:
            writing = _Writing(container, stream, out, form, keys_only=keys_only)
            for time in writing.write(start, end):
                if total > 0:
                    yield {"done": min(1.0, max(0.0, (time - start) / total))}
    yield {"mime": f"video/{form}", "start": writing.begins, "seconds": writing.seconds}


class _Writing:
    """Two streams on their way into another container."""

    def __init__(
        self, container: Any, stream: Any, out: Any, form: str, *, keys_only: bool
    ) -> None:
        self._container = container
        self._stream = stream
        self._out = out
        self._form = form
        self._keys_only = keys_only
        self._pictures: Any = out.add_stream_from_template(stream, opaque=True)
        self._audio = container.streams.audio[0] if container.streams.audio else None
        self._sound: Sound | None = None
        self._held: Any = None
        self._first: int | None = None
        self._last = 0.0
        self.begins = 0.0
        self.seconds = 0.0

    def write(self, start: float, end: float | None) -> Iterator[float]:
        """Write all packets from a second on the clip's clock to another; yields how far it is."""
        base = start_of(self._stream)
        streams = [self._stream, *([self._audio] if self._audio else [])]
        early: list[Any] = []
        ended = False
        for packet in _decodable(packets_of(self._container, *streams), self._stream):
            time = float(packet.pts * packet.time_base) - base
            if end is not None and time >= end:
                if packet.stream is self._stream:
                    # What is decoded after it may need it; the sound of before may yet come.
                    ended = True
                    if time >= end + _LATE:
                        break
                continue
            if packet.stream is not self._stream:
                early = self._hear(packet, time, early)
                continue
            if ended:
                continue
            if self._first is None:
                if not packet.is_keyframe or time < start - _SLACK:
                    continue
                self._begin(packet, time)
                for kept in early:
                    early = self._hear(kept, float(kept.pts * kept.time_base) - base, [])
            self._show(packet, time)
            yield time
        self._finish(end)

    def _begin(self, packet: Any, time: float) -> None:
        self._first, self.begins = packet.pts, max(0.0, time)
        if self._audio is not None:
            self._sound = Sound(self._audio, self._out, self._form, time + start_of(self._stream))

    def _hear(self, packet: Any, time: float, early: list[Any]) -> list[Any]:
        """Take sound; what comes before the first picture waits for it."""
        if self._first is None:
            # Of a part, the sound before it is as long as the part before it.
            return [*early, packet][-_MOST_EARLY:]
        if self._sound is not None and time >= self.begins:
            self._sound.take(packet)
        return []

    def _show(self, packet: Any, time: float) -> None:
        assert self._first is not None  # noqa: S101 (it has begun)
        over = time + float((packet.duration or 0) * packet.time_base)
        self.seconds = max(self.seconds, over - self.begins)
        if not self._keys_only:
            packet.pts -= self._first
            packet.dts -= self._first
            self._mux(packet)
            return
        if not packet.is_keyframe or (self._held is not None and time - self._last < _LEAST_GAP):
            return
        packet.pts -= self._first
        packet.dts = packet.pts
        self._release(packet.pts)
        self._held, self._last = packet, time

    def _release(self, until: int) -> None:
        """Write the key frame that was held, which is shown until the next."""
        if self._held is not None:
            self._held.duration = until - self._held.pts
            self._mux(self._held)
            self._held = None

    def _mux(self, packet: Any) -> None:
        packet.stream = self._pictures
        self._out.mux(packet)

    def _finish(self, end: float | None) -> None:
        if self._first is None:
            raise NothingShown
        length = (end or sure_length_of(self._container) or 0.0) - self.begins
        self.seconds = length = max(self.seconds, length)
        if self._held is not None:  # the length may be a lie
            least = self._held.pts + round(1 / self._stream.time_base)
            self._release(max(least, round(length / self._stream.time_base)))
        if self._sound is not None:
            self._sound.finish()


def _decodable(packets: Iterator[Any], stream: Any) -> Iterator[Any]:
    """Yield packets, having given a stream's first ones the times of decoding they lack.

    Matroska has none, and with reordered pictures libav can't tell them for the first.
    """
    waiting: list[Any] = []
    for packet in packets:
        if packet.pts is None:
            continue
        if packet.stream is not stream:
            yield packet
        elif packet.dts is None and len(waiting) < _MOST_UNTIMED:
            waiting.append(packet)
        elif packet.dts is not None:
            yield from _timed(waiting, packet.dts)
            waiting.clear()
            yield packet
    yield from _timed(waiting, min((packet.pts for packet in waiting), default=0))


def _timed(waiting: list[Any], before: int) -> Iterator[Any]:
    for number, packet in enumerate(waiting):
        packet.dts = before - (len(waiting) - number) * max(1, packet.duration or 1)
        yield packet


__all__ = ["COPIED", "Span", "remux"]
