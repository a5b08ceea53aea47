"""Google's error objects: ``{"error": {"code", "message", "status", "details"}}``."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from aquatint_simulator import call as shared
from aquatint_simulator.limits import Excess

_RPC = "type.googleapis.com/google.rpc."
_USUAL_WAIT = "48.939935699"  # seconds
_LIMITS_PAGE = "https://ai.google.dev/gemini-api/docs/rate-limits"


@dataclass(slots=True)
class ApiError(shared.ApiError):
    """`status` is HTTP's, `name` is Google's. Streams wrap the object in an array of one."""

    status: int
    message: str
    name: str = "INVALID_ARGUMENT"
    details: Sequence[Mapping[str, Any]] = ()
    headers: Mapping[str, str] = field(default_factory=dict)

    def content(self, call: shared.Call) -> tuple[bytes, str]:
        error: dict[str, Any] = {"code": self.status, "message": self.message, "status": self.name}
        if self.details:
            error["details"] = self.details
        document = {"error": error}
        wrapped = [document] if call.path.endswith(":streamGenerateContent") else document
        return shared.indented(wrapped), "application/json; charset=UTF-8"


def missing_key() -> ApiError:
    message = (
        "Method doesn't allow unregistered callers (callers without established identity). "
        "Please use API Key or other form of API consumer identity to call this API."
    )
    return ApiError(403, message, "PERMISSION_DENIED")


def bad_key() -> ApiError:
    message = "API key not valid. Please pass a valid API key."
    info = {
        "@type": f"{_RPC}ErrorInfo",
        "reason": "API_KEY_INVALID",
        "domain": "googleapis.com",
        "metadata": {"service": "generativelanguage.googleapis.com"},
    }
    words = {"@type": f"{_RPC}LocalizedMessage", "locale": "en-US", "message": message}
    return ApiError(400, message, details=(info, words))


def too_large() -> ApiError:
    return ApiError(400, "Request payload size exceeds the limit.")


def no_such_url() -> ApiError:
    return ApiError(404, "Requested entity was not found.", "NOT_FOUND")


def no_such_model(model: str, method: str) -> ApiError:
    message = (
        f"models/{model} is not found for API version v1beta, or is not supported for {method}. "
        "Call ListModels to see the list of available models and their supported methods."
    )
    return ApiError(404, message, "NOT_FOUND")


def not_json() -> ApiError:
    return ApiError(400, "Invalid JSON payload received. Unexpected token.")


def unknown(name: str, place: str) -> ApiError:
    where = f" at '{place}'" if place else ""
    message = f'Invalid JSON payload received. Unknown name "{name}"{where}: Cannot find field.'
    violation = {"field": place, "description": message}
    details = {"@type": f"{_RPC}BadRequest", "fieldViolations": [violation]}
    return ApiError(400, message, details=(details,))


def wrong_type(place: str, wanted: str, value: object) -> ApiError:
    message = f"Invalid value at '{place}' ({wanted}), {value!r}"
    violation = {"field": place, "description": message}
    details = {"@type": f"{_RPC}BadRequest", "fieldViolations": [violation]}
    return ApiError(400, message, details=(details,))


def invalid(message: str) -> ApiError:
    return ApiError(400, message)


def bad_image() -> ApiError:
    """A part that is no picture."""
    return invalid("Unable to process input image. Please retry with another image.")


def no_such_file(name: str) -> ApiError:
    """Files of others and files that never were are told alike."""
    message = f"You do not have permission to access the File {name} or it may not exist."
    return ApiError(403, message, "PERMISSION_DENIED")


def out_of_credit() -> ApiError:
    message = (
        "Your prepayment credits are depleted. Please go to AI Studio to manage your project and "
        "billing."
    )
    return ApiError(402, message, "RESOURCE_EXHAUSTED")


def rate_limited(model: str, retry_after: object) -> ApiError:
    """There is no Retry-After header: the time is in the message and in RetryInfo."""
    wait = _USUAL_WAIT if retry_after is None else str(retry_after)
    delay = "48s" if retry_after is None else f"{retry_after}s"
    return _exhausted(model, "Requests", 10, wait, delay)


def beyond(model: str, excess: Excess) -> ApiError:
    """A rate limit that was set."""
    unit = "Images" if excess.unit == "images" else "Requests"
    return _exhausted(model, unit, excess.limit, f"{excess.wait:.9f}", f"{excess.seconds}s")


def _exhausted(model: str, unit: str, limit: int, wait: str, delay: str) -> ApiError:
    metric = f"generate_content_paid_tier_{unit.lower()}"
    violation = {
        "quotaMetric": f"generativelanguage.googleapis.com/{metric}",
        "quotaId": f"Generate{unit}PerMinutePerProjectPerModel",
        "quotaDimensions": {"location": "global", "model": model},
        "quotaValue": str(limit),
    }
    links = [{"description": "Learn more about Gemini API quotas", "url": _LIMITS_PAGE}]
    return ApiError(
        429,
        "You exceeded your current quota, please check your plan and billing details. "
        f"Please retry in {wait}s.",
        "RESOURCE_EXHAUSTED",
        details=(
            {"@type": f"{_RPC}Help", "links": links},
            {"@type": f"{_RPC}QuotaFailure", "violations": [violation]},
            {"@type": f"{_RPC}RetryInfo", "retryDelay": delay},
        ),
    )


def of_status(status: int, model: str) -> ApiError:
    """What Google says with a status, for the fault of that name."""
    internal = "An internal error has occurred. Please retry or report in AI Studio."
    known = {
        400: invalid("Request contains an invalid argument."),
        401: ApiError(401, "Request had invalid authentication credentials.", "UNAUTHENTICATED"),
        402: out_of_credit(),
        403: ApiError(403, "The caller does not have permission", "PERMISSION_DENIED"),
        404: no_such_model(model, "generateContent"),
        429: rate_limited(model, None),
        499: ApiError(499, "The operation was cancelled.", "CANCELLED"),
        503: ApiError(503, "The model is overloaded. Please try again later.", "UNAVAILABLE"),
        504: ApiError(
            504, "Deadline expired before operation could complete.", "DEADLINE_EXCEEDED"
        ),
    }
    return known.get(status, ApiError(status, internal, "INTERNAL"))
