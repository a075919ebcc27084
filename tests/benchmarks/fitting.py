"""What making a clip fit costs, beside the usual way: `python -m tests.benchmarks.fitting`.

The usual way is what people type: `ffmpeg -vf scale=-2:480 -c:v libx264 -preset veryfast`. Ours is
all that the bot does: a child process, a look at the packets, and the first rung of the ladder that
is small enough. The clips are made here, of pictures that move and noise that is unkind to every
encoder. It needs FFmpeg's command line, and a few minutes.
"""

import argparse
import asyncio
import json
import resource
import shutil
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import astuple, dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from bot.media.files import FileClip
from bot.media.fitting import fitted
from bot.media.kinds import Posted
from bot.media.ladder import Wanted
from bot.media.probe import probe
from bot.media.sniff import sniff
from bot.media.workshop import Workshop

_MB = 1 << 20
_ROUNDS = 2
_MOST_CPU = 1 / 50
_LONG = 20.0
"""Seconds from which on the verdict on CPU is given."""


@dataclass(frozen=True, slots=True)
class Clip:
    """A clip that is made for this; `encoder` is FFmpeg's arguments for its pictures."""

    name: str
    seconds: float
    size: str
    encoder: tuple[str, ...]
    suffix: str = "mp4"
    sound: tuple[str, ...] = ("-c:a", "aac", "-b:a", "128k")


_H264 = ("-c:v", "libx264", "-preset", "ultrafast", "-g", "60")
_CLIPS = (
    Clip("H.264 1080p 60 s", 60, "1920x1080", (*_H264, "-b:v", "5M")),
    Clip("H.264 4K 20 s", 20, "3840x2160", (*_H264, "-b:v", "20M")),
    Clip(
        "HEVC 1080p 20 s",
        *(20, "1920x1080"),
        (
            *("-c:v", "libx265", "-preset", "ultrafast", "-b:v", "4M"),
            *("-x265-params", "keyint=60:log-level=none", "-tag:v", "hvc1"),
        ),
        suffix="mov",
    ),
    Clip(
        "VP9 1080p 20 s",
        *(20, "1920x1080"),
        ("-c:v", "libvpx-vp9", "-deadline", "realtime", "-cpu-used", "8", "-g", "60", "-b:v", "4M"),
        suffix="webm",
        sound=("-c:a", "libopus", "-b:a", "96k"),
    ),
    Clip("H.264 720p 600 s", 600, "1280x720", (*_H264, "-b:v", "1300k")),
)


@dataclass(frozen=True, slots=True)
class Cost:
    """Seconds of processors and of a clock, and MB of the result."""

    cpu: float
    wall: float
    size: float


Costs = Mapping[tuple[Clip, str], Cost]


def made(clip: Clip, folder: Path) -> Path:
    """Make a clip: pictures that move, with noise on them, and a beep."""
    path = folder / f"{clip.name.replace(' ', '-')}.{clip.suffix}"
    # Noise of a grain that is still there in the small copy, as in a film.
    moving = "testsrc2=size=854x480:rate=30"
    pictures = f"{moving},noise=alls=24:allf=t,scale={clip.size.replace('x', ':')}"
    _ffmpeg(
        *("-f", "lavfi", "-i", pictures, "-f", "lavfi", "-i", "sine=frequency=440:beep_factor=4"),
        *("-t", str(clip.seconds), *clip.encoder, "-pix_fmt", "yuv420p", *clip.sound, str(path)),
    )
    return path


def usual(path: Path, folder: Path) -> Path:
    """Shrink a clip as people do."""
    target = folder / "usual.mp4"
    _ffmpeg(
        *("-i", str(path), "-vf", "scale=-2:480", "-c:v", "libx264", "-preset", "veryfast"),
        *("-c:a", "aac", str(target)),
    )
    return target


def _ffmpeg(*arguments: str) -> None:
    subprocess.run(  # noqa: S603 (our own arguments)
        ("ffmpeg", "-nostdin", "-loglevel", "error", "-y", *arguments),  # noqa: S607
        check=True,
        timeout=600,
    )


