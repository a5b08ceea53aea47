"""What the OpenAPI document says of errors: their statuses, their meaning and their two shapes."""

from collections.abc import Iterator, Mapping
from typing import Any, Literal

from fastapi import FastAPI
from fastapi.dependencies.models import Dependant
from fastapi.routing import iter_route_contexts
from pydantic import BaseModel

from aquatint.api.context import caller_of
from aquatint.api.cookies import SESSION
from aquatint.api.openai_errors import of_openai
from aquatint.api.problems import of_specification
from aquatint.api.viewer import viewer

Responses = dict[int | str, dict[str, Any]]

MEANINGS = {
    400: "Invalid input, with what is wrong with it",
    401: "Not signed in, or what was shown is over or was revoked",
    402: "The money limit is reached, or `maxCost` is too low",
    403: "Not from this host or site, or not for this person",
    404: "There is none, or it is somebody else's",
    409: "The quote was used with other parameters, or the same request is still in progress",
    410: "The quote has expired",
    413: "The body is too large",
    422: "The prompt or content was refused, or cannot be used",
    429: "A limit is reached; `Retry-After` tells when to come back",
    500: "The gateway failed; its log says more",
    502: "The provider failed",
    503: "Nobody is available for this now; each is named with its reason",
    504: "The provider's answer was lost: it may have been billed",
}


class Problem(BaseModel):
    """An error as RFC 9457 has it, with a `code` for programs; some have more fields."""

    type: str
    title: str
    status: int
    detail: str
    code: str


class Failure(BaseModel):
    """An error of the specification's routes; some have more fields."""

    success: Literal[False]
    error: str
    code: str


def errors(*statuses: int) -> Responses:
    """For a route's `responses`: what it may answer beside what any such route does."""
    return {status: {"description": MEANINGS[status]} for status in statuses}


class OpenAIError(BaseModel):
    """An error as OpenAI's clients know it; some have more fields inside."""

    error: "OpenAIErrorFields"


class OpenAIErrorFields(BaseModel):
    message: str
    type: str
    param: str | None
    code: str | None


# With sign-in on; without it whatever is sent is ignored.
_SECURITY = {
    "bearer": {
        "type": "http",
        "scheme": "bearer",
        "description": "An API key, a session's token, or a token of the identity provider",
    },
    "session": {"type": "apiKey", "in": "cookie", "name": SESSION},
}
SPENDING = errors(400, 402, 404, 409, 410, 422, 429, 502, 503, 504)


def describe(app: FastAPI) -> None:
    """Give every operation its errors, in the shape its path answers with."""
    document = app.openapi()
    private = set(_private(app))
    for path, item in document["paths"].items():
        for method, operation in item.items():
            if (path, method.upper()) in private:
                operation["security"] = [{name: []} for name in _SECURITY]
            _describe(path, operation)
    document["components"]["securitySchemes"] = _SECURITY
    named = document["components"]["schemas"]
    for name in ("HTTPValidationError", "ValidationError"):
        named.pop(name, None)
    for shape in (Problem, Failure, OpenAIErrorFields, OpenAIError):
        template = "#/components/schemas/{model}"
        named[shape.__name__] = shape.model_json_schema(ref_template=template)
        named[shape.__name__].pop("$defs", None)


def _private(app: FastAPI) -> Iterator[tuple[str, str]]:
    """Path and method of every route that asks who is calling."""
    for route in iter_route_contexts(app.routes):
        dependant = getattr(route, "dependant", None)
        if route.path and dependant and _asks(dependant):
            path = route.path.replace(":path}", "}")  # as the document has it
            yield from ((path, method) for method in route.methods or ())


def _asks(dependant: Dependant) -> bool:
    return dependant.call in (caller_of, viewer) or any(map(_asks, dependant.dependencies))


def _describe(path: str, operation: dict[str, Any]) -> None:
    answers = operation["responses"]
    content = _content(path)
    _drop_validation(answers)
    found = {int(status) for status in answers if int(status) in MEANINGS}
    for status in sorted(found.union(_common(path, operation))):
        said = answers.pop(str(status), {}).get("description", MEANINGS[status])
        answers[str(status)] = {"description": said, "content": content}


def _drop_validation(answers: dict[str, Any]) -> None:
    """FastAPI announces 422 for invalid input, with a shape of its own; here it is 400."""
    if answers.get("422", {}).get("description") == "Validation Error":
        del answers["422"]


def _common(path: str, operation: Mapping[str, Any]) -> Iterator[int]:
    """What any operation of this form may answer."""
    yield from (403, 500)
    if "security" in operation:
        yield from (401, 429, 503)
    if "{" in path:
        yield 404
    if "requestBody" in operation:
        yield 413
    if "requestBody" in operation or any(map(_checked, operation.get("parameters", ()))):
        yield 400


def _checked(parameter: Mapping[str, Any]) -> bool:
    """Whether a value of the parameter may be refused; any text may be the name of something."""
    return bool(parameter["in"] != "path" or parameter["schema"].get("type") != "string")


def _content(path: str) -> dict[str, Any]:
    if of_openai(path):
        return {"application/json": {"schema": {"$ref": "#/components/schemas/OpenAIError"}}}
    if of_specification(path):
        return {"application/json": {"schema": {"$ref": "#/components/schemas/Failure"}}}
    return {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}
