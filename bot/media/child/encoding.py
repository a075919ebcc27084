"""Make a clip anew, of fewer and smaller pictures, with its sound."""

from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
from av.error import FFmpegError

from bot.media.child.opening import (
    LATE,
    NothingShown,
    Source,
    Span,
    key_before,
    length_of,
    packets_of,
    start_of,
    sure_length_of,
    told,
)
from bot.media.child.pictures import Fitter
from bot.media.child.sound import Sound

_CLOCK = Fraction(1, 1000)
_SLACK = 0.01  # seconds, for times that were rounded
# Constant quality and 8 bits: some hosts call a constant bit rate corrupted, and 10 bits too.
# No picture is shown in another order than it is encoded in, so that the last of both is the same.
_X264 = {"preset": "veryfast", "crf": "30", "bf": "0"}


def encode(
    source: Source, target: Path, span: Span, every: float, *, keys_only: bool
) -> Iterator[dict[str, Any]]:
    """Write the span with a picture each `every` seconds at most, of key frames or of all.

    Each picture stays where it was on the clip's clock, which begins anew with the span.
    """
    start, end = span
    first = key_before(source, start)
    with source.opened() as (container, stream):
        length = end or length_of(container)
        flags = {"movflags": "faststart"}
        with av.open(str(target), "w", format="mp4", options=flags) as out:
            writing = _Writing(container, stream, out, span, every)
            yield from told(writing.write(first, keys_only=keys_only), start, length)
            seconds = max(writing.seconds, (end or sure_length_of(container) or 0.0) - start)
            writing.finish(seconds)
    yield {"mime": "video/mp4", "start": start, "seconds": seconds}


class _Writing:
    """Pictures and sound on their way into another file."""

    def __init__(self, container: Any, stream: Any, out: Any, span: Span, every: float) -> None:
        self._container = container
        self._stream = stream
        self._start, self._end = span
        self._every = every
        self._out = out
        self._fitter = Fitter("yuv420p")
        self._pictures: Any = None
        self._base = start_of(stream)
        self._audio = container.streams.audio[0] if container.streams.audio else None
        self._sound: Sound | None = None
        self._waiting: list[Any] = []
        self._before: Any = None
        self._next = self._start
        self.seconds = 0.0

    def write(self, first: float, *, keys_only: bool) -> Iterator[float]:
        """Write it, decoding from a key frame on; yields how far it is."""
        streams = [self._stream, *([self._audio] if self._audio else [])]
        for packet in packets_of(self._container, *streams):
            if packet.pts is None:
                continue
            time = float(packet.pts * packet.time_base) - self._base
            if packet.stream is not self._stream:
                if time >= self._start and (self._end is None or time < self._end):
                    self._hear(packet)
            elif self._end is not None and time >= self._end + LATE:
                break
            elif time >= first - _SLACK:
                over = time + float((packet.duration or 0) * packet.time_base)
                self.seconds = max(self.seconds, min(over, self._end or over) - self._start)
                if packet.is_keyframe or not keys_only:
                    yield from self._show(packet, alone=keys_only)
        yield from self._show(None, alone=False)  # what the decoder still holds
        self._show_before(self._start + self._every)

    def _hear(self, packet: Any) -> None:
        """Take sound; it waits for the first picture, which the file begins with."""
        if self._sound is None:
            self._waiting.append(packet)
        else:
            self._sound.take(packet)

    def _show(self, packet: Any, *, alone: bool) -> Iterator[float]:
        for frame in self._decoded(packet, alone=alone):
            if frame.pts is None:
                continue
            # What comes out of the decoder last of all has no clock of its own.
            frame.time_base = self._stream.time_base
            time = float(frame.pts * frame.time_base) - self._base
            if self._end is not None and time >= self._end:
                continue
            if time < self._start - _SLACK:
                self._before = frame if alone else None
            elif time >= self._next - _SLACK:
                self._show_before(time)
                self._next = time + self._every
                self._encode(self._fitter.fit(frame), time)
                yield time

    def _decoded(self, packet: Any, *, alone: bool) -> list[Any]:
        """Decode a packet; one that has to be by itself, with a decoder that knows nothing else."""
        try:
            frames: list[Any] = self._stream.decode(packet)
            if alone:
                frames = [*frames, *self._stream.decode(None)]
        except FFmpegError:  # damaged: the rest may well be seen
            frames = []
        if alone:
            self._stream.codec_context.flush_buffers()
        return frames

    def _show_before(self, time: float) -> None:
        """Begin a part with the picture that stood when it began, where none is exactly there."""
        frame, self._before = self._before, None
        if frame is not None and time > self._start + _SLACK:
            self._encode(self._fitter.fit(frame), self._start)

    def _encode(self, picture: Any, time: float) -> None:
        pictures = self._pictures or self._begin(picture)
        picture.pts, picture.time_base = round((time - self._start) / _CLOCK), _CLOCK
        picture.pict_type = 0  # as the encoder likes, whatever it was
        self._out.mux(pictures.encode(picture))

    def _begin(self, picture: Any) -> Any:
        self._pictures = self._out.add_stream("libx264", options=_X264)
        context = self._pictures.codec_context
        context.width, context.height = picture.width, picture.height
        context.pix_fmt, context.time_base = "yuv420p", _CLOCK
        if self._audio is not None:
            offset = self._start + self._base
            self._sound = Sound(self._audio, self._out, "mp4", offset, copies=False)
            for packet in self._waiting:
                self._sound.take(packet)
        self._waiting = []
        return self._pictures

    def finish(self, seconds: float) -> None:
        """Write what the encoders kept back; the last picture is shown until the end."""
        if self._pictures is None:
            raise NothingShown
        packets: list[Any] = self._pictures.encode(None)
        for packet in packets[-1:]:
            packet.duration = max(1, round(seconds / packet.time_base) - packet.pts)
        self._out.mux(packets)
        if self._sound is not None:
            self._sound.finish()
