"""A request to a model, and how it is written: JSON with places left for the clips."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, assert_never

from bot.media.kinds import InlineVideo, LinkedVideo, Media, Segment
from bot.providers.dialect import Dialect


@dataclass(frozen=True, slots=True)
class Request:
    """One question to one model. `max_tokens` bounds the answer, thinking included."""

    model: str
    instructions: str
    media: tuple[Media, ...]
    question: str
    max_tokens: int


@dataclass(frozen=True, slots=True)
class _DataUrl:
    """A JSON string that is made of a clip's bytes while they are sent."""

    video: InlineVideo


def encode(request: Request, dialect: Dialect) -> tuple[Segment, ...]:
    """Write the body of a chat completion: bytes, with each clip where its base64 belongs."""
    has_link = any(isinstance(media, LinkedVideo) for media in request.media)
    body = {
        "model": request.model,
        "messages": [
            {"role": "system", "content": request.instructions},
            {"role": "user", "content": _parts(request, dialect)},
        ],
        "max_tokens": request.max_tokens,
        "stream": True,
        # vLLM, SGLang and LiteLLM report usage only when asked; OpenRouter ignores this.
        "stream_options": {"include_usage": True},
        **dialect.body,
        **(dialect.link_body if has_link else {}),
    }
    return tuple(_joined(_write(body)))


def _parts(request: Request, dialect: Dialect) -> list[dict[str, Any]]:
    """Label, video, …, question.

    A message of media alone makes some Gemini models leak scratch text, and a question is
    answered best after its video. What comes first and never changes is cached.
    """
    parts: list[dict[str, Any]] = []
    for number, media in enumerate(request.media, start=1):
        count = f" {number}" if len(request.media) > 1 else ""
        parts.append({"type": "text", "text": f"Video{count}: {media.name}"})
        parts.append({"type": dialect.part_shape, "video_url": {"url": _url(media)}})
    return [*parts, {"type": "text", "text": request.question}]


def _url(media: Media) -> str | _DataUrl:
    match media:
        case LinkedVideo():
            return media.url
        case InlineVideo():
            return _DataUrl(media)
        case _:
            assert_never(media)


def _write(value: object) -> Iterator[Segment]:
    """Write JSON as `json.dumps` does, save that a data URL becomes bytes, clip, bytes."""
    match value:
        case _DataUrl(video):
            yield f'"data:{video.mime};base64,'.encode()
            yield video
            yield b'"'
        case Mapping():
            yield from _write_all("{", value.items(), "}")  # pyright: ignore[reportUnknownArgumentType]
        case list():
            yield from _write_all("[", [(None, item) for item in value], "]")  # pyright: ignore[reportUnknownVariableType]
        case _:
            yield json.dumps(value).encode()


def _write_all(start: str, items: Any, end: str) -> Iterator[Segment]:
    yield start.encode()
    for index, (key, item) in enumerate(items):
        comma = ", " if index else ""
        yield (comma if key is None else f"{comma}{json.dumps(key)}: ").encode()
        yield from _write(item)
    yield end.encode()


def _joined(segments: Iterator[Segment]) -> Iterator[Segment]:
    """Join neighbouring bytes, so that what lies between two clips is one segment."""
    text = bytearray()
    for segment in segments:
        if isinstance(segment, bytes):
            text += segment
        else:
            yield bytes(text)
            yield segment
            text.clear()
    yield bytes(text)
