"""What a provider's refusal means: read from its body first, then from its status."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from typing import Any

from bot.errors import (
    AnswerCut,
    AnswerWithheld,
    CreditSpent,
    KeyRefused,
    ModelRefused,
    ProviderDown,
    ProviderError,
    ProviderUnreachable,
    RateLimited,
    RequestRefused,
    RequestTooLarge,
)
from bot.providers.untrusted import as_list, as_object

_DETAIL = 300
_NO_SUCH_MODEL = ("not a valid model", "model not found", "no endpoints found", "model_not_found")
_TOO_LARGE = (
    "payload too large",
    "entity too large",
    "request too large",
    "body too large",
    "content too large",
    "file too large",
    "payload size exceeds",
)


@dataclass(frozen=True, slots=True)
class Error:
    """What a body says of an error; `status` is None where it names none.

    `permanent` is set where an error of the model's own host is wrapped inside, and that one
    would be the same the next time: a private YouTube video arrives as a 502 that wraps a 403.
    """

    message: str
    status: int | None = None
    permanent: bool = False
    flagged: bool = False


def error_in(body: Any) -> Error | None:
    """Find the error in a parsed body or chunk, whatever its status was; None without one."""
    fields = as_object(body)
    error = fields.get("error")
    if error is None and (choices := as_list(fields.get("choices"))):
        error = as_object(choices[0]).get("error")
    if error is None and fields.keys() <= {"code", "message"}:
        error = fields  # Z.ai
    if isinstance(error, str):  # {"success": false, "error": "UNAUTHORIZED", "message": …}
        error = {"message": fields.get("message") or error}
    return _read(as_object(error)) if error else None


def error_of(body: bytes) -> Error:
    """Read the error out of a response's body, which may be a page of HTML."""
    text = body.decode(errors="replace")
    try:
        return error_in(json.loads(text)) or Error(_trimmed(text))
    except json.JSONDecodeError:
        # A proxy's error page says nothing worth quoting but its title.
        title = text.partition("<title>")[2].partition("</title>")[0]
        return Error(_trimmed(title if "<" in text else text))


def failure(
    provider: str,
    status: int | None,
    error: Error,
    *,
    headers: Mapping[str, str] | None = None,
    midway: bool = False,
) -> ProviderError:
    """Return what to raise. `midway` means that part of the answer has been given."""
    if midway:
        return AnswerCut(provider, error.message)
    if error.flagged:
        return AnswerWithheld(provider, error.message)
    said = error.message.lower()
    if any(words in said for words in _TOO_LARGE):
        return RequestTooLarge(provider, error.message)
    if any(words in said for words in _NO_SUCH_MODEL):
        return ModelRefused(provider, error.message)
    return _by_status(provider, status, error, headers or {})


def _by_status(
    provider: str, status: int | None, error: Error, headers: Mapping[str, str]
) -> ProviderError:
    detail = error.message
    if status in (None, HTTPStatus.OK):
        status = HTTPStatus.BAD_GATEWAY  # an error in a good response: theirs, until they say more
    match error.status or status:
        case HTTPStatus.UNAUTHORIZED:
            return KeyRefused(provider, detail)
        case HTTPStatus.PAYMENT_REQUIRED:
            return CreditSpent(provider, detail)
        case HTTPStatus.REQUEST_ENTITY_TOO_LARGE:
            return RequestTooLarge(provider, detail)
        case HTTPStatus.TOO_MANY_REQUESTS:
            return RateLimited(provider, detail, _retry_after(headers))
        case code if code < HTTPStatus.BAD_REQUEST:  # a redirect: not where it answers
            return ProviderUnreachable(provider, f"HTTP {code}")
        case code if _is_passing(code) and not error.permanent:
            return ProviderDown(provider, detail, int(code))
        case code:
            return RequestRefused(provider, detail, int(code))


def _read(error: dict[str, Any]) -> Error:
    metadata = as_object(error.get("metadata"))
    inner = _inner(metadata.get("raw"))
    # OpenRouter's `code` is a status, as a number or, in a stream, as a word.
    code = str(error.get("code") or error.get("http_status") or "")
    message = str(error.get("message") or "")
    if inner and inner.message and inner.message not in message:
        message = f"{message}: {inner.message}"
    return Error(
        message=_trimmed(message),
        status=int(code) if code.isdigit() and len(code) == len("400") else None,
        permanent=inner is not None and (inner.permanent or _is_permanent(inner.status)),
        flagged=bool(metadata.get("reasons") or metadata.get("flagged_input")),
    )


def _inner(raw: Any) -> Error | None:
    """Read the error of the model's host, which OpenRouter hands on as a string of JSON."""
    try:
        body = json.loads(raw) if isinstance(raw, str) else raw
    except json.JSONDecodeError:
        return None
    return error_in(body)


def _is_passing(status: int) -> bool:
    return status >= HTTPStatus.INTERNAL_SERVER_ERROR or status == HTTPStatus.REQUEST_TIMEOUT


def _is_permanent(status: int | None) -> bool:
    return status is not None and HTTPStatus.BAD_REQUEST <= status <= HTTPStatus.NOT_FOUND


def _retry_after(headers: Mapping[str, str]) -> float | None:
    """Read `Retry-After` as seconds; a date is taken against the response's own `Date`."""
    value = headers.get("Retry-After", "").strip()
    try:
        return max(0.0, float(value))
    except ValueError:
        pass
    try:
        until = parsedate_to_datetime(value)
        return max(0.0, (until - parsedate_to_datetime(headers["Date"])).total_seconds())
    except (ValueError, KeyError, TypeError):
        return None


def _trimmed(text: str) -> str:
    text = " ".join(text.split())
    return text if len(text) <= _DETAIL else f"{text[: _DETAIL - 1]}…"
