"""The body of a REST call: JSON, or a form with files."""

import json
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import mkstemp
from typing import Any

from aiohttp import BodyPartReader, web

from .files import File
from .refusals import refusal


@dataclass(frozen=True, slots=True)
class Sent:
    """What a call brought along: its JSON, and its files by their field's name."""

    body: Any = None
    uploads: dict[str, File] = field(default_factory=dict[str, File])


async def read_sent(request: web.Request, folder: Path) -> Sent:
    """Read a call's body, keeping its files in a folder."""
    if request.content_type.startswith("multipart/"):
        return await _read_parts(request, folder)
    return Sent(_parsed(await request.read()))


def _parsed(text: bytes) -> Any:
    try:
        return json.loads(text) if text else None
    except ValueError:
        raise refusal(50109) from None


async def _read_parts(request: web.Request, folder: Path) -> Sent:
    body: Any = None
    uploads: dict[str, File] = {}
    async for part in await request.multipart():
        if not isinstance(part, BodyPartReader) or part.name is None:
            continue
        if part.name == "payload_json":
            body = _parsed(bytes(await part.read()))
        else:
            uploads[part.name] = await _keep(part, folder)
    return Sent({} if body is None else body, uploads)


async def _keep(part: BodyPartReader, folder: Path) -> File:
    descriptor, path = mkstemp(dir=folder)
    with open(descriptor, "wb") as file:  # noqa: ASYNC230, PTH123 - a small file, already open
        while chunk := await part.read_chunk():
            file.write(chunk)
    return File(Path(path), part.filename or "unknown")
