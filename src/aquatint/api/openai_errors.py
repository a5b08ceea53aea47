"""Errors as OpenAI's clients know them: `{error: {message, type, param, code}}`.

Where OpenAI has a status and a code for the same trouble, these are used; else ours.
"""

from collections.abc import Mapping
from http import HTTPStatus
from typing import NamedTuple

from fastapi.responses import JSONResponse

PREFIX = "/v1/"
_PATIENCE = 60  # seconds; who is asked to wait longer should not wait by itself
_RETRIED = {408, 409, 429}  # by OpenAI's clients, and all from 500 on


class _Shape(NamedTuple):
    """What an error of ours is called there; None leaves ours as it is."""

    type: str = "invalid_request_error"
    code: str | None = None
    status: int | None = None
    param: str | None = None


_REFUSED = _Shape("image_generation_user_error", "moderation_blocked", 400, "prompt")
_SHAPES: Mapping[str, _Shape] = {
    "invalid_request": _Shape(code="invalid_value"),
    "model_not_found": _Shape(param="model"),
    "unsupported": _Shape(code="unsupported_value"),
    "prompt_rejected": _REFUSED,
    "content_refused": _REFUSED,
    "image_unusable": _Shape("image_generation_user_error", "invalid_image_file", 400, "image"),
    "unauthorized": _Shape(code="invalid_api_key"),
    "forbidden": _Shape(code="insufficient_permissions"),
    "budget_exceeded": _Shape("insufficient_quota", "insufficient_quota"),
    "limit_reached": _Shape("requests", "rate_limit_exceeded"),
}
# Nothing was begun, it cost nothing, or it is found again: asking once more may help.
_PASSING = frozenset(
    {
        *("database_busy", "commit_unknown", "not_written", "idempotency_in_progress"),
        *("moderation_unavailable", "auth_unavailable"),
        *("provider_unreachable", "provider_fault"),
    }
)


def of_openai(path: str) -> bool:
    """Whether errors of `path` have this shape."""
    return path.startswith(PREFIX)


def error_object(
    status: int, code: str, message: str, details: Mapping[str, object]
) -> dict[str, object]:
    """What stands under `error`; `details` beside the four that every client knows."""
    shape = _shape(status, code)
    return {
        "message": message,
        "type": shape.type,
        "param": shape.param,
        "code": shape.code or code,
        **details,
    }


def error_answer(
    status: int, code: str, message: str, details: Mapping[str, object], retry_after: int | None
) -> JSONResponse:
    """The whole answer, telling clients whether to ask again by themselves."""
    body = {"error": error_object(status, code, message, details)}
    status = _shape(status, code).status or status
    headers = {}
    if status in _RETRIED or status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        soon = code in _PASSING or (retry_after is not None and retry_after <= _PATIENCE)
        headers["x-should-retry"] = "true" if soon else "false"
    return JSONResponse(body, status, headers=headers)


def _shape(status: int, code: str) -> _Shape:
    server = status >= HTTPStatus.INTERNAL_SERVER_ERROR
    return _SHAPES.get(code, _Shape("server_error") if server else _Shape())
