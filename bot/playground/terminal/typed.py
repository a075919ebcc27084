"""Standard input: its lines, without a thread that would outlive a Ctrl-C, and its echo."""

import asyncio
import os
import stat
import termios
from collections.abc import Generator
from contextlib import contextmanager

CHUNK = 65536
LOCAL_FLAGS = 3  # of what tcgetattr returns


@contextmanager
def typed_lines(descriptor: int) -> Generator[asyncio.StreamReader]:
    """Read from a terminal, a pipe or a file."""
    reader = asyncio.StreamReader()
    if stat.S_ISREG(os.fstat(descriptor).st_mode):  # which no event loop can wait for
        while chunk := os.read(descriptor, CHUNK):
            reader.feed_data(chunk)
        reader.feed_eof()
        yield reader
        return
    loop = asyncio.get_running_loop()

    def read() -> None:
        chunk = os.read(descriptor, CHUNK)
        if chunk:
            reader.feed_data(chunk)
        else:
            loop.remove_reader(descriptor)
            reader.feed_eof()

    loop.add_reader(descriptor, read)
    try:
        yield reader
    finally:
        loop.remove_reader(descriptor)


@contextmanager
def unechoed(descriptor: int) -> Generator[None]:
    """Keep what is typed ahead at a terminal from being written into what is drawn there."""
    if not os.isatty(descriptor):
        yield
        return
    before = termios.tcgetattr(descriptor)
    silent = termios.tcgetattr(descriptor)
    silent[LOCAL_FLAGS] &= ~termios.ECHO
    termios.tcsetattr(descriptor, termios.TCSANOW, silent)
    try:
        yield
    finally:
        termios.tcsetattr(descriptor, termios.TCSANOW, before)
