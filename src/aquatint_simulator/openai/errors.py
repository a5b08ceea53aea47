"""OpenAI's error objects, word for word where a recording exists."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from aquatint_simulator import call as shared
from aquatint_simulator.limits import Excess

_KEYS_PAGE = "https://platform.openai.com/account/api-keys"
_SHOWN_START, _SHOWN_END = 8, 4  # how much of a bad key the error repeats
_SERVER_ERROR = 500


@dataclass(slots=True)
class ApiError(shared.ApiError):
    """An error answer: ``{"error": {"message", "type", "param", "code", ...}}``, indented."""

    status: int
    message: str
    type: str = "invalid_request_error"
    param: str | None = None
    code: str | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    extra: Mapping[str, Any] = field(default_factory=dict)

    def body(self) -> dict[str, Any]:
        error = {"message": self.message, "type": self.type, "param": self.param, "code": self.code}
        return {"error": {**error, **self.extra}}

    def content(self, _call: shared.Call) -> tuple[bytes, str]:
        return shared.indented(self.body()), "application/json"


def missing_key() -> ApiError:
    message = (
        "You didn't provide an API key. You need to provide your API key in an Authorization "
        "header using Bearer auth (i.e. Authorization: Bearer YOUR_KEY). You can obtain an API "
        f"key from {_KEYS_PAGE}."
    )
    return ApiError(401, message, headers={"WWW-Authenticate": 'Bearer realm="OpenAI API"'})


def bad_key(key: str) -> ApiError:
    hidden = len(key) - _SHOWN_START - _SHOWN_END
    stars = "*" * (hidden if hidden > 0 else len(key))
    shown = f"{key[:_SHOWN_START]}{stars}{key[-_SHOWN_END:]}" if hidden > 0 else stars
    return ApiError(
        401,
        f"Incorrect API key provided: {shown}. You can find your API key at {_KEYS_PAGE}.",
        code="invalid_api_key",
        headers={"WWW-Authenticate": 'Bearer realm="OpenAI API"'},
    )


def no_such_url(method: str, path: str) -> ApiError:
    return ApiError(404, f"Invalid URL ({method} {path})")


def no_such_method(method: str, path: str) -> ApiError:
    return ApiError(405, f"Not allowed to {method} on {path}.", code="method_not_supported")


def no_such_model(model: str) -> ApiError:
    message = f"The model `{model}` does not exist or you do not have access to it."
    return ApiError(404, message, code="model_not_found")


def not_json() -> ApiError:
    return ApiError(400, "We could not parse the JSON body of your request. It must be an object.")


def too_large() -> ApiError:
    return ApiError(413, "The request body is too large.")


def missing(param: str) -> ApiError:
    message = f"Missing required parameter: '{param}'."
    return ApiError(400, message, param=param, code="missing_required_parameter")


def unknown(param: str) -> ApiError:
    return ApiError(400, f"Unknown parameter: '{param}'.", param=param, code="unknown_parameter")


def unsupported(param: str, why: str) -> ApiError:
    message = f"Unsupported parameter: '{param}' {why}"
    return ApiError(400, message, param=param, code="unsupported_parameter")


def invalid(param: str, message: str) -> ApiError:
    return ApiError(400, message, param=param, code="invalid_value")


def wrong_type(param: str, wanted: str, value: object) -> ApiError:
    message = f"Invalid type for '{param}': expected {wanted}, but got {_kind(value)} instead."
    return ApiError(400, message, param=param, code="invalid_type")


def not_among(param: str, value: str, allowed: tuple[str, ...]) -> ApiError:
    *others, last = (f"'{name}'" for name in allowed)
    if not others:
        words = f"Supported value is: {last}"
    else:
        comma = "," if others[1:] else ""
        words = f"Supported values are: {', '.join(others)}{comma} and {last}"
    return invalid(param, f"Invalid value: '{value}'. {words}.")


def bad_image(param: str) -> ApiError:
    """A file that is no picture."""
    return ApiError(
        400,
        "Invalid image data.",
        "image_generation_user_error",
        param=param,
        code="invalid_image_file",
    )


def unsupported_file(param: str, media: str) -> ApiError:
    message = (
        f"Invalid file '{param}': unsupported mimetype ('{media}'). Supported file formats are "
        "'image/jpeg', 'image/png', and 'image/webp'."
    )
    return ApiError(400, message, param=param, code="unsupported_file_mimetype")


def not_downloaded() -> ApiError:
    message = "Error while downloading file. Upstream status code: 404."
    return ApiError(400, message, param="url", code="invalid_value")


def no_such_file(id_: str) -> ApiError:
    return ApiError(404, f"No such File object: {id_}", param="id")


def out_of_range(param: str, low: int, high: int, value: int) -> ApiError:
    above = value > high
    side, sign, bound = ("above maximum", "<=", high) if above else ("below minimum", ">=", low)
    return ApiError(
        400,
        f"Invalid '{param}': integer {side} value. Expected a value {sign} {bound}, "
        f"but got {value} instead.",
        param=param,
        code="integer_above_max_value" if above else "integer_below_min_value",
    )


def refused(
    request_id: str,
    stage: str,
    categories: tuple[str, ...],
    *,
    dall_e: bool,
    usage: Mapping[str, Any] | None = None,
) -> ApiError:
    """The safety system said no; `stage` is input or output. `usage` is told after the work.

    That last part is ours: no recorded refusal says what it cost.
    """
    if dall_e:
        message = (
            "Your request was rejected as a result of our safety system. Your prompt may contain "
            "text that is not allowed by our safety system."
        )
        told = {"moderation_details": {"moderation_stage": stage}} if stage == "output" else {}
        return ApiError(400, message, code="content_policy_violation", extra=told)
    message = (
        "Your request was rejected by the safety system. If you believe this is an error, contact "
        f"us at help.openai.com and include the request ID {request_id}. "
        f"safety_violations=[{', '.join(categories)}]."
    )
    details = {"moderation_stage": stage, "categories": list(categories)}
    return ApiError(
        400,
        message,
        "image_generation_user_error",
        code="moderation_blocked",
        extra={"moderation_details": details, **({"usage": usage} if usage else {})},
    )


def out_of_credit() -> ApiError:
    message = (
        "You exceeded your current quota, please check your plan and billing details. "
        "Your prepaid credit balance is exhausted."
    )
    return ApiError(429, message, "insufficient_quota", code="credit_balance_exhausted")


def rate_limited(model: str, retry_after: object) -> ApiError:
    hint = f" Please try again in {retry_after}s." if isinstance(retry_after, int | float) else ""
    return ApiError(
        429,
        f"Rate limit reached for {model} on images per min: Limit 5, Used 5, Requested 1.{hint}",
        "requests",
        code="rate_limit_exceeded",
        headers={} if retry_after is None else {"retry-after": str(retry_after)},
    )


def beyond(model: str, excess: Excess) -> ApiError:
    """A rate limit that was set, with the headers of a recorded 429; the wait is told thrice."""
    unit = "images" if excess.unit == "images" else "requests"
    family = "input-images" if excess.unit == "images" else "requests"
    return ApiError(
        429,
        f"Rate limit reached for {model} in organization aquatint-simulator on {unit} per min: "
        f"Limit {excess.limit}, Used {excess.used}, Requested {excess.asked}. "
        f"Please try again in {excess.wait:.3f}s.",
        unit,
        code="rate_limit_exceeded",
        headers={
            "retry-after": str(excess.seconds),
            "retry-after-ms": str(math.ceil(excess.wait * 1000)),
            f"x-ratelimit-limit-{family}": str(excess.limit),
            f"x-ratelimit-remaining-{family}": str(max(0, excess.limit - excess.used)),
            f"x-ratelimit-reset-{family}": f"{excess.wait:.3f}s",
        },
    )


def of_status(status: int, request_id: str, model: str) -> ApiError:
    """What OpenAI says with a status, for the fault of that name."""
    sorry = (
        "The server had an error while processing your request. Sorry about that! Please contact "
        f"us through help.openai.com if the error persists (include the request ID {request_id})."
    )
    known = {
        400: ApiError(400, "Invalid request.", code="invalid_value"),
        401: bad_key(""),
        403: ApiError(
            403,
            f"Your organization must be verified to use the model `{model}`. "
            "Please go to the organization settings and click on Verify Organization.",
        ),
        404: no_such_model(model),
        429: rate_limited(model, None),
        503: ApiError(
            503,
            "The engine is currently overloaded, please try again later.",
            "service_unavailable_error",
            code="server_is_overloaded",
        ),
    }
    other = (
        ApiError(status, sorry, "server_error")
        if status >= _SERVER_ERROR
        else ApiError(status, sorry)
    )
    return known.get(status, other)


def _kind(value: object) -> str:
    kinds = {
        bool: "a boolean",
        int: "an integer",
        float: "a decimal number",
        str: "a string",
        list: "an array",
        dict: "an object",
    }
    return kinds.get(type(value), "null")
