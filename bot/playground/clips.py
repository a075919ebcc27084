"""Real clips, drawn and encoded on the spot, whose content is known beforehand."""
# PyAV leaves the type parameter of its packets open.
# pyright: reportUnknownMemberType=false

import math
from array import array
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import av
from av.audio import AudioStream
from av.container import OutputContainer
from av.video import VideoStream

SAMPLE_RATE = 48_000  # the only rate Opus, MP2 and AAC all take
AMPLITUDE = 0.25  # of a sine: -15 dBFS RMS
CHROMAS = ((90, 200), (200, 90), (60, 120), (150, 60))


@dataclass(frozen=True, slots=True)
class Recipe:
    """What a container is filled with."""

    container: str
    video: str
    sound: str
    video_options: tuple[tuple[str, str], ...] = ()
    flags: tuple[tuple[str, str], ...] = ()


X264 = (("preset", "ultrafast"), ("tune", "zerolatency"))
VP8 = (("deadline", "good"), ("cpu-used", "5"))  # realtime would hurry when the machine is busy
RECIPES = {
    ".mp4": Recipe("mp4", "libx264", "aac", X264, (("movflags", "faststart"),)),
    ".mov": Recipe("mov", "libx264", "aac", X264),
    ".mkv": Recipe("matroska", "libx264", "aac", X264),
    ".ts": Recipe("mpegts", "libx264", "aac", X264),
    ".webm": Recipe("webm", "libvpx", "libopus", VP8),
    ".mpeg": Recipe("mpeg", "mpeg2video", "mp2"),
    ".mpg": Recipe("mpeg", "mpeg2video", "mp2"),
    ".avi": Recipe("avi", "mpeg4", "libmp3lame"),
}


def make_clip(
    path: Path,
    *,
    seconds: float = 6.0,
    size: tuple[int, int] = (320, 180),
    fps: int = 25,
    cuts: Sequence[float] = (2.0, 4.0),
    tone: float | None = 440.0,
) -> None:
    """Write a clip in the container its suffix names.

    A square crosses striped scenes that change hard at each of `cuts` (seconds), over a sine of
    `tone` hertz, or over no sound track when that is None. Raises ValueError for another suffix.
    """
    recipe = RECIPES.get(path.suffix.lower())
    if recipe is None:
        raise ValueError(f"no clip is made as {path.suffix!r}, only as {', '.join(RECIPES)}")
    # Without bitexact Matroska writes a random identifier into every file.
    flags = {"fflags": "+bitexact", **dict(recipe.flags)}
    with av.open(path, "w", format=recipe.container, container_options=flags) as container:
        pictures = _add_pictures(container, recipe, size, fps)
        sound = _add_sound(container, recipe) if tone is not None else None
        for number in range(round(seconds * fps)):
            at = number / fps
            container.mux(pictures.encode(_picture(number, size, fps, scene_at(at, cuts))))
            if sound is not None and tone is not None:
                container.mux(sound.encode(_beep(number, fps, tone)))
        container.mux(pictures.encode())
        if sound is not None:
            container.mux(sound.encode())


def scene_at(seconds: float, cuts: Sequence[float]) -> int:
    """Count the cuts that lie behind a moment."""
    return sum(cut <= seconds for cut in cuts)


def _add_pictures(
    container: OutputContainer, recipe: Recipe, size: tuple[int, int], fps: int
) -> VideoStream:
    stream = container.add_stream(recipe.video, rate=fps, options=dict(recipe.video_options))
    if not isinstance(stream, VideoStream):
        raise TypeError(recipe.video)
    stream.width, stream.height = size
    stream.pix_fmt = "yuv420p"
    stream.bit_rate = 400_000
    stream.gop_size = fps * 2
    return stream


def _add_sound(container: OutputContainer, recipe: Recipe) -> AudioStream:
    stream = container.add_stream(recipe.sound, rate=SAMPLE_RATE, layout="mono")
    if not isinstance(stream, AudioStream):
        raise TypeError(recipe.sound)
    stream.bit_rate = 64_000
    return stream


def _picture(number: int, size: tuple[int, int], fps: int, scene: int) -> av.VideoFrame:
    frame = av.VideoFrame(*size, "yuv420p")
    luma, *chroma = frame.planes
    luma.update(b"".join(_rows(number, size, luma.line_size, scene)))
    for plane, level in zip(chroma, CHROMAS[scene % len(CHROMAS)], strict=True):
        plane.update(bytes([level]) * plane.buffer_size)
    frame.pts = number
    frame.time_base = Fraction(1, fps)
    return frame


def _rows(number: int, size: tuple[int, int], stride: int, scene: int) -> Iterator[bytes]:
    """Draw the rows of one grey picture: stripes, dark or light by scene, and a white square."""
    width, height = size
    dark = 40 + 120 * (scene % 2)
    stripe = max(8, width // 16)
    plain = bytes(dark + 30 * ((x // stripe + scene) % 2) for x in range(width)).ljust(stride)
    side = height // 4
    left = (number * max(1, width // 100)) % (width - side)
    crossed = plain[:left] + b"\xeb" * side + plain[left + side :]
    top = (height - side) // 2
    return (crossed if top <= y < top + side else plain for y in range(height))


def _beep(number: int, fps: int, tone: float) -> av.AudioFrame:
    """Make the sound of one picture's length."""
    start, end = number * SAMPLE_RATE // fps, (number + 1) * SAMPLE_RATE // fps
    turn = 2 * math.pi * tone / SAMPLE_RATE
    samples = array("h", (round(AMPLITUDE * 32767 * math.sin(turn * n)) for n in range(start, end)))
    frame = av.AudioFrame("s16", "mono", len(samples))
    frame.sample_rate = SAMPLE_RATE
    frame.pts = start
    frame.time_base = Fraction(1, SAMPLE_RATE)
    frame.planes[0].update(samples.tobytes().ljust(frame.planes[0].buffer_size, b"\0"))
    return frame
