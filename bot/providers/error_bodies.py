"""Read the error out of a provider's response, whatever its shape; its meaning is in `failures`."""

import re
from dataclasses import dataclass
from typing import Any

from bot.providers.untrusted import as_amount, as_list, as_object, as_text, parsed, well_formed

_DETAIL = 300
# How many errors are read that are wrapped in one another.
_DEEPEST = 3


@dataclass(frozen=True, slots=True)
class Error:
    """What a body says of an error; what it does not say is None or empty.

    `status` is the HTTP status it names, `kind` its word for what went wrong (OpenRouter's
    `error_type` or availability code, else a `code` or `type` in words). `host_status` is the
    status of the model's own host, where its error is wrapped inside: a private YouTube video
    arrives as a 502 that wraps a 403. `retryable` and `retry_after`, in seconds, are
    OpenRouter's. `is_page` is set for a page of HTML.
    """

    message: str
    status: int | None = None
    kind: str = ""
    host_status: int | None = None
    flagged: bool = False
    retryable: bool | None = None
    retry_after: float | None = None
    is_page: bool = False


def error_in(body: Any) -> Error | None:
    """Find the error in a parsed body or chunk, whatever its status was; None without one."""
    return _error_in(body, _DEEPEST)


def error_of(body: bytes) -> Error:
    """Read the error out of a response's body, which may be a page of HTML."""
    text = body.decode(errors="replace")
    try:
        return error_in(parsed(text)) or Error(_trimmed(text))
    except ValueError:
        # A proxy's error page says nothing worth quoting but its title.
        is_page = text.lstrip().startswith("<")
        title = text.partition("<title>")[2].partition("</title>")[0]
        return Error(_trimmed(title if is_page else text), is_page=is_page)


def _error_in(body: Any, depth: int) -> Error | None:
    if isinstance(body, list):  # Google wraps an error into a list at times
        body = next(iter(as_list(body)), None)
    fields = as_object(body)
    error = fields.get("error")
    if error is None and (choices := as_list(fields.get("choices"))):
        error = as_object(choices[0]).get("error")
    # Z.ai and SGLang: {"code", "message"}; FastAPI: {"detail"}.
    if error is None and not fields.keys() & {"choices", "data"}:
        message = as_text(fields.get("detail"))
        if "code" in fields or fields.get("success") is False:
            message = message or as_text(fields.get("message"))
        error = {**fields, "message": message} if message else None
    if isinstance(error, str):
        # Lunos: {"success": false, "error": "UNAUTHORIZED", "message": …}
        error = {"code": error, "message": fields.get("message") or error}
    return _read(as_object(error), depth) if error else None


def _read(error: dict[str, Any], depth: int) -> Error:
    metadata = as_object(error.get("metadata"))
    availability = as_object(error.get("availability"))
    inner = _inner(metadata.get("raw"), depth)
    message = str(error.get("message") or "")
    if inner and inner.message and inner.message not in message:
        message = f"{message}: {inner.message}"
    # OpenRouter's `code` is a status, as a number or, in a stream, as a word.
    code, kind = error.get("code"), metadata.get("error_type") or error.get("error_type")
    retryable = availability.get("retryable")
    kinds = map(as_text, (availability.get("code"), kind, code, error.get("type")))
    return Error(
        message=_trimmed(message),
        status=_status(code) or _status(error.get("http_status")),
        kind=next((one for one in kinds if one), "").lower(),
        host_status=None if inner is None else inner.host_status or inner.status,
        flagged=bool(metadata.get("reasons") or metadata.get("flagged_input")),
        retryable=retryable if isinstance(retryable, bool) else None,
        retry_after=as_amount(availability.get("retry_after")),
    )


def _inner(raw: Any, depth: int) -> Error | None:
    """Read the error of the model's host, which OpenRouter hands on as a string."""
    if not raw or not depth:
        return None
    try:
        body = parsed(raw) if isinstance(raw, str) else raw
    except ValueError:
        return Error(_trimmed(str(raw)))
    return _error_in(body, depth - 1)


def _status(code: Any) -> int | None:
    text = str(code)
    return int(text) if re.fullmatch("[45][0-9][0-9]", text) else None


def _trimmed(text: str) -> str:
    text = well_formed(" ".join(text.split()))
    return text if len(text) <= _DETAIL else f"{text[: _DETAIL - 1]}…"
