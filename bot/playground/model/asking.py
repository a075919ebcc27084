"""Read a chat-completions body: which clips came, and what was asked about them."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast

ROLES = ("system", "developer", "user", "assistant")


class Refused(Exception):
    """A request that gets an error for its answer."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(status, message)
        self.status = status
        self.message = message


@dataclass(frozen=True, slots=True)
class Received:
    """A clip that arrived whole, as its sender declared and as it was measured."""

    mime: str
    size: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Attached:
    """A clip in the request, under the text that stood before it."""

    label: str
    clip: Received


@dataclass(frozen=True, slots=True)
class Linked:
    """A clip somewhere else, under the text that stood before it."""

    label: str
    url: str


@dataclass(frozen=True, slots=True)
class Words:
    """A text part."""

    text: str


Part = Words | Attached | Linked


@dataclass(frozen=True, slots=True)
class Asked:
    """A request that makes sense."""

    model: str
    stream: bool
    clips: tuple[Attached | Linked, ...]
    question: str
    earlier: int
    """How many questions and answers the conversation already had."""
    words: int
    """How many words of text came in all."""


def read_request(body: Any, clips: Mapping[str, Received], only_model: str | None) -> Asked:
    """Make sense of a body whose data URLs were exchanged for the keys of `clips`.

    Raises Refused with a sentence about the first thing that is wrong.
    """
    fields = _object(body, "the body")
    model = fields.get("model")
    if not isinstance(model, str) or not model:
        raise Refused(400, "No models provided")
    if only_model is not None and model != only_model:
        raise Refused(404, f"No endpoints found for {model}.")
    stream = fields.get("stream", False)
    if not isinstance(stream, bool):
        raise Refused(400, "stream: Expected boolean")
    messages = list(_messages(fields.get("messages"), clips))
    return _asked(model, messages, stream=stream)


def _asked(model: str, messages: Sequence[tuple[str, list[Part]]], *, stream: bool) -> Asked:
    parts = [part for _, parts in messages for part in parts]
    users = [parts for role, parts in messages if role == "user"]
    if not users:
        raise Refused(400, "messages: Expected a message of a user")
    return Asked(
        model=model,
        stream=stream,
        clips=tuple(part for part in parts if not isinstance(part, Words)),
        question=_question(users[-1]),
        earlier=sum(role in ("user", "assistant") for role, _ in messages) - 1,
        words=sum(len(part.text.split()) for part in parts if isinstance(part, Words)),
    )


def _question(parts: Sequence[Part]) -> str:
    """Take the words that are no clip's label, or the labels when there are no other words."""
    labels = {part.label for part in parts if not isinstance(part, Words)}
    words = [part.text for part in parts if isinstance(part, Words)]
    return "\n".join([text for text in words if text not in labels] or words)


def _messages(messages: Any, clips: Mapping[str, Received]) -> Iterator[tuple[str, list[Part]]]:
    if not isinstance(messages, list) or not messages:
        raise Refused(400, "messages: Expected a list of at least one message")
    for number, message in enumerate(cast("list[Any]", messages)):
        where = f"messages.{number}"
        fields = _object(message, where)
        role = fields.get("role")
        if role not in ROLES:
            raise Refused(400, f"{where}.role: Expected one of {', '.join(ROLES)}")
        yield role, list(_parts(fields.get("content"), f"{where}.content", clips))


def _parts(content: Any, where: str, clips: Mapping[str, Received]) -> Iterator[Part]:
    if isinstance(content, str):
        yield Words(content)
        return
    if not isinstance(content, list) or not content:
        raise Refused(400, f"{where}: Expected text or a list of at least one part")
    label = ""
    for number, item in enumerate(cast("list[Any]", content)):
        part = _part(item, f"{where}.{number}", label, clips)
        label = part.text if isinstance(part, Words) else ""
        yield part


def _part(item: Any, where: str, label: str, clips: Mapping[str, Received]) -> Part:
    fields = _object(item, where)
    match fields.get("type"):
        case "text":
            if not isinstance(text := fields.get("text"), str):
                raise Refused(400, f"{where}.text: Expected a string")
            return Words(text)
        # OpenRouter still takes its older name, with the newer one inside.
        case "video_url" | "input_video":
            url = _object(fields.get("video_url"), f"{where}.video_url").get("url")
            return _clip(url, f"{where}.video_url.url", label, clips)
        case "image_url":
            url = _object(fields.get("image_url"), f"{where}.image_url").get("url")
            return _clip(url, f"{where}.image_url.url", label, clips)
        case unknown:
            raise Refused(400, f"{where}.type: {unknown!r} is no part this endpoint takes")


def _clip(url: Any, where: str, label: str, clips: Mapping[str, Received]) -> Attached | Linked:
    if not isinstance(url, str):
        raise Refused(400, f"{where}: Expected a string")
    if url in clips:
        return Attached(label, clips[url])
    if url.startswith(("https://", "http://")):
        return Linked(label, url)
    raise Refused(400, f"{where}: Expected a web address or a base64 data URL")


def _object(value: Any, where: str) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise Refused(400, f"{where}: Expected an object")
    return cast("dict[str, Any]", value)
