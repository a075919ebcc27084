"""A clip in a file of this machine's."""

from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import BinaryIO

from bot.errors import ClipGone
from bot.media.kinds import Look
from bot.media.probe import HEAD

_CHUNK = 256 << 10


class FileClip:
    """A file as a replayable source of bytes, called `name` in what people read."""

    def __init__(self, path: Path, name: str) -> None:
        self._path = path
        self._name = name

    async def look(self) -> Look:
        """Read the first bytes and the size."""
        with self._opened() as file:
            return Look(file.read(HEAD), self._path.stat().st_size)

    async def read(self, offset: int, length: int) -> bytes:
        """Read some bytes of it."""
        with self._opened() as file:
            file.seek(offset)
            return file.read(length)

    @asynccontextmanager
    async def open(self) -> AsyncGenerator[AsyncIterator[bytes]]:
        """Read it from its first byte."""
        with self._opened() as file:
            yield _chunks(file)

    def _opened(self) -> BinaryIO:
        try:
            return self._path.open("rb")
        except OSError as error:
            raise ClipGone(self._name) from error


async def _chunks(file: BinaryIO) -> AsyncIterator[bytes]:
    while chunk := file.read(_CHUNK):
        yield chunk
