"""Take in a body: clips become files, the rest becomes JSON."""

import hashlib
import json
from binascii import Error as NotBase64
from binascii import a2b_base64
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, assert_never

from .asking import Received, Refused
from .lifting import Begun, Encoded, Ended, Event, Lifter, Plain


@dataclass(frozen=True, slots=True)
class Body:
    """A request's JSON, with a name in place of each data URL, and what those stand for."""

    fields: Any
    clips: Mapping[str, Received]


class Intake:
    """Write each clip of a body into `folder`, under its SHA-256, as the body arrives."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._lifter = Lifter()
        self._json = bytearray()
        self._clips: dict[str, Received] = {}
        self._clip: _Clip | None = None

    def feed(self, chunk: bytes) -> None:
        """Read on; raises Refused for base64 that is none."""
        for event in self._lifter.feed(chunk):
            self._take(event)

    def finish(self) -> Body:
        """Read the JSON; raises Refused when it is none."""
        self._take(self._lifter.finish())
        if self._clip is not None:
            raise Refused(400, "The body ends inside a data URL")
        try:
            return Body(json.loads(self._json), self._clips)
        except ValueError as error:
            raise Refused(400, f"The body is not JSON: {error}") from error

    def _take(self, event: Event) -> None:
        match event:
            case Plain(text):
                self._json += text
            case Begun(mime):
                self._clip = _Clip(mime, self._folder)
            case Encoded(text):
                if self._clip is not None:
                    self._clip.feed(text)
            case Ended():
                if self._clip is not None:
                    self._put_away(self._clip.finish())
                self._clip = None
            case _:
                assert_never(event)

    def _put_away(self, clip: Received) -> None:
        name = f"data:{clip.mime};base64,…({clip.size} bytes, SHA-256 {clip.sha256})"
        self._clips[name] = clip
        self._json += name.encode()


class _Clip:
    def __init__(self, mime: str, folder: Path) -> None:
        self._mime = mime
        self._folder = folder
        self._path = folder / "arriving"
        self._path.write_bytes(b"")
        self._digest = hashlib.sha256()
        self._size = 0
        self._left = b""

    def feed(self, base64: bytes) -> None:
        text = self._left + base64
        whole = len(text) // 4 * 4
        self._left = text[whole:]
        try:
            decoded = a2b_base64(text[:whole], strict_mode=True)
        except NotBase64 as error:
            raise Refused(400, f"A data URL does not hold base64: {error}") from error
        self._size += len(decoded)
        self._digest.update(decoded)
        with self._path.open("ab") as file:
            file.write(decoded)

    def finish(self) -> Received:
        if self._left:
            raise Refused(400, "A data URL does not hold base64: it ends inside a group of four")
        received = Received(self._mime, self._size, self._digest.hexdigest())
        self._path.rename(self._folder / received.sha256)
        return received
