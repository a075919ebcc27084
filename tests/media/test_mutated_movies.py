"""Two thousand damaged `moov` boxes: what is picked by one is exact, or nothing is."""

import asyncio
import time
import tracemalloc
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any

import av
import pytest
from av.error import FFmpegError

from bot.errors import ClipBroken
from bot.media.sample_table import NotUnderstood
from tests.media.corpus import Film
from tests.media.fuzz import MUTATIONS
from tests.media.measuring import saved
from tests.media.movies import box, parts, planned

_FILES = 2000
_LONGEST = 0.5  # seconds for one, on a busy machine: it takes a few milliseconds
_MOST_MEMORY = 2 << 20
_FRAME = 0.05  # seconds: where an edit begins amid a frame, libav begins with the next
_SMALL: dict[str, Any] = {"size": (160, 90), "seconds": 3.0, "key_every": 12}
FILMS = {
    "H.264": Film(**_SMALL),
    "HEVC": Film("mov", "libx265", **_SMALL),
    "AV1": Film(video="libsvtav1", **_SMALL),
    "turned": Film(turned=90, **_SMALL),
    "uneven": Film(uneven=True, **_SMALL),
    "late sound": Film(sound_at=0.5, **_SMALL),
}


@dataclass(slots=True)
class Run:
    folder: Path
    sources: dict[str, Path]
    outcomes: Counter[str] = field(default_factory=Counter[str])
    wrong: list[str] = field(default_factory=list[str])

    async def attempt(self, number: int) -> None:
        path, source = self.damaged(number)
        tracemalloc.start()
        begin = time.perf_counter()
        try:
            outcome = await self.outcome(path, source)
        except (NotUnderstood, ClipBroken) as error:
            outcome = type(error).__name__
        if time.perf_counter() - begin > _LONGEST:
            self.wrong.append(f"{number}: too long")
        if tracemalloc.get_traced_memory()[1] > _MOST_MEMORY + path.stat().st_size:
            self.wrong.append(f"{number}: too much memory")
        tracemalloc.stop()
        self.outcomes[outcome] += 1
        if outcome.startswith("other"):
            self.wrong.append(f"{number}: {outcome}")

    def damaged(self, number: int) -> tuple[Path, Path]:
        chance = Random(f"1/{number}")  # noqa: S311 (to be had again)
        source = self.sources[chance.choice(sorted(self.sources))]
        moov = bytearray(parts(source)[b"moov"][0][8:])
        whole, cut = source.read_bytes(), len(moov) + 8
        other = parts(self.sources[chance.choice(sorted(self.sources))])[b"moov"][0][8:]
        for mutate in chance.choices(MUTATIONS, k=chance.choice((1, 1, 2, 4))):
            if moov:
                mutate(moov, chance, other)
        path = self.folder / "damaged"
        path.write_bytes(whole[:-cut] + box(b"moov", bytes(moov)))
        return path, source

    async def outcome(self, path: Path, source: Path) -> str:
        made, small = await planned(path)
        if not await small.can_be_had():
            return "pictures that need one another"
        ours = pictures(await saved(small, self.folder / "picked"))
        before, after = pictures(source), pictures(path)
        if not after:
            return "libav can't read it either"
        known = [it in (before.get(time), after.get(time)) for time, it in ours.items()]
        if len(ours) == made.frames and all(known):
            return "exact"
        times = {data: time for time, data in {**before, **after}.items()}
        late = [abs(times.get(data, -9.0) - time) for time, data in ours.items()]
        return "exact but for a frame" if max(late, default=9.0) < _FRAME else "other pictures"


def pictures(path: Path) -> dict[float, bytes]:
    """Return each packet of the pictures by when it is shown; none of a file that can't be read."""
    open_: Any = av.open
    strict = {"metadata_errors": "ignore"} if av.__version__.startswith("18.") else {}
    try:
        with open_(str(path), format="mov", **strict) as container:
            stream = container.streams.video[0]
            packets = [one for one in container.demux(stream) if one.size and one.pts is not None]
            return {float(one.pts * one.time_base): bytes(one) for one in packets}
    except (FFmpegError, IndexError, MemoryError):
        return {}


@pytest.mark.timeout(300)
async def test_of_damaged_movies_pictures_are_exact_or_not_picked(tmp_path: Path) -> None:
    sources = {name: film.written(tmp_path / name) for name, film in FILMS.items()}
    run = Run(tmp_path, sources)
    for number in range(_FILES):
        await run.attempt(number)
        await asyncio.sleep(0)
    assert run.wrong == []
    assert run.outcomes["exact"] > 100
    assert run.outcomes["NotUnderstood"] > 100
