"""Every error a caller can meet, with the status it is answered with.

AquatintError
├─ InvalidRequest 400 · PayloadTooLarge 413 · PromptRejected 422 · ImageUnusable 422
├─ Unauthenticated 401 · Forbidden 403 · NotFound 404 (also: not yours)
├─ QuoteExpired 410 · QuoteUsed 409 · IdempotencyInProgress 409 · IdempotencyConflict 422
├─ CallerGone 499 · LimitReached 429 · BudgetExceeded 402 · PriceUnknown 422
├─ ModerationUnavailable 503 · AuthUnavailable 503 · ChatNotConfigured 503
├─ NoProviderAvailable 503        carries every candidate and its reason
└─ ProviderError
   ├─ Unreachable          502 · counts · skips the provider       nothing was sent
   ├─ ProviderFault        502 · counts · skips the provider       5xx
   ├─ CredentialsRejected  502 · counts · skips the provider       401, 403
   ├─ OutOfCredit          502 · opens · skips the provider
   ├─ Throttled            502 · cools down · skips the provider
   ├─ ModelGone            502 · marks the model · skips the model
   ├─ Unsupported          400 · neutral · skips the model
   ├─ BadResponse          502 · counts · next only under the ceiling with this attempt held
   ├─ ContentRefused       422 · neutral · never tried elsewhere
   └─ OutcomeUnknown       504 · counts · stops                    sent, answer lost
"""

from collections.abc import Mapping
from enum import StrEnum
from typing import ClassVar


class BreakerEffect(StrEnum):
    """What a failed attempt means for the provider's circuit breaker."""

    COUNTS = "counts"
    OPENS = "opens"
    COOLS_DOWN = "cools_down"
    MARKS_MODEL = "marks_model"
    NEUTRAL = "neutral"


class Next(StrEnum):
    """Whether another candidate may be tried after a failed attempt, and what it skips."""

    SKIP_PROVIDER = "skip_provider"
    SKIP_MODEL = "skip_model"
    IF_IT_FITS = "if_it_fits"
    STOP = "stop"


class AquatintError(Exception):
    """The root. `details` are extra fields of the answer (camelCase keys)."""

    status: ClassVar[int] = 500
    code: ClassVar[str] = "internal_error"

    def __init__(
        self,
        message: str,
        *,
        details: Mapping[str, object] | None = None,
        retry_after: int | None = None,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.details = dict(details or {})
        self.retry_after = retry_after  # seconds, becomes the header Retry-After


class InvalidRequest(AquatintError):
    status, code = 400, "invalid_request"


class PayloadTooLarge(AquatintError):
    status, code = 413, "payload_too_large"


class PromptRejected(AquatintError):
    status, code = 422, "prompt_rejected"


class ImageUnusable(AquatintError):
    """A kept image whose bytes cannot be decoded."""

    status, code = 422, "image_unusable"


class Unauthenticated(AquatintError):
    status, code = 401, "unauthorized"


class Forbidden(AquatintError):
    status, code = 403, "forbidden"


class NotFound(AquatintError):
    status, code = 404, "not_found"


class QuoteExpired(AquatintError):
    status, code = 410, "quote_expired"


class QuoteUsed(AquatintError):
    status, code = 409, "quote_used"


class IdempotencyInProgress(AquatintError):
    status, code = 409, "idempotency_in_progress"


class CallerGone(AquatintError):
    """Nobody reads this; the status is what proxies write for a client that left."""

    status, code = 499, "caller_gone"


class IdempotencyConflict(AquatintError):
    status, code = 422, "idempotency_conflict"


class LimitReached(AquatintError):
    status, code = 429, "limit_reached"


class BudgetExceeded(AquatintError):
    status, code = 402, "budget_exceeded"


class PriceUnknown(AquatintError):
    status, code = 422, "no_price"


class ModerationUnavailable(AquatintError):
    status, code = 503, "moderation_unavailable"


class AuthUnavailable(AquatintError):
    status, code = 503, "auth_unavailable"


class ChatNotConfigured(AquatintError):
    status, code = 503, "chat_not_configured"


class NoProviderAvailable(AquatintError):
    status, code = 503, "no_provider_available"


class ProviderError(AquatintError):
    """A provider's failure, in our terms; `request_id` is the provider's own."""

    status = 502
    breaker: ClassVar[BreakerEffect] = BreakerEffect.COUNTS
    next: ClassVar[Next] = Next.SKIP_PROVIDER

    def __init__(
        self,
        message: str,
        *,
        request_id: str | None = None,
        cool_down: float | None = None,
        details: Mapping[str, object] | None = None,
    ) -> None:
        super().__init__(message, details=details)
        self.request_id = request_id
        self.cool_down = cool_down  # seconds the provider asked us to wait, if it did


class Unreachable(ProviderError):
    """Nothing was sent: refused, no address, connect time-out, TLS."""

    code = "provider_unreachable"


class ProviderFault(ProviderError):
    """The provider answered 5xx."""

    code = "provider_fault"


class CredentialsRejected(ProviderError):
    code = "credentials_rejected"


class OutOfCredit(ProviderError):
    code = "out_of_credit"
    breaker = BreakerEffect.OPENS


class Throttled(ProviderError):
    code = "rate_limited"
    breaker = BreakerEffect.COOLS_DOWN


class ModelGone(ProviderError):
    code = "model_gone"
    breaker, next = BreakerEffect.MARKS_MODEL, Next.SKIP_MODEL


class Unsupported(ProviderError):
    """The provider says a parameter is wrong or not supported by this model."""

    status, code = 400, "unsupported"
    breaker, next = BreakerEffect.NEUTRAL, Next.SKIP_MODEL


class BadResponse(ProviderError):
    """An answer we cannot use; it may have been billed."""

    code = "bad_response"
    next = Next.IF_IT_FITS


class ContentRefused(ProviderError):
    status, code = 422, "content_refused"
    breaker, next = BreakerEffect.NEUTRAL, Next.STOP


class OutcomeUnknown(ProviderError):
    """The request was sent and the answer lost: it may or may not have been billed."""

    status, code = 504, "outcome_unknown"
    next = Next.STOP
