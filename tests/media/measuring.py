"""Measure what was made of a clip, and have a clip worked on."""

import asyncio
import shutil
from array import array
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bot.media.facts import Facts
from bot.media.kinds import Source
from bot.media.workshop import Workshop
from tests.media.corpus import opened, posted


@dataclass(frozen=True, slots=True)
class Packets:
    """The packets of one stream: when each is shown and until when, in seconds, and its keys."""

    codec: str
    spans: tuple[tuple[float, float], ...]
    keys: tuple[float, ...]

    @property
    def begin(self) -> float:
        return self.spans[0][0]

    @property
    def end(self) -> float:
        return max(end for _, end in self.spans)


def packets(path: Path, kind: str = "video") -> Packets:
    spans: list[tuple[float, float]] = []
    keys: list[float] = []
    with opened(path) as container:
        stream: Any = getattr(container.streams, kind)[0]
        for packet in container.demux(stream):
            if packet.size and packet.pts is not None:
                time = float(packet.pts * packet.time_base)
                spans.append((time, time + float((packet.duration or 0) * packet.time_base)))
                if packet.is_keyframe:
                    keys.append(time)
        return Packets(stream.codec_context.codec.canonical_name, tuple(sorted(spans)), tuple(keys))


def pixels(frame: Any) -> bytes:
    """Return a picture's bytes, without what pads its rows."""
    planes: list[bytes] = []
    for plane in frame.planes:
        data, stride, width = bytes(plane), plane.line_size, plane.width
        planes += [data[row * stride : row * stride + width] for row in range(plane.height)]
    return b"".join(planes)


def pictures(path: Path, *, keys_only: bool = False) -> tuple[list[float], list[bytes]]:
    """Return when each picture is shown, on a clock that begins with the first, and its pixels."""
    begin = packets(path).begin
    frames = [(frame.time - begin, pixels(frame)) for frame in decoded(path, keys_only=keys_only)]
    return [time for time, _ in frames], [picture for _, picture in frames]


def decoded(path: Path, *, keys_only: bool = False) -> Iterator[Any]:
    with opened(path) as container:
        stream: Any = container.streams.video[0]
        for packet in container.demux(stream):
            if packet.is_keyframe or not packet.size or not keys_only:
                for frame in stream.decode(packet):
                    frame.time_base = stream.time_base
                    yield frame


async def saved(source: Source, target: Path) -> Path:
    """Write a source's bytes to a file."""
    async with source.open() as chunks:
        data = b"".join([chunk async for chunk in chunks])
    await asyncio.to_thread(target.write_bytes, data)
    return target


async def worked(
    path: Path, verb: str, span: tuple[float, float | None] = (0.0, None), **how: Any
) -> tuple[dict[str, Any], Path]:
    """Have a clip worked on, and return what was told and what was made."""
    workshop = Workshop()
    async with workshop.holding(await posted(path)) as job:
        told = await workshop.work(job, verb, lambda _: None, span=span, **how)
        target = path.parent / f"{verb}.{told['mime'].partition('/')[2]}"
        shutil.copy(job.folder / "fitted", target)
    return told, target


async def looked(path: Path) -> Facts:
    workshop = Workshop()
    async with workshop.holding(await posted(path)) as job:
        return await workshop.look(job)


def beeps(path: Path) -> list[float]:
    """Return when it beeps after a silence, on a clock that begins with the pictures."""
    found: list[float] = []
    last = -1.0
    begin = packets(path).begin
    with opened(path) as container:
        for frame in container.decode(audio=0):
            if frame.time is None:  # the last, which some decoders keep back
                continue
            form, full = ("f", 1.0) if "flt" in frame.format.name else ("h", 32768.0)
            samples = array(form, bytes(frame.planes[0]))[: frame.samples]
            for start in range(0, len(samples), 240):
                if max(samples[start : start + 240]) > 0.1 * full:
                    time = frame.time + start / frame.sample_rate - begin
                    if time > last + 0.2:
                        found.append(time)
                    last = time
    return found
