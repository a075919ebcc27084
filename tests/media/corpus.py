"""Small real files of every kind that people post, and some that nobody should have to open."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from pathlib import Path
from typing import Any

import av
from av.error import EOFError as LibavEOFError
from av.filter import Graph

from bot.media.files import FileClip
from bot.media.kinds import Posted
from bot.media.probe import find_movie
from bot.media.sniff import sniff

RATE = 48_000
_X264 = (("preset", "ultrafast"), ("x264-params", "scenecut=0:bframes=2:b-adapt=0"))
_X265 = (("preset", "ultrafast"), ("x265-params", "log-level=none:scenecut=0:open-gop=0"))
_VP9 = (("deadline", "realtime"), ("cpu-used", "8"))
_AV1 = (("preset", "12"), ("svtav1-params", "scd=0"))
OPTIONS = {"libx264": _X264, "libx265": _X265, "libvpx-vp9": _VP9, "libsvtav1": _AV1}


@dataclass(frozen=True, slots=True)
class Film:
    """What a file is made of; `sound_at` is the second at which its sound begins.

    `shift` seconds lie before the first picture on its clock.
    """

    form: str = "mp4"
    video: str = "libx264"
    sound: str = "aac"
    size: tuple[int, int] = (320, 180)
    seconds: float = 4.0
    fps: int = 25
    key_every: int = 25
    pixels: str = "yuv420p"
    pattern: str = "testsrc2"
    sound_at: float = 0.0
    shift: float = 0.0
    turned: int = 0
    flags: tuple[tuple[str, str], ...] = ()
    options: tuple[tuple[str, str], ...] = ()
    uneven: bool = False

    def written(self, path: Path) -> Path:
        """Write it."""
        out: Any
        with av.open(str(path), "w", format=self.form, options=dict(self.flags)) as out:
            pictures: Any = _pictures(out, self)
            sound: Any = _sound(out, self) if self.sound else None
            heard = _heard(self) if self.sound else iter(())
            waiting = next(heard, None)
            for frame in _seen(self) if pictures else ():
                while waiting and waiting.pts * waiting.time_base <= frame.pts * frame.time_base:
                    out.mux(sound.encode(waiting))
                    waiting = next(heard, None)
                out.mux(pictures.encode(frame))
            for frame in [*([waiting] if waiting else []), *heard]:
                out.mux(sound.encode(frame))
            for stream in (pictures, sound):
                if stream is not None:
                    out.mux(stream.encode(None))
        return path


def _pictures(out: Any, film: Film) -> Any:
    if not film.video:
        return None
    options = {**dict(OPTIONS.get(film.video, ())), **dict(film.options)}
    stream = out.add_stream(film.video, rate=film.fps, options=options)
    context = stream.codec_context
    context.width, context.height, context.pix_fmt = *film.size, film.pixels
    context.gop_size = film.key_every
    context.bit_rate = 600_000
    if film.uneven:
        context.time_base = Fraction(1, 1000)
    if film.turned:
        stream.set_display_rotation(film.turned)
    return stream


def _sound(out: Any, film: Film) -> Any:
    stream = out.add_stream(film.sound, rate=RATE, layout="mono")
    stream.bit_rate = 64_000
    return stream


def frames(source: str, arguments: str, *then: tuple[str, str]) -> Iterator[Any]:
    """Yield what one of libav's own sources draws or sounds."""
    graph: Any = Graph()
    is_sound = source == "sine"
    sink = graph.add("abuffersink" if is_sound else "buffersink")
    steps = [graph.add(source, arguments), *(graph.add(*step) for step in then), sink]
    for one, after in pairwise(steps):
        one.link_to(after)
    graph.configure()
    while True:
        try:
            yield graph.pull()
        except LibavEOFError:
            return


def _seen(film: Film) -> Iterator[Any]:
    width, height = film.size
    drawn = f"size={width}x{height}:rate={film.fps}:duration={film.seconds}"
    for number, frame in enumerate(frames(film.pattern, drawn, ("format", film.pixels))):
        if film.uneven:
            # A telephone takes a picture when it can: now sooner, now much later.
            frame.pts = number * 1000 // film.fps + (number * 37) % 31
            frame.time_base = Fraction(1, 1000)
        frame.pts += round(film.shift / frame.time_base)
        frame.pict_type = 0  # as the encoder likes: the source calls each a key frame
        yield frame


def _heard(film: Film) -> Iterator[Any]:
    """A tone of the second half of each second, so that it can be told where it lies."""
    wanted = f"frequency=440:sample_rate={RATE}:duration={film.seconds}:samples_per_frame=960"
    beeping = "volume=volume='if(gte(mod(t,1),0.5),4,0)':eval=frame"
    name, arguments = beeping.split("=", 1)
    form = {"mp2": "s16", "libopus": "s16"}.get(film.sound, "fltp")
    shape = f"sample_fmts={form}:channel_layouts=mono"
    for frame in frames("sine", wanted, (name, arguments), ("aformat", shape)):
        frame.pts += round((film.sound_at + film.shift) * RATE)
        yield frame


