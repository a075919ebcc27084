"""Damage real files in every way, and see that each ends well.

    python -m tests.media.fuzz --files 500 --seed 1

Each is sniffed and probed here, as the bot does, and fitted by children as the bot's. Whatever
becomes of it has to be a fitted clip or one of the bot's own errors, in time, with no file, folder
or process left behind; else the exit status is 1.
"""

import argparse
import asyncio
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any

import psutil

from bot.errors import ReeltalkError
from bot.media.files import FileClip
from bot.media.fitting import fitted, stills
from bot.media.kinds import Posted
from bot.media.ladder import Wanted
from bot.media.probe import probe
from bot.media.workshop import Bounds, Workshop
from tests.media.corpus import FAST, FRAGMENTED, Film, posted

_BOUNDS = Bounds(wall=20.0, cpu=20)
_LONGEST = 150.0  # seconds for one file on all rungs: more is a hang
_LONGEST_PROBE = 5.0  # seconds, in which the bot would do nothing else
_AT_ONCE = 4
_NAMES = (b"moov", b"trak", b"mdia", b"stbl", b"stsd", b"stts", b"stss", b"stsz", b"ctts", b"mdat")
_SMALL: dict[str, Any] = {"size": (160, 90), "seconds": 1.6, "key_every": 12}
FILMS: dict[str, Film] = {
    "mp4": Film(**_SMALL),
    "faststart": Film(**_SMALL, flags=FAST),
    "fragmented": Film(**_SMALL, flags=FRAGMENTED),
    "hevc": Film("mov", "libx265", **_SMALL),
    "av1": Film(video="libsvtav1", **_SMALL),
    "webm": Film("webm", "libvpx-vp9", "libopus", **_SMALL),
    "mkv": Film("matroska", sound="libopus", **_SMALL),
    "mpg": Film("mpeg", "mpeg2video", "mp2", **_SMALL),
    "ts": Film("mpegts", **_SMALL),
    "avi": Film("avi", "mpeg4", "mp2", **_SMALL),
    "flv": Film("flv", **_SMALL),
    "wmv": Film("asf", "wmv2", "wmav2", **_SMALL),
    "gif": Film("gif", "gif", "", (160, 90), 1.6, 10, pixels="rgb8"),
    "turned": Film(turned=90, **_SMALL),
    "ten bits": Film(pixels="yuv420p10le", **_SMALL),
}

Mutation = Callable[[bytearray, Random, bytes], None]


def _flip(data: bytearray, chance: Random, _other: bytes) -> None:
    for _ in range(chance.choice((1, 8, 64, 512))):
        data[chance.randrange(len(data))] = chance.randrange(256)


def _flip_head(data: bytearray, chance: Random, _other: bytes) -> None:
    for _ in range(chance.choice((1, 4, 16))):
        data[chance.randrange(min(len(data), 4096))] ^= 1 << chance.randrange(8)


def _truncate(data: bytearray, chance: Random, _other: bytes) -> None:
    del data[chance.randrange(1, len(data)) :]


def _edit_length(data: bytearray, chance: Random, _other: bytes) -> None:
    name = chance.choice(_NAMES)
    if (at := data.find(name)) >= 4:
        number = chance.choice((0, 1, 7, 8, 0x7FFFFFFF, 0xFFFFFFFF, chance.randrange(1 << 16)))
        data[at - 4 : at] = number.to_bytes(4)


def _edit_table(data: bytearray, chance: Random, _other: bytes) -> None:
    if (at := data.find(chance.choice(_NAMES))) >= 0:
        start = min(len(data) - 4, at + 8 + 4 * chance.randrange(16))
        data[start : start + 4] = chance.choice((0, 0xFFFFFFFF, chance.getrandbits(32))).to_bytes(4)


def _range(data: bytearray, chance: Random) -> slice:
    start = chance.randrange(len(data))
    return slice(start, min(len(data), start + chance.choice((4, 64, 1024, 16_384))))


def _zero(data: bytearray, chance: Random, _other: bytes) -> None:
    part = _range(data, chance)
    data[part] = bytes(part.stop - part.start)


def _fill(data: bytearray, chance: Random, _other: bytes) -> None:
    part = _range(data, chance)
    data[part] = b"\xff" * (part.stop - part.start)


def _duplicate(data: bytearray, chance: Random, _other: bytes) -> None:
    part = _range(data, chance)
    data[part.start : part.start] = data[part] * chance.choice((1, 3))


def _remove(data: bytearray, chance: Random, _other: bytes) -> None:
    del data[_range(data, chance)]


def _swap_head(data: bytearray, chance: Random, other: bytes) -> None:
    length = chance.choice((12, 64, 1024, 8192))
    data[:length] = other[:length]


