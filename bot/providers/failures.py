"""What a provider's refusal means: told by its body first, then by its status."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from email.utils import parsedate_to_datetime
from http import HTTPStatus

from bot import errors
from bot.errors import ProviderError
from bot.providers.error_bodies import Error

# OpenRouter's `error_type`s and availability codes, and the words that others put in `code` and
# `type`. What is in none of the tables here is told by its status.
_KINDS: Mapping[str, type[ProviderError]] = {
    "authentication": errors.KeyRefused,
    "unauthorized": errors.KeyRefused,
    "invalid_api_key": errors.KeyRefused,
    "payment_required": errors.CreditSpent,
    "insufficient_quota": errors.CreditSpent,
    "rate_limit_exceeded": errors.RateLimited,
    "provider_overloaded": errors.ProviderDown,
    "provider_unavailable": errors.ProviderDown,
    "capacity_exhausted": errors.ProviderDown,
    "temporarily_unavailable": errors.ProviderDown,
    "model_unavailable_upstream": errors.ProviderDown,
    "server": errors.ProviderDown,
    "timeout": errors.ProviderDown,
    "context_length_exceeded": errors.ContextExceeded,
    "token_limit_exceeded": errors.ContextExceeded,
    "payload_too_large": errors.RequestTooLarge,
    "string_too_long": errors.RequestTooLarge,
    "invalid_image": errors.FormatRefused,
    "content_policy_violation": errors.AnswerWithheld,
    "refusal": errors.AnswerWithheld,
    "region_restricted": errors.RegionRefused,
    "model_not_found": errors.ModelRefused,
    "no_endpoints": errors.ModelRefused,
    "model_deprecated": errors.ModelRefused,
    "wrong_endpoint": errors.ModelRefused,
    "free_variant_ended": errors.ModelRefused,
    "privacy_restricted": errors.PrivacyUnmet,
}
# Words for what lasts, where the status says nothing: a good one, or a bad gateway.
_LASTING = {
    "invalid_request",
    "invalid_request_error",
    "bad_request",
    "not_found",
    "permission_denied",
    "forbidden",
    "invalid_prompt",
    "unprocessable",
    "precondition_failed",
    "max_tokens_exceeded",
}

# The words of those who only say it in words: OpenRouter, Google, Alibaba, Xiaomi, vLLM,
# llama.cpp, and proxies.
_WORDS: Mapping[type[ProviderError], tuple[str, ...]] = {
    errors.KeyRefused: (
        "api key not valid",
        "invalid api key",
        "incorrect api key",
        "invalid or missing api key",
    ),
    errors.PrivacyUnmet: ("data policy", "privacy settings"),
    errors.RequestTooLarge: (
        "payload too large",
        "entity too large",
        "request too large",
        "body too large",
        "content too large",
        "file too large",
        "payload size exceeds",
    ),
    errors.ModelRefused: (
        "not a valid model",
        "model not found",
        "no endpoints found",
        "no allowed providers",
        "video input is not supported",
        "does not support video",
        "unknown part type",
        "unsupported content[].type",
    ),
    errors.RegionRefused: ("user location is not supported", "not available in your"),
    errors.CreditSpent: ("key limit exceeded", "insufficient credit", "insufficient balance"),
    errors.ContextExceeded: (
        "context length",
        "context window",
        "token count exceeds",
        "video modality input does not meet the requirements because: the video file is too long",
    ),
    errors.FormatRefused: (
        "multimodal data is corrupted",
        "unsupported mime type",
        "unsupported video",
        "unsupported file",
        "invalid video",
        "failed to decode",
        "failed to load video",
        "video modality input does not meet",
    ),
}

# Said of a YouTube link by what takes it for the address of a file, or may not open it.
_LINK_UNREAD = (
    "content-length of multimodal url",
    "content_type='text/html",
    "unsupported file uri",
    "permission_denied",
    "caller does not have permission",
)
_LINK_FORBIDDEN = {HTTPStatus.FORBIDDEN, HTTPStatus.NOT_FOUND}
_TELLING = 4  # characters of a secret tell nothing
_LONGEST_LIMIT = 7 * 86_400.0  # seconds


@dataclass(frozen=True, slots=True)
class Asked:
    """What is to be known of a request to understand its refusal.

    `provider` is its name for people, `linked` tells whether a link was in it, and `large`
    whether it may have been too long for a proxy that says so in its own way. `secret` is the key,
    which some providers quote, and nobody is to read.
    """

    provider: str
    linked: bool = False
    large: bool = False
    secret: str = field(default="", repr=False)


def failure(
    asked: Asked,
    status: int | None,
    error: Error,
    *,
    headers: Mapping[str, str] | None = None,
    midway: bool = False,
) -> ProviderError:
    """Return what to raise. `midway` means that part of the answer has been given."""
    provider, detail = asked.provider, without(asked.secret, error.message)
    if midway:
        return errors.AnswerCut(provider, detail)
    # An error in a good response is theirs, until they say more.
    is_good = status in (None, HTTPStatus.OK)
    if is_good and error.is_page:
        return errors.AddressWrong(provider, detail)
    status = error.status or (HTTPStatus.BAD_GATEWAY if is_good else status) or 0
    kind = _lasting_or_not(_kind(asked, status, error), error)
    if kind is errors.RateLimited:
        wait = error.retry_after if error.retry_after is not None else _retry_after(headers or {})
        return errors.RateLimited(provider, detail, wait)
    if kind is errors.ProviderDown:
        return errors.ProviderDown(provider, detail, status)
    if kind is errors.RequestRefused:
        return errors.RequestRefused(provider, detail, status)
    return kind(provider, detail)


def without(secret: str, text: str) -> str:
    """Return a text in which a secret, or the beginning of one that was cut off, can't be read."""
    if not secret:
        return text
    text = text.replace(secret, "…")
    for length in range(len(secret) - 1, _TELLING, -1):
        if text.removesuffix("…").endswith(secret[:length]):
            return f"{text.removesuffix('…')[:-length]}…"
    return text


