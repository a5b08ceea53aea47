"""Everything that can go wrong, by what the caller can do about it.

AquatintError
├─ InvalidRequest       the request cannot be right as it is
├─ Unauthenticated · Forbidden · NotFound
├─ Conflict             the quote or the key was used for something else
├─ QuoteExpired         ask for a new price
├─ TooDear              above `max_cost`, or a money limit is reached; nothing was bought
├─ LimitReached         too many images; `retry_after` tells when to come back
├─ Refused              the prompt or the picture was refused; asking elsewhere does not help
├─ Cancelled
├─ Unavailable          nobody can do it now
│  └─ Busy              the gateway's database is; nothing was written
├─ ProviderFailed       the provider was asked, and failed
├─ OutcomeUnknown       the provider's answer was lost; the money stays held
├─ GatewayFailed        the gateway broke, or is no Aquatint gateway
├─ GatewayUnreachable   nothing was sent
└─ AnswerLost           sent, and no answer came; confirming the same quote again is safe
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

from aquatint_client import wire

if TYPE_CHECKING:
    from aquatint_client.model import Generation, WaitingQuote


class AquatintError(Exception):
    """The root. `code` is the gateway's word for it, `status` its HTTP status, if it answered.

    `request_id` finds the request in the gateway's log. `generation` is the one that ended so.
    `quote` waits for the key's owner, where the key alone may not buy.
    """

    code = "error"

    def __init__(  # what is known of a failure
        self,
        message: str,
        *,
        code: str | None = None,
        status: int | None = None,
        request_id: str | None = None,
        retry_after: float | None = None,
        details: Mapping[str, Any] | None = None,
        generation: "Generation | None" = None,
        quote: "WaitingQuote | None" = None,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.code = code or self.code
        self.status = status
        self.request_id = request_id
        self.retry_after = retry_after  # seconds
        self.details = dict(details or {})
        self.generation = generation
        self.quote = quote


class InvalidRequest(AquatintError):
    code = "invalid_request"


class Unauthenticated(AquatintError):
    code = "unauthorized"


class Forbidden(AquatintError):
    code = "forbidden"


class NotFound(AquatintError):
    code = "not_found"


class Conflict(AquatintError):
    code = "conflict"


class QuoteExpired(AquatintError):
    code = "quote_expired"


class TooDear(AquatintError):
    code = "budget_exceeded"


class LimitReached(AquatintError):
    code = "limit_reached"


class Refused(AquatintError):
    code = "refused"


class Cancelled(AquatintError):
    code = "cancelled"


class Unavailable(AquatintError):
    code = "unavailable"


class Busy(Unavailable):
    code = "database_busy"


class ProviderFailed(AquatintError):
    code = "provider_failed"


class OutcomeUnknown(AquatintError):
    code = "outcome_unknown"


class GatewayFailed(AquatintError):
    code = "gateway_failed"


class GatewayUnreachable(AquatintError):
    code = "gateway_unreachable"


class AnswerLost(AquatintError):
    code = "answer_lost"


# Where the status alone does not say what to do.
_BY_CODE: Final[Mapping[str, type[AquatintError]]] = {
    "commit_unknown": AnswerLost,
    "not_written": AnswerLost,
    "database_busy": Busy,
    "idempotency_conflict": Conflict,
    "image_unusable": InvalidRequest,
    "no_price": Unavailable,
    "cancelled": Cancelled,
    "unsupported": InvalidRequest,
    "outcome_unknown": OutcomeUnknown,
}
_BY_STATUS: Final[Mapping[int, type[AquatintError]]] = {
    400: InvalidRequest,
    401: Unauthenticated,
    402: TooDear,
    403: Forbidden,
    404: NotFound,
    405: InvalidRequest,
    409: Conflict,
    410: QuoteExpired,
    413: InvalidRequest,
    422: Refused,
    429: LimitReached,
    502: ProviderFailed,
    503: Unavailable,
    504: OutcomeUnknown,
}
_BY_STATE: Final[Mapping[str, type[AquatintError]]] = {
    "refused": Refused,
    "unknown": OutcomeUnknown,
    "cancelled": Cancelled,
}
_NOT_OURS: Final = frozenset({502, 503, 504})  # without our words, a proxy's: the fate is unknown


def of_answer(
    status: int, body: object, *, request_id: str | None, retry_after: float | None
) -> AquatintError:
    """The error that an answer of `status` tells; `body` is None when it was no JSON object."""
    told: dict[str, Any] = body if isinstance(body, dict) else {}
    code, message = told.get("code"), told.get("detail") or told.get("error")
    if not isinstance(code, str):
        broken = AnswerLost if status in _NOT_OURS else GatewayFailed
        return broken(f"The gateway answered {status}", status=status, request_id=request_id)
    kind = _BY_CODE.get(code) or _BY_STATUS.get(status, GatewayFailed)
    return kind(
        str(message or code),
        code=code,
        status=status,
        request_id=request_id,
        retry_after=retry_after,
        details=told,
        quote=wire.waiting_quote(told.get("quote")),
    )


def of_generation(generation: "Generation") -> AquatintError | None:
    """How a generation ended without an image; None for one that has some or goes on."""
    if generation.state == "completed" or not generation.ended:
        return None
    kind = _BY_STATE.get(generation.state) or _BY_CODE.get(generation.code or "", ProviderFailed)
    last = generation.attempts[-1].request_id if generation.attempts else None
    return kind(
        generation.error or generation.message,
        code=generation.code,
        request_id=last,
        generation=generation,
    )