def _splice(data: bytearray, chance: Random, other: bytes) -> None:
    at = chance.randrange(1, len(data))
    data[at:] = other[at * len(other) // len(data) :]


MUTATIONS: Sequence[Mutation] = (
    *(_flip, _flip_head, _truncate, _edit_length, _edit_table, _zero, _fill),
    *(_duplicate, _remove, _swap_head, _splice),
)


@dataclass(slots=True)
class Fuzz:
    """A run: what files became, and what should not have been."""

    seed: int
    folder: Path
    sources: dict[str, bytes]
    outcomes: Counter[str] = field(default_factory=Counter[str])
    wrong: list[str] = field(default_factory=list[str])
    workshop: Workshop = field(default_factory=lambda: Workshop(_BOUNDS))

    async def run(self, files: int) -> None:
        """Try so many files, some at a time."""
        numbers = iter(range(files))

        async def work() -> None:
            for number in numbers:
                await self._try(number)

        async with asyncio.TaskGroup() as group:
            for _ in range(_AT_ONCE):
                group.create_task(work())

    async def _try(self, number: int) -> None:
        chance = Random(f"{self.seed}/{number}")  # noqa: S311 (to be had again)
        name = chance.choice(sorted(self.sources))
        data = bytearray(self.sources[name])
        other = self.sources[chance.choice(sorted(self.sources))]
        for mutate in chance.choices(MUTATIONS, k=chance.choice((1, 1, 2, 4))):
            if data:
                mutate(data, chance, other)
        path = self.folder / f"{number}"
        await asyncio.to_thread(path.write_bytes, data)
        try:
            async with asyncio.timeout(_LONGEST):
                outcome = await self._outcome(path, chance)
        except ReeltalkError as error:
            outcome = type(error).__name__
        except TimeoutError:
            outcome = "a hang"
            self.wrong.append(f"file {number} of {name}: not done after {_LONGEST:g} s")
        except Exception as error:  # noqa: BLE001 (that is what is looked for)
            outcome = f"unexpected {type(error).__name__}"
            self.wrong.append(f"file {number} of {name}: {error!r}")
        self.outcomes[outcome] += 1
        await asyncio.to_thread(path.unlink)

    async def _outcome(self, path: Path, chance: Random) -> str:
        clip = await posted(path)
        if not clip.kind.is_video:
            return f"left out: {clip.kind.name}"
        begin = time.monotonic()
        await probe(clip.kind, clip.head, clip.size, FileClip(path, clip.name).read)
        if time.monotonic() - begin > _LONGEST_PROBE:
            self.wrong.append(f"file {path.name}: the probe took too long")
        if chance.random() < 0.1:
            wanted = Wanted(10 << 20, 3600.0)
            async with stills(self.workshop, clip, wanted, lambda _: None) as taken:
                return "stills" if taken.stills else "no stills"
        return await self._fitted(clip, chance)

    async def _fitted(self, clip: Posted, chance: Random) -> str:
        most = chance.choice((10 << 20, clip.size // 2, 6000))
        start, end = chance.choice(((0.0, None), (0.0, None), (0.5, 1.2), (0.9, None)))
        wanted = Wanted(most, 3600.0, start, end, anew=chance.random() < 0.2)
        async with fitted(self.workshop, clip, wanted, lambda _: None) as made:
            size = made.video.size
            if not 0 < size <= most or made.video.mime not in {"video/mp4", "video/webm"}:
                self.wrong.append(f"{clip.name}: {made}")
            return f"fitted: {made.rung.name}"


def fuzz(files: int, seed: int) -> Fuzz:
    """Run it in a temporary folder of its own, and look what is left there."""
    with tempfile.TemporaryDirectory() as name:
        folder, temporary = Path(name, "files"), Path(name, "temporary")
        folder.mkdir()
        temporary.mkdir()
        sources = {film: how.written(folder / film).read_bytes() for film, how in FILMS.items()}
        run = Fuzz(seed, folder, sources)
        before, tempfile.tempdir = tempfile.tempdir, str(temporary)
        try:
            asyncio.run(run.run(files))
        finally:
            tempfile.tempdir = before
        run.wrong += [f"left behind: {path.name}" for path in temporary.iterdir()]
    run.wrong += [f"still there: {child}" for child in psutil.Process().children(recursive=True)]
    return run


def main() -> int:
    """Print what became of the files."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--files", type=int, default=500)
    parser.add_argument("--seed", type=int, default=1)
    told = parser.parse_args()
    begin = time.monotonic()
    run = fuzz(told.files, told.seed)
    for outcome, count in run.outcomes.most_common():
        print(f"{count:6} {outcome}")
    for wrong in run.wrong:
        print(f"WRONG  {wrong}")
    print(f"{told.files} files in {time.monotonic() - begin:.0f} s, {len(run.wrong)} wrong")
    return 1 if run.wrong else 0


if __name__ == "__main__":
    sys.exit(main())
