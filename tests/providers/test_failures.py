import json
from typing import Any

import pytest

from bot.errors import (
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
from bot.providers.failures import error_in, error_of, failure


def meaning(status: int, body: Any, headers: dict[str, str] | None = None) -> ProviderError:
    text = body if isinstance(body, str) else json.dumps(body)
    return failure("OpenRouter", status, error_of(text.encode()), headers=headers)


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
        (307, "", ProviderUnreachable),
    ],
)
def test_a_refusal_means(status: int, body: Any, kind: type[ProviderError]) -> None:
    assert type(meaning(status, body)) is kind


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
        ({"Retry-After": "soon"}, None),
        ({}, None),
    ],
)
def test_when_to_try_again_is_read(headers: dict[str, str], seconds: float | None) -> None:
    error = meaning(429, envelope(429, "slow down"), headers)
    assert isinstance(error, RateLimited)
    assert error.retry_after == seconds


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


@pytest.mark.parametrize("body", NO_ERRORS)
def test_a_body_without_an_error_has_none(body: Any) -> None:
    assert error_in(body) is None


def test_a_long_detail_is_trimmed() -> None:
    assert len(meaning(500, "word " * 1000).detail) == 300


def test_a_page_of_html_is_quoted_by_its_title_alone() -> None:
    page = "<html><title>502\n Bad  Gateway</title><body><p>nginx</p></body></html>"
    assert meaning(502, page).detail == "502 Bad Gateway"
