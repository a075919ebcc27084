"""Files, and what becomes of their names and kinds once they are attached."""

import mimetypes
import re
import unicodedata
from dataclasses import dataclass
from enum import IntFlag
from pathlib import Path, PurePath

# Built without the machine's own tables, so that a name means the same everywhere.
_TYPES = mimetypes.MimeTypes()

_PLAIN = re.compile(r"[A-Za-z0-9._-]+")


class AttachmentFlag(IntFlag):
    """The attachment flags that mean something here, by Discord's numbers."""

    SPOILER = 1 << 3


@dataclass(frozen=True, slots=True)
class File:
    """A file on disk to attach; what Discord claims about it may be a lie.

    `seconds` is how long it plays, where Discord tells.
    """

    path: Path
    name: str | None = None
    claimed_type: str | None = None
    claimed_size: int | None = None
    spoiler: bool = False
    seconds: float | None = None


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file on a message; `size` in bytes and `content_type` are claims.

    `title` is the name that it came with, less its suffix, where Discord gave it a plainer one.
    """

    id: int
    name: str
    path: Path
    size: int
    content_type: str | None
    title: str | None = None
    spoiler: bool = False
    seconds: float | None = None

    @classmethod
    def of(cls, identity: int, file: File) -> "Attachment":
        """Attach a file, guessing its type from its name as Discord does."""
        name = file.name or file.path.name
        size = file.path.stat().st_size if file.claimed_size is None else file.claimed_size
        content_type = file.claimed_type or _TYPES.guess_type(name)[0]
        return cls(
            id=identity,
            name=plain(name),
            path=file.path,
            size=size,
            content_type=content_type,
            title=None if _PLAIN.fullmatch(name) else PurePath(name).stem,
            spoiler=file.spoiler,
            seconds=file.seconds,
        )


def plain(name: str) -> str:
    """Return a file's name as Discord shows it in links: plain letters, digits and `._-`.

    Spaces become `_` and what is beyond ASCII goes; a name that was nothing else is lost.
    """
    if _PLAIN.fullmatch(name):
        return name
    ascii_only = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
    stem, dot, suffix = "_".join(ascii_only.split()).rpartition(".")
    parts = [re.sub(r"[^A-Za-z0-9._-]", "", part).strip("._") for part in (stem, suffix)]
    return (parts[0] or "unknown") + dot + parts[1] if dot else parts[1] or "unknown"
