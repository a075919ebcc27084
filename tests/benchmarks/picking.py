"""What picking key frames saves, beside passing on the whole: `python -m tests.benchmarks.picking`.

Two clips lie on a CDN whose link, and that to the model, lets 50 MB/s through, all connections
together; until an answer begins, 30 ms pass. Each way is what the bot does from the mention on,
alone in its process: the look, the plan, and the request until the model has it all. To pass the
whole, it is told that the model takes any size. It needs FFmpeg's command line, and five minutes.
"""

import argparse
import asyncio
import json
import shutil
import statistics
import sys
import time
from asyncio.subprocess import PIPE
from collections import Counter
from collections.abc import AsyncGenerator, Iterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import astuple, dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory

from aiohttp import web

from bot import assembly
from bot.clips import Upload
from bot.conversation import Conversation, Turn
from bot.media import relay
from bot.media.budget import Budget
from bot.media.workshop import Workshop
from bot.preferences import Preferences
from bot.providers.dialect import OPENROUTER, Endpoint
from bot.providers.wire import Request, encode
from bot.watching import Watching
from tests.benchmarks import fitting
from tests.benchmarks.loopback import HOST, QUESTION, Bucket
from tests.benchmarks.sender import forget_the_peak, resident
from tests.benchmarks.ways import cdn_of
from tests.media.corpus import Film
from tests.media.movies import relaid

_MB = 1 << 20
_RATE = 50e6  # bytes a second
_LATENCY = 0.03  # seconds
_ROUNDS = 3
_MOST_SHARE, _MOST_FETCHED, _MOST_GROWTH = 0.03, 16.0, 3.0
_SMALL, _USUAL, _LONG, _HUGE = "small", "25-MB", "100-MB-10-min", "512-MB-20-min"
_CASES = (
    (_USUAL, "whole"),
    *((_LONG, "whole"), (_LONG, "picked"), (_HUGE, "whole"), (_HUGE, "picked")),
)


@dataclass(frozen=True, slots=True)
class Cost:
    """Requests to the CDN, MB from it and to the model, seconds, and MB by which memory grew."""

    requests: float
    fetched: float
    sent: float
    wall: float
    growth: float


Costs = Mapping[tuple[str, str], Cost]


class Link:
    """A CDN with files, and a model, each behind a link of a rate."""

    def __init__(self, files: Mapping[str, Path]) -> None:
        self._files = files
        self._down, self._up = Bucket(_RATE), Bucket(_RATE)
        self.requests, self.fetched, self.sent = Counter[str](), Counter[str](), Counter[str]()

    async def send(self, request: web.Request) -> web.StreamResponse:
        """Send a file, or a part of one."""
        name = request.match_info["name"]
        path = self._files[name]
        size = path.stat().st_size
        start, stop, _ = request.http_range.indices(size)
        response = web.StreamResponse(status=206 if "Range" in request.headers else 200)
        response.content_length = stop - start
        response.headers["Content-Range"] = f"bytes {start}-{stop - 1}/{size}"
        self.requests[name] += 1
        await asyncio.sleep(_LATENCY)
        await response.prepare(request)
        with path.open("rb") as file:
            file.seek(start)
            while start < stop and (piece := file.read(min(256 << 10, stop - start))):
                start += len(piece)
                self.fetched[name] += len(piece)
                await self._down.let_through(len(piece))
                await response.write(piece)
        return response

    async def take(self, request: web.Request) -> web.Response:
        """Take a request, all of it."""
        async for piece in request.content.iter_any():
            self.sent[request.match_info["name"]] += len(piece)
            await self._up.let_through(len(piece))
        return web.json_response({"choices": []})


@asynccontextmanager
async def serving(link: Link) -> AsyncGenerator[str]:
    app = web.Application(client_max_size=0)
    app.router.add_get("/clips/{name}", link.send)
    app.router.add_post("/models/{name}", link.take)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=1)
    await runner.setup()
    try:
        await web.TCPSite(runner, HOST, 0).start()
        yield f"http://{HOST}:{runner.addresses[0][1]}"
    finally:
        await runner.cleanup()


async def ask(address: str, name: str, way: str) -> None:
    """Look at a clip, and post what is to be sent of it."""
    dialect, most = OPENROUTER, 50 * _MB
    if way == "whole":
        dialect, most = replace(dialect, max_inline_bytes=1 << 40), 1 << 40
    preferences = Preferences(Endpoint(dialect, ""), "model", most, 3600.0, 10, 1000, 1.0)
    async with assembly.session() as session, AsyncExitStack() as held:
        cdn = cdn_of(session, f"{address}/clips/{name}")
        watching = Watching(cdn.clip, Workshop(), Budget(1 << 40))
        asked = Conversation.of(Turn(QUESTION, (Upload(1, 2, 3, "clip.mp4"),)))
        seen = await watching.look(asked, preferences, held, lambda _: None)
        body = encode(Request("model", "Be brief.", seen.media, QUESTION, 1000), dialect)
        headers = {"Content-Type": "application/json"}
        async with relay.post(session, f"{address}/models/{name}", headers, body) as response:
            response.raise_for_status()


