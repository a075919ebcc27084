"""Work on one clip: `python -m bot.media.child`, told as lines of JSON on standard input.

The first line tells the clip and the bounds, each further one a piece of work. Of each it tells on
standard output how far it is, `{"done": 0.43}`, then its result, or `{"failed": …}`.
"""

import json
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from bot.media.child.encoding import encode
from bot.media.child.looking import look
from bot.media.child.opening import NoPictures, Source, TooManyPixels
from bot.media.child.remuxing import remux
from bot.media.child.stills import take_stills

Line = dict[str, Any]

_REASON = 200


def main() -> None:
    """Work until there is no more to do."""
    given: Line = json.loads(sys.stdin.readline())
    _bound(given["memory"], given["cpu"], given["file"])
    source = Source(Path(given["path"]), given["demuxer"], given["pixels"])
    for line in sys.stdin:
        _work(json.loads(line), source)


def _work(told: Line, source: Source) -> None:
    try:
        for line in _done(told, source):
            _tell(line)
    except TooManyPixels as error:
        _tell({"failed": "TooManyPixels", "width": error.width, "height": error.height})
    except NoPictures:
        _tell({"failed": "NoPictures"})
    except Exception as error:  # noqa: BLE001 (libav has its own, and files find the rest)
        number = error.errno if isinstance(error, OSError) else None
        _tell({"failed": type(error).__name__, "reason": str(error)[:_REASON], "errno": number})


def _tell(line: Line) -> None:
    print(json.dumps(line), flush=True)  # noqa: T201 (for its parent)


def _done(told: Line, source: Source) -> Iterator[Line]:
    target = Path(told["target"])
    match told["verb"]:
        case "look":
            yield look(source)
        case "stills":
            yield from take_stills(source, target, told["span"], told["most"])
        case "remux":
            yield from remux(source, target, told["span"], keys_only=told["keys_only"])
        case "encode":
            keys_only: bool = told["keys_only"]
            yield from encode(source, target, told["span"], told["every"], keys_only=keys_only)
        case verb:
            raise ValueError(verb)


def _bound(memory: int, cpu: int, file: int) -> None:
    """Let the system end this process before it takes too much; Windows has no such bounds.

    They are set here, and not by the parent before it starts this: that is not safe among threads.
    """
    try:
        import resource  # noqa: PLC0415
    except ImportError:
        return
    for limit, value in (
        (resource.RLIMIT_AS, memory),
        (resource.RLIMIT_CPU, cpu),
        (resource.RLIMIT_FSIZE, file),
        (resource.RLIMIT_CORE, 0),
    ):
        hard = resource.getrlimit(limit)[1]
        most = value if hard == resource.RLIM_INFINITY else min(value, hard)
        resource.setrlimit(limit, (most, most))
    os.nice(10)


if __name__ == "__main__":
    main()
