"""Serve the stand-in model until told to stop, or until standard input closes."""

import argparse
import asyncio
import json

from ..lifetime import told_to_stop
from .server import serve

PACE = 0.03


async def _run(port: int, key: str | None, model: str | None) -> None:
    stop = told_to_stop()
    async with serve(port, key, model=model, pace=PACE) as served:
        print(json.dumps({"base_url": served.base_url}), flush=True)  # noqa: T201  for its parent
        await stop.wait()


def main() -> None:
    """Read the arguments and serve."""
    parser = argparse.ArgumentParser(prog="python -m bot.playground.model", description=__doc__)
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--key", help="the only API key to accept; without it, none is needed")
    parser.add_argument("--model", help="the only model to answer for; any will do without")
    asked = parser.parse_args()
    asyncio.run(_run(asked.port, asked.key, asked.model))


if __name__ == "__main__":
    main()
