"""Together's error objects: ``{"id", "error": {"message", "type", "param", "code"}}``."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from aquatint_simulator import call as shared
from aquatint_simulator.limits import Excess

_KEYS_PAGE = "https://api.together.ai/settings/api-keys"
_NO_JSON = (524,)  # statuses of the network in front, which answers with a page
_SERVER_ERROR = 500


@dataclass(slots=True)
class ApiError(shared.ApiError):
    status: int
    message: str
    type: str = "invalid_request_error"
    param: str | None = None
    code: str | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    extra: Mapping[str, str] = field(default_factory=dict)

    def content(self, call: shared.Call) -> tuple[bytes, str]:
        if self.status in _NO_JSON:
            page = f"<!DOCTYPE html>\n<title>together.ai | {self.status}: A timeout</title>"
            return page.encode(), "text/html"
        error = {"message": self.message, "type": self.type, "param": self.param, "code": self.code}
        document = {"id": call.id, "error": {**error, **self.extra}}
        return shared.indented(document), "application/json"


def bad_key() -> ApiError:
    message = f"Invalid API key provided. You can find your API key at {_KEYS_PAGE}."
    return ApiError(401, message, code="invalid_api_key")


def missing_key() -> ApiError:
    message = f"Missing API key. You can find your API key at {_KEYS_PAGE}."
    return ApiError(401, message, code="missing_api_key")


def too_large() -> ApiError:
    return ApiError(413, "Request body too large.")


def no_such_url(method: str, path: str) -> ApiError:
    return ApiError(404, f"Unable to find {method} {path}.", code="not_found")


def not_serverless(model: str) -> ApiError:
    """A model that Together knows and that does not answer (any more)."""
    message = (
        f"Unable to access non-serverless model {model}. Please visit "
        f"https://api.together.ai/models/{model} to create and start a new dedicated endpoint for "
        "the model."
    )
    return ApiError(400, message, code="model_not_available")


def no_such_model(model: str) -> ApiError:
    message = (
        f"Unable to access model {model}. Please visit https://api.together.ai/models to view the "
        "list of supported models."
    )
    return ApiError(404, message, code="model_not_found")


def not_json() -> ApiError:
    return ApiError(400, "The request body is not a JSON object.")


def invalid(param: str, message: str) -> ApiError:
    return ApiError(400, message, param=param)


def out_of_range(param: str, low: float, high: float) -> ApiError:
    return invalid(param, f"{param} must be between {low:g} and {high:g}")


def bad_image() -> ApiError:
    """An input that is no picture, or cannot be had."""
    message = "Failed to load the input image: it is not a valid image or cannot be downloaded."
    return ApiError(400, message, code="invalid_image")


def refused(stage: str) -> ApiError:
    """The safety system said no to the prompt or to the finished image."""
    message = f"The {stage} was flagged by the safety system. Please try a different prompt."
    return ApiError(422, message, param="prompt", code="content_policy_violation")


def out_of_credit() -> ApiError:
    message = (
        "Credit limit exceeded, please navigate to https://api.together.ai/settings/billing to add "
        "credit or increase your spending limit."
    )
    return ApiError(402, message, "credit_limit", code="insufficient_credit")


def rate_limited(model: str, retry_after: object) -> ApiError:
    """Above the dynamic rate; the time to wait is that of the limit's reset."""
    message = (
        f"You have exceeded the dynamic request rate for {model}. Please slow down and try again."
    )
    wait = {} if retry_after is None else {"x-ratelimit-reset": str(retry_after)}
    return ApiError(
        429,
        message,
        "rate_limit",
        code="rate_limit_exceeded",
        headers=wait | ({"retry-after": str(retry_after)} if retry_after is not None else {}),
        extra={"error_type": "dynamic_request_limited"},
    )


def beyond(model: str, excess: Excess) -> ApiError:
    """A rate limit that was set, with the headers that count it."""
    error = rate_limited(model, excess.seconds)
    counted = {
        "x-ratelimit-limit": str(excess.limit),
        "x-ratelimit-remaining": str(max(0, excess.limit - excess.used)),
    }
    return replace(error, headers={**error.headers, **counted})


def of_status(status: int, model: str) -> ApiError:
    """What Together says with a status, for the fault of that name."""
    overloaded = "The server is overloaded or not ready yet. Please try again later."
    known = {
        400: ApiError(400, "Invalid request."),
        401: bad_key(),
        402: out_of_credit(),
        403: ApiError(403, "Forbidden.", code="forbidden"),
        404: no_such_model(model),
        429: rate_limited(model, None),
        503: ApiError(503, overloaded, "service_unavailable", code="service_unavailable"),
        504: ApiError(504, "The request timed out.", "server_error", code="gateway_timeout"),
    }
    kind = "server_error" if status >= _SERVER_ERROR else "invalid_request_error"
    return known.get(status, ApiError(status, "Internal server error.", kind))
