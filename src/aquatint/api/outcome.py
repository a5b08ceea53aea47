"""How a confirmation is answered when it is a replay, and when it ended without an image."""

from collections.abc import Mapping
from typing import Any

from fastapi.responses import JSONResponse

from aquatint.api.problems import answer
from aquatint.generations.confirmation import Confirmed
from aquatint.generations.model import ENDED, Generation, State

_KEPT = ("generationId", "attempts", "llmApiCall", "cost", "quotedCost", "maxCost")


def marked(response: JSONResponse, confirmed: Confirmed) -> JSONResponse:
    """`response`, telling when it repeats what an earlier request led to."""
    if confirmed.replayed:
        response.headers["Idempotency-Replayed"] = "true"
    return response


def failure_answer(
    path: str, generation: Generation, item: Mapping[str, Any]
) -> JSONResponse | None:
    """None when there are images; else the failure with its status, in the route's shape."""
    if generation.state is State.COMPLETED:
        return None
    failure = generation.outcome.failure if generation.outcome else None
    details = {"state": generation.state, **{key: item[key] for key in _KEPT if key in item}}
    if generation.state not in ENDED:
        message = "The gateway could not write yet how this ended; the item will tell"
        return answer(path, 503, "not_written", message, details=details)
    if failure is None:
        return answer(path, 409, "cancelled", "The generation was cancelled", details=details)
    return answer(
        path,
        failure.status,
        failure.code,
        failure.message,
        details=details,
        retry_after=failure.retry_after,
    )