async def _fit(path: Path) -> tuple[str, int]:
    """Fit a clip that is too large by a byte; return the rung and the size."""
    original = FileClip(path, path.name)
    look = await original.look()
    clip = Posted(path.name, original, sniff(look.head), look.head, look.size)
    wanted = Wanted(most_bytes=look.size - 1, most_seconds=3600.0)
    facts = await probe(clip.kind, clip.head, clip.size, original.read)
    async with fitted(Workshop(), clip, wanted, lambda _: None, facts) as result:
        return result.rung.name, result.video.size


def run(folder: Path, clips: Sequence[Clip], rounds: int) -> Costs:
    """Run each way once per round, so that a noisy minute falls on both."""
    paths = {clip: made(clip, folder) for clip in clips}
    taken: dict[tuple[Clip, str], list[Cost]] = {}
    for _ in range(rounds):
        for clip, path in paths.items():
            taken.setdefault((clip, "ffmpeg 480p"), []).append(_usual_cost(path, folder))
            rung, cost = _our_cost(path)
            taken.setdefault((clip, rung), []).append(cost)
    return {
        key: Cost(*map(statistics.median, zip(*map(astuple, costs), strict=True)))
        for key, costs in taken.items()
    }


def _usual_cost(path: Path, folder: Path) -> Cost:
    before, wall = _children(), time.perf_counter()
    target = usual(path, folder)
    return Cost(_children() - before, time.perf_counter() - wall, target.stat().st_size / _MB)


def _our_cost(path: Path) -> tuple[str, Cost]:
    """Fit it as the bot does, of which the child's part is measured, its start included."""
    told = subprocess.run(  # noqa: S603 (our own)
        (sys.executable, "-m", "tests.benchmarks.fitting", "--fit", str(path)),
        check=True,
        capture_output=True,
        timeout=300,
    )
    rung, size, cpu, wall = json.loads(told.stdout)
    return rung, Cost(cpu, wall, size / _MB)


def _children() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _fit_alone(path: Path) -> None:
    """Print the rung, the size, the child's CPU, and how long all of it took."""
    wall = time.perf_counter()
    rung, size = asyncio.run(_fit(path))
    print(json.dumps([rung, size, _children(), time.perf_counter() - wall]))


def table(costs: Costs) -> Iterator[str]:
    yield "| clip             | way              |  CPU s | wall s | MB out |"
    yield "|------------------|------------------|-------:|-------:|-------:|"
    for (clip, way), cost in costs.items():
        yield (
            f"| {clip.name:16} | {way.lower().replace('_', ' '):16} | {cost.cpu:6.2f} "
            f"| {cost.wall:6.2f} | {cost.size:6.2f} |"
        )


def judge(costs: Costs) -> bool:
    """Say whether key frames cost little enough, and are smaller."""
    well = True
    for (clip, way), ours in costs.items():
        if way != "KEY_FRAMES" or clip.seconds < _LONG:
            continue
        theirs = costs[clip, "ffmpeg 480p"]
        share = ours.cpu / theirs.cpu
        met = share <= _MOST_CPU and ours.size < theirs.size
        well = well and met
        print(
            f"{clip.name}: {1 / share:.0f} times less CPU, at least {1 / _MOST_CPU:.0f} wanted, "
            f"and {theirs.size / ours.size:.1f} times smaller: {'met' if met else 'NOT MET'}."
        )
    return well


def main() -> int:
    parser = argparse.ArgumentParser(description="Measure what making a clip fit costs.")
    parser.add_argument("--quick", action="store_true", help="one clip once, without the verdict")
    parser.add_argument("--fit", type=Path, help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.fit:
        _fit_alone(asked.fit)
        return 0
    if shutil.which("ffmpeg") is None:
        sys.exit("This needs FFmpeg's command line, `ffmpeg`, to compare with.")
    with TemporaryDirectory() as folder:
        clips, rounds = (_CLIPS[1:2], 1) if asked.quick else (_CLIPS, _ROUNDS)
        costs = run(Path(folder), clips, rounds)
    print(*table(costs), "", sep="\n")
    return 0 if asked.quick or judge(costs) else 1


if __name__ == "__main__":
    sys.exit(main())
