"""Do one piece of work, told as JSON on standard input; tell of it as lines of JSON.

The last line is the result; those before it tell how far it is, from 0 to 1.
"""

import json
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from bot.media.child.encoding import encode
from bot.media.child.looking import look
from bot.media.child.opening import Source, TooManyPixels
from bot.media.child.remuxing import remux
from bot.media.child.stills import take_stills

Line = dict[str, Any]

_REASON = 200


def main() -> None:
    """Read what to do, and do it within bounds."""
    work: Line = json.load(sys.stdin)
    _bound(work["memory"], work["cpu"], work["file"])
    source = Source(Path(work["path"]), work["demuxer"], work["pixels"])
    try:
        for line in _done(work, source):
            _tell(line)
    except TooManyPixels as error:
        _tell({"failed": "TooManyPixels", "width": error.width, "height": error.height})
    except Exception as error:  # noqa: BLE001 (libav has its own, and files find the rest)
        number = error.errno if isinstance(error, OSError) else None
        _tell({"failed": type(error).__name__, "reason": str(error)[:_REASON], "errno": number})


def _tell(line: Line) -> None:
    print(json.dumps(line), flush=True)  # noqa: T201 (for its parent)


def _done(work: Line, source: Source) -> Iterator[Line]:
    target = Path(work["target"])
    match work["verb"]:
        case "look":
            yield look(source)
        case "stills":
            yield from take_stills(source, target, work["most"])
        case "remux":
            yield from remux(source, target, work["span"], keys_only=work["keys_only"])
        case "encode":
            yield from encode(source, target, work["span"], work["every"], work["keys_only"])
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
        resource.setrlimit(limit, (value, value))
    os.nice(10)


if __name__ == "__main__":
    main()
