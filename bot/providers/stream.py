"""Read the stream of an answer. Bytes in, events out: nothing here does I/O."""

import codecs
import io
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from bot.errors import AnswerCut, AnswerEmpty, AnswerWithheld, ProviderDown
from bot.providers.error_bodies import error_in
from bot.providers.failures import Asked, failure
from bot.providers.untrusted import as_amount, as_count, as_list, as_object, as_text, parsed
from bot.providers.visible import Visible

# Finish reasons that mean a filter, in the words of OpenRouter, of Google, and of Z.ai.
_WITHHELD = {
    "content_filter",
    "safety",
    "recitation",
    "blocklist",
    "prohibited_content",
    "spii",
    "image_safety",
    "sensitive",
    "refusal",
}
# And those that mean the answer broke off: of OpenRouter, of SGLang, of Z.ai.
_BROKEN = {"error", "abort", "network_error"}
_MAX_LINE = 8 << 20
_MAX_GARBLED = 3


@dataclass(frozen=True, slots=True)
class Usage:
    """Tokens as the provider counts them; `cost` in US dollars.

    `cached_tokens`, `video_tokens` and `audio_tokens` are parts of the prompt's; each is None where
    it is not said.
    """

    prompt_tokens: int
    completion_tokens: int
    cost: float | None = None
    cached_tokens: int | None = None
    video_tokens: int | None = None
    audio_tokens: int | None = None

    @property
    def tokens(self) -> int:
        """All of them."""
        return self.prompt_tokens + self.completion_tokens


@dataclass(frozen=True, slots=True)
class Piece:
    """A fragment of the answer."""

    text: str


@dataclass(frozen=True, slots=True)
class Finished:
    """The end of an answer: the model that gave it and why it ended, "" where it is not said.

    `host` is who ran the model for the provider, as in "Google AI Studio".
    """

    model: str
    reason: str
    usage: Usage | None
    host: str = ""


Event = Piece | Finished


class EventDecoder:
    """Decode server-sent events of a chat completion, cut anywhere.

    `feed` it the bytes as they come, then `finish`. Comments, which keep the connection alive,
    are skipped; so is reasoning. The events of one stream are the same however it is cut.

    `is_done` tells that [DONE] has come, after which nothing does, `has_piece` that part of the
    answer was given.
    """

    def __init__(self, asked: Asked) -> None:
        self._asked = asked
        self._provider = asked.provider
        # Lines end in LF, CR or CRLF, and a byte order mark may come first (the standard of
        # server-sent events, "parsing an event stream").
        utf8 = codecs.getincrementaldecoder("utf-8-sig")(errors="replace")
        self._text = io.IncrementalNewlineDecoder(utf8, translate=True)
        self._line = ""
        self._data: list[str] = []
        self._held = 0
        self._garbled = 0
        self.is_done = False
        self._visible = Visible()
        self.has_piece = False
        self._model = ""
        self._host = ""
        self._reason = ""
        self._refusal = ""
        self._usage: Usage | None = None

    @property
    def has_ended(self) -> bool:
        """Tell whether all was said: some servers send no [DONE], and a reason is as good."""
        return self.is_done or bool(self._reason)

    def feed(self, data: bytes) -> Iterator[Piece]:
        """Take the next bytes; what was said before an error is given before it is raised.

        Raises:
            ProviderError: the stream holds an error.
        """
        return self._take_all(self._text.decode(data))

    def feed_whole(self, body: bytes) -> Iterator[Piece]:
        """Take a whole completion, sent as plain JSON though a stream was asked for."""
        try:
            chunk = parsed(body)
        except ValueError as error:
            raise AnswerCut(self._provider, "not JSON") from error
        self.is_done = True
        yield from self._read(chunk)

    def finish(self) -> Iterator[Event]:
        """Take the end of the stream; the last event is Finished.

        Raises:
            AnswerCut, ProviderDown: it ended before the answer did, or before it began.
            AnswerWithheld, AnswerEmpty: there is no answer in it.
        """
        yield from self._take_all(self._text.decode(b"", final=True) + "\n\n")
        yield from self._see(self._visible.finish())
        if self._reason.lower() in _WITHHELD:
            raise AnswerWithheld(self._provider, self._refusal or self._reason)
        if self._reason.lower() in _BROKEN or not self.has_ended:
            cut = self._reason or "the stream ended early"
            raise (AnswerCut if self.has_piece else ProviderDown)(self._provider, cut)
        if not self.has_piece and self._refusal:
            raise AnswerWithheld(self._provider, self._refusal)
        if not self.has_piece:
            raise AnswerEmpty(self._provider, self._reason)
        yield Finished(self._model, self._reason, self._usage, self._host)

    def _take_all(self, text: str) -> Iterator[Piece]:
        *lines, self._line = (self._line + text).split("\n")
        if len(self._line) > _MAX_LINE:
            raise AnswerCut(self._provider, "a line without end")
        for line in lines:
            yield from self._take(line)

    def _take(self, line: str) -> Iterator[Piece]:
        if line.startswith("data:"):
            self._data.append(line[5:].removeprefix(" "))
            self._held += len(line)
            if self._held > _MAX_LINE:
                raise AnswerCut(self._provider, "an event without end")
        if line or not self._data:
            return
        data, self._data, self._held = "\n".join(self._data), [], 0
        if data.strip() == "[DONE]":
            self.is_done = True
        if self.is_done:
            return
        try:
            chunk = parsed(data)
        except ValueError as error:
            self._garbled += 1
            if self._garbled > _MAX_GARBLED:
                raise AnswerCut(self._provider, "not a stream of JSON") from error
            return
        yield from self._read(chunk)

    def _read(self, chunk: Any) -> Iterator[Piece]:
        if error := error_in(chunk):
            raise failure(self._asked, None, error, midway=self.has_piece)
        fields = as_object(chunk)
        # Lunos' documents show completions wrapped in `data`.
        body = fields if "choices" in fields else as_object(fields.get("data")) or fields
        self._model = as_text(body.get("model")) or self._model
        self._host = as_text(body.get("provider")) or as_text(fields.get("provider")) or self._host
        self._usage = _usage(as_object(body.get("usage"))) or self._usage
        # The chunk that holds the usage has no choices.
        for choice in map(as_object, as_list(body.get("choices"))[:1]):
            self._reason = as_text(choice.get("finish_reason")) or self._reason
            # Moonshot puts the usage into the last choice.
            self._usage = _usage(as_object(choice.get("usage"))) or self._usage
            said = as_object(choice.get("delta") or choice.get("message"))
            self._refusal += as_text(said.get("refusal"))
            yield from self._see(self._visible.feed(_text(said.get("content"))))

    def _see(self, text: str) -> Iterator[Piece]:
        self.has_piece = self.has_piece or bool(text.strip())
        if text:
            yield Piece(text)


def _text(content: Any) -> str:
    """Return a content's text; it may be a string, a list of parts, or null."""
    if isinstance(content, str):
        return content
    return "".join(as_text(as_object(part).get("text")) for part in as_list(content))


def _usage(counts: dict[str, Any]) -> Usage | None:
    if not counts:
        return None
    parts = as_object(counts.get("prompt_tokens_details"))
    return Usage(
        prompt_tokens=as_count(counts.get("prompt_tokens")) or 0,
        completion_tokens=as_count(counts.get("completion_tokens")) or 0,
        cost=as_amount(counts.get("cost")),
        cached_tokens=as_count(parts.get("cached_tokens")),
        video_tokens=as_count(parts.get("video_tokens")),
        audio_tokens=as_count(parts.get("audio_tokens")),
    )
