"""What keeping questions costs: time to the first sign, to ready, and while idle.

    python -m tests.benchmarks.accepting

Each row is a fresh bot in a process of its own, between an emulated Discord and a stand-in model
in this one; three rounds in turn, medians.
"""

import asyncio
import os
import sys
import time
from asyncio.subprocess import PIPE
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

import psutil

from bot.playground import model as stand_in
from bot.playground.clips import make_clip
from bot.playground.discord import Discord, File, Rate, serve
from bot.playground.model import Model

ROOT = Path(__file__).parents[2]
BARE, KEPT, UNKEPT = "tests.benchmarks.bare", "bot", "tests.benchmarks.unkept"
ROUNDS, IN_TURN, AT_ONCE = 3, 20, 50
IDLE = 4.0
SIGN_BOUND, START_BOUND = 1.5, 2.0


@dataclass(frozen=True, slots=True)
class Cost:
    """Milliseconds to the first sign, seconds to ready, and what it takes to do nothing.

    Ready is what discord.py calls so: two seconds after the last server was told of.
    """

    alone: tuple[float, ...]
    together: tuple[float, ...]
    ready: float
    megabytes: float
    cpu: float


@asynccontextmanager
async def running(
    module: str, discord: Discord, model: Model, folder: Path
) -> AsyncGenerator[psutil.Process]:
    """Run a module as the bot, from when it says that it is ready."""
    environ = {
        "DISCORD_TOKEN": discord.token,
        "DISCORD_API_URL": discord.api_url,
        "DISCORD_GATEWAY_URL": discord.gateway_url,
        "DISCORD_CDN_HOSTS": discord.cdn_host,
        "PROVIDER": "openrouter",
        "OPENROUTER_API_KEY": "key",
        "OPENROUTER_BASE_URL": model.base_url,
        "MODEL": "playground/stand-in",
        "DATABASE_URL": f"sqlite:///{folder / 'reeltalk.sqlite'}",
        "PYTHONPATH": str(ROOT),
        "DRAIN_SECONDS": "1",
    }
    bot = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", module), env={**os.environ, **environ}, cwd=folder, stderr=PIPE
    )
    assert bot.stderr is not None
    reading: asyncio.Task[bytes] | None = None
    try:
        async with asyncio.timeout(60):
            while b"ready" not in await bot.stderr.readline():
                pass
        reading = asyncio.create_task(bot.stderr.read())
        yield psutil.Process(bot.pid)
    finally:
        bot.kill()
        await bot.wait()
        if reading is not None:
            await reading


async def signs(discord: Discord, clip: Path, channels: list[int]) -> list[float]:
    """Ask once in each channel at once; return the milliseconds to each first sign."""
    asked: dict[int, float] = {}
    seen: dict[int, float] = {}

    def look() -> bool:
        for question in asked.keys() - seen.keys():
            if any(one.author_id == discord.bot_id for one in discord.messages(question)):
                seen[question] = time.perf_counter()
        return len(seen) == len(channels)

    for channel in channels:
        said = discord.say(f"<@{discord.bot_id}> what?", files=[File(clip)], channel_id=channel)
        asked[said.id] = time.perf_counter()
    await discord.until(look, 60)
    return [1000 * (seen[question] - at) for question, at in asked.items()]


async def measure(module: str) -> Cost:
    """Measure one fresh bot, or only the start of a bare client."""
    with TemporaryDirectory(prefix="accepting-") as name:
        folder = Path(name)
        make_clip(folder / "clip.mp4", seconds=1)
        async with serve(rate=Rate(10_000, 1)) as discord, stand_in.serve() as model:
            begun = time.perf_counter()
            async with running(module, discord, model, folder) as process:
                ready = time.perf_counter() - begun
                alone: list[float] = []
                together: list[float] = []
                if module != BARE:
                    clip, channels = folder / "clip.mp4", [discord.channel_id]
                    channels += [discord.add_channel(f"room-{n}") for n in range(AT_ONCE)]
                    await signs(discord, clip, channels[:1])  # a warm-up
                    for _ in range(IN_TURN):
                        alone += await signs(discord, clip, channels[:1])
                        await discord.until(partial(_was_asked, model, len(alone)))
                    together += await signs(discord, clip, channels[1:])
                    await discord.until(partial(_was_asked, model, IN_TURN + AT_ONCE), 60)
                process.cpu_percent()
                await asyncio.sleep(IDLE)
                idle, memory = process.cpu_percent(), process.memory_info().rss / (1 << 20)
    return Cost(tuple(alone), tuple(together), ready, memory, idle)


def _was_asked(model: Model, times: int) -> bool:
    return len(model.requests) >= times


def percentile(values: tuple[float, ...], share: float) -> float:
    """Return the value that this share of all lies below."""
    return sorted(values)[min(len(values) - 1, int(len(values) * share))]


def row(name: str, costs: list[Cost]) -> tuple[str, list[float]]:
    """Return the medians of a way's rounds."""
    sign = [
        median(percentile(values, share) for values in group)
        for group in ([one.alone for one in costs], [one.together for one in costs])
        for share in (0.5, 0.95)
        if group[0]
    ] or [float("nan")] * 4
    rest = [median(getattr(one, part) for one in costs) for part in ("ready", "megabytes", "cpu")]
    return name, [*sign, *rest]


def judge(kept: list[float], unkept: list[float], bare: list[float]) -> bool:
    """Print the verdicts; tell whether all bounds are met."""
    ratios = (
        ("p95 to the first sign, one question at a time", kept[1] / unkept[1], SIGN_BOUND),
        (f"p95 to the first sign, {AT_ONCE} at once", kept[3] / unkept[3], SIGN_BOUND),
        ("start to ready, beside a bare client", kept[4] / bare[4], START_BOUND),
    )
    for what, ratio, bound in ratios:
        met = "met" if ratio <= bound else "NOT met"
        print(f"{what}: {ratio:.2f} times, at most {bound} allowed: {met}.")
    return all(ratio <= bound for _, ratio, bound in ratios)


async def main() -> int:
    """Run all rounds and print the table."""
    ways = {"kept on disk": KEPT, "in memory alone": UNKEPT, "bare discord.py": BARE}
    costs: dict[str, list[Cost]] = {name: [] for name in ways}
    for _ in range(ROUNDS):
        for name, module in ways.items():
            costs[name].append(await measure(module))
    rows = dict(row(name, costs[name]) for name in ways)
    print(
        "| questions | 1: p50 ms | p95 ms | 50: p50 ms | p95 ms | ready s | idle MB | idle CPU % |"
    )
    print("|---|--:|--:|--:|--:|--:|--:|--:|")
    for name, figures in rows.items():
        cells = ["-" if figure != figure else f"{figure:.1f}" for figure in figures]  # noqa: PLR0124
        print(f"| {name} | {' | '.join(cells)} |")
    print()
    return 0 if judge(*rows.values()) else 1


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))
