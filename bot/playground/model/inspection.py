"""Look at one file with libav and print what is found as JSON.

    python -m bot.playground.model.inspection FILE

Meant to be a process of its own, which its caller may kill: a file from outside can make libav
spin or crash.
"""
# PyAV leaves the type parameter of its packets open.
# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false

import json
import math
import sys
from array import array
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from operator import mul
from pathlib import Path

import av
from av.audio import AudioStream
from av.container import InputContainer
from av.error import FFmpegError, InvalidDataError
from av.video import VideoStream

from .findings import Findings, Pictures, Sound, Unopened, to_json

SAFE = {
    # libav would follow a playlist dressed as a clip to the files beside it.
    "format_whitelist": "mov,mp4,m4a,3gp,3g2,mj2,matroska,webm,mpeg,mpegts,mpegvideo,avi,flv,asf,"
    "jpeg_pipe",
    "protocol_whitelist": "file",
}
MOST_PIXELS = 600 * 1280 * 720  # decoded in full; about two seconds of one core
MOST_KEY_FRAMES = 300
MOST_SOUND = 600.0  # seconds that loudness is taken from
THUMBNAIL = (32, 18)
CUT = 18  # mean difference of 8-bit greys between neighbouring thumbnails
SAMPLE_RATE = 16_000


@dataclass(frozen=True, slots=True)
class Outline:
    """What the packets tell without decoding one; `span` in seconds, from first to last."""

    frames: int
    keys: int
    span: float


def inspect(path: Path) -> Findings | Unopened:
    """Tell what a file holds."""
    try:
        with av.open(path, options=SAFE) as container:
            return _findings(container, path)
    except FFmpegError as error:
        return Unopened(error.strerror or type(error).__name__)
    except Exception as error:  # noqa: BLE001  broken files raise UnicodeDecodeError, MemoryError, …
        return Unopened(str(error) or type(error).__name__)


def _findings(container: InputContainer, path: Path) -> Findings:
    outline = _outline(container)
    # What the container says comes second: for an MPEG program stream libav only guesses it.
    seconds = outline.span or (container.duration or 0) / av.time_base
    return Findings(
        container=container.format.name,
        seconds=round(seconds, 3) or None,
        pictures=_pictures(path, outline) if container.streams.video else None,
        sound=_sound(path) if container.streams.audio else None,
    )


def _outline(container: InputContainer) -> Outline:
    """Go through the packets of the pictures, or of all there is where there are none."""
    frames = keys = 0
    begin, end = math.inf, 0.0
    for packet in container.demux(*container.streams.video[:1]):
        if packet.pts is None:
            continue
        at = float(packet.pts * packet.time_base)
        begin = min(begin, at)
        end = max(end, at + float((packet.duration or 0) * packet.time_base))
        if packet.stream.type == "video":
            frames += 1
            keys += packet.is_keyframe
    return Outline(frames, keys, max(0.0, end - begin))


def _pictures(path: Path, outline: Outline) -> Pictures:
    with av.open(path, options=SAFE) as container:
        stream = container.streams.video[0]
        exact = outline.frames * stream.width * stream.height <= MOST_PIXELS
        step = 0 if exact else math.ceil(max(outline.keys, 1) / MOST_KEY_FRAMES)
        return Pictures(
            codec=stream.codec_context.name,
            width=stream.width,
            height=stream.height,
            frames=stream.frames or outline.frames,
            cuts=tuple(cuts(_thumbnails(container, stream, step))),
            exact=exact,
        )


def _thumbnails(
    container: InputContainer, stream: VideoStream, step: int
) -> Iterator[tuple[float, bytes]]:
    """Decode small grey pictures: of every frame, or with a step of every step-th key frame."""
    keys = 0
    first: float | None = None
    for packet in container.demux(stream):
        if step and packet.pts is not None:
            keys += packet.is_keyframe
            if not packet.is_keyframe or keys % step:
                continue
        frames: list[av.VideoFrame] = []
        with suppress(InvalidDataError):  # a damaged picture is passed over, as players do
            frames = packet.decode()
        for frame in frames:
            first = frame.time if first is None else first
            grey = frame.reformat(*THUMBNAIL, format="gray", interpolation="AREA")
            yield frame.time - first, _tight(bytes(grey.planes[0]), grey.planes[0].line_size)


def _tight(plane: bytes, stride: int) -> bytes:
    width, height = THUMBNAIL
    return b"".join(plane[row * stride : row * stride + width] for row in range(height))


def cuts(thumbnails: Iterable[tuple[float, bytes]]) -> Iterator[float]:
    """Name the moments at which one picture has little to do with the one before it."""
    before: bytes | None = None
    for at, thumbnail in thumbnails:
        if before is not None and _difference(before, thumbnail) >= CUT:
            yield round(at, 3)
        before = thumbnail


def _difference(one: bytes, other: bytes) -> float:
    return sum(abs(a - b) for a, b in zip(one, other, strict=True)) / len(one)


def _sound(path: Path) -> Sound:
    with av.open(path, options=SAFE) as container:
        stream = container.streams.audio[0]
        return Sound(stream.codec_context.name, _loudness(container, stream))


def _loudness(container: InputContainer, stream: AudioStream) -> float | None:
    power = count = 0
    for samples in _samples(container, stream):
        power += sum(map(mul, samples, samples))
        count += len(samples)
        if count >= MOST_SOUND * SAMPLE_RATE:
            break
    return round(10 * math.log10(power / count / 32768**2), 1) if power else None


def _samples(container: InputContainer, stream: AudioStream) -> Iterator["array[int]"]:
    mono = av.AudioResampler(format="s16", layout="mono", rate=SAMPLE_RATE)
    for packet in container.demux(stream):
        frames: list[av.AudioFrame] = []
        with suppress(InvalidDataError):
            frames = packet.decode()
        for frame in frames:
            for part in mono.resample(frame):
                yield array("h", bytes(part.planes[0])[: part.samples * 2])


if __name__ == "__main__":
    print(json.dumps(to_json(inspect(Path(sys.argv[1])))))  # noqa: T201  its answer
