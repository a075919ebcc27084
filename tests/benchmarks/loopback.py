"""The two ends that a clip travels between: a CDN and a model, both on loopback."""

import base64
import json
import random
from collections.abc import AsyncGenerator, Iterable
from contextlib import asynccontextmanager
from pathlib import Path

from aiohttp import web

WARM_UPS = (3000, 300_001)
"""Sizes in bytes of the small clips, whose every byte is checked when they arrive."""

# What a body says beside its clip: a few hundred bytes of JSON.
_JSON = 2000


@asynccontextmanager
async def serving(folder: Path, sizes: Iterable[int]) -> AsyncGenerator[str]:
    """Serve clips of these sizes, and a model that takes them; the block gets the address.

    `/clips/SIZE` is a clip, `/SIZE/chat/completions` a model that was asked about that one.
    """
    small = {size: random.Random(size).randbytes(size) for size in WARM_UPS}  # noqa: S311 (no secret)
    for size, content in small.items():
        (folder / str(size)).write_bytes(content)
    for size in sizes:
        with (folder / str(size)).open("wb") as file:
            file.truncate(size)  # sparse: nothing is written, and nothing read from a disk
    app = web.Application()
    app.router.add_static("/clips", folder)
    app.router.add_post(r"/{size:\d+}/chat/completions", _Model(small).answer)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=1)
    await runner.setup()
    try:
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        host, port = runner.addresses[0]
        yield f"http://{host}:{port}"
    finally:
        await runner.cleanup()


class _Model:
    """Takes a body and answers 200, or 400 where it isn't what it should be."""

    def __init__(self, small: dict[int, bytes]) -> None:
        self._small = small

    async def answer(self, request: web.Request) -> web.Response:
        size = int(request.match_info["size"])
        if size in self._small:
            right = _clip_in(await request.read()) == self._small[size]
        else:
            received = 0
            async for chunk in request.content.iter_any():
                received += len(chunk)
            right = 0 <= received - (size + 2) // 3 * 4 < _JSON
        return web.json_response({"choices": []}, status=200 if right else 400)


def _clip_in(body: bytes) -> bytes:
    content = json.loads(body)["messages"][-1]["content"]
    (url,) = (part["video_url"]["url"] for part in content if part["type"] == "video_url")
    return base64.b64decode(url.removeprefix("data:video/mp4;base64,"), validate=True)
