"""Put a clip's packets into another container: all of them, or its key frames and its sound.

Nothing is decoded and nothing encoded: a minute takes a tenth of a second.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import av

from bot.media.child.opening import (
    LATE,
    NothingShown,
    Source,
    Span,
    codec_of,
    key_before,
    length_of,
    packets_of,
    start_of,
    sure_length_of,
    told,
)
from bot.media.child.packets import Clock, set_apart
from bot.media.child.sound import Sound

# A clip of nothing but key frames keeps one a second.
_LEAST_GAP = 0.95
_WEBM = {"vp8", "vp9"}
_MOST_EARLY = 500  # packets of sound, which may lie before the picture they belong to
_SLACK = 0.001  # seconds, for times that were rounded


def remux(source: Source, target: Path, span: Span, *, keys_only: bool) -> Iterator[dict[str, Any]]:
    """Write what lies in the span; it begins with the last key frame before that.

    The pictures of key frames stay where they were on the clock, and the last is shown to the end.
    """
    start, end = key_before(source, span[0]), span[1]
    with source.opened() as (container, stream):
        form = "webm" if codec_of(stream) in _WEBM else "mp4"
        flags = {"movflags": "faststart"} if form == "mp4" else {}
        with av.open(str(target), "w", format=form, options=flags) as out:
            writing = _Writing(container, stream, out, form, keys_only=keys_only)
            length = end or length_of(container)
            yield from told(writing.write(start, end), start, length)
    yield {"mime": f"video/{form}", "start": writing.begins, "seconds": writing.seconds}


class _Writing:
    """Two streams on their way into another container."""

    def __init__(
        self, container: Any, stream: Any, out: Any, form: str, *, keys_only: bool
    ) -> None:
        self._container = container
        self._stream = stream
        self._base = start_of(stream)
        self._out = out
        self._form = form
        self._keys_only = keys_only
        self._pictures: Any = out.add_stream_from_template(stream, opaque=True)
        self._clock = Clock(self._put)
        self._audio = container.streams.audio[0] if container.streams.audio else None
        self._sound: Sound | None = None
        self._early: list[tuple[Any, float]] = []
        self._held: Any = None
        self._first: int | None = None
        self._last = 0.0
        self.begins = 0.0
        self.seconds = 0.0

    def write(self, start: float, end: float | None) -> Iterator[float]:
        """Write all packets from a second on the clip's clock to another; yields how far it is."""
        streams = [self._stream, *([self._audio] if self._audio else [])]
        for packet in packets_of(self._container, *streams):
            if packet.pts is None:
                continue
            time = float(packet.pts * packet.time_base) - self._base
            if end is not None and time >= end:
                if packet.stream is self._stream and time >= end + LATE:
                    break  # no sound from before the end comes so much later
                continue
            if packet.stream is not self._stream:
                self._hear(packet, time)
            elif self._first is not None or (packet.is_keyframe and time >= start - _SLACK):
                self._show(packet, time)
                yield time
        self._finish(end)

    def _hear(self, packet: Any, time: float) -> None:
        """Take sound; what comes before the first picture waits for it."""
        if self._first is None:
            self._early = [*self._early, (packet, time)][-_MOST_EARLY:]
        elif self._sound is not None and time >= self.begins:
            self._sound.take(packet)

    def _show(self, packet: Any, time: float) -> None:
        if self._first is None:
            self._begin(packet, time)
        over = time + float((packet.duration or 0) * packet.time_base)
        self.seconds = max(self.seconds, over - self.begins)
        packet.pts -= self._first
        if not self._keys_only:
            packet.dts = None if packet.dts is None else packet.dts - (self._first or 0)
            self._clock.put(packet)
            return
        if not packet.is_keyframe or (self._held is not None and time - self._last < _LEAST_GAP):
            return
        set_apart(packet, self._stream)
        packet.dts = packet.pts
        self._release(packet.pts)
        self._held, self._last = packet, time

    def _begin(self, packet: Any, time: float) -> None:
        self._first, self.begins = packet.pts, max(0.0, time)
        if self._audio is not None:
            offset = time + self._base
            self._sound = Sound(self._audio, self._out, self._form, offset, copies=True)
        early, self._early = self._early, []
        for kept, second in early:
            self._hear(kept, second)

    def _release(self, until: int) -> None:
        """Write the key frame that was held, which is shown until the next."""
        if self._held is not None:
            self._held.duration = until - self._held.pts
            self._put(self._held)
            self._held = None

    def _put(self, packet: Any) -> None:
        packet.stream = self._pictures
        self._out.mux(packet)

    def _finish(self, end: float | None) -> None:
        if self._first is None:
            raise NothingShown
        self._clock.finish()
        length = (end or sure_length_of(self._container) or 0.0) - self.begins
        self.seconds = length = max(self.seconds, length)
        if self._held is not None:  # the length may be a lie
            least = self._held.pts + round(1 / self._stream.time_base)
            self._release(max(least, round(length / self._stream.time_base)))
        if self._sound is not None:
            self._sound.finish()
