"""Open a clip, and nothing but it."""

from collections.abc import Generator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

import av

Span = tuple[float, float | None]
"""From which second to which, None for the end."""

LATE = 1.0
"""How many seconds a packet may come after those that are shown, or heard, later."""


_STEP = 0.02
# Titles that are no UTF-8 are no reason to refuse a clip; from PyAV 19 on, they never are.
_IS_STRICT = av.__version__.startswith("18.")
_LENIENT: dict[str, Any] = {"metadata_errors": "ignore"} if _IS_STRICT else {}


class NoPictures(Exception):
    """There is no video stream."""


class NothingShown(Exception):
    """There is a video stream, but not a picture in it that can be made out."""


# Seconds: a clock that goes back by more begins anew, and by less is only inexact.
_STEP_BACK = 1
# In these formats, one that goes on by more than so many seconds is another clock.
_LEAP, _LEAPING = 10, {"mpegts", "mpeg"}


@dataclass
class TooManyPixels(Exception):
    """A picture so large that decoding it would take more memory than there is to give."""

    width: int
    height: int


@dataclass(frozen=True, slots=True)
class Source:
    """A clip's file, the demuxer for it, and the most pixels that a picture of it may have."""

    path: Path
    demuxer: str
    pixels: int

    @contextmanager
    def opened(self) -> Generator[tuple[Any, Any]]:
        """Open it; the block gets the container and its first video stream.

        The format is given, and nothing but files may be opened: a playlist in disguise would
        have its neighbours read, and addresses fetched.
        """
        options = {"protocol_whitelist": "file"}
        open_: Any = av.open  # whose types are not those of every version
        with open_(str(self.path), format=self.demuxer, options=options, **_LENIENT) as container:
            if not container.streams.video:
                raise NoPictures
            stream: Any = container.streams.video[0]
            context = stream.codec_context
            if context.width * context.height > self.pixels:
                raise TooManyPixels(context.width, context.height)
            context.thread_type, context.thread_count = "AUTO", 2
            yield container, stream


def packets_of(container: Any, *streams: Any) -> Iterator[Any]:
    """Yield packets on a clock that goes on where the file's begins anew.

    Transport streams are often several that were put one behind the other, and lose bytes.
    """
    leap = _LEAP if container.format.name in _LEAPING else None
    clocks = {stream.index: _Clock(leap) for stream in streams}
    for packet in container.demux(streams):
        mark = packet.pts if packet.dts is None else packet.dts
        if mark is not None:
            if leap and packet.pts and abs(packet.pts - mark) > leap / packet.time_base:
                packet.pts = mark  # damaged: no picture waits so long to be shown
            later = clocks[packet.stream.index].later(mark, packet.duration or 0, packet.time_base)
            packet.dts = None if packet.dts is None else packet.dts + later
            packet.pts = None if packet.pts is None else packet.pts + later
        yield packet


@dataclass(slots=True)
class _Clock:
    """Where a stream's last packet was put, how long it lasts, and how much later it was put."""

    leap: int | None
    last: int | None = None
    duration: int = 0
    shift: int = 0

    def later(self, mark: int, duration: int, time_base: Fraction) -> int:
        """Return by how much a packet is put later."""
        step = round(_STEP_BACK / time_base)
        if self.last is not None:
            ahead = mark + self.shift - self.last
            if ahead < -step or (self.leap is not None and ahead > self.leap / time_base):
                self.shift = self.last + self.duration - mark
        self.last = mark + self.shift
        self.duration = max(1, min(duration, step))
        return self.shift


def codec_of(stream: Any) -> str:
    """Return the name of a stream's codec, which its decoder may not have: AV1's is libdav1d."""
    return stream.codec_context.codec.canonical_name


def start_of(stream: Any) -> float:
    """Return the second on its clock at which a stream begins."""
    return float((stream.start_time or 0) * stream.time_base)


def key_before(source: Source, second: float) -> float:
    """Return when the last key frame at or before a second is, by reading all packets.

    Seeking would be quicker, and is wrong in files without an index: MPEG streams of both kinds.
    """
    if not second:
        return 0.0
    found = 0.0
    with source.opened() as (container, stream):
        base = start_of(stream)
        for packet in packets_of(container, stream):
            if packet.is_keyframe and packet.pts is not None:
                time = float(packet.pts * packet.time_base) - base
                if found < time <= second:
                    found = time
    return found


def length_of(container: Any) -> float | None:
    """Return how many seconds a clip lasts, None where nobody can tell."""
    return container.duration / av.time_base if container.duration else None


def sure_length_of(container: Any) -> float | None:
    """Return how many seconds a clip lasts, None where that is a guess from its clock."""
    return None if container.format.name in _LEAPING else length_of(container)


def told(times: Iterator[float], start: float, end: float | None) -> Iterator[dict[str, float]]:
    """Go through the times that some work has reached, and tell so now and then."""
    last = 0.0
    for time in times:
        done = min(1.0, max(0.0, (time - start) / (end - start))) if end and end > start else 0.0
        if done - last >= _STEP:
            last = done
            yield {"done": done}
