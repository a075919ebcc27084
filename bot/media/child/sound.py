"""The sound of a clip, copied where the new container takes it, else encoded anew."""

from collections.abc import Iterator
from contextlib import suppress
from fractions import Fraction
from typing import Any

import av
from av.error import FFmpegError, InvalidDataError, PatchWelcomeError

from bot.media.child.opening import codec_of

_COPIED = {"mp4": {"aac", "mp3"}, "webm": {"opus", "vorbis"}}
_ENCODERS = {"mp4": "aac", "webm": "libopus"}
_RATE = 48_000
_BITS = 48_000  # a second: speech keeps its words
_LEAN = 72_000  # up to so many, nothing is to be had by encoding anew
# How far in seconds a sound may be behind its clock before it is put right.
_GAP = 0.1


class Sound:
    """Takes packets of a sound, and puts them into another container, `offset` seconds earlier.

    Without `copies`, only one that is lean already is copied.
    """

    def __init__(self, stream: Any, target: Any, form: str, offset: float, *, copies: bool) -> None:
        self._target = target
        self._offset = offset
        bits = stream.codec_context.bit_rate or 0
        self._copied = codec_of(stream) in _COPIED[form] and (copies or 0 < bits <= _LEAN)
        self._last = -1
        if self._copied:
            self._out: Any = target.add_stream_from_template(stream, opaque=True)
            return
        self._stream = stream
        self._out = target.add_stream(_ENCODERS[form], rate=_RATE)
        self._out.codec_context.layout = "mono"
        self._out.codec_context.bit_rate = _BITS
        self._resampler: Any = None
        self._kind: tuple[Any, ...] = ()
        self._samples: int | None = None  # how many there are so far, silence included

    def take(self, packet: Any) -> None:
        """Take a packet that begins after the offset."""
        if self._copied:
            self._copy(packet)
            return
        for frame in _decoded(packet):
            self._hear(frame)

    def _copy(self, packet: Any) -> None:
        packet.pts -= round(self._offset / packet.time_base)
        if packet.pts <= self._last:  # said twice, or damaged: containers take no such thing
            return
        packet.dts = self._last = packet.pts
        packet.stream = self._out
        with suppress(InvalidDataError, PatchWelcomeError):  # one that is damaged is passed over
            self._target.mux(packet)

    def finish(self) -> None:
        """Write what the encoder kept back."""
        if not self._copied:
            self._flush()
            self._target.mux(self._out.encode(None))

    def _hear(self, frame: Any) -> None:
        if frame.pts is not None:
            # What is decoded counts in the stream's time, whatever the frame says of itself.
            due = round((float(frame.pts * self._stream.time_base) - self._offset) * _RATE)
            if self._samples is None or due - self._samples > _GAP * _RATE:
                self._flush()  # it begins, perhaps late, or something is missing
                self._samples = max(0, due)
        kind = (frame.format.name, frame.layout.name, frame.sample_rate)
        if self._resampler is None or kind != self._kind:  # as between two broadcasts
            self._flush()
            self._kind = kind
            self._resampler = av.AudioResampler(
                format=self._out.codec_context.format, layout="mono", rate=_RATE
            )
        for part in self._resampler.resample(frame):
            self._encode(part)

    def _flush(self) -> None:
        if self._resampler is not None:
            for part in self._resampler.resample(None):
                self._encode(part)
            self._resampler = None

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
