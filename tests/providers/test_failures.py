import json
from typing import Any

import pytest

from bot.errors import (
    AddressWrong,
    AnswerWithheld,
    ContextExceeded,
    CreditSpent,
    FormatRefused,
    KeyRefused,
    LinkRefused,
    ModelRefused,
    PrivacyUnmet,
    ProviderDown,
    ProviderError,
    RateLimited,
    RegionRefused,
    RequestRefused,
    RequestTooLarge,
)
from bot.providers.error_bodies import error_in, error_of
from bot.providers.failures import Asked, failure

ASKED = Asked("OpenRouter")


def meaning(
    status: int, body: Any, headers: dict[str, str] | None = None, asked: Asked = ASKED
) -> ProviderError:
    text = body if isinstance(body, str) else json.dumps(body)
    return failure(asked, status, error_of(text.encode()), headers=headers)


def envelope(code: int | str, message: str, **metadata: Any) -> dict[str, Any]:
    return {"error": {"code": code, "message": message, "metadata": metadata}}


WRAPPED = json.dumps(
    {"error": {"code": 403, "message": "The caller does not have permission", "status": "x"}}
)


@pytest.mark.parametrize(
    ("status", "body", "kind"),
    [
        (401, envelope(401, "User not found."), KeyRefused),
        (401, {"success": False, "message": "Missing key", "error": "UNAUTHORIZED"}, KeyRefused),
        (402, envelope(402, "Insufficient credits."), CreditSpent),
        (403, envelope(403, "flagged", reasons=["violence"]), AnswerWithheld),
        (403, envelope(403, "not in your region"), RequestRefused),
        (404, envelope(404, "No endpoints found that support input video"), ModelRefused),
        (400, envelope(400, "x/y is not a valid model ID"), ModelRefused),
        (400, envelope(400, "Request payload size exceeds the limit"), RequestTooLarge),
        (413, envelope(413, "Request payload too large"), RequestTooLarge),
        (413, "<html><title>413 Request Entity Too Large</title></html>", RequestTooLarge),
        (422, envelope(422, "no"), RequestRefused),
        (429, envelope(429, "slow down"), RateLimited),
        (500, "", ProviderDown),
        (502, "<html><head><title>502 Bad Gateway</title></head></html>", ProviderDown),
        (502, envelope(502, "Provider returned error", raw=WRAPPED), RequestRefused),
        (502, envelope(502, "Provider returned error", raw="not json"), ProviderDown),
        (503, envelope(503, "no provider"), ProviderDown),
        (200, envelope(400, "Invalid image URL"), RequestRefused),
        (200, {"code": 1210, "message": "Z.ai says no"}, ProviderDown),
        (400, envelope(400, "max_tokens is too large: 9999"), RequestRefused),
        (408, envelope(408, "timed out"), ProviderDown),
        (307, "", AddressWrong),
        (200, "<html><title>Sign in</title></html>", AddressWrong),
        (403, "<html><title>Attention Required! | Cloudflare</title></html>", RequestRefused),
        (400, envelope(400, "API key not valid. Please pass a valid API key."), KeyRefused),
        (404, envelope(404, "No endpoints found matching your data policy"), PrivacyUnmet),
        (200, {"error": {"type": "invalid_request_error", "message": "no"}}, RequestRefused),
        (200, {"success": False, "error": "BAD_REQUEST", "message": "no"}, RequestRefused),
        (200, envelope("x", "no", error_type="permission_denied"), RequestRefused),
        (502, envelope(502, "Provider returned error", raw="status code: 413"), ProviderDown),
        (502, envelope(502, "…", raw=json.dumps([{"error": {"code": 413}}])), RequestTooLarge),
        (400, {"object": "error", "message": "Unsupported video", "code": 400}, FormatRefused),
        (422, {"detail": "field required"}, RequestRefused),
        (400, "Unsupported video: 0.5 fps < 1 fps", FormatRefused),
        (400, {"error": {"code": 200, "message": "odd"}}, RequestRefused),
        (400, envelope(400, "Multimodal data is corrupted"), FormatRefused),
        (400, envelope(400, "This endpoint's maximum context length is 131072"), ContextExceeded),
        (403, envelope(403, "Key limit exceeded (total limit)"), CreditSpent),
        (400, envelope(400, "User location is not supported for the API use."), RegionRefused),
        (500, envelope(500, "video input is not supported - hint: mmproj"), ModelRefused),
        (400, "<html><title>400 Bad Request</title></html>", RequestRefused),
    ],
)
def test_a_refusal_means(status: int, body: Any, kind: type[ProviderError]) -> None:
    assert type(meaning(status, body)) is kind


@pytest.mark.parametrize(
    ("kind", "meant"),
    [
        ("authentication", KeyRefused),
        ("payment_required", CreditSpent),
        ("rate_limit_exceeded", RateLimited),
        ("provider_overloaded", ProviderDown),
        ("context_length_exceeded", ContextExceeded),
        ("payload_too_large", RequestTooLarge),
        ("invalid_image", FormatRefused),
        ("content_policy_violation", AnswerWithheld),
        ("invalid_request", RequestRefused),
        ("unmapped", RequestRefused),
    ],
)
def test_openrouters_word_for_an_error_is_believed_before_its_status(
    kind: str, meant: type[ProviderError]
) -> None:
    assert type(meaning(400, envelope(400, "…", error_type=kind))) is meant