def _kind(asked: Asked, status: int, error: Error) -> type[ProviderError]:
    said = error.message.lower()
    if error.flagged:
        return errors.AnswerWithheld
    told = (kind for kind, all_words in _WORDS.items() if any(words in said for words in all_words))
    kind = next(told, None) or _KINDS.get(error.kind)
    if kind is not None:
        return kind
    if asked.linked and (
        error.host_status in _LINK_FORBIDDEN or any(words in said for words in _LINK_UNREAD)
    ):
        return errors.LinkRefused
    if error.host_status == HTTPStatus.REQUEST_ENTITY_TOO_LARGE:
        return errors.RequestTooLarge
    return _by_status(asked, status, error)


def _lasting_or_not(kind: type[ProviderError], error: Error) -> type[ProviderError]:
    """Correct what passes by its status and is for ever: a 502 that wraps a 403, say.

    What OpenRouter says of that itself has the last word.
    """
    if error.retryable is not None and error.retryable is not kind.passing:
        return errors.ProviderDown if error.retryable else errors.RequestRefused
    is_lasting = _is_permanent(error.host_status) or error.kind in _LASTING
    return errors.RequestRefused if kind is errors.ProviderDown and is_lasting else kind


def _by_status(asked: Asked, status: int, error: Error) -> type[ProviderError]:
    match status:
        case HTTPStatus.UNAUTHORIZED:
            return errors.KeyRefused
        case HTTPStatus.PAYMENT_REQUIRED:
            return errors.CreditSpent
        case HTTPStatus.REQUEST_ENTITY_TOO_LARGE:
            return errors.RequestTooLarge
        case HTTPStatus.TOO_MANY_REQUESTS:
            return errors.RateLimited
        case HTTPStatus.REQUEST_TIMEOUT:
            return errors.ProviderDown
        case _ if status < HTTPStatus.BAD_REQUEST:  # a redirect: not where it answers
            return errors.AddressWrong
        case _ if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
            return errors.ProviderDown
        # Proxies have refused long bodies with a page under these.
        case HTTPStatus.BAD_REQUEST | HTTPStatus.NOT_FOUND if error.is_page and asked.large:
            return errors.RequestTooLarge
        case _:
            return errors.RequestRefused


def _is_permanent(status: int | None) -> bool:
    return status is not None and HTTPStatus.BAD_REQUEST <= status <= HTTPStatus.NOT_FOUND


def _retry_after(headers: Mapping[str, str]) -> float | None:
    """Read `Retry-After` in seconds; a date is taken against the response's own `Date`.

    OpenRouter's own limits say it in `X-RateLimit-Reset` as well, in milliseconds of Unix time;
    what others mean by that header is not.
    """
    try:
        wait = _wait(headers)
    except (ValueError, KeyError, TypeError, OverflowError):
        return None
    return wait if 0 <= wait < _LONGEST_LIMIT else None


def _wait(headers: Mapping[str, str]) -> float:
    value = headers.get("Retry-After", "").strip()
    if re.fullmatch(r"[0-9]{1,9}(\.[0-9]*)?", value):
        return float(value)
    now = parsedate_to_datetime(headers["Date"]).timestamp()
    if value:
        return max(0.0, parsedate_to_datetime(value).timestamp() - now)
    return float(headers["X-RateLimit-Reset"]) / 1000 - now
