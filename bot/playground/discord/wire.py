"""Answers on the wire: Discord's exact headers, and connections that break."""

import json
import socket
import struct
from collections.abc import Mapping
from dataclasses import replace

from aiohttp import web

from .calls import Reply, too_many
from .faults import Answer
from .refusals import words_of

# A client tells Discord's own rate limit from Cloudflare's by the presence of `Via`.
VIA = {"Via": "1.1 google"}


def json_response(reply: Reply, headers: Mapping[str, str] | None = None) -> web.Response:
    """Answer in JSON.

    The content type goes without a charset: discord.py compares it whole.
    """
    merged = {**VIA, **(headers or {}), **reply.headers}
    if reply.body is None:
        return web.Response(status=reply.status, headers=merged)
    merged["Content-Type"] = "application/json"
    return web.Response(status=reply.status, body=json.dumps(reply.body).encode(), headers=merged)


def broken(answer: Answer) -> web.Response:
    """Answer as a Discord in trouble does."""
    if answer.html:
        page = f"<html><head><title>{answer.status}</title></head><body></body></html>"
        return web.Response(status=answer.status, text=page, content_type="text/html", headers=VIA)
    if answer.retry_after is not None:
        return json_response(replace(too_many(answer.retry_after), status=answer.status))
    words = answer.message or words_of(answer.code) or f"{answer.status}: Out of order"
    body = {"message": words, "code": answer.code}
    return json_response(Reply(answer.status, body))


def sever(request: web.Request) -> web.Response:
    """Reset the connection under a request; the response returned reaches nobody."""
    transport = request.transport
    if transport is not None:
        # No linger: the kernel drops what is unsent and sends RST in place of FIN.
        wire: socket.socket = transport.get_extra_info("socket")
        wire.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        transport.abort()
    return web.Response()
