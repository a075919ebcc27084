"""How long a server of the playground runs."""

import asyncio
import os
import signal
import stat
import sys
import threading


def told_to_stop() -> asyncio.Event:
    """Return an event that is set by SIGTERM or SIGINT, or when a piped standard input closes.

    A parent that dies closes its pipe, so nothing is left running behind it. Call it before
    telling anybody that the server listens: a signal could come at once.
    """
    loop, stop = asyncio.get_running_loop(), asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)

    def read_to_the_end() -> None:
        while os.read(sys.stdin.fileno(), 4096):
            pass
        loop.call_soon_threadsafe(stop.set)

    mode = os.fstat(sys.stdin.fileno()).st_mode
    if stat.S_ISFIFO(mode) or stat.S_ISSOCK(mode):
        threading.Thread(target=read_to_the_end, daemon=True).start()
    return stop
