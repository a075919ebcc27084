"""What becomes of real clips on each rung, held against the clips themselves."""

from bisect import bisect
from dataclasses import replace
from pathlib import Path
from random import Random
from typing import Any

import pytest

from bot.errors import ClipBroken, ClipShorter, ClipTooLarge
from bot.media.fitting import fitted
from bot.media.ladder import Wanted
from bot.media.workshop import Workshop
from tests.media.corpus import FAST, GIF, OPEN_GROUPS, Film, posted
from tests.media.measuring import beeps, decoded, looked, packets, pictures, saved, worked


async def test_the_first_pictures_of_a_recording_with_reordered_ones_are_kept(
    tmp_path: Path,
) -> None:
    # Matroska does not say when its first packets are decoded.
    path = Film("matroska").written(tmp_path / "clip.mkv")
    told, target = await worked(path, "remux", keys_only=False)
    assert told["start"] == 0.0
    assert pictures(target)[1] == pictures(path)[1]
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


CODECS = {
    "H.264": Film(),
    "HEVC": Film("mov", "libx265"),
    "VP9": Film("webm", "libvpx-vp9", "libopus"),
    "AV1": Film(video="libsvtav1"),
    "MPEG-2": Film("mpeg", "mpeg2video", "mp2"),
    "uneven": Film(uneven=True),
}


@pytest.mark.parametrize("codec", CODECS)
async def test_key_frames_are_the_clips_own_and_where_they_were(tmp_path: Path, codec: str) -> None:
    path = CODECS[codec].written(tmp_path / "clip")
    _, target = await worked(path, "remux", keys_only=True)
    assert target.stat().st_size < path.stat().st_size / 2
    times, expected = pictures(path, keys_only=True)
    found, shown = pictures(target)
    assert len(times) == 4
    assert found == pytest.approx(times, abs=0.002)
    assert shown == expected


@pytest.mark.parametrize("form", ["mp4", "mpegts"])
async def test_key_frames_of_open_groups_longer_than_their_clock_are_where_they_were(
    tmp_path: Path, form: str
) -> None:
    path = replace(OPEN_GROUPS, form=form).written(tmp_path / "clip")
    _, target = await worked(path, "remux", keys_only=True)
    source = dict(zip(*pictures(path), strict=True))
    times, shown = pictures(target)
    assert times == pytest.approx([0.0, 10.0, 20.0, 30.0], abs=0.002)
    for time, picture in zip(times, shown, strict=True):
        assert source[min(source, key=lambda other: abs(other - time))] == picture


@pytest.mark.parametrize("codec", CODECS)
async def test_a_part_is_cut_at_the_key_frame_before_it(tmp_path: Path, codec: str) -> None:
    path = CODECS[codec].written(tmp_path / "clip")
    told, target = await worked(path, "remux", (1.5, 3.0), keys_only=False)
    times, expected = pictures(path)
    found, shown = pictures(target)
    begin, end = (bisect(times, second - 0.002) for second in (told["start"], 3.0))
    assert told["start"] == pytest.approx(1.0, abs=0.05)
    assert found == pytest.approx([time - told["start"] for time in times[begin:end]], abs=0.002)
    assert shown == expected[begin:end]
    assert packets(target).end == pytest.approx(told["seconds"], abs=0.05)


@pytest.mark.parametrize("keys_only", [True, False], ids=["key frames", "all"])
@pytest.mark.parametrize(
    ("film", "size"),
    [
        (Film(turned=90), (180, 320)),
        (Film(turned=-90), (180, 320)),
        (Film(turned=180), (320, 180)),
        (Film("mov", "libx265", size=(321, 181), pixels="yuv444p"), (320, 180)),
        (Film(pixels="yuv420p10le"), (320, 180)),
        (Film(size=(1920, 16)), (768, 6)),
    ],
    ids=["left", "right", "head over", "odd", "ten bits", "a strip"],
)
async def test_pictures_made_anew_are_upright_even_and_plain(
    tmp_path: Path,
    film: Film,
    size: tuple[int, int],
    keys_only: bool,  # noqa: FBT001
) -> None:
    path = film.written(tmp_path / "clip")
    _, target = await worked(path, "encode", keys_only=keys_only, every=1.0)
    frames = list(decoded(target))
    assert {(one.width, one.height, one.format.name, one.rotation) for one in frames} == {
        (*size, "yuv420p", 0)
    }
    assert len(frames) == 4


async def test_a_turned_clip_is_turned_when_it_is_copied(tmp_path: Path) -> None:
    path = Film(turned=90).written(tmp_path / "clip")
    _, target = await worked(path, "remux", keys_only=True)
    assert {frame.rotation for frame in decoded(target)} == {90}


async def test_where_nothing_fits_the_first_part_is_shown(tmp_path: Path) -> None:
    path = Film("mpegts", "mpeg2video", "mp2", seconds=20.0).written(tmp_path / "clip.ts")
    most = 60_000
    clip, wanted = await posted(path), Wanted(most, 3600.0)
    async with fitted(Workshop(), clip, wanted, lambda _: None) as made:
        target = await saved(made.video.source, tmp_path / "fitted.mp4")
        assert made.video.size == target.stat().st_size <= most
        assert made.part is not None
        start, end = made.part
        assert (made.start, start) == (0.0, 0.0)
        assert end is not None
        assert 1.0 < end < 20.0
        assert made.video.seconds == pytest.approx(end)
    assert packets(target).end == pytest.approx(end, abs=0.1)
    with pytest.raises(ClipTooLarge) as caught:
        async with fitted(Workshop(), clip, Wanted(2000, 3600.0), lambda _: None):
            pass
    assert caught.value.limit == 2000


@pytest.mark.parametrize("how", ["key frames", *HOW])
@pytest.mark.parametrize("sound", ["aac", "mp2"])
async def test_recordings_put_one_behind_the_other_are_seen_to_the_end(
    tmp_path: Path, sound: str, how: str
) -> None:
    first = Film("mpegts", sound=sound).written(tmp_path / "first.ts")
    path = tmp_path / "both.ts"
    path.write_bytes(2 * first.read_bytes())
    verb, arguments = HOW.get(how, ("remux", {"keys_only": True}))
    told, target = await worked(path, verb, **arguments)
    assert told["seconds"] == pytest.approx(8.0, abs=0.2)
    assert packets(target).end == pytest.approx(8.0, abs=0.2)
    assert beeps(target) == pytest.approx([0.5 + second for second in range(8)], abs=0.1)
    assert (await looked(path)).seconds == pytest.approx(8.0, abs=0.2)


@pytest.mark.parametrize("how", ["key frames", "one a second"])
async def test_a_recording_that_lost_bytes_is_seen_all_the_same(tmp_path: Path, how: str) -> None:
    path = Film("mpegts").written(tmp_path / "clip.ts")
    data, chance = bytearray(path.read_bytes()), Random(1)  # noqa: S311
    for _ in range(2000):
        data[chance.randrange(2000, len(data))] = chance.randrange(256)
    path.write_bytes(data)
    verb, arguments = HOW.get(how, ("remux", {"keys_only": True}))
    told, target = await worked(path, verb, **arguments)
    assert told["seconds"] == pytest.approx(4.0, abs=1.0)
    assert packets(target).end == pytest.approx(4.0, abs=1.0)
    assert packets(target, "audio").end == pytest.approx(4.0, abs=1.0)
    assert (await looked(path)).seconds == pytest.approx(4.0, abs=1.0)
