import struct
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.media.boxes import boxes
from bot.media.elements import read_head
from bot.media.facts import Facts
from bot.media.files import FileClip
from bot.media.kinds import Posted
from bot.media.movie import read_movie
from bot.media.probe import HEAD, probe
from bot.media.sniff import sniff
from bot.media.workshop import Workshop
from bot.playground.clips import make_clip


async def both(path: Path) -> tuple[Facts, Facts]:
    """Return what the head says, and what all the packets do."""
    original = FileClip(path, path.name)
    look = await original.look()
    clip = Posted(path.name, original, sniff(look.head), look.head, look.size)
    said = await probe(clip.kind, look.head, look.size, original.read)
    async with Workshop().holding(clip) as job:
        return said, await Workshop().look(job)


@pytest.mark.parametrize("suffix", ["mp4", "mov"])
@pytest.mark.parametrize("tone", [440.0, None], ids=["sound", "silent"])
async def test_a_movie_says_what_its_packets_are(
    tmp_path: Path, suffix: str, tone: float | None
) -> None:
    path = tmp_path / f"clip.{suffix}"
    make_clip(path, seconds=7, cuts=(), tone=tone)
    said, there = await both(path)
    assert said == there
    assert (said.video, said.sound) == ("h264", "aac" if tone else "")
    assert said.key_gap is not None


@pytest.mark.parametrize("suffix", ["webm", "mkv"])
async def test_a_matroska_head_says_all_but_its_key_frames(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"clip.{suffix}"
    make_clip(path, seconds=3)
    said, there = await both(path)
    assert said == replace(there, key_gap=None, key_bytes=None)


def test_the_tables_of_a_movie_may_lie_and_cost_nothing() -> None:
    # Four thousand million samples of a second each, of which every one is a key frame.
    many = (0xFFFFFFFF).to_bytes(4)
    stts = box(b"stts", bytes(4) + (1).to_bytes(4) + many + many)
    stsz = box(b"stsz", bytes(4) + many + many)
    mdhd = box(b"mdhd", bytes(12) + (1).to_bytes(4) + many)
    hdlr = box(b"hdlr", bytes(8) + b"vide")
    trak = box(b"trak", box(b"mdia", mdhd + hdlr + box(b"minf", box(b"stbl", stts + stsz))))
    assert read_movie(trak).key_gap == 0xFFFFFFFF


@pytest.mark.parametrize("name", [b"trak", b"mdia"])
def test_boxes_inside_themselves_lead_nowhere(name: bytes) -> None:
    nested = b""
    for _ in range(3000):
        nested = box(name, nested)
    assert read_movie(box(b"trak", nested)) == Facts()


def test_elements_inside_themselves_lead_nowhere() -> None:
    segment = b"\x18\x53\x80\x67\x01\xff\xff\xff\xff\xff\xff\xff"
    assert read_head(segment * (HEAD // len(segment))) == Facts()


@pytest.mark.parametrize("length", [float("inf"), 1e308, -1.0])
def test_a_length_that_is_none_is_not_said(length: float) -> None:

    duration = b"\x44\x89\x88" + struct.pack(">d", length)
    info = b"\x15\x49\xa9\x66" + bytes([0x80 | len(duration)]) + duration
    assert read_head(b"\x18\x53\x80\x67\x01\xff\xff\xff\xff\xff\xff\xff" + info).seconds is None


def box(name: bytes, content: bytes) -> bytes:
    return (len(content) + 8).to_bytes(4) + name + content


@given(
    st.recursive(
        st.tuples(
            st.sampled_from(
                [b"mvhd", b"tkhd", b"mdhd", b"hdlr", b"stsd", b"stts", b"stss", b"stsz"]
            ),
            st.binary(max_size=60),
        ).map(lambda pair: box(*pair)),
        lambda inner: st.tuples(
            st.sampled_from([b"trak", b"mdia", b"minf", b"stbl"]), st.lists(inner, max_size=6)
        ).map(lambda pair: box(pair[0], b"".join(pair[1]))),
    )
)
def test_no_boxes_break_it(data: bytes) -> None:
    facts = read_movie(data)
    assert facts.seconds is None or facts.seconds > 0
    assert all(start <= end for _, start, end in boxes(data, 0, len(data)))
