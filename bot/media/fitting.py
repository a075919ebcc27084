"""Make a clip into what the model takes: one rung of the ladder after the other."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bot.errors import ClipBroken, ClipError, ClipTooLarge, ClipTooMuchWork
from bot.media.facts import Facts
from bot.media.files import FileClip
from bot.media.kinds import Inline, InlineVideo, Posted, Still, Stills
from bot.media.ladder import Rung, Wanted, ladder
from bot.media.workshop import Job, OnDone, Workshop

_NOTHING = Facts()
_MOST_STILLS = 32  # as vLLM looks at
_EVERY = 1.0
_GIF_EVERY = 0.095  # ten pictures a second
_LEAST_SECONDS = 1.0
# How much smaller a part is made than it should have to be.
_SPARE = 0.85


@dataclass(frozen=True, slots=True)
class Fitted:
    """What became of a clip: the video to send, on which rung, and which part of it in seconds.

    `start` is where what is sent begins, and the part is None for the whole. `gap` is how many
    seconds a picture usually stands for, None where that is as it was; `heard` tells of sound.
    """

    video: InlineVideo
    rung: Rung
    start: float
    part: tuple[float, float | None] | None
    gap: float | None
    heard: bool


@asynccontextmanager
async def fitted(
    workshop: Workshop, clip: Posted, wanted: Wanted, on_done: OnDone, facts: Facts = _NOTHING
) -> AsyncGenerator[Fitted]:
    """Hold a clip as the model takes it; its file goes with the block.

    `facts` are what its head has told; what they lack is read from all of it.

    Raises:
        ClipError: it can't be read, or not be made small enough.
        NoRoom: there is no place to work on it.
    """
    async with workshop.holding(clip) as job:
        if facts.key_gap is None:
            facts = await workshop.look(job)
        wanted.require_within(clip.name, facts.seconds)
        rungs = ladder(clip.kind, facts, clip.size, wanted)
        climbing = _Climbing(workshop, job, facts, wanted, on_done)
        made = await climbing.climb([rung for rung in rungs if rung is not Rung.AS_IT_IS])
        await job.dismiss()  # its work is done, and an answer may take long
        yield made


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
        broken: ClipError | None = None
        made: Fitted | None = None
        for rung in rungs:
            try:
                made = await self._made(rung, span)
            except (ClipBroken, ClipTooMuchWork) as error:  # what one rung can't read, the next may
                broken = error
                continue
            if made.video.size <= self.wanted.most_bytes:
                return made
            if rung is Rung.SMALL_KEY_FRAMES:
                break  # a picture each second would be more of them
        if made is None:
            clip = self.job.clip
            raise broken or ClipTooLarge(clip.name, clip.size, self.wanted.most_bytes)
        return await self._first_part(made, span[0])

    async def _first_part(self, made: Fitted, start: float) -> Fitted:
        """Return as much of a clip's beginning as is small enough, on the rung that was last."""
        seconds = made.video.seconds or 0.0
        for _ in range(3):
            seconds *= _SPARE * self.wanted.most_bytes / made.video.size
            if seconds < _LEAST_SECONDS:
                break
            made = await self._made(made.rung, (start, start + seconds))
            if made.video.size <= self.wanted.most_bytes:
                return made
        raise ClipTooLarge(self.job.clip.name, made.video.size, self.wanted.most_bytes)

    async def _made(self, rung: Rung, span: tuple[float, float | None]) -> Fitted:
        path, name = self.job.folder / "fitted", self.job.clip.name
        path.unlink(missing_ok=True)
        verb, how = self._how(rung)
        told = await self.workshop.work(self.job, verb, self.on_done, span=span, **how)
        size, source = path.stat().st_size, FileClip(path, name)
        video = InlineVideo(name, told["mime"], size, source, told["seconds"])
        part = None if span == (0.0, None) else (told["start"], span[1])
        start = 0.0 if part is None else part[0]
        return Fitted(video, rung, start, part, self._gap(rung), bool(self.facts.sound))

    def _how(self, rung: Rung) -> tuple[str, dict[str, Any]]:
        match rung:
            case Rung.KEY_FRAMES:
                return "remux", {"keys_only": True}
            case Rung.SMALL_KEY_FRAMES:
                return "encode", {"keys_only": True, "every": _EVERY}
            case Rung.ONE_A_SECOND:
                return "encode", {"keys_only": False, "every": _EVERY}
            case Rung.ALL_PICTURES:
                return "encode", {"keys_only": False, "every": _GIF_EVERY}
            case Rung.AS_IT_IS | Rung.REWRAP:
                return "remux", {"keys_only": False}

    def _gap(self, rung: Rung) -> float | None:
        match rung:
            case Rung.AS_IT_IS | Rung.REWRAP | Rung.ALL_PICTURES:
                return None
            case Rung.KEY_FRAMES | Rung.SMALL_KEY_FRAMES:
                return max(_EVERY, self.facts.key_gap or _EVERY)
            case Rung.ONE_A_SECOND:
                return _EVERY


@asynccontextmanager
async def stills(
    workshop: Workshop, clip: Posted, wanted: Wanted, on_done: OnDone
) -> AsyncGenerator[Stills]:
    """Hold a clip as stills, for models that see nothing else; their files go with the block.

    Raises:
        ClipError: it can't be read.
        NoRoom: there is no place to work on it.
    """
    async with workshop.holding(clip) as job:
        facts = await workshop.look(job)
        wanted.require_within(clip.name, facts.seconds)
        how = {"span": wanted.span(facts.seconds), "most": _MOST_STILLS}
        told = await workshop.work(job, "stills", on_done, target=str(job.folder), **how)
        await job.dismiss()
        if not told["stills"]:
            raise ClipBroken(clip.name, "there is no picture in it")
        taken = tuple(_still(one, clip.name) for one in told["stills"])
        while len(taken) > 1 and sum(one.picture.size for one in taken) > wanted.most_bytes:
            taken = taken[::2]
        yield Stills(clip.name, told["seconds"], taken)


def _still(told: dict[str, Any], name: str) -> Still:
    source = FileClip(Path(told["path"]), name)
    return Still(told["second"], Inline(name, "image/jpeg", told["size"], source))
