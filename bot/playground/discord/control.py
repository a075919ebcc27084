"""A small door for another process: to write as a person, and to watch."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

from aiohttp import web

from .calls import Reply
from .changes import (
    Change,
    Changes,
    GatewayReady,
    InteractionAnswered,
    MessageCreated,
    MessageDeleted,
    MessageEdited,
    MessagesDeleted,
    ThreadCreated,
)
from .dealings import Dealings
from .files import File
from .interactions import Interaction
from .payloads import Payloads
from .state import Json, Message
from .wire import json_response

PREFIX = "/playground"


@dataclass(frozen=True, slots=True)
class Control:
    """What a page or another program may do."""

    people: Dealings
    payloads: Payloads
    changes: Changes
    is_ready: Callable[[], bool]

    def add_to(self, router: web.UrlDispatcher) -> None:
        """Open the routes."""
        router.add_post(PREFIX + "/messages", self.say)
        router.add_post(PREFIX + "/presses", self.press)
        router.add_post(PREFIX + "/commands", self.use_command)
        router.add_post(PREFIX + "/message-commands", self.use_on_message)
        router.add_post(PREFIX + "/submissions", self.submit)
        router.add_get(PREFIX + "/changes", self.stream)

    async def say(self, request: web.Request) -> web.Response:
        """Write a message as a person."""
        return await _acted(request, self._say)

    def _say(self, form: Json) -> Json:
        message = self.people.say(
            str(form.get("content") or ""),
            files=[File(Path(path)) for path in form.get("files") or ()],
            channel_id=_optional(form, "channel_id"),
            author_id=_optional(form, "author_id"),
            reply_to=_optional(form, "reply_to"),
        )
        return self.payloads.message(message, sees_all=True)

    async def press(self, request: web.Request) -> web.Response:
        """Press a button as a person."""
        return await _acted(request, self._press)

    def _press(self, form: Json) -> Json:
        interaction = self.people.press(
            int(form["message_id"]),
            str(form["custom_id"]),
            author_id=_optional(form, "author_id"),
        )
        return _opened(interaction)

    async def use_command(self, request: web.Request) -> web.Response:
        """Use a slash command as a person; `files` are paths by the name of their option."""
        return await _acted(request, self._use_command)

    def _use_command(self, form: Json) -> Json:
        files = {name: File(Path(path)) for name, path in _by_name(form, "files").items()}
        interaction = self.people.use_command(
            str(form["name"]),
            channel_id=_optional(form, "channel_id"),
            author_id=_optional(form, "author_id"),
            **_by_name(form, "options"),
            **files,
        )
        return _opened(interaction)

    async def use_on_message(self, request: web.Request) -> web.Response:
        """Use a command on a message as a person."""
        return await _acted(request, self._use_on_message)

    def _use_on_message(self, form: Json) -> Json:
        interaction = self.people.use_on_message(
            str(form["name"]), int(form["message_id"]), author_id=_optional(form, "author_id")
        )
        return _opened(interaction)

    async def submit(self, request: web.Request) -> web.Response:
        """Fill in and send a form as a person; `files` are lists of paths by their input."""
        return await _acted(request, self._submit)

    def _submit(self, form: Json) -> Json:
        files = {
            name: [File(Path(path)) for path in paths]
            for name, paths in _by_name(form, "files").items()
        }
        interaction = self.people.submit(
            int(form["interaction_id"]), _by_name(form, "values"), files=files
        )
        return _opened(interaction)

    async def stream(self, request: web.Request) -> web.StreamResponse:
        """Tell of every change from now on, one line of JSON each."""
        watch = self.changes.watch()
        response = web.StreamResponse()
        response.content_type = "application/x-ndjson"
        await response.prepare(request)
        if self.is_ready():
            await response.write(_line({"kind": "gateway_ready"}))
        async for change in watch:
            for told in self._told(change):
                await response.write(_line(told))
        return response

    def _told(self, change: Change) -> list[Json]:
        match change:
            case MessageCreated(message):
                return [self._of("message_created", message)]
            case MessageEdited(message):
                return [self._of("message_edited", message)]
            case MessageDeleted(message):
                return [self._of("message_deleted", message)]
            case MessagesDeleted(messages):
                return [self._of("message_deleted", one) for one in messages]
            case ThreadCreated(thread):
                return [{"kind": "thread_created", "thread": self.payloads.places.thread(thread)}]
            case InteractionAnswered(interaction):
                modal = interaction.modal
                told = {"id": str(interaction.id), "custom_id": modal and modal["custom_id"]}
                return [{"kind": "interaction_answered", **told, "modal": modal}]
            case GatewayReady():
                return [{"kind": "gateway_ready"}]
            case _:
                return []

    def _of(self, kind: str, message: Message) -> Json:
        return {"kind": kind, "message": self.payloads.message(message, sees_all=True)}


def _opened(interaction: Interaction) -> Json:
    return {"id": str(interaction.id)}


async def _acted(request: web.Request, act: Callable[[Json], Json]) -> web.Response:
    # A foreign web page may post a form here, but not JSON without asking first.
    if request.content_type != "application/json":
        return json_response(Reply(415, {"message": "Send application/json"}))
    try:
        return json_response(Reply(200, act(await request.json())))
    except (ValueError, TypeError, LookupError, OSError) as problem:
        return json_response(Reply(400, {"message": f"{type(problem).__name__}: {problem}"}))


def _optional(form: Json, name: str) -> int | None:
    value: Any = form.get(name)
    return None if value is None else int(value)


def _by_name(form: Json, name: str) -> Json:
    given: Any = form.get(name) or {}
    if not isinstance(given, dict):
        raise TypeError(name)
    return cast("Json", given)


def _line(told: Json) -> bytes:
    return json.dumps(told).encode() + b"\n"
