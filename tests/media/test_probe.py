import io
from pathlib import Path
from typing import Any

import av
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.media.facts import Facts
from bot.media.kinds import MOV, MP4, MPEG, WEBM, Kind
from bot.media.probe import HEAD, probe
from bot.media.sniff import sniff
from bot.playground.clips import make_clip


class File:
    """Counts how often it is read."""

    def __init__(self, data: bytes) -> None:
        self.data = data
        self.reads = 0

    async def read(self, offset: int, length: int) -> bytes:
        self.reads += 1
        return self.data[offset : offset + length]


async def seconds_of(data: bytes, kind: Kind | None = None) -> float | None:
    file = File(data)
    kind = kind or sniff(data[:HEAD])
    facts = await probe(kind, data[:HEAD], len(data), file.read)
    assert file.reads <= 4
    return facts.seconds


def rewrapped(path: Path, form: str, **flags: str) -> bytes:
    """Copy a clip's packets into another file."""
    out = io.BytesIO()
    target: Any  # PyAV's own types are incomplete here
    with av.open(path) as source, av.open(out, "w", format=form, options=flags) as target:
        stream = source.streams.video[0]
        copy = target.add_stream_from_template(stream)
        for packet in source.demux(stream):
            if packet.dts is not None:
                packet.stream = copy
                target.mux(packet)
    return out.getvalue()


@pytest.mark.parametrize("suffix", ["mp4", "mov", "webm", "mkv"])
async def test_a_clips_length_is_read_from_where_it_says_it(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"clip.{suffix}"
    # Two seconds fit into the head; twenty of large pictures do not.
    make_clip(path, seconds=2)
    assert await seconds_of(path.read_bytes()) == pytest.approx(2.0, abs=0.1)
    make_clip(path, seconds=20, size=(640, 360))
    data = path.read_bytes()
    assert len(data) > HEAD
    assert await seconds_of(data) == pytest.approx(20.0, abs=0.1)


async def test_a_tail_is_reached_with_one_more_request(tmp_path: Path) -> None:
    path = tmp_path / "clip.mov"
    make_clip(path, seconds=20, size=(640, 360))
    file = File(path.read_bytes())
    assert (await probe(MOV, file.data[:HEAD], len(file.data), file.read)).seconds
    assert file.reads == 1


async def test_a_fragmented_file_does_not_say(tmp_path: Path) -> None:
    path = tmp_path / "clip.mp4"
    make_clip(path, seconds=2)
    flags = "frag_keyframe+empty_moov+default_base_moof"
    assert await seconds_of(rewrapped(path, "mp4", movflags=flags)) is None


async def test_a_live_recording_does_not_say(tmp_path: Path) -> None:
    path = tmp_path / "clip.webm"
    make_clip(path, seconds=2)
    assert await seconds_of(rewrapped(path, "webm", live="1")) is None


async def test_a_stream_of_packets_does_not_say() -> None:
    assert await seconds_of(b"\0\0\x01\xba" + bytes(1000), MPEG) is None


def movie_head(version: int) -> bytes:
    times = b"\0" * (8 if version == 0 else 16)
    length = (90_500).to_bytes(4 if version == 0 else 8)
    mvhd = b"mvhd" + bytes([version, 0, 0, 0]) + times + (1000).to_bytes(4) + length + bytes(80)
    box = (len(mvhd) + 4).to_bytes(4) + mvhd
    return (len(box) + 8).to_bytes(4) + b"moov" + box


@pytest.mark.parametrize("version", [0, 1])
@pytest.mark.parametrize("large", [False, True])
async def test_both_versions_behind_boxes_of_both_sizes(
    version: int,
    large: bool,  # noqa: FBT001 (a case of the table)
) -> None:
    content = bytes(200_000)
    if large:
        mdat = (1).to_bytes(4) + b"mdat" + (len(content) + 16).to_bytes(8) + content
    else:
        mdat = (len(content) + 8).to_bytes(4) + b"mdat" + content
    data = b"\0\0\0\x10ftypisom\0\0\0\0" + mdat + movie_head(version)
    assert await seconds_of(data, MP4) == 90.5


async def test_a_host_without_ranges_leaves_it_unknown() -> None:
    async def nothing(offset: int, length: int) -> bytes:
        del offset, length
        return b""

    head = b"\0\0\0\x10ftypisom\0\0\0\0" + (200_000).to_bytes(4) + b"mdat"
    assert await probe(MP4, head + bytes(HEAD - len(head)), 300_000, nothing) == Facts()


@given(st.binary(max_size=300), st.sampled_from([MP4, MOV, WEBM]))
async def test_no_bytes_break_it(data: bytes, kind: Kind) -> None:
    start = {MP4: movie_head(0)[:40], WEBM: b"\x1a\x45\xdf\xa3\x80\x18\x53\x80\x67\xff"}.get(
        kind, b""
    )
    for bytes_of in (data, start + data):
        facts = await probe(kind, bytes_of, 10_000, File(bytes_of).read)
        assert facts.seconds is None or facts.seconds > 0
