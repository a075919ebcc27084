"""The sound of a clip, copied where the new container takes it, else encoded anew."""

from collections.abc import Iterator
from fractions import Fraction
from typing import Any

import av
from av.error import FFmpegError

_COPIED = {"mp4": {"aac", "mp3", "mp3float"}, "webm": {"opus", "vorbis"}}
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
        self._copied = stream.codec_context.name in _COPIED[form] and (copies or 0 < bits <= _LEAN)
        if self._copied:
            self._out: Any = target.add_stream_from_template(stream, opaque=True)
            return
        self._stream = stream
        self._out = target.add_stream(_ENCODERS[form], rate=_RATE)
        self._out.codec_context.layout = "mono"
        self._out.codec_context.bit_rate = _BITS
        self._resampler: Any = None
        self._kind: tuple[Any, ...] = ()
        self._samples = 0

    def take(self, packet: Any) -> None:
        """Take a packet that begins after the offset."""
        if self._copied:
            packet.pts -= round(self._offset / packet.time_base)
            packet.dts = packet.pts
            packet.stream = self._out
            self._target.mux(packet)
            return
        for frame in _decoded(packet):
            self._hear(frame)

    def finish(self) -> None:
        """Write what the encoder kept back."""
        if not self._copied:
            self._flush()
            self._target.mux(self._out.encode(None))

    def _hear(self, frame: Any) -> None:
        kind = (frame.format.name, frame.layout.name, frame.sample_rate)
        if kind != self._kind:  # as broadcasts change it between two programmes
            self._flush()
            self._kind = kind
            self._resampler = av.AudioResampler(
                format=self._out.codec_context.format, layout="mono", rate=_RATE
            )
        if frame.time is not None:
            due = round((frame.time - self._offset) * _RATE)
            if due - self._samples > _GAP * _RATE:  # it begins late, or something is missing
                self._flush()
                self._samples = due
        for part in self._resampler.resample(frame):
            self._encode(part)

    def _flush(self) -> None:
        if self._resampler is not None:
            for part in self._resampler.resample(None):
                self._encode(part)
            self._resampler, self._kind = None, ()

    def _encode(self, frame: Any) -> None:
        frame.pts, frame.time_base = self._samples, Fraction(1, _RATE)
        self._samples += frame.samples
        self._target.mux(self._out.encode(frame))


def _decoded(packet: Any) -> Iterator[Any]:
    """Decode a packet; one that is damaged is passed over."""
    try:
        yield from packet.decode()
    except FFmpegError:
        return
