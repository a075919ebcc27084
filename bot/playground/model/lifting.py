"""Lift data URLs out of a JSON text that arrives in chunks.

A body may hold a hundred megabytes of base64. Nothing here waits or keeps more than a chunk.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

# A quote inside a JSON string is escaped; this one opens a string.
OPENING = re.compile(rb'(?<!\\)"data:([\w.+/-]*)(?:;[\w=.+-]+)*;base64,')
LONGEST_OPENING = 200


@dataclass(frozen=True, slots=True)
class Plain:
    """JSON between data URLs, their quotes included."""

    text: bytes


@dataclass(frozen=True, slots=True)
class Begun:
    """A data URL begins."""

    mime: str


@dataclass(frozen=True, slots=True)
class Encoded:
    """Some of its base64, cut anywhere."""

    text: bytes


@dataclass(frozen=True, slots=True)
class Ended:
    """The data URL is complete."""


Event = Plain | Begun | Encoded | Ended


class Lifter:
    """Turn chunks of JSON into what lies inside and outside its data URLs."""

    def __init__(self) -> None:
        self._kept = b""
        self._inside = False

    def feed(self, chunk: bytes) -> Iterator[Event]:
        """Read on."""
        rest = self._kept + chunk
        self._kept = b""
        while rest:
            if self._inside:
                text, quote, rest = rest.partition(b'"')
                yield Encoded(text)
                if quote:
                    self._inside = False
                    rest = quote + rest
                    yield Ended()
            elif opening := OPENING.search(rest):
                yield Plain(rest[: opening.start() + 1])
                yield Begun(opening[1].decode())
                self._inside = True
                rest = rest[opening.end() :]
            else:
                cut = _safe_cut(rest)
                yield Plain(rest[:cut])
                self._kept, rest = rest[cut:], b""

    def finish(self) -> Plain:
        """Give what was kept back for lack of more."""
        return Plain(self._kept)


def _safe_cut(text: bytes) -> int:
    """Find where the text may be cut without parting an opening from its beginning."""
    cut = max(0, len(text) - LONGEST_OPENING)
    while cut and text[cut - 1] == ord("\\"):
        cut -= 1
    return cut
