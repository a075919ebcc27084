"""The parser of sample tables: any that make sense are read exactly, and any others refused."""

import struct
import tracemalloc
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.media.picking import plan
from bot.media.sample_table import NotUnderstood, Track, read_track
from tests.media.movies import ANY, WHOLE, box


@dataclass(frozen=True, slots=True)
class Sample:
    size: int
    lasts: int
    later: int
    is_key: bool


@dataclass(frozen=True, slots=True)
class Layout:
    """A track, and how its table is written."""

    samples: Sequence[Sample]
    chunks: Sequence[int]
    """How many samples each holds."""
    holes: Sequence[int]
    """Bytes before each chunk."""
    wide: bool
    version: int
    edit: tuple[int, int] | None
    """A pause in thousandths of a second, and the first time that is shown."""

    def places(self) -> Iterator[int]:
        at, number = 0, 0
        for count, hole in zip(self.chunks, self.holes, strict=True):
            at += hole
            for sample in self.samples[number : number + count]:
                yield at
                at += sample.size
            number += count

    def moov(self) -> bytes:
        zeros = bytes(16 if self.version else 8)
        length = struct.pack(">Q" if self.version else ">I", 0)
        head = bytes([self.version, 0, 0, 0]) + zeros
        tkhd = head.ljust(96 if self.version else 84, b"\0")
        mdhd = head + struct.pack(">I", 600) + length + bytes(4)
        mvhd = head + struct.pack(">I", 1000) + length + bytes(80)
        dref = struct.pack(">II", 0, 1) + struct.pack(">I4sI", 12, b"url ", 1)
        media = box(b"mdhd", mdhd) + box(b"hdlr", b"\0" * 8 + b"vide" + bytes(13))
        media += box(b"minf", box(b"dinf", box(b"dref", dref)) + box(b"stbl", self.table()))
        edits = box(b"edts", box(b"elst", self.edits())) if self.edit else b""
        trak = box(b"trak", box(b"tkhd", tkhd) + edits + box(b"mdia", media))
        return box(b"mvhd", mvhd) + trak

    def edits(self) -> bytes:
        pause, begin = self.edit or (0, 0)
        form = ">QqI" if self.version else ">IiI"
        entries = [(pause, -1, 1 << 16)] if pause else []
        entries.append((0, begin, 1 << 16))
        head = struct.pack(">II", self.version << 24, len(entries))
        return head + b"".join(struct.pack(form, *entry) for entry in entries)

    def table(self) -> bytes:
        samples, places = self.samples, list(self.places())
        firsts = [places[at] for at in accumulate([0, *self.chunks[:-1]])]
        stsd = struct.pack(">III4s", 0, 1, 86, b"vp09") + bytes(78)
        sizes = [sample.size for sample in samples]
        stsz = box(b"stsz", struct.pack(f">III{len(sizes)}I", 0, 0, len(sizes), *sizes))
        code, name = ("Q", b"co64") if self.wide else ("I", b"stco")
        keys = [number for number, sample in enumerate(samples, 1) if sample.is_key]
        return (
            box(b"stsd", stsd)
            + rows(b"stts", [(1, sample.lasts) for sample in samples])
            + rows(b"ctts", [(1, sample.later) for sample in samples], "Ii")
            + rows(b"stsc", [(at, count, 1) for at, count in enumerate(self.chunks, 1)])
            + rows(b"stss", [(key,) for key in keys])
            + stsz
            + rows(name, [(place,) for place in firsts], code)
        )


def rows(name: bytes, values: Sequence[tuple[int, ...]], form: str = "") -> bytes:
    packed = b"".join(struct.pack(f">{form or 'I' * len(row)}", *row) for row in values)
    return box(name, struct.pack(">II", 0, len(values)) + packed)