def repeated(source: Path, target: Path, times: int, form: str = "mp4") -> Path:
    """Write a clip's packets over and over, which makes hours in a moment."""
    out: Any
    with opened(source) as container, av.open(str(target), "w", format=form) as out:
        stream = container.streams.video[0]
        copy = out.add_stream_from_template(stream)
        packets = [packet for packet in container.demux(stream) if packet.dts is not None]
        marks = [(packet.pts, packet.dts, packet.duration) for packet in packets]
        length = sum(duration for _, _, duration in marks)
        for time in range(times):
            for packet, (pts, dts, duration) in zip(packets, marks, strict=True):
                packet.stream, packet.time_base = copy, stream.time_base
                packet.pts, packet.dts = pts + time * length, dts + time * length
                packet.duration = duration
                out.mux(packet)
    return target


def opened(path: Path) -> Any:
    """Open a clip as PyAV does, whose own types are incomplete."""
    return av.open(str(path))


Maker = Callable[[Path], Path]


@dataclass(frozen=True, slots=True)
class Entry:
    """A file by its name, and how to write it."""

    name: str
    make: Maker


def _film(name: str, **how: Any) -> Entry:
    return Entry(name, Film(**how).written)


def _truncated(path: Path) -> Path:
    data = Film().written(path).read_bytes()
    path.write_bytes(data[: len(data) // 2])
    return path


def _truncated_head_first(path: Path) -> Path:
    data = Film(flags=FAST).written(path).read_bytes()
    path.write_bytes(data[: len(data) // 2])
    return path


def _text(words: str) -> Maker:
    def write(path: Path) -> Path:
        path.write_text(words)
        return path

    return write


def _beside_a_secret(words: str) -> Maker:
    def write(path: Path) -> Path:
        Film(seconds=1.0).written(path.parent / "secret.mp4")
        return _text(words)(path)

    return write


GIF = Film("gif", "gif", "", size=(160, 90), fps=10, pixels="rgb8")
OPEN_GROUPS = Film(
    video="libx265",
    size=(64, 64),
    seconds=34.0,
    key_every=250,
    options=(
        ("preset", "ultrafast"),
        (
            "x265-params",
            "log-level=none:scenecut=0:bframes=4:open-gop=1:keyint=250:min-keyint=250",
        ),
    ),
)
FAST = (("movflags", "faststart"),)
FRAGMENTED = (("movflags", "frag_keyframe+empty_moov+default_base_moof"),)
HLS = "#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXTINF:1,\nsecret.mp4\n#EXT-X-ENDLIST\n"

CONTAINERS = (
    _film("moov at the end.mp4"),
    _film("moov at the start.mp4", flags=FAST),
    _film("fragmented.mp4", flags=FRAGMENTED),
    _film("hevc.mov", form="mov", video="libx265"),
    _film("vp9.webm", form="webm", video="libvpx-vp9", sound="libopus"),
    _film("av1.mp4", video="libsvtav1"),
    _film("recorded.mkv", form="matroska"),
    _film("program stream.mpg", form="mpeg", video="mpeg2video", sound="mp2", key_every=12),
    _film("transport stream.ts", form="mpegts"),
)
OLD = (
    _film("mpeg4.avi", form="avi", video="mpeg4", sound="mp2"),
    _film("h264.avi", form="avi", sound="mp2"),
    _film("sorenson.flv", form="flv", video="flv", sound="aac"),
    _film("h264.flv", form="flv"),
    _film("windows media.wmv", form="asf", video="wmv2", sound="wmav2"),
    Entry("animated.gif", GIF.written),
)
ODDITIES = (
    _film("turned.mp4", turned=90),
    _film("odd.mp4", video="libx265", size=(321, 181), pixels="yuv444p"),
    _film("ten bits.mp4", pixels="yuv420p10le"),
    _film("uneven.mp4", uneven=True),
    _film("silent.mp4", sound=""),
    _film("late sound.mkv", form="matroska", sound_at=1.5, sound="libopus"),
    _film("late start.ts", form="mpegts", shift=3600.0),
    _film("named.txt"),
)
BROKEN = (
    _film("sound alone.mp4", video=""),
    Entry("empty.mp4", _text("")),
    Entry("cut off.mp4", _truncated),
    Entry("cut off behind its head.mp4", _truncated_head_first),
    Entry("text.mp4", _text("This is not a video at all.\n" * 40)),
    Entry("playlist.mp4", _beside_a_secret(HLS)),
    Entry("concat.mp4", _beside_a_secret("ffconcat version 1.0\nfile secret.mp4\n")),
)
EVERY = (*CONTAINERS, *OLD, *ODDITIES, *BROKEN)


def made(folder: Path, entries: Iterable[Entry]) -> dict[str, Path]:
    """Write files into a folder."""
    return {entry.name: entry.make(folder / entry.name) for entry in entries}


async def movie_of(path: Path) -> bytes:
    """Return what is inside a file's `moov`."""
    file = FileClip(path, path.name)
    look = await file.look()
    return await find_movie(sniff(look.head), look.head, look.size, file.read)


async def posted(path: Path) -> Posted:
    """Return a file as the bot knows it once it has looked at it."""
    file = FileClip(path, path.name)
    look = await file.look()
    return Posted(path.name, file, sniff(look.head), look.head, look.size)
