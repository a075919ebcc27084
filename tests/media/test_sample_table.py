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
from bot.media.sample_table import NotUnderstood, read_table
from tests.media.movies import WHOLE, box


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
    narrow_sizes: bool
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
        if self.narrow_sizes:
            stsz = box(b"stz2", struct.pack(f">III{len(sizes)}H", 0, 16, len(sizes), *sizes))
        else:
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
        narrow_sizes=draw(st.booleans()),
        version=draw(st.integers(0, 1)),
        edit=draw(st.none() | st.tuples(st.integers(0, 5000), st.integers(0, 900))),
    )


@given(layouts())
def test_a_table_is_read_as_it_was_written(layout: Layout) -> None:
    places = list(layout.places())
    size = places[-1] + layout.samples[-1].size
    video = read_table(layout.moov(), size).video
    samples = layout.samples
    decoded = list(accumulate((sample.lasts for sample in samples[:-1]), initial=0))
    pause, begin = layout.edit or (0, 0)
    shift = round(pause * 600 / 1000) - begin
    assert list(video.offsets) == places
    assert list(video.sizes) == [sample.size for sample in samples]
    shown = [time + one.later + shift for time, one in zip(decoded, samples, strict=True)]
    assert list(video.times) == shown
    assert [*video.keys] == [at for at, sample in enumerate(samples) if sample.is_key]
    assert video.start == shift + begin
    with pytest.raises(NotUnderstood):
        read_table(layout.moov(), size - 1)


@given(layouts(), st.data())
def test_a_table_that_is_cut_off_is_refused(layout: Layout, data: st.DataObject) -> None:
    moov = layout.moov()
    cut = data.draw(st.integers(0, len(moov) - 1))
    with pytest.raises(NotUnderstood):
        read_table(moov[:cut], 1 << 50)


@given(layouts(), st.data())
def test_no_number_breaks_it(layout: Layout, data: st.DataObject) -> None:
    moov = bytearray(layout.moov())
    for at in data.draw(st.lists(st.integers(0, len(moov) - 4), min_size=1, max_size=4)):
        moov[at : at + 4] = data.draw(st.binary(min_size=4, max_size=4))
    try:
        made = plan(bytes(moov), b"", 1 << 50, WHOLE)
    except NotUnderstood:
        return
    ends = [piece.offset + piece.size for piece in made.pieces]
    assert all(end <= after.offset for end, after in zip(ends, made.pieces[1:], strict=False))
    assert made.size == len(made.head) + sum(piece.size for piece in made.pieces)
    assert made.size - len(made.head) <= made.fetched <= 1 << 50


def test_a_number_of_samples_that_is_a_lie_takes_no_memory() -> None:
    stsz = box(b"stsz", struct.pack(">III", 0, 1, 0xFFFFFFFF))
    two = [Sample(1, 1, 0, is_key=True)] * 2
    layout = Layout(two, [2], [0], wide=False, narrow_sizes=False, version=0, edit=None)
    old = box(b"stsz", struct.pack(">IIIII", 0, 0, 2, 1, 1))
    bad = layout.moov().replace(old, stsz + box(b"free", b""))
    assert bad != layout.moov()
    tracemalloc.start()
    with pytest.raises(NotUnderstood):
        read_table(bad, 1 << 50)
    assert tracemalloc.get_traced_memory()[1] < 1 << 20
    tracemalloc.stop()
