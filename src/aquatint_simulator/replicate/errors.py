"""Replicate's errors: problem documents with a `detail`, and often a `title`."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from aquatint_simulator import call as shared

_BILLING_PAGE = "https://replicate.com/account/billing#billing"
_USUAL_WAIT = 30  # seconds


@dataclass(slots=True)
class ApiError(shared.ApiError):
    """``{"title", "detail", "status"}``; without a title where Replicate sends none."""

    status: int
    detail: str
    title: str | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    invalid_fields: Sequence[Mapping[str, str]] = ()

    def content(self, _call: shared.Call) -> tuple[bytes, str]:
        title = {"title": self.title} if self.title else {}
        fields = {"invalid_fields": self.invalid_fields} if self.invalid_fields else {}
        document = {**title, "detail": self.detail, "status": self.status, **fields}
        return shared.compact(document), "application/problem+json"


def bad_key() -> ApiError:
    detail = "You did not pass a valid authentication token"
    return ApiError(401, detail, "Unauthenticated")


def too_large() -> ApiError:
    return ApiError(413, "The request body is too large.", "Payload too large")


def not_found() -> ApiError:
    return ApiError(404, "The requested resource could not be found.")


def no_such_version() -> ApiError:
    detail = (
        "The specified version does not exist (or perhaps you don't have permission to use it?)"
    )
    return ApiError(422, detail, "Invalid version or not permitted")


def not_json() -> ApiError:
    return ApiError(400, "The request body is not a JSON object.", "Bad request")


def bad_request(name: str, problem: str) -> ApiError:
    """Something beside the input is wrong."""
    return ApiError(422, f"- {name}: {problem}", "Validation failed")


def bad_input(name: str, problem: str) -> ApiError:
    place = f"input.{name}" if name else "input"
    return ApiError(
        422,
        f"- {place}: {problem}\n",
        "Input validation failed",
        invalid_fields=({"field": place, "type": "invalid", "description": problem},),
    )


def out_of_credit() -> ApiError:
    detail = (
        f"You have insufficient credit to run this model. Go to {_BILLING_PAGE} to purchase credit."
    )
    return ApiError(402, detail, "Insufficient credit")


def throttled(retry_after: object) -> ApiError:
    """The time to wait is in the text, and in the header of the limit's reset."""
    wait = _USUAL_WAIT if retry_after is None else retry_after
    detail = f"Request was throttled. Your rate limit resets in ~{wait}s."
    headers = {"ratelimit-remaining": "0", "ratelimit-reset": str(wait)}
    return ApiError(429, detail, headers=headers)


def of_status(status: int) -> ApiError:
    """What Replicate says with a status, for the fault of that name."""
    known = {
        401: bad_key(),
        402: out_of_credit(),
        404: not_found(),
        422: bad_input("prompt", "Invalid input"),
        429: throttled(None),
        503: ApiError(503, "Service is temporarily unavailable.", "Service unavailable"),
    }
    other = ApiError(status, "An unexpected error occurred. Please try again.", "Error")
    return known.get(status, other)
