"""What is picked out of real files, held against what libav reads from them."""

import struct
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from bot.errors import ClipBroken
from bot.media.sample_table import NotUnderstood
from tests.media.corpus import FAST, FRAGMENTED, OPEN_GROUPS, Film, opened
from tests.media.measuring import beeps, packets, saved
from tests.media.movies import Change, box, edited, picked_out, planned, relaid, shown

FILMS: dict[str, Film] = {
    "H.264, reordered": Film(),
    "H.264, moov first": Film(flags=FAST),
    "H.264 in QuickTime": Film("mov"),
    "HEVC": Film("mov", "libx265"),
    "HEVC, open groups longer than its clock": OPEN_GROUPS,
    "AV1": Film(video="libsvtav1"),
    "VP9": Film(video="libvpx-vp9"),
    "turned": Film(turned=90),
    "upside down": Film(turned=180),
    "uneven": Film(uneven=True),
    "ten bits": Film(pixels="yuv420p10le"),
    "odd size": Film(video="libx265", size=(321, 181), pixels="yuv444p"),
    "silent": Film(sound=""),
    "late sound": Film(sound_at=1.5),
    "late start": Film(shift=1.5),
    "more than one a second": Film(key_every=5),
    "nothing but key frames": Film(key_every=1),
}


@pytest.fixture(scope="module", params=FILMS)
def film(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    how = FILMS[request.param]
    folder = tmp_path_factory.mktemp("film")
    return how.written(folder / f"clip.{'mov' if how.form == 'mov' else 'mp4'}")


def same(source: Path, target: Path) -> list[float]:
    """See that each picture was in the source at that time, and return when they are."""
    before, after = shown(source), shown(target)
    assert after
    assert {time for time, picture in after.items() if before.get(time) != picture} == set()
    return sorted(after)


async def test_each_picture_is_the_same_at_the_same_time(film: Path) -> None:
    made, target = await picked_out(film)
    times = same(film, target)
    keys = packets(film).keys
    assert times[0] == min(keys)
    assert set(times) <= set(keys)
    assert all(after - time >= 0.95 for time, after in pairwise(times))
    assert made.frames == len(times)
    assert packets(target).end == pytest.approx(packets(film).end, abs=0.05)


async def test_it_is_turned_and_sounds_as_before(film: Path) -> None:
    _, target = await picked_out(film)
    with opened(film) as before, opened(target) as after:
        assert turned(before) == turned(after)
        assert len(before.streams.audio) == len(after.streams.audio)
        assert after.duration == pytest.approx(before.duration, abs=50_000)
        assert all(packet.is_keyframe for packet in after.demux(video=0) if packet.size)
        if not before.streams.audio:
            return
    assert beeps(target) == pytest.approx(beeps(film), abs=0.001)


def turned(container: Any) -> list[Any]:
    frame = next(container.decode(video=0))
    context = container.streams.video[0].codec_context
    return [frame.rotation, context.width, context.height]


@pytest.mark.parametrize("head_first", [False, True])
@pytest.mark.parametrize(
    ("size", "wide"), [(0, False), (0, True), (40 << 20, False), (40 << 20, True), (5 << 30, True)]
)
async def test_wherever_its_samples_lie(
    tmp_path: Path,
    size: int,
    wide: bool,  # noqa: FBT001 (a case of the table)
    head_first: bool,  # noqa: FBT001
) -> None:
    source = Film(seconds=2.0).written(tmp_path / "clip.mp4")
    path = relaid(source, tmp_path / "laid.mp4", size=size, wide=wide, head_first=head_first)
    made, target = await picked_out(path)
    assert same(source, target) == [0.0, 1.0]
    assert beeps(target) == beeps(source)
    assert made.fetched <= path.stat().st_size


@pytest.mark.parametrize(
    "span", [(0.0, 2.0), (1.0, 2.0), (1.5, 3.5), (2.99, None), (0.0, 3.02), (3.5, None)]
)
async def test_of_a_part_it_begins_with_the_picture_that_stands_there(
    tmp_path: Path, span: tuple[float, float | None]
) -> None:
    source = Film().written(tmp_path / "clip.mp4")
    made, target = await picked_out(source, span)
    before, after = shown(source), shown(target)
    assert made.start == int(span[0])
    assert all(before[time + made.start] == picture for time, picture in after.items())
    end = 4.0 if span[1] is None else span[1]
    assert packets(target).end == pytest.approx(end - made.start, abs=0.001)
    heard = [time - made.start for time in beeps(source) if made.start <= time < end]
    assert beeps(target) == pytest.approx(heard, abs=0.006)


def elst(*edits: tuple[int, int, int], tracks: int = 2) -> Change:
    """Put edits in the place of those of the first tracks."""
    content = struct.pack(">II", 0, len(edits))
    content += b"".join(struct.pack(">IiI", *edit) for edit in edits)
    left = [tracks]

    def change(name: bytes, old: bytes) -> tuple[bytes, bytes]:
        if name != b"elst" or not left[0]:
            return name, old
        left[0] -= 1
        return name, content

    return change


@pytest.mark.parametrize(
    "edits",
    [
        [(4000, 1024, 1 << 16)],
        [(2500, 1024, 1 << 16)],
        [(700, -1, 1 << 16), (3000, 1024, 1 << 16)],
        [(2800, 1024 + 12 * 512, 1 << 16)],
        [(333, -1, 1 << 16), (2800, 1024 + 12_800, 1 << 16)],
    ],
    ids=["whole", "cut short", "a pause", "begun amid a group", "a pause and a cut"],
)
async def test_edits_are_kept(tmp_path: Path, edits: list[tuple[int, int, int]]) -> None:
    source = edited(Film(sound="").written(tmp_path / "clip.mp4"), elst(*edits, tracks=1))
    made, target = await picked_out(source)
    times = same(source, target)
    assert made.frames == len(times)
    visible = {time for time in packets(source).keys if time in shown(source)}
    assert set(times) == visible


MVEX = box(b"mvex", b"")
STSC = box(b"stsc", struct.pack(">5I", 0, 1, 1, 1, 1))


async def test_without_edits_pictures_are_where_the_table_says(tmp_path: Path) -> None:
    source = edited(Film().written(tmp_path / "clip.mp4"), without(b"edts"))
    _, target = await picked_out(source)
    assert same(source, target) == pytest.approx([0.08, 1.08, 2.08, 3.08])
    assert beeps(target) == pytest.approx(beeps(source), abs=0.001)


def without(table: bytes) -> Change:
    return lambda name, content: None if name == table else (name, content)


STRANGE: dict[str, Change] = {
    "two parts": elst((1000, 1024, 1 << 16), (1000, 26_624, 1 << 16)),
    "at twice its pace": elst((4000, 1024, 2 << 16)),
    "standing still": elst((4000, 1024, 0)),
    "two pauses": elst((500, -1, 1 << 16), (500, -1, 1 << 16), (3000, 1024, 1 << 16)),
    "before it begins": elst((4000, -2, 1 << 16)),
    "no edits": elst(),
    "boxes cut short": lambda name, content: (name, content[:-1]),
    "no sizes": without(b"stsz"),
    "sizes of another form": lambda name, content: (b"stz2" if name == b"stsz" else name, content),
    "no places": without(b"stco"),
    "no times": without(b"stts"),
    "encrypted": lambda name, content: (name, content.replace(b"avc1", b"encv")),
    "fragments": lambda name, content: (name, content + (MVEX if name == b"moov" else b"")),
    "a codec that is called otherwise": lambda name, content: (
        name,
        content.replace(b"avc1", b"H264"),
    ),
    "no setup": lambda name, content: (name, content.replace(b"avcC", b"avcX")),
    "two tables": lambda name, content: (
        name,
        content + (STSC if name == b"stbl" else b""),
    ),
    "a box that goes on to the end": lambda name, content: (
        name,
        content + (bytes(4) + b"trak" if name == b"moov" else b""),
    ),
    "key frames in another order": lambda name, content: (
        name,
        content[:8] + content[:7:-1] if name == b"stss" else content,
    ),
}


@pytest.mark.parametrize("change", STRANGE.values(), ids=STRANGE)
async def test_what_is_not_understood_is_refused(tmp_path: Path, change: Change) -> None:
    source = edited(Film().written(tmp_path / "clip.mp4"), change)
    with pytest.raises(NotUnderstood):
        await planned(source)


async def test_sound_that_is_not_understood_is_left_out_and_that_is_told(tmp_path: Path) -> None:
    seen: list[bytes] = []

    def change(name: bytes, content: bytes) -> tuple[bytes, bytes] | None:
        seen.append(name)
        return None if name == b"stts" and seen.count(b"stts") > 1 else (name, content)

    source = edited(Film().written(tmp_path / "clip.mp4"), change)
    made, target = await picked_out(source)
    assert (made.is_heard, made.is_complete) == (False, False)
    assert sorted(shown(target)) == [0.0, 1.0, 2.0, 3.0]


async def test_sound_that_is_no_packets_is_left_out_and_that_is_told(tmp_path: Path) -> None:
    source = Film("mov", sound="pcm_s16le").written(tmp_path / "clip.mov")
    made, _ = await planned(source)
    assert (made.is_heard, made.is_complete) == (False, False)


async def test_sound_that_begins_late_and_amid_is_heard_where_it_was(tmp_path: Path) -> None:
    source = Film().written(tmp_path / "clip.mp4")
    late = elst((500, -1, 1 << 16), (3000, 72_000, 1 << 16), tracks=1)
    seen: list[bytes] = []

    def change(name: bytes, content: bytes) -> tuple[bytes, bytes] | None:
        seen.append(name)
        return late(name, content) if seen.count(b"elst") > 1 else (name, content)

    _, target = await picked_out(edited(source, change))
    expected = beeps(source)
    assert len(expected) == 3
    assert beeps(target) == pytest.approx(expected, abs=0.001)


async def test_a_table_in_boxes_without_end_costs_no_more_than_they_do(tmp_path: Path) -> None:
    deep = b""
    for _ in range(5000):
        deep = box(b"minf", deep)

    def change(name: bytes, content: bytes) -> tuple[bytes, bytes]:
        extra = {b"minf": deep, b"mdia": box(b"stbl", b"") * 5000}.get(name, b"")
        return name, content + extra

    source = Film(sound="").written(tmp_path / "clip.mp4")
    before, _ = await planned(source)
    made, _ = await planned(edited(source, change))
    assert made.frames == before.frames
    assert len(made.head) < len(before.head) + len(deep) + 5000 * 8 + 100


async def test_sound_in_more_than_64_places_is_left_out(tmp_path: Path) -> None:
    source = Film().written(tmp_path / "clip.mp4")
    made, target = await picked_out(relaid(source, tmp_path / "laid.mp4", size=40 << 20))
    assert (made.is_heard, made.is_complete) == (False, False)
    assert same(source, target) == [0.0, 1.0, 2.0, 3.0]


async def test_a_fragmented_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(NotUnderstood):
        await planned(Film(flags=FRAGMENTED).written(tmp_path / "clip.mp4"))


async def test_pictures_that_need_one_another_are_not_picked(tmp_path: Path) -> None:
    options = (("preset", "ultrafast"), ("x264-params", "open-gop=1:scenecut=0:bframes=2"))
    source = Film(options=options).written(tmp_path / "clip.mp4")
    made, small = await planned(source)
    assert made.frames == 4
    assert not await small.can_be_had()
    with pytest.raises(ClipBroken):
        await saved(small, tmp_path / "picked.mp4")
