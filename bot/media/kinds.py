"""What a model receives, and what the bytes of a file can turn out to be."""

from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Kind:
    """What a file is by its first bytes.

    `name` goes into a sentence ("It is …"). `demuxer` is what FFmpeg reads such a video with,
    empty for what is none. `mime` is the type that a provider is told, None where no provider
    documents the container.
    """

    name: str
    demuxer: str = ""
    mime: str | None = None

    @property
    def is_video(self) -> bool:
        """Tell whether there are moving pictures in it, or may be."""
        return bool(self.demuxer)


# OpenRouter and Lunos document exactly these four, `video/mov` being the word for QuickTime.
MP4 = Kind("an MP4 video", "mov", mime="video/mp4")
MOV = Kind("a QuickTime video", "mov", mime="video/mov")
WEBM = Kind("a WebM video", "matroska", mime="video/webm")
MPEG = Kind("an MPEG video", "mpeg", mime="video/mpeg")

MATROSKA = Kind("a Matroska video", "matroska")
AVI = Kind("an AVI video", "avi")
FLV = Kind("a Flash video", "flv")
MPEG_TS = Kind("an MPEG transport stream", "mpegts")
WMV = Kind("a Windows Media video", "asf")

GIF = Kind("a GIF", "gif")
PICTURE = Kind("a picture")
SOUND = Kind("a sound file")
PLAYLIST = Kind("a playlist")
WEB_PAGE = Kind("a web page")
PDF = Kind("a PDF")
ARCHIVE = Kind("an archive")
TEXT = Kind("a text file")
EMPTY = Kind("an empty file")
UNKNOWN = Kind("a file of a kind I don't know")


class Source(Protocol):
    """A clip that can be read from its first byte, as often as needed."""

    def open(self) -> AbstractAsyncContextManager[AsyncIterator[bytes]]:
        """Open it; leaving the block closes it. Raise ClipError at the block or a chunk."""
        ...


@dataclass(frozen=True, slots=True)
class Look:
    """The first bytes of a clip, and its whole size in bytes."""

    head: bytes
    size: int


class Original(Source, Protocol):
    """A clip as it was posted, which can be looked into without reading it whole."""

    async def look(self) -> Look:
        """Read its first bytes and its size. Raise ClipError."""
        ...

    async def read(self, offset: int, length: int) -> bytes:
        """Read some bytes of it, fewer at its end or where parts can't be read. Raise ClipError."""
        ...


@dataclass(frozen=True, slots=True)
class Posted:
    """An upload that was looked at, or what is picked out of one; `size` in bytes.

    `seconds` is how long it is said to last by whoever posted it, None where that is not said.
    """

    name: str
    source: Source
    kind: Kind
    head: bytes
    size: int
    seconds: float | None = None


@dataclass(frozen=True, slots=True)
class LinkedVideo:
    """A video that the provider fetches by itself."""

    name: str
    url: str


@dataclass(frozen=True, slots=True)
class Inline:
    """Bytes sent inside the request; `size` is theirs before encoding."""

    name: str
    mime: str
    size: int
    source: Source


@dataclass(frozen=True, slots=True)
class InlineVideo(Inline):
    """A video sent inside the request; it lasts `seconds`, None where its head does not say."""

    seconds: float | None = None


@dataclass(frozen=True, slots=True)
class Still:
    """One picture of a video, from `second` on its clock."""

    second: float
    picture: Inline


@dataclass(frozen=True, slots=True)
class Stills:
    """A video as pictures without sound, for models that see nothing else."""

    name: str
    seconds: float | None
    stills: tuple[Still, ...]

    @property
    def size(self) -> int:
        """Bytes of all pictures, before encoding."""
        return sum(still.picture.size for still in self.stills)


Media = LinkedVideo | InlineVideo | Stills
Segment = bytes | Inline