async def alone(address: str, name: str, way: str) -> None:
    """Ask in this process, once to warm up, and print the seconds and the MB it grew by."""
    relay.keep_freed_memory()
    await ask(address, _SMALL, way)
    forget_the_peak()
    before, wall = resident("VmRSS"), time.perf_counter()
    await ask(address, name, way)
    wall = time.perf_counter() - wall
    print(json.dumps([wall, resident("VmHWM") - before]))


async def measure(files: Mapping[str, Path], rounds: int) -> Costs:
    taken: dict[tuple[str, str], list[Cost]] = {}
    for _ in range(rounds):
        for clip, way in _CASES:
            taken.setdefault((clip, way), []).append(await _cost(files, clip, way))
    return {
        case: Cost(*map(statistics.median, zip(*map(astuple, costs), strict=True)))
        for case, costs in taken.items()
    }


async def _cost(files: Mapping[str, Path], clip: str, way: str) -> Cost:
    link = Link(files)
    async with serving(link) as address:
        told = (sys.executable, "-m", "tests.benchmarks.picking", "--alone", address, clip, way)
        child = await asyncio.create_subprocess_exec(*told, stdout=PIPE)
        said, _ = await child.communicate()
    wall, growth = json.loads(said)
    return Cost(link.requests[clip], link.fetched[clip] / _MB, link.sent[clip] / _MB, wall, growth)


def made(folder: Path) -> Mapping[str, Path]:
    """Make the clips: a film, and those whose samples lie in the midst of nothing."""
    h264 = ("-c:v", "libx264", "-preset", "ultrafast", "-b:v", "1300k")
    film = fitting.made(fitting.Clip("ten", 600, "1280x720", h264), folder)
    often = (*h264, "-g", "75")
    twenty = fitting.made(fitting.Clip("twenty", 1200, "640x360", often), folder)
    small = Film(sound="", fps=30, seconds=10.0, key_every=75).written(folder / "small.mp4")
    return {
        _SMALL: small,
        _USUAL: relaid(small, folder / "usual.mp4", size=25 * _MB),
        _LONG: film,
        _HUGE: relaid(twenty, folder / "huge.mp4", size=512 * _MB),
    }


def table(costs: Costs) -> Iterator[str]:
    yield "| clip          | way    | requests | MB fetched | MB sent | wall s | growth MB |"
    yield "|---------------|--------|---------:|-----------:|--------:|-------:|----------:|"
    for (clip, way), cost in costs.items():
        name = clip.replace("-", " ")
        yield (
            f"| {name:13} | {way:6} | {cost.requests:8.0f} | {cost.fetched:10.1f} "
            f"| {cost.sent:7.1f} | {cost.wall:6.2f} | {cost.growth:9.1f} |"
        )


def judge(costs: Costs) -> bool:
    """Say how much sooner the model has what is picked, and what that costs."""
    share = costs[_LONG, "picked"].fetched / costs[_LONG, "whole"].fetched
    fetched = costs[_HUGE, "picked"].fetched
    growth = costs[_HUGE, "picked"].growth - costs[_USUAL, "whole"].growth
    verdicts = [
        (f"fetched of the 100 MB: {share:.2%}; less than {_MOST_SHARE:.0%}", share < _MOST_SHARE),
        (f"fetched of the 512 MB: {fetched:.1f} MB; less than 16 MB", fetched < _MOST_FETCHED),
        (
            f"memory growth beside 25 MB passed whole: {growth:+.1f} MB; at most +3 MB",
            growth <= _MOST_GROWTH,
        ),
    ]
    for clip, size in ((_LONG, 100), (_HUGE, 512)):
        ratio = costs[clip, "picked"].wall / costs[clip, "whole"].wall
        verdicts.append(
            (f"wall time of the {size} MB, beside the whole: {ratio:.3f}; below 1", ratio < 1)
        )
    for words, met in verdicts:
        print(f"{words[:1].upper()}{words[1:]}: {'met' if met else 'NOT MET'}.")
    return all(met for _, met in verdicts)


def main() -> int:
    parser = argparse.ArgumentParser(description="Measure what picking key frames saves.")
    parser.add_argument("--rounds", type=int, default=_ROUNDS)
    parser.add_argument("--alone", nargs=3, help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.alone:
        asyncio.run(alone(*asked.alone))
        return 0
    if shutil.which("ffmpeg") is None:
        sys.exit("This needs FFmpeg's command line, `ffmpeg`, to make a clip.")
    with TemporaryDirectory() as folder:
        costs = asyncio.run(measure(made(Path(folder)), asked.rounds))
    print(*table(costs), "", sep="\n")
    return 0 if judge(costs) else 1


if __name__ == "__main__":
    sys.exit(main())