@pytest.mark.parametrize(
    ("availability", "meant"),
    [
        ({"code": "model_not_found"}, ModelRefused),
        ({"code": "region_restricted", "retryable": False}, RegionRefused),
        ({"code": "capacity_exhausted", "retryable": True}, ProviderDown),
        ({"code": "capacity_exhausted", "retryable": False}, RequestRefused),
        ({"code": "privacy_restricted", "retryable": False}, PrivacyUnmet),
        ({"code": "no_endpoints", "retryable": True}, ProviderDown),
        ({"code": "rate_limited", "retryable": False}, RequestRefused),
        ({"code": "something_new", "retryable": True}, ProviderDown),
    ],
)
def test_what_openrouter_says_of_availability_wins(
    availability: dict[str, Any], meant: type[ProviderError]
) -> None:
    error = {"http_status": 404, "message": "…", "availability": availability}
    assert type(meaning(404, {"error": error})) is meant


LINKED = Asked("OpenRouter", linked=True)


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (502, envelope(502, "Provider returned error", raw=WRAPPED)),
        (400, envelope(400, "Missing Content-Length of multimodal url")),
        (200, envelope(400, "Invalid image URL: content_type='text/html; charset=utf-8'")),
    ],
    ids=["private video", "model that reads files", "model that reads pictures"],
)
def test_a_link_that_can_not_be_watched_is_told_from_a_refused_clip(status: int, body: Any) -> None:
    assert type(meaning(status, body, asked=LINKED)) is LinkRefused
    assert type(meaning(status, body)) is RequestRefused


@pytest.mark.parametrize("status", [400, 404])
def test_a_page_of_html_after_a_long_upload_means_too_large(status: int) -> None:
    page = "<html><title>Error</title></html>"
    assert type(meaning(status, page, asked=Asked("x", large=True))) is RequestTooLarge
    assert type(meaning(502, page, asked=Asked("x", large=True))) is ProviderDown


def test_what_the_models_host_said_is_kept() -> None:
    error = meaning(502, envelope(502, "Provider returned error", raw=WRAPPED))
    assert error.detail == "Provider returned error: The caller does not have permission"


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"Retry-After": "7"}, 7.0),
        ({"Retry-After": "0.5"}, 0.5),
        (
            {
                "Retry-After": "Fri, 20 Nov 2026 12:01:00 GMT",
                "Date": "Fri, 20 Nov 2026 12:00:00 GMT",
            },
            60.0,
        ),
        (
            {
                "X-RateLimit-Reset": "1795176012500",
                "Date": "Fri, 20 Nov 2026 12:00:00 GMT",
            },
            12.5,
        ),
        ({"Retry-After": "soon"}, None),
        ({"Retry-After": "-1"}, None),
        ({"Retry-After": "9" * 400}, None),
        ({"Retry-After": "Fri, 20 Nov 2026 12:00:00 +99999999999999"}, None),
        ({"X-RateLimit-Reset": "60", "Date": "Fri, 20 Nov 2026 12:00:00 GMT"}, None),
        ({"X-RateLimit-Reset": "inf", "Date": "Fri, 20 Nov 2026 12:00:00 GMT"}, None),
        ({}, None),
    ],
)
def test_when_to_try_again_is_read(headers: dict[str, str], seconds: float | None) -> None:
    error = meaning(429, envelope(429, "slow down"), headers)
    assert isinstance(error, RateLimited)
    assert error.retry_after == seconds


def test_when_to_try_again_may_stand_in_the_body() -> None:
    error = {"availability": {"code": "rate_limit_exceeded", "retry_after": 9}, "message": "…"}
    limited = meaning(429, {"error": error})
    assert isinstance(limited, RateLimited)
    assert limited.retry_after == 9


NO_ERRORS: list[Any] = [
    None,
    5,
    "text",
    [],
    {},
    {"error": None},
    {"error": {}},
    {"choices": [{"delta": {}}]},
]


def test_errors_wrapped_in_one_another_are_read_to_an_end() -> None:
    body: Any = {"error": {"code": 403, "message": "innermost"}}
    for _ in range(400):
        body = {"error": {"code": 502, "message": "outer", "metadata": {"raw": body}}}
    assert error_in(body) is not None
    assert type(meaning(502, "[" * 5000)) is ProviderDown


def test_half_a_character_in_an_error_can_be_shown() -> None:
    meaning(400, '{"error": {"message": "so \\ud83d"}}').detail.encode()


@pytest.mark.parametrize("body", NO_ERRORS)
def test_a_body_without_an_error_has_none(body: Any) -> None:
    assert error_in(body) is None


def test_a_long_detail_is_trimmed() -> None:
    assert len(meaning(500, "word " * 1000).detail) == 300


def test_a_page_of_html_is_quoted_by_its_title_alone() -> None:
    page = "<html><title>502\n Bad  Gateway</title><body><p>nginx</p></body></html>"
    assert meaning(502, page).detail == "502 Bad Gateway"