@st.composite
def layouts(draw: st.DrawFn) -> Layout:
    chunks = draw(st.lists(st.integers(1, 4), min_size=1, max_size=8))
    one = st.builds(
        Sample, st.integers(1, 60_000), st.integers(0, 900), st.integers(-90, 900), st.booleans()
    )
    samples = draw(st.lists(one, min_size=sum(chunks), max_size=sum(chunks)))
    first = samples[0]
    wide = draw(st.booleans())
    hole = st.integers(0, 1 << 40 if wide else 1 << 20)
    return Layout(
        samples=[Sample(first.size, first.lasts, first.later, is_key=True), *samples[1:]],
        chunks=chunks,
        holes=draw(st.lists(hole, min_size=len(chunks), max_size=len(chunks))),
        wide=wide,
        version=draw(st.integers(0, 1)),
        edit=draw(st.none() | st.tuples(st.integers(0, 5000), st.integers(0, 900))),
    )


def pictures(moov: bytes, size: int = 1 << 50) -> Track:
    track = read_track(moov, b"vide", size)
    assert track is not None
    return track


@given(layouts())
def test_a_table_is_read_as_it_was_written(layout: Layout) -> None:
    places = list(layout.places())
    size = places[-1] + layout.samples[-1].size
    video = pictures(layout.moov(), size)
    read, samples = list(video.samples()), layout.samples
    decoded = list(accumulate((sample.lasts for sample in samples[:-1]), initial=0))
    pause, begin = layout.edit or (0, 0)
    shift = round(pause * 600 / 1000) - begin
    assert [one.offset for one in read] == places
    assert [one.size for one in read] == [sample.size for sample in samples]
    shown = [time + one.later + shift for time, one in zip(decoded, samples, strict=True)]
    assert [one.time for one in read] == shown
    assert [one.is_key for one in read] == [sample.is_key for sample in samples]
    assert video.count == len(samples)
    assert video.start == shift + begin
    ends = [time + one.lasts for time, one in zip(shown, samples, strict=True)]
    assert video.end == max(video.start, *ends)
    with pytest.raises(NotUnderstood):
        pictures(layout.moov(), size - 1)


@given(layouts(), st.data())
def test_a_table_that_is_cut_off_is_refused(layout: Layout, data: st.DataObject) -> None:
    moov = layout.moov()
    cut = data.draw(st.integers(0, len(moov) - 1))
    with pytest.raises(NotUnderstood):
        plan(moov[:cut], b"", 1 << 50, WHOLE, ANY)


@given(layouts(), st.data())
def test_no_number_breaks_it(layout: Layout, data: st.DataObject) -> None:
    moov = bytearray(layout.moov())
    for at in data.draw(st.lists(st.integers(0, len(moov) - 4), min_size=1, max_size=4)):
        moov[at : at + 4] = data.draw(st.binary(min_size=4, max_size=4))
    try:
        made = plan(bytes(moov), b"", 1 << 50, WHOLE, ANY)
    except NotUnderstood:
        return
    kept = [one for read in made.reads for one in read]
    ends = [one.offset + one.size for one in kept]
    assert all(end <= after.offset for end, after in zip(ends, kept[1:], strict=False))
    assert made.size == len(made.head) + sum(one.size for one in kept)
    assert made.size - len(made.head) <= made.fetched <= 1 << 50


def layout_of(*samples: Sample) -> Layout:
    return Layout(samples, [len(samples)], [0], wide=False, version=0, edit=None)


def test_key_frames_are_read_whole_and_so_have_to_be_small_enough() -> None:
    most = 4 << 20
    assert plan(layout_of(Sample(most, 1, 0, is_key=True)).moov(), b"", ANY, WHOLE, ANY).fetched
    with pytest.raises(NotUnderstood):
        plan(layout_of(Sample(most + 1, 1, 0, is_key=True)).moov(), b"", ANY, WHOLE, ANY)


def test_a_number_of_samples_that_is_a_lie_takes_no_memory() -> None:
    stsz = box(b"stsz", struct.pack(">III", 0, 1, 0xFFFFFFFF))
    layout = layout_of(*[Sample(1, 1, 0, is_key=True)] * 2)
    old = box(b"stsz", struct.pack(">IIIII", 0, 0, 2, 1, 1))
    bad = layout.moov().replace(old, stsz + box(b"free", b""))
    assert bad != layout.moov()
    tracemalloc.start()
    with pytest.raises(NotUnderstood):
        pictures(bad)
    assert tracemalloc.get_traced_memory()[1] < 1 << 20
    tracemalloc.stop()
