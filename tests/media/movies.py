"""Movies laid out in other ways than FFmpeg's, and what is picked out of them."""

import struct
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import BinaryIO

from bot.media.boxes import boxes
from bot.media.files import FileClip
from bot.media.picked import PickedClip
from bot.media.picking import Plan, plan
from tests.media.corpus import movie_of, posted
from tests.media.measuring import decoded, pixels, saved

INSIDE = {b"moov", b"trak", b"mdia", b"minf", b"stbl", b"edts", b"dinf"}
Change = Callable[[bytes, bytes], tuple[bytes, bytes] | None]
"""What becomes of a box, by its name and what is in it; None where it goes."""

Span = tuple[float, float | None]
WHOLE: Span = (0.0, None)
ANY = 1 << 40


def box(name: bytes, content: bytes) -> bytes:
    return struct.pack(">I4s", 8 + len(content), name) + content


def rewritten(data: bytes, change: Change) -> bytes:
    """Write boxes anew, each as it is changed to be, with those around them of the right length."""
    out = b""
    for name, start, end in boxes(data, 0, len(data)):
        content = data[start:end]
        if name in INSIDE:
            content = rewritten(content, change)
        changed = change(name, content)
        out += b"" if changed is None else box(*changed)
    return out


def parts(path: Path) -> dict[bytes, tuple[bytes, int, int]]:
    """Return the boxes of a file by their names: what they are whole, and where they begin."""
    data = path.read_bytes()
    found: dict[bytes, tuple[bytes, int, int]] = {}
    at = 0
    for name, start, end in boxes(data, 0, len(data)):
        found[name] = (data[at:end], start, end)
        at = end
    return found


def edited(path: Path, change: Change) -> Path:
    """Change what is in a file's `moov`, which has to be its last box."""
    moov, _, end = parts(path)[b"moov"]
    data = path.read_bytes()
    assert end == len(data)
    path.write_bytes(data[: -len(moov)] + rewritten(moov, change))
    return path


def relaid(
    source: Path, target: Path, *, size: int = 0, wide: bool = False, head_first: bool = False
) -> Path:
    """Lay a file's chunks out over so many bytes, with nothing in between; `wide` in 64 bits."""
    whole = source.read_bytes()
    found = parts(source)
    moov, (_, start, end) = found[b"moov"][0], found[b"mdat"]
    places = sorted(_chunks(moov))
    stops = dict(zip(places, [*places[1:], end], strict=True))
    form = found[b"ftyp"][0]
    first = len(form) + (2 * len(moov) if head_first else 0) + 16
    stride = max(0, (size - len(moov) - first - (end - start)) // len(places))
    moved, at = dict[int, int](), first
    for place in places:
        moved[place] = at
        at += stops[place] - place + stride
    moov = _moved(moov, moved, wide=wide)
    with target.open("wb") as file:
        _write(file, 0, form)
        padding = first - len(form) - len(moov) - 16
        if head_first:
            _write(file, len(form), moov + box(b"free", bytes(padding - 8)))
        _write(file, first - 16, struct.pack(">I4sQ", 1, b"mdat", at - first + 16))
        for place, to in moved.items():
            _write(file, to, whole[place : stops[place]])
        _write(file, at, b"" if head_first else moov)
        file.truncate(max(at, file.tell(), size if head_first else 0))
    return target


def _write(file: BinaryIO, at: int, data: bytes) -> None:
    file.seek(at)
    file.write(data)


def _chunks(moov: bytes) -> list[int]:
    found: list[int] = []

    def look(name: bytes, content: bytes) -> tuple[bytes, bytes]:
        if name == b"stco":
            found.extend(struct.unpack(f">{len(content) // 4 - 2}I", content[8:]))
        return name, content

    rewritten(moov, look)
    return found


def _moved(moov: bytes, moved: Mapping[int, int], *, wide: bool) -> bytes:
    def change(name: bytes, content: bytes) -> tuple[bytes, bytes]:
        if name != b"stco":
            return name, content
        places = [moved[one] for one in struct.unpack(f">{len(content) // 4 - 2}I", content[8:])]
        table = struct.pack(f">{len(places)}{'Q' if wide else 'I'}", *places)
        return (b"co64" if wide else b"stco"), content[:8] + table

    return rewritten(moov, change)


async def planned(path: Path, span: Span = WHOLE) -> tuple[Plan, PickedClip]:
    """Plan what to pick out of a file."""
    clip = await posted(path)
    movie = await movie_of(path)
    made = plan(movie, clip.head, clip.size, span, ANY)
    return made, PickedClip(clip.name, FileClip(path, clip.name).read, made)


async def picked_out(path: Path, span: Span = WHOLE) -> tuple[Plan, Path]:
    """Pick out of a file, and write what comes of it beside it."""
    made, small = await planned(path, span)
    assert await small.can_be_had()
    target = await saved(small, path.parent / f"picked.{path.suffix}")
    assert target.stat().st_size == made.size
    return made, target


def shown(path: Path) -> dict[float, bytes]:
    """Return the pixels of each picture by when it is shown, on the file's own clock."""
    return {float(one.pts * one.time_base): pixels(one) for one in decoded(path)}
