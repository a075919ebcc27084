"""Serve an emulated Discord to another process, and tell it where."""

import argparse
import asyncio
import json
import os
import signal
import sys
import threading

from .emulator import Discord
from .server import serve

FACTS = (
    "api_url",
    "gateway_url",
    "cdn_host",
    "token",
    "control_url",
    "bot_id",
    "guild_id",
    "channel_id",
    "user_id",
)


def announce(discord: Discord) -> None:
    """Print where everything is, on one line."""
    sys.stdout.write(json.dumps({fact: getattr(discord, fact) for fact in FACTS}) + "\n")
    sys.stdout.flush()


def watch_input(loop: asyncio.AbstractEventLoop, stop: asyncio.Event) -> None:
    """Stop once the standard input closes, so as not to outlive the parent."""

    def watch() -> None:
        while os.read(0, 4096):
            pass
        loop.call_soon_threadsafe(stop.set)

    threading.Thread(target=watch, daemon=True).start()


async def run(port: int) -> None:
    """Serve until told to stop."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop.set)
    async with serve(port) as discord:
        announce(discord)
        watch_input(loop, stop)
        await stop.wait()


def main() -> None:
    """Read the command line and serve."""
    parser = argparse.ArgumentParser(description=__doc__, prog="python -m bot.playground.discord")
    parser.add_argument("--port", type=int, default=0, help="0, the default, is any free one")
    asyncio.run(run(parser.parse_args().port))


if __name__ == "__main__":
    main()
