"""Read a QuickTime or MP4 file's `moov`, which says what the file holds."""

import struct
import sys
from array import array
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import accumulate, pairwise
from statistics import median

from bot.media.boxes import AFTER_DATES, Box, boxes, codec_of
from bot.media.facts import Facts

_PATH = {b"trak", b"mdia", b"minf", b"stbl"}
_PAIR = 8  # bytes of two numbers
_UNKNOWN = {0, 0xFFFFFFFF, 0xFFFFFFFFFFFFFFFF}


def read_movie(data: bytes) -> Facts:
    """Read what is inside `moov`, its own header left out. What it does not say is None."""
    seconds = None
    tracks: list[_Track] = []
    for name, start, end in boxes(data, 0, len(data)):
        if name == b"mvhd":
            seconds = _seconds(data[start:end])
        elif name == b"trak":
            tracks.append(_track(data, start, end))
    video = next((track for track in tracks if track.kind == b"vide"), None)
    sound = next((track for track in tracks if track.kind == b"soun"), None)
    facts = Facts(seconds=seconds, sound=sound.codec if sound else "")
    if video is None:
        return facts
    return replace(
        facts,
        width=video.width or None,
        height=video.height or None,
        video=video.codec,
        key_gap=video.key_gap(),
        key_bytes=video.key_bytes() + (sound.all_bytes() if sound else 0),
    )


@dataclass(slots=True)
class _Track:
    """What a track says of itself; times in units of which `scale` are a second."""

    kind: bytes = b""
    codec: str = ""
    width: int = 0
    height: int = 0
    scale: int = 0
    runs: Sequence[tuple[int, int]] = ()
    """How many samples last how long, one run after the other."""
    sync: Sequence[int] | None = None
    """The numbers of the key frames from 1; None where every frame is one."""
    size: int = 0
    """Bytes of each sample, 0 where each has its own."""
    sizes: Sequence[int] = ()

    # What a file says of itself may be a lie: nothing here takes longer than its tables are.

    def key_gap(self) -> float | None:
        """Return the median of the seconds from one key frame to the next, or to the end."""
        count = sum(count for count, _ in self.runs)
        length = sum(count * length for count, length in self.runs)
        if not self.scale or not count:
            return None
        if self.sync is None:
            return length / count / self.scale
        times = [*self._key_times(), length]
        gaps = [after - before for before, after in pairwise(times)]
        return median(gaps) / self.scale if gaps else None

    def _key_times(self) -> Iterator[int]:
        ends = list(accumulate(count for count, _ in self.runs))
        starts = [0, *accumulate(count * length for count, length in self.runs)]
        for number in self.sync or ():
            run = bisect_right(ends, number - 1)
            if run < len(ends):
                before = ends[run - 1] if run else 0
                yield starts[run] + (number - 1 - before) * self.runs[run][1]

    def key_bytes(self) -> int:
        """Return how many bytes the key frames have."""
        if self.sync is None:
            return self.all_bytes()
        if self.size:
            return self.size * len(self.sync)
        return sum(self.sizes[n - 1] for n in self.sync if 0 < n <= len(self.sizes))

    def all_bytes(self) -> int:
        """Return how many bytes all samples have."""
        return self.size * sum(count for count, _ in self.runs) or sum(self.sizes)


def _seconds(mvhd: bytes) -> float | None:
    """Read the length; a fragmented file says nothing there."""
    scale, length = _scale_and_length(mvhd)
    return None if not scale or length in _UNKNOWN else length / scale


def _scale_and_length(header: bytes) -> tuple[int, int]:
    """Read the two where `mvhd` and `mdhd` have them, in version 0 and 1."""
    version = int(header[:1] == b"\1")
    at, form = AFTER_DATES[version], (">II", ">IQ")[version]
    if len(header) < at + struct.calcsize(form):
        return 0, 0
    return struct.unpack_from(form, header, at)


def _track(data: bytes, start: int, end: int) -> _Track:
    track = _Track()
    for name, inside, stop in _within(data, start, end, _PATH):
        box = data[inside:stop]
        match name:
            case b"tkhd" if len(box) >= _PAIR:
                width, height = struct.unpack_from(">II", box, len(box) - _PAIR)
                track.width, track.height = width >> 16, height >> 16
            case b"mdhd":
                track.scale, _ = _scale_and_length(box)
            case b"hdlr" if not track.kind:
                track.kind = box[8:12]
            case b"stsd":
                track.codec = codec_of(box)
            case b"stts":
                pairs = _numbers(box, 4)
                track.runs = list(zip(pairs[1::2], pairs[2::2], strict=False))
            case b"stss":
                track.sync = _numbers(box, 4)[1:]
            case b"stsz" if len(box) >= _PAIR:
                (track.size,) = struct.unpack_from(">I", box, 4)
                track.sizes = _numbers(box, 12)
            case _:
                pass
    return track


def _within(data: bytes, start: int, end: int, path: set[bytes]) -> Iterator[Box]:
    """Yield the boxes inside those of a path; none is looked into inside itself."""
    for name, inside, stop in boxes(data, start, end):
        if name in path:
            yield from _within(data, inside, stop, path - {name})
        else:
            yield name, inside, stop


def _numbers(box: bytes, start: int) -> Sequence[int]:
    """Read what is left of a box as numbers of four bytes."""
    numbers = array("I", box[start : start + (len(box) - start) // 4 * 4])
    if sys.byteorder == "little":
        numbers.byteswap()
    return numbers
