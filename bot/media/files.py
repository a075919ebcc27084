"""A clip in a file of this machine's."""

from collections.abc import AsyncGenerator, AsyncIterator, Generator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import BinaryIO

from bot.errors import ClipUnreadable
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
        with self._translated(), self._path.open("rb") as file:
            return Look(file.read(HEAD), self._path.stat().st_size)

    async def read(self, offset: int, length: int) -> bytes:
        """Read some bytes of it."""
        with self._translated(), self._path.open("rb") as file:
            file.seek(offset)
            return file.read(length)

    @asynccontextmanager
    async def open(self) -> AsyncGenerator[AsyncIterator[bytes]]:
        """Read it from its first byte."""
        with self._translated():
            file = self._path.open("rb")
        with file:
            yield self._chunks(file)

    async def _chunks(self, file: BinaryIO) -> AsyncIterator[bytes]:
        with self._translated():
            while chunk := file.read(_CHUNK):
                yield chunk

    @contextmanager
    def _translated(self) -> Generator[None]:
        """Turn the file's errors into ours, on the lines that read from it and no others."""
        try:
            yield
        except OSError as error:
            raise ClipUnreadable(self._name, error.strerror or type(error).__name__) from error
