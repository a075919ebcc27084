"""What becomes of real clips on each rung, held against the clips themselves."""

import shutil
from array import array
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import av
import pytest

from bot.errors import ClipBroken
from bot.media.facts import Facts
from bot.media.workshop import Workshop
from tests.media.corpus import FAST, Film, posted


@dataclass(frozen=True, slots=True)
class Packets:
    """The packets of one stream: when each is shown and until when, in seconds, and its keys."""

    codec: str
    spans: tuple[tuple[float, float], ...]
    keys: tuple[float, ...]

    @property
    def begin(self) -> float:
        return self.spans[0][0]

    @property
    def end(self) -> float:
        return max(end for _, end in self.spans)


def packets(path: Path, kind: str = "video") -> Packets:
    spans: list[tuple[float, float]] = []
    keys: list[float] = []
    with av.open(str(path)) as container:
        stream: Any = getattr(container.streams, kind)[0]
        for packet in container.demux(stream):
            if packet.size and packet.pts is not None:
                time = float(packet.pts * packet.time_base)
                spans.append((time, time + float((packet.duration or 0) * packet.time_base)))
                if packet.is_keyframe:
                    keys.append(time)
        return Packets(stream.codec_context.codec.canonical_name, tuple(sorted(spans)), tuple(keys))


def pixels(frame: Any) -> bytes:
    """Return a picture's bytes, without what pads its rows."""
    planes: list[bytes] = []
    for plane in frame.planes:
        data, stride, width = bytes(plane), plane.line_size, plane.width
        planes += [data[row * stride : row * stride + width] for row in range(plane.height)]
    return b"".join(planes)


def pictures(path: Path, *, keys_only: bool = False) -> dict[float, bytes]:
    """Return the pictures of a clip by the second at which they are shown."""
    return {round(frame.time, 2): pixels(frame) for frame in decoded(path, keys_only=keys_only)}


def decoded(path: Path, *, keys_only: bool = False) -> Iterator[Any]:
    with av.open(str(path)) as container:
        stream: Any = container.streams.video[0]
        for packet in container.demux(stream):
            if packet.is_keyframe or not packet.size or not keys_only:
                for frame in stream.decode(packet):
                    frame.time_base = stream.time_base
                    yield frame


async def worked(
    path: Path, verb: str, span: tuple[float, float | None] = (0.0, None), **how: Any
) -> tuple[dict[str, Any], Path]:
    """Have a clip worked on, and return what was told and what was made."""
    workshop = Workshop()
    async with workshop.holding(await posted(path)) as job:
        told = await workshop.work(job, verb, lambda _: None, span=span, **how)
        target = path.parent / f"{verb}.{told['mime'].partition('/')[2]}"
        shutil.copy(job.folder / "fitted", target)
    return told, target


async def looked(path: Path) -> Facts:
    workshop = Workshop()
    async with workshop.holding(await posted(path)) as job:
        return await workshop.look(job)


async def test_the_first_pictures_of_a_recording_with_reordered_ones_are_kept(
    tmp_path: Path,
) -> None:
    # Matroska does not say when its first packets are decoded.
    path = Film("matroska").written(tmp_path / "clip.mkv")
    told, target = await worked(path, "remux", keys_only=False)
    assert told["start"] == 0.0
    assert pictures(target) == pictures(path)
    told, target = await worked(path, "remux", keys_only=True)
    assert told["start"] == 0.0
    assert packets(target).keys == pytest.approx((0.0, 1.0, 2.0, 3.0), abs=0.01)


@pytest.mark.parametrize(
    ("film", "video"),
    [
        (Film(), "h264"),
        (Film(video="libx265"), "hevc"),
        (Film(video="libsvtav1"), "av1"),
        (Film("webm", "libvpx-vp9", "libopus"), "vp9"),
        (Film("mpeg", "mpeg2video", "mp2"), "mpeg2video"),
        (Film(sound="libmp3lame"), "h264"),
    ],
    ids=["H.264", "HEVC", "AV1", "VP9", "MPEG-2", "MP3"],
)
async def test_a_codec_is_called_by_its_name_and_not_by_its_decoders(
    tmp_path: Path, film: Film, video: str
) -> None:
    facts = await looked(film.written(tmp_path / "clip"))
    sound = {"libopus": "opus", "libmp3lame": "mp3"}.get(film.sound, film.sound)
    assert (facts.video, facts.sound) == (video, sound)
    assert facts.key_gap == pytest.approx(1.0, abs=0.05)


