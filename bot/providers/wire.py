"""A request to a model, and how it is written: JSON with places left for the clips."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, assert_never, cast

from bot.media.kinds import Inline, InlineVideo, LinkedVideo, Media, Segment, Stills
from bot.providers.dialect import Dialect, Slot
from bot.providers.untrusted import as_object


@dataclass(frozen=True, slots=True)
class Turn:
    """A question that was answered, with the clips that came with it.

    `answer` is what the model wrote, and nothing that was put around it for people.
    """

    media: tuple[Media, ...]
    question: str
    answer: str


@dataclass(frozen=True, slots=True)
class Request:
    """One question to one model, after the turns there were before.

    `max_tokens` bounds the answer, thinking included. `effort` is how hard to think, in
    OpenRouter's words; empty leaves it to the model.
    """

    model: str
    instructions: str
    media: tuple[Media, ...]
    question: str
    max_tokens: int
    earlier: tuple[Turn, ...] = ()
    effort: str = ""

    @property
    def all_media(self) -> tuple[Media, ...]:
        """Return the clips of all turns, the first ones first."""
        return (*(media for turn in self.earlier for media in turn.media), *self.media)


@dataclass(frozen=True, slots=True)
class _Encoded:
    """A JSON string that is made of bytes while they are sent."""

    inline: Inline
    prefixed: bool


def encode(request: Request, dialect: Dialect) -> tuple[Segment, ...]:
    """Write the body of a chat completion: bytes, with each clip where its base64 belongs.

    The messages of a follow-up begin with those of the question before, byte for byte: what is
    the same from the start is what a provider's prompt cache knows again.
    """
    has_link = any(isinstance(media, LinkedVideo) for media in request.all_media)
    thinking = {"reasoning": {"effort": request.effort}} if request.effort else {}
    body: dict[str, Any] = {
        "model": request.model,
        "messages": list(_messages(request, dialect)),
        "max_tokens": request.max_tokens,
        "stream": True,
        # vLLM, SGLang and LiteLLM report usage only when asked; OpenRouter ignores this.
        "stream_options": {"include_usage": True},
        **(thinking if dialect.takes_effort else {}),
    }
    body = merged(merged(body, dialect.link_body if has_link else {}), dialect.body)
    return tuple(_joined(_write(body)))


def merged(base: Mapping[str, Any], patch: Mapping[str, Any]) -> dict[str, Any]:
    """Apply a JSON merge patch (RFC 7396): null takes a field away."""
    result = dict(base)
    for key, value in patch.items():
        if value is None:
            result.pop(key, None)
        elif isinstance(value, Mapping):
            result[key] = merged(as_object(result.get(key)), cast("Mapping[str, Any]", value))
        else:
            result[key] = value
    return result


def _messages(request: Request, dialect: Dialect) -> Iterator[dict[str, Any]]:
    yield {"role": "system", "content": request.instructions}
    seen = 0
    for turn in (*request.earlier, Turn(request.media, request.question, "")):
        parts = list(_parts(turn, dialect, seen))
        yield {"role": "user", "content": parts}
        if turn.answer:
            yield {"role": "assistant", "content": turn.answer}
        seen += len(turn.media)


def _parts(turn: Turn, dialect: Dialect, seen: int) -> Iterator[dict[str, Any]]:
    """Label, video, …, question, after `seen` videos in turns before.

    A message of media alone makes some Gemini models leak scratch text, and a question is
    answered best after its video. What comes first and never changes is cached: so the only
    video of a first turn has no number, whatever comes later.
    """
    numbered = len(turn.media) > 1 or seen > 0
    for number, media in enumerate(turn.media, start=seen + 1):
        count = f" {number}" if numbered else ""
        yield {"type": "text", "text": f"Video{count}: {media.name}"}
        yield from _clip(media, dialect)
    yield {"type": "text", "text": turn.question}


def _clip(media: Media, dialect: Dialect) -> Iterator[dict[str, Any]]:
    template = dialect.shape.part
    match media:
        case LinkedVideo():
            parts = [_filled(template, {Slot.URL: media.url, Slot.BASE64: media.url})]
        case InlineVideo():
            slots = {Slot.URL: _Encoded(media, prefixed=True)}
            parts = [_filled(template, {**slots, Slot.BASE64: _Encoded(media, prefixed=False)})]
        case Stills():
            parts = _stills(media, template)
        case _:
            assert_never(media)
    for part in parts:
        # Of a list of stills and times, only what holds a picture is the clip's part.
        yield part if part["type"] == "text" else merged(part, dialect.part_extra)


def _stills(media: Stills, template: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    pictures = [_Encoded(still.picture, prefixed=True) for still in media.stills]
    if Slot.STILLS in template.values():
        yield _filled(template, {Slot.STILLS: pictures})
        return
    for still, picture in zip(media.stills, pictures, strict=True):
        minutes, seconds = divmod(int(still.second), 60)
        yield {"type": "text", "text": f"[{minutes:02}:{seconds:02}]"}
        yield _filled(template, {Slot.URL: picture})


def _filled(template: Mapping[str, Any], slots: Mapping[Slot, Any]) -> dict[str, Any]:
    return {
        key: slots[value]
        if isinstance(value, Slot)
        else _filled(cast("Mapping[str, Any]", value), slots)
        if isinstance(value, Mapping)
        else value
        for key, value in template.items()
    }


def _write(value: object) -> Iterator[Segment]:
    """Write JSON as `json.dumps` does, save that a clip becomes bytes, clip, bytes."""
    match value:
        case _Encoded(inline, prefixed):
            yield f'"data:{inline.mime};base64,'.encode() if prefixed else b'"'
            yield inline
            yield b'"'
        case Mapping():
            fields = cast("Mapping[str, object]", value)
            yield from _write_all("{", [(f"{json.dumps(k)}: ", v) for k, v in fields.items()], "}")
        case list():
            yield from _write_all("[", [("", item) for item in cast("list[object]", value)], "]")
        case _:
            yield json.dumps(value).encode()


def _write_all(start: str, items: Sequence[tuple[str, object]], end: str) -> Iterator[Segment]:
    yield start.encode()
    for index, (key, item) in enumerate(items):
        yield f"{', ' if index else ''}{key}".encode()
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
