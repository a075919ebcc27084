"""Make a clip into what the model takes: one rung of the ladder after the other."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bot.errors import ClipBroken, ClipShorter, ClipTooLarge, ClipTooMuchWork
from bot.media.facts import Facts
from bot.media.files import FileClip
from bot.media.kinds import GIF, Inline, InlineVideo, Posted, Still, Stills
from bot.media.ladder import Rung, Wanted, ladder
from bot.media.workshop import Job, OnDone, Workshop

_MOST_STILLS = 32  # as vLLM looks at
_EVERY = 1.0
_LEAST_EVERY = 0.095  # a GIF keeps ten pictures a second
_LEAST_SECONDS = 1.0
# How much smaller a part is made than it should have to be.
_SPARE = 0.85


@dataclass(frozen=True, slots=True)
class Fitted:
    """What became of a clip: the video to send, on which rung, and which part of it in seconds.

    `gap` is how many seconds a picture usually stands for, None where that is as it was.
    """

    video: InlineVideo
    rung: Rung
    start: float
    end: float | None
    gap: float | None


@asynccontextmanager
async def fitted(
    workshop: Workshop, clip: Posted, wanted: Wanted, on_done: OnDone
) -> AsyncGenerator[Fitted]:
    """Hold a clip as the model takes it; its file goes with the block.

    Raises:
        ClipError: it can't be read, or not be made small enough.
    """
    async with workshop.holding(clip) as job:
        facts = await workshop.look(job)
        if facts.seconds is not None and wanted.start >= facts.seconds:
            raise ClipShorter(clip.name, facts.seconds, wanted.start)
        rungs = ladder(clip.kind, facts, clip.size, wanted)
        climbing = _Climbing(workshop, job, facts, wanted, on_done)
        yield await climbing.climb([rung for rung in rungs if rung is not Rung.AS_IT_IS])


@dataclass(slots=True)
class _Climbing:
    workshop: Workshop
    job: Job
    facts: Facts
    wanted: Wanted
    on_done: OnDone

    async def climb(self, rungs: list[Rung]) -> Fitted:
        """Return the first result that is small enough, else the first part that is."""
        span = self.wanted.span(self.facts.seconds)
        broken: ClipBroken | ClipTooMuchWork | None = None
        made: Fitted | None = None
        for rung in rungs:
            try:
                made = await self._made(rung, span)
            except (ClipBroken, ClipTooMuchWork) as error:  # what one rung can't do, the next may
                broken = error
                continue
            if made.video.size <= self.wanted.most_bytes:
                return made
        if made is None:
            raise broken or ClipTooLarge(
                self.job.clip.name, self.job.clip.size, self.wanted.most_bytes
            )
        return await self._first_part(made)

    async def _first_part(self, made: Fitted) -> Fitted:
        """Return as much of a clip's beginning as is small enough, on the rung that was last."""
        seconds = made.video.seconds or 0.0
        for _ in range(3):
            seconds *= _SPARE * self.wanted.most_bytes / made.video.size
            if seconds < _LEAST_SECONDS:
                break
            made = await self._made(made.rung, (made.start, made.start + seconds))
            if made.video.size <= self.wanted.most_bytes:
                return made
        raise ClipTooLarge(self.job.clip.name, made.video.size, self.wanted.most_bytes)

    async def _made(self, rung: Rung, span: tuple[float, float | None]) -> Fitted:
        verb, how = self._how(rung)
        told = await self.workshop.work(self.job, verb, self.on_done, span=span, **how)
        path, name = self.job.folder / "fitted", self.job.clip.name
        size, source = path.stat().st_size, FileClip(path, name)
        video = InlineVideo(name, told["mime"], size, source, told["seconds"])
        return Fitted(video, rung, told["start"], span[1], self._gap(rung))

    @property
    def _is_gif(self) -> bool:
        return self.job.clip.kind is GIF

    def _how(self, rung: Rung) -> tuple[str, dict[str, Any]]:
        match rung:
            case Rung.KEY_FRAMES:
                return "remux", {"keys_only": True}
            case Rung.SMALL_KEY_FRAMES if self._is_gif:
                # Of a GIF, the first picture is often the only one that is whole.
                return "encode", {"keys_only": False, "every": _LEAST_EVERY}
            case Rung.SMALL_KEY_FRAMES:
                return "encode", {"keys_only": True, "every": _EVERY}
            case Rung.ONE_A_SECOND:
                return "encode", {"keys_only": False, "every": _EVERY}
            case Rung.AS_IT_IS | Rung.REWRAP:
                return "remux", {"keys_only": False}

    def _gap(self, rung: Rung) -> float | None:
        match rung:
            case Rung.AS_IT_IS | Rung.REWRAP:
                return None
            case Rung.SMALL_KEY_FRAMES if self._is_gif:
                return None
            case Rung.KEY_FRAMES | Rung.SMALL_KEY_FRAMES:
                return max(_EVERY, self.facts.key_gap or _EVERY)
            case Rung.ONE_A_SECOND:
                return _EVERY


@asynccontextmanager
async def stills(workshop: Workshop, clip: Posted, on_done: OnDone) -> AsyncGenerator[Stills]:
    """Hold a clip as stills, for models that see nothing else; their files go with the block.

    Raises:
        ClipError: it can't be read.
    """
    name = clip.name
    async with workshop.holding(clip) as job:
        told = await workshop.work(
            job, "stills", on_done, target=str(job.folder), most=_MOST_STILLS
        )
        if not told["stills"]:
            raise ClipBroken(name, "there is no picture in it")
        yield Stills(name, told["seconds"], tuple(_still(one, name) for one in told["stills"]))


def _still(told: dict[str, Any], name: str) -> Still:
    source = FileClip(Path(told["path"]), name)
    return Still(told["second"], Inline(name, "image/jpeg", told["size"], source))
