"""Take stills out of a video."""

import math
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any

import av

from bot.media.child.opening import Source, Span, length_of, start_of
from bot.media.child.pictures import Fitter

# How far, in seconds, a picture is looked for behind the key frame before it: from there on, each
# has to be decoded.
_BEHIND = 2.0
_QUALITY = 4  # of 1 to 31, the least of which is the best


def take_stills(source: Source, folder: Path, span: Span, most: int) -> Iterator[dict[str, Any]]:
    """Write stills of a span into a folder; yields how far it is, then its length and all of them.

    Their times are those of the whole clip.
    """
    with source.opened() as (container, stream):
        length, start = length_of(container), start_of(stream)
        end = length if span[1] is None else span[1]
        seconds = None if end is None else max(0.0, end - span[0])
        targets = [span[0] + second for second in _targets(seconds, most)]
        find = _in_turn if end and end <= most else _sought
        fitter, taken = Fitter("yuvj420p"), list[dict[str, Any]]()
        for number, frame in enumerate(find(container, stream, targets, start)):
            path = folder / f"{number:03}.jpg"
            path.write_bytes(_jpeg(fitter.fit(frame)))
            second = max(0.0, frame.time - start)
            taken.append({"second": second, "path": str(path), "size": path.stat().st_size})
            yield {"done": (number + 1) / len(targets)}
    yield {"seconds": seconds, "stills": taken}


def _targets(seconds: float | None, most: int) -> list[float]:
    """Return when to look: once a second, or, in a longer video, `most` times evenly."""
    if not seconds:
        return [float(second) for second in range(most)]
    count = max(1, min(most, math.ceil(seconds)))
    return [seconds * number / count for number in range(count)]


def _in_turn(container: Any, stream: Any, targets: list[float], start: float) -> Iterator[Any]:
    """Yield the first picture at or after each time, by decoding all: a short clip is."""
    waiting = iter(targets)
    target = next(waiting, None)
    for frame in container.decode(stream):
        if target is None:
            return
        if frame.time is not None and frame.time - start >= target:
            yield frame
            target = next((one for one in waiting if one > frame.time - start), None)


def _sought(container: Any, stream: Any, targets: list[float], start: float) -> Iterator[Any]:
    """Yield the picture at each time, or one a little earlier where it is far from a key frame."""
    shown = -math.inf
    for target in targets:
        container.seek(int((start + target) / stream.time_base), stream=stream)
        frame = _near(container.decode(stream), start + target)
        if frame is not None and frame.time > shown:
            shown = frame.time
            yield frame


def _near(frames: Iterator[Any], time: float) -> Any:
    first = last = None
    for frame in frames:
        if frame.time is None:
            continue
        first, last = first or frame, frame
        if frame.time >= min(time, first.time + _BEHIND):
            break
    return last


def _jpeg(picture: Any) -> bytes:
    encoder: Any = av.CodecContext.create("mjpeg", "w")
    encoder.width, encoder.height, encoder.pix_fmt = picture.width, picture.height, "yuvj420p"
    encoder.time_base = picture.time_base = Fraction(1)
    encoder.qmin = encoder.qmax = _QUALITY
    picture.pts = 0
    return b"".join(bytes(packet) for packet in [*encoder.encode(picture), *encoder.encode(None)])
