"""The JSON that OpenRouter's chat completions answer with."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from .answer import Usage

PROVIDER = "Stand-in"
COMMENT = b": OPENROUTER PROCESSING\n\n"
DONE = b"data: [DONE]\n\n"
EVENTS = "text/event-stream"
JSON = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Reply:
    """What every part of one answer repeats."""

    id: str
    model: str
    created: int
    host: str = PROVIDER

    def piece(self, text: str) -> JSON:
        """Say some text."""
        return self._chunk([_choice({"role": "assistant", "content": text})])

    def finished(self, reason: str = "stop") -> JSON:
        """Say why the text ends."""
        return self._chunk([_choice({"role": "assistant", "content": ""}, reason)])

    def used(self, usage: JSON) -> JSON:
        """Tell the usage, which comes last and without a choice."""
        return {**self._chunk([]), "usage": usage}

    def failed(self, error: JSON) -> JSON:
        """Break off: the status is sent already, so the stream says it."""
        return {**self._chunk([_choice({"content": ""}, "error")]), "error": error}

    def whole(self, text: str, usage: JSON) -> JSON:
        """Give the answer in one."""
        message = {"role": "assistant", "content": text, "refusal": None, "reasoning": None}
        choice = {"index": 0, "message": message, "finish_reason": "stop", "logprobs": None}
        return {**self._chunk([choice]), "object": "chat.completion", "usage": usage}

    def _chunk(self, choices: list[JSON]) -> JSON:
        return {
            "id": self.id,
            "provider": self.host,
            "model": self.model,
            "object": "chat.completion.chunk",
            "created": self.created,
            "choices": choices,
        }


def event(fields: JSON) -> bytes:
    """Write one server-sent event."""
    return b"data: " + json.dumps(fields).encode() + b"\n\n"


def envelope(status: int, message: str) -> JSON:
    """Wrap an error."""
    return {"error": {"code": status, "message": message}}


def usage_fields(usage: Usage, price: float = 0.0) -> JSON:
    """Spell usage as OpenRouter does; `price` is that of a token, in dollars."""
    prompt = usage.words + usage.video
    return {
        "prompt_tokens": prompt,
        "completion_tokens": usage.answer,
        "total_tokens": prompt + usage.answer,
        "cost": price * (prompt + usage.answer),
        "is_byok": False,
        "prompt_tokens_details": {
            "cached_tokens": 0,
            "cache_write_tokens": 0,
            "audio_tokens": 0,
            "video_tokens": usage.video,
        },
        "completion_tokens_details": {"reasoning_tokens": 0},
    }


def catalogue_entry(model: str, inputs: Sequence[str] = ("text", "video")) -> JSON:
    """Describe a model that takes such inputs."""
    return {
        "id": model,
        "canonical_slug": model,
        "name": "Playground stand-in",
        "created": 1_763_596_800,
        "description": "No AI: measures the clips it is sent and says what it found.",
        "context_length": 1_048_576,
        "architecture": {
            "modality": f"{'+'.join(inputs)}->text",
            "input_modalities": list(inputs),
            "output_modalities": ["text"],
            "tokenizer": "Other",
            "instruct_type": None,
        },
        "pricing": {"prompt": "0", "completion": "0", "request": "0", "image": "0"},
        "top_provider": {
            "context_length": 1_048_576,
            "max_completion_tokens": 65_536,
            "is_moderated": False,
        },
        "per_request_limits": None,
        "supported_parameters": ["max_tokens"],
        "default_parameters": {},
    }


def key_fields() -> JSON:
    """Describe a key without limits."""
    return {
        "data": {
            "label": "playground",
            "limit": None,
            "limit_reset": None,
            "limit_remaining": None,
            "usage": 0,
            "is_free_tier": False,
            "is_management_key": False,
            "expires_at": None,
        }
    }


def _choice(delta: JSON, reason: str | None = None) -> JSON:
    return {
        "index": 0,
        "delta": delta,
        "finish_reason": reason,
        "native_finish_reason": reason,
        "logprobs": None,
    }
