"""Key frames, unit by unit: which can be shown alone, and what they have to be for that."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.media.units import alone

AVC = b"\x01\x64\x00\x1f\xff\xe1"  # lengths of four bytes
HEVC = b"\x01" + bytes(20) + b"\x03"
IDR, SLICE, SPS, SEI = b"\x65idr", b"\x41slice", b"\x67sps", b"\x06sei"
CRA, BLA, TRAILING, RESERVED = b"\x2a\x01cra", b"\x24\x01cra", b"\x02\x01trail", b"\x2c\x01x"
Parted = list[bytes]


def framed(units: Parted, *, by_lengths: bool) -> bytes:
    starts = (len(unit).to_bytes(4) if by_lengths else b"\x00\x00\x01" for unit in units)
    return b"".join(start + unit for start, unit in zip(starts, units, strict=True))


@pytest.mark.parametrize("by_lengths", [True, False], ids=["lengths", "start codes"])
@pytest.mark.parametrize(
    ("codec", "units", "after"),
    [
        ("h264", [SPS, SEI, IDR, IDR], [SPS, SEI, IDR, IDR]),
        ("h264", [SPS, SEI, SLICE], None),
        ("h264", [SPS, IDR, SLICE], [SPS, IDR, SLICE]),  # two fields
        ("h264", [SPS, SEI], None),
        ("h264", [], None),
        ("hevc", [b"\x40\x01vps", b"\x26\x01idr"], [b"\x40\x01vps", b"\x26\x01idr"]),
        ("hevc", [b"\x40\x01vps", CRA, CRA], [b"\x40\x01vps", BLA, BLA]),
        ("hevc", [TRAILING], None),
        ("hevc", [CRA, TRAILING], None),
        ("hevc", [CRA, RESERVED], None),
    ],
)
def test_which_can_be_shown_alone(
    codec: str,
    units: Parted,
    after: Parted | None,
    by_lengths: bool,  # noqa: FBT001 (a case of the table)
) -> None:
    setup = {"h264": AVC, "hevc": HEVC}[codec] if by_lengths else b""
    frame = framed(units, by_lengths=by_lengths)
    if after is None:
        with pytest.raises(ValueError, match="a key frame"):
            alone(frame, codec, setup)
    else:
        assert alone(frame, codec, setup) == framed(after, by_lengths=by_lengths)


@pytest.mark.parametrize("codec", ["av1", "vp9", "mpeg2video"])
def test_what_has_no_such_units_passes_as_it_is(codec: str) -> None:
    assert alone(b"anything", codec, b"") == b"anything"


@given(st.sampled_from(["h264", "hevc"]), st.binary(max_size=60), st.binary(max_size=24))
def test_any_bytes_are_kept_in_length_or_refused(codec: str, frame: bytes, rest: bytes) -> None:
    for setup in (b"", b"\x01" + rest):
        with suppress(ValueError):
            assert len(alone(frame, codec, setup)) == len(frame)
