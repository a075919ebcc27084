"""The sound of a clip, copied where the new container takes it, else encoded anew."""

from collections.abc import Iterator
from contextlib import suppress
from fractions import Fraction
from typing import Any

import av
from av.error import FFmpegError, InvalidDataError, PatchWelcomeError

from bot.media.child.opening import codec_of

COPIED = {"mp4": {"aac", "mp3"}, "webm": {"opus", "vorbis"}}
_ENCODERS = {"mp4": "aac", "webm": "libopus"}
_RATE = 48_000
_GAP = _RATE // 10  # samples: less is not heard, and clocks are not exact
_BITS = 48_000  # a second: speech keeps its words


class Sound:
    """Takes packets of a sound, and puts them into another container, `offset` seconds earlier."""

    def __init__(self, stream: Any, target: Any, form: str, offset: float) -> None:
        self._target = target
        self._copied = codec_of(stream) in COPIED[form]
        self._offset = round(offset / stream.time_base)
        self._last = -1
        if self._copied:
            self._out: Any = target.add_stream_from_template(stream, opaque=True)
            return
        self._stream = stream
        self._out = target.add_stream(_ENCODERS[form], rate=_RATE)
        self._out.codec_context.layout = "mono"
        self._out.codec_context.bit_rate = _BITS
        self._resampler: Any = av.AudioResampler(
            format=self._out.codec_context.format, layout="mono", rate=_RATE
        )
        self._samples: int | None = None  # how many there are so far, silence included

    def take(self, packet: Any) -> None:
        """Take a packet that begins after the offset."""
        if self._copied:
            packet.pts -= self._offset
            if packet.pts <= self._last:  # said twice, or damaged: containers take no such thing
                return
            packet.dts = self._last = packet.pts
            packet.stream = self._out
            # One that is damaged is passed over.
            with suppress(InvalidDataError, PatchWelcomeError):
                self._target.mux(packet)
            return
        for frame in _decoded(packet):
            if frame.pts is not None:
                self._wait_until((frame.pts - self._offset) * self._stream.time_base)
            for part in self._resampler.resample(frame):
                self._encode(part)

    def finish(self) -> None:
        """Write what the encoder kept back."""
        if not self._copied:
            for part in self._resampler.resample(None):
                self._encode(part)
            self._target.mux(self._out.encode(None))

    def _wait_until(self, second: Fraction) -> None:
        """Be silent until then: a sound may begin late, or pause without a packet to say so."""
        due = max(0, round(second * _RATE))
        if self._samples is None or due > self._samples + _GAP:
            self._samples = due

    def _encode(self, frame: Any) -> None:
        self._samples = self._samples or 0
        frame.pts, frame.time_base = self._samples, Fraction(1, _RATE)
        self._samples += frame.samples
        self._target.mux(self._out.encode(frame))


def _decoded(packet: Any) -> Iterator[Any]:
    """Decode a packet; one that is damaged is passed over."""
    try:
        yield from packet.decode()
    except FFmpegError:
        return