async def test_a_sound_that_fits_is_copied(tmp_path: Path) -> None:
    path = Film(sound="libmp3lame").written(tmp_path / "clip.mp4")
    _, target = await worked(path, "remux", keys_only=True)
    assert packets(target, "audio").codec == "mp3"


def beeps(path: Path) -> list[float]:
    """Return when it beeps after a silence, on a clock that begins with the pictures."""
    found: list[float] = []
    last = -1.0
    begin = packets(path).begin
    with av.open(str(path)) as container:
        for frame in container.decode(audio=0):
            form, full = ("f", 1.0) if "flt" in frame.format.name else ("h", 32768.0)
            samples = array(form, bytes(frame.planes[0]))[: frame.samples]
            for start in range(0, len(samples), 240):
                if max(samples[start : start + 240]) > 0.1 * full:
                    time = frame.time + start / frame.sample_rate - begin
                    if time > last + 0.2:
                        found.append(time)
                    last = time
    return found


SOUNDS = [
    ("aac", Film()),
    ("mp3", Film(sound="libmp3lame")),
    ("mp2", Film("mpeg", "mpeg2video", "mp2")),
    ("opus in mp4", Film("matroska", sound="libopus")),
    ("opus in webm", Film("webm", "libvpx-vp9", "libopus")),
    ("late aac", Film("matroska", sound_at=1.25)),
    ("late opus", Film("matroska", sound="libopus", sound_at=1.25)),
    ("late mp2", Film("mpegts", sound="mp2", sound_at=1.25)),
    ("an hour late", Film("mpegts", sound="mp2", shift=3600.0)),
    ("flv", Film("flv")),
    ("avi", Film("avi", "mpeg4", "mp2")),
]
HOW = {
    "rewrapped": ("remux", {"keys_only": False}),
    "one a second": ("encode", {"keys_only": False, "every": 1.0}),
}


@pytest.mark.parametrize("how", HOW)
@pytest.mark.parametrize("film", [film for _, film in SOUNDS], ids=[name for name, _ in SOUNDS])
async def test_sound_stays_in_step(tmp_path: Path, film: Film, how: str) -> None:
    path = film.written(tmp_path / "clip")
    verb, arguments = HOW[how]
    _, target = await worked(path, verb, **arguments)
    assert beeps(target) == pytest.approx(beeps(path), abs=0.06)


@pytest.mark.parametrize("how", HOW)
@pytest.mark.parametrize("film", [film for _, film in SOUNDS], ids=[name for name, _ in SOUNDS])
async def test_sound_of_a_part_stays_in_step(tmp_path: Path, film: Film, how: str) -> None:
    path = film.written(tmp_path / "clip")
    verb, arguments = HOW[how]
    told, target = await worked(path, verb, (1.0, 3.0), **arguments)
    heard = [time - told["start"] for time in beeps(path) if told["start"] <= time < 3.0]
    assert beeps(target) == pytest.approx(heard, abs=0.06)
    assert packets(target, "audio").end == pytest.approx(3.0 - told["start"], abs=0.1)


async def test_pictures_that_are_all_damaged_are_not_called_a_sound(tmp_path: Path) -> None:
    path = Film(flags=FAST).written(tmp_path / "clip.mp4")
    data = path.read_bytes()
    start = data.index(b"mdat") + 4
    path.write_bytes(data[:start] + bytes(len(data) - start))
    with pytest.raises(ClipBroken):
        await worked(path, "encode", keys_only=False, every=1.0)


@pytest.mark.parametrize("how", HOW)
async def test_a_part_without_a_picture_is_told(tmp_path: Path, how: str) -> None:
    path = Film().written(tmp_path / "clip.mp4")
    verb, arguments = HOW[how]
    with pytest.raises(ClipBroken):
        await worked(path, verb, (0.0, 0.0), **arguments)
