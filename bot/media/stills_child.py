"""Take stills out of a video: `python -m bot.media.stills_child DEMUXER FILE FOLDER MOST`.

Run as a process of its own, since decoding somebody's file may take any memory and any time, or
crash. It writes pictures into the folder and a line of JSON for each to standard output, after
one that tells the length.
"""

import json
import math
import sys
from collections.abc import Iterator
from fractions import Fraction
from itertools import pairwise
from pathlib import Path
from typing import Any

import av
from av.filter import Graph

_MEMORY = 2 << 30
_CPU = 60
_FILE = 16 << 20
_PIXELS = 8192 * 8192
# Gemini looks at pictures of 768 pixels, and no open model is known to see more in a video.
_SIDE = 768
# How far, in seconds, a picture is looked for behind the key frame before it: from there on, each
# has to be decoded.
_BEHIND = 2.0
_QUALITY = 4  # of 1 to 31, the least of which is the best
_SCALE = (
    f"w='min({_SIDE},iw)':h='min({_SIDE},ih)':force_original_aspect_ratio=decrease:"
    "force_divisible_by=2:out_range=full"
)
_FITTED = (("scale", _SCALE), ("format", "yuvj420p"), ("buffersink",))
# By the angle of the display matrix, which counts against the clock (FFmpeg, "display.h").
_TURNS = {
    90: (("transpose", "cclock"),),
    -90: (("transpose", "clock"),),
    180: (("hflip",), ("vflip",)),
    -180: (("hflip",), ("vflip",)),
}


def main() -> None:
    """Do what the arguments say."""
    demuxer, source, folder, most = sys.argv[1:]
    _bound()
    for fields in _stills(demuxer, source, Path(folder), int(most)):
        print(json.dumps(fields), flush=True)  # noqa: T201 (for its parent)


def _bound() -> None:
    """Let the system end this process before it takes too much; Windows has no such bounds."""
    try:
        import resource  # noqa: PLC0415
    except ImportError:
        return
    for limit, value in (
        (resource.RLIMIT_AS, _MEMORY),
        (resource.RLIMIT_CPU, _CPU),
        (resource.RLIMIT_FSIZE, _FILE),
    ):
        resource.setrlimit(limit, (value, value))


def _stills(demuxer: str, source: str, folder: Path, most: int) -> Iterator[dict[str, Any]]:
    # The format is given, and nothing but files may be opened: a playlist in disguise would
    # have its neighbours read, and addresses fetched.
    options = {"protocol_whitelist": "file"}
    with av.open(source, format=demuxer, options=options) as container:
        stream: Any = container.streams.video[0]
        context = stream.codec_context
        if context.width * context.height > _PIXELS:
            raise ValueError(f"{context.width} x {context.height} pixels")
        seconds = container.duration / av.time_base if container.duration else None
        yield {"seconds": seconds}
        start = float((stream.start_time or 0) * stream.time_base)
        targets = _targets(seconds, most)
        find = _in_turn if seconds and seconds <= most else _sought
        for number, frame in enumerate(find(container, stream, targets, start)):
            path = folder / f"{number:03}.jpg"
            path.write_bytes(_jpeg(frame))
            second = max(0.0, frame.time - start)
            yield {"second": second, "path": str(path), "size": path.stat().st_size}


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


def _jpeg(frame: Any) -> bytes:
    """Encode a picture as JPEG, upright, and no larger than a model looks at it."""
    picture = _upright(frame)
    encoder: Any = av.CodecContext.create("mjpeg", "w")
    encoder.width, encoder.height, encoder.pix_fmt = picture.width, picture.height, "yuvj420p"
    encoder.time_base = picture.time_base = Fraction(1)
    encoder.qmin = encoder.qmax = _QUALITY
    picture.pts = 0
    return b"".join(bytes(packet) for packet in [*encoder.encode(picture), *encoder.encode(None)])


def _upright(frame: Any) -> Any:
    graph: Any = Graph()
    source = graph.add_buffer(
        width=frame.width, height=frame.height, format=frame.format, time_base=frame.time_base
    )
    steps = [graph.add(*step) for step in (*_TURNS.get(frame.rotation, ()), *_FITTED)]
    for one, next_one in pairwise([source, *steps]):
        one.link_to(next_one)
    graph.configure()
    graph.push(frame)
    return graph.pull()


if __name__ == "__main__":
    main()
