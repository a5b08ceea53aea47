"""Which error an answer becomes."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from aquatint_client import WaitingQuote, errors
from aquatint_client.errors import AquatintError, of_answer


def told(status: int, body: object) -> AquatintError:
    return of_answer(status, body, request_id="req_1", retry_after=3)


@pytest.mark.parametrize(
    ("status", "code", "kind"),
    [
        (400, "invalid_request", errors.InvalidRequest),
        (400, "unsupported", errors.InvalidRequest),
        (401, "unauthorized", errors.Unauthenticated),
        (402, "budget_exceeded", errors.TooDear),
        (403, "forbidden", errors.Forbidden),
        (404, "not_found", errors.NotFound),
        (409, "quote_used", errors.Conflict),
        (409, "cancelled", errors.Cancelled),
        (410, "quote_expired", errors.QuoteExpired),
        (413, "payload_too_large", errors.InvalidRequest),
        (422, "prompt_rejected", errors.Refused),
        (422, "content_refused", errors.Refused),
        (422, "image_unusable", errors.InvalidRequest),
        (422, "idempotency_conflict", errors.Conflict),
        (422, "no_price", errors.Unavailable),
        (429, "limit_reached", errors.LimitReached),
        (500, "internal_error", errors.GatewayFailed),
        (502, "provider_fault", errors.ProviderFailed),
        (503, "no_provider_available", errors.Unavailable),
        (503, "database_busy", errors.Busy),
        (503, "commit_unknown", errors.AnswerLost),
        (504, "outcome_unknown", errors.OutcomeUnknown),
        (418, "of_tomorrow", errors.GatewayFailed),
    ],
)
@pytest.mark.parametrize("field", ["detail", "error"])
def test_by_code_and_status(status: int, code: str, kind: type[AquatintError], field: str) -> None:
    error = told(status, {"code": code, field: "why it is"})
    assert type(error) is kind
    assert (error.code, error.status, error.message) == (code, status, "why it is")
    assert (error.request_id, error.retry_after) == ("req_1", 3)
    assert error.details["code"] == code


@pytest.mark.parametrize("body", [None, [], {}, {"error": {"message": "another API"}}])
@pytest.mark.parametrize(
    ("status", "kind"),
    [(502, errors.AnswerLost), (504, errors.AnswerLost), (500, errors.GatewayFailed)],
)
def test_what_is_not_in_our_words_is_a_proxys(
    body: object, status: int, kind: type[AquatintError]
) -> None:
    assert type(told(status, body)) is kind


WAITS: dict[str, Any] = {
    "id": "q_1",
    "cost": Decimal("0.0937"),
    "maxCost": Decimal("0.0958"),
    "expiresAt": "2026-11-22T12:15:00Z",
    "url": "https://images.example/?quote=q_1",
}


@pytest.mark.parametrize(
    ("status", "code"), [(402, "budget_exceeded"), (403, "forbidden"), (429, "limit_reached")]
)
def test_a_refused_key_is_told_what_its_owner_can_confirm(status: int, code: str) -> None:
    error = told(status, {"code": code, "detail": "not alone", "quote": WAITS})
    assert error.quote == WaitingQuote(
        id="q_1",
        cost=Decimal("0.0937"),
        max_cost=Decimal("0.0958"),
        expires_at=datetime(2026, 11, 22, 12, 15, tzinfo=UTC),
        url="https://images.example/?quote=q_1",
    )


@pytest.mark.parametrize(
    "quote", [None, "q_1", {}, {"id": "q_1"}, {**WAITS, "cost": "?"}, {**WAITS, "expiresAt": "?"}]
)
def test_a_refusal_stays_what_it_is_whatever_quote_comes_with_it(quote: object) -> None:
    error = told(403, {"code": "forbidden", "detail": "not alone", "quote": quote})
    assert (type(error), error.quote) == (errors.Forbidden, None)
