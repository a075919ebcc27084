"""Serve an emulated Discord to another process, and tell it where."""

import argparse
import asyncio
import json
import sys

from ..lifetime import told_to_stop
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


async def run(port: int) -> None:
    """Serve until told to stop."""
    stop = told_to_stop()
    async with serve(port) as discord:
        announce(discord)
        await stop.wait()


def main() -> None:
    """Read the command line and serve."""
    parser = argparse.ArgumentParser(description=__doc__, prog="python -m bot.playground.discord")
    parser.add_argument("--port", type=int, default=0, help="0, the default, is any free one")
    asyncio.run(run(parser.parse_args().port))


if __name__ == "__main__":
    main()
