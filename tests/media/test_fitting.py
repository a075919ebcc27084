"""What becomes of real clips on each rung, held against the clips themselves."""

from pathlib import Path
from typing import Any

import pytest

from bot.errors import ClipBroken, ClipShorter
from bot.media.fitting import fitted
from bot.media.ladder import Wanted
from bot.media.workshop import Workshop
from tests.media.corpus import FAST, GIF, Film, posted
from tests.media.measuring import beeps, looked, packets, pictures, saved, worked


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
    ("wmv", Film("asf", "mpeg4", "wmav2")),
]
HOW: dict[str, tuple[str, dict[str, Any]]] = {
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


async def test_a_part_past_the_end_is_told(tmp_path: Path) -> None:
    path = Film().written(tmp_path / "clip.mp4")
    wanted = Wanted(10 << 20, 3600.0, start=60.0)
    with pytest.raises(ClipShorter) as caught:
        async with fitted(Workshop(), await posted(path), wanted, lambda _: None):
            pass
    assert (caught.value.seconds, caught.value.start) == (4.0, 60.0)


@pytest.mark.parametrize(("every", "keys"), [(1.0, 4), (1.0, 1), (0.2, 4)])
async def test_the_last_picture_is_shown_until_the_end(
    tmp_path: Path, every: float, keys: int
) -> None:
    path = Film(sound="", key_every=100 // keys).written(tmp_path / "clip.mp4")
    told, target = await worked(path, "encode", keys_only=keys == 1, every=every)
    assert told["seconds"] == pytest.approx(4.0, abs=0.01)
    assert packets(target).end == pytest.approx(4.0, abs=0.05)


async def test_a_gif_keeps_moving(tmp_path: Path) -> None:
    path = GIF.written(tmp_path / "clip.gif")
    wanted = Wanted(10 << 20, 3600.0)
    async with fitted(Workshop(), await posted(path), wanted, lambda _: None) as made:
        assert made.gap is None
        target = await saved(made.video.source, tmp_path / "fitted.mp4")
    assert len(packets(target).spans) == len(packets(path).spans) == 40
