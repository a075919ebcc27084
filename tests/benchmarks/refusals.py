"""Whether an early refusal is read: `python -m tests.benchmarks.refusals --help` is the client.

The model answers while the clip is still being sent, and closes at once with a reset, as gateways
do that want no more of a body.
"""

import argparse
import asyncio
import json
import logging
import os
import signal
import ssl
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from itertools import cycle, islice

import aiohttp

from bot import assembly
from bot.clips import Upload
from bot.media import relay
from tests.benchmarks.loopback import HOST, body_about
from tests.benchmarks.ways import cdn_of, clip_at
from tests.servers import Peer

_LIMIT = 60
"""Seconds after which the process ends, whatever it is doing."""

# By the status, how much of a body is taken before: none for a wrong key, and what tells that it
# is too long, or that there were too many, may come later.
_TAKEN = {401: 0, 413: 64 << 10, 429: 1 << 20}


@asynccontextmanager
async def refusing(tls: ssl.SSLContext | None = None) -> AsyncGenerator[str]:
    """Refuse with the status that is asked for; the block gets the address."""
    server = await asyncio.start_server(_refuse, HOST, 0, ssl=tls, limit=1 << 20)
    try:
        yield f"{'https' if tls else 'http'}://{HOST}:{server.sockets[0].getsockname()[1]}"
    finally:
        server.close()


async def _refuse(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    peer = Peer(reader, writer)
    try:
        line, _ = await peer.request()
        status = int(line.split()[1].strip("/"))
        await reader.readexactly(_TAKEN[status])
        await peer.respond(_refusal(status), f"{status} Refused", "Content-Type: application/json")
        peer.reset()
    except (ConnectionError, asyncio.IncompleteReadError):
        writer.close()


def _refusal(status: int) -> bytes:
    return json.dumps({"error": {"code": status, "message": "No. " * 100}}).encode()


async def count_read(clip: str, model: str, size: int, runs: int) -> int:
    """Send a clip so many times and count how often status and body came through."""
    read = 0
    relay.keep_freed_memory()
    async with assembly.session() as session:
        body = body_about(size, cdn_of(session, clip).clip(Upload(1, 2, 3, "clip.mp4")))
        for status in islice(cycle(_TAKEN), runs):
            try:
                async with relay.post(session, f"{model}/{status}", {}, body) as response:
                    read += (response.status, await response.read()) == (status, _refusal(status))
            except aiohttp.ClientError:
                continue  # the refusal is lost
    return read


def main() -> None:
    parser = argparse.ArgumentParser(description="Print how many refusals were read, as JSON.")
    parser.add_argument("cdn", help="its address")
    parser.add_argument("model", help="its address")
    parser.add_argument("size", type=int, help="of each clip, in bytes")
    parser.add_argument("runs", type=int, help="how many clips to send, one after the other")
    parser.add_argument("cpu", type=int, help="to stay on")
    args = parser.parse_args()
    signal.alarm(_LIMIT)
    os.sched_setaffinity(0, {args.cpu})
    # Python 3.11 may log that a TLS connection which was reset is lost twice.
    logging.getLogger("asyncio").setLevel(logging.CRITICAL)
    clip = clip_at(args.cdn, args.size)
    print(asyncio.run(count_read(clip, args.model, args.size, args.runs)))


if __name__ == "__main__":
    main()
