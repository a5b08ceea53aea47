"""One place turns errors into answers: RFC 9457 problems, the specification's shape, OpenAI's."""

import logging
from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

from aquatint.api.openai_errors import error_answer, of_openai
from aquatint.db.engine import CommitUnknown, DatabaseBusy
from aquatint.errors import AquatintError

logger = logging.getLogger(__name__)

_SOON = 2  # seconds

_SPECIFICATION = ("/generate-image", "/chat", "/health-check")


def install(app: FastAPI) -> None:
    """Answer every error in the shape of the route it happened on; defects are for `Failures`."""
    app.add_exception_handler(AquatintError, _known)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(HTTPException, _http)
    app.add_exception_handler(DatabaseBusy, _busy)
    app.add_exception_handler(CommitUnknown, _untold)


def of_specification(path: str) -> bool:
    """Whether errors of `path` are {success: false, error, code}."""
    return path.startswith(_SPECIFICATION)


def answer(  # the parts of an error answer
    path: str,
    status: int,
    code: str,
    message: str,
    *,
    details: Mapping[str, object] | None = None,
    retry_after: int | None = None,
) -> JSONResponse:
    """The error body for `path`."""
    headers = {} if retry_after is None else {"Retry-After": str(max(retry_after, 1))}
    if status == HTTPStatus.UNAUTHORIZED:
        headers["WWW-Authenticate"] = "Bearer"
    extra = dict(details or {})
    if of_openai(path):
        told = error_answer(status, code, message, extra, retry_after)
        told.headers.update(headers)
        return told
    if of_specification(path):
        body = {"success": False, "error": message, "code": code, **extra}
        return JSONResponse(body, status, headers=headers)
    body = {
        "type": "about:blank",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "detail": message,
        "code": code,
        **extra,
    }
    return JSONResponse(body, status, headers=headers, media_type="application/problem+json")


async def _known(request: Request, error: Exception) -> JSONResponse:
    if not isinstance(error, AquatintError):
        raise error
    return answer(
        request.url.path,
        error.status,
        error.code,
        error.message,
        details=_linked(error.details, str(request.base_url)),
        retry_after=error.retry_after,
    )


def _linked(details: Mapping[str, object], base_url: str) -> Mapping[str, object]:
    """`details` with the link of a quote in full: without PUBLIC_URL it begins with its path."""
    quote = details.get("quote")
    if not isinstance(quote, Mapping) or not str(quote.get("url")).startswith("/"):
        return details
    return {**details, "quote": {**quote, "url": base_url.rstrip("/") + str(quote["url"])}}


async def _invalid(request: Request, error: Exception) -> JSONResponse:
    if not isinstance(error, RequestValidationError):
        raise error
    message, where = first_of(error.errors())
    details = {"param": where} if of_openai(request.url.path) else {}
    return answer(request.url.path, 400, "invalid_request", message, details=details)


def first_of(errors: Sequence[Any], *, inside: int = 1) -> tuple[str, str | None]:
    """The first complaint in one line, and what it is about: ``n: Input should be …``, ``n``.

    `inside` is how many of the parts of its place say only where the values came from.
    """
    first = errors[0]
    if first["type"] == "json_invalid":
        return "The body is not valid JSON", None
    where = ".".join(str(part) for part in first["loc"][inside:])
    return (f"{where}: {first['msg']}", where) if where else (str(first["msg"]), None)


async def _http(request: Request, error: Exception) -> JSONResponse:
    if not isinstance(error, HTTPException):
        raise error
    code = HTTPStatus(error.status_code).phrase.lower().replace(" ", "_")
    response = answer(request.url.path, error.status_code, code, str(error.detail))
    response.headers.update(error.headers or {})
    if error.status_code == HTTPStatus.METHOD_NOT_ALLOWED:
        response.headers["Allow"] = request.app.state.methods.allow(request.url.path)
    return response


async def _busy(request: Request, error: Exception) -> JSONResponse:
    logger.warning("%s: %s", request.url.path, error)
    message = "The database is busy; nothing was written"
    return answer(request.url.path, 503, "database_busy", message, retry_after=_SOON)


async def _untold(request: Request, error: Exception) -> JSONResponse:
    logger.error("%s: the fate of a commit is not known: %s", request.url.path, error)
    message = (
        "The database did not say whether this was written. "
        "Ask again with the same quote or Idempotency-Key: nothing is bought twice"
    )
    return answer(request.url.path, 503, "commit_unknown", message, retry_after=_SOON)
