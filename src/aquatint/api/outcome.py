"""How a confirmation is answered when it is a replay, and when it ended without an image."""

from collections.abc import Mapping
from typing import Any

from fastapi.responses import JSONResponse

from aquatint.api.openai_errors import of_openai
from aquatint.api.problems import answer
from aquatint.generations.confirmation import Confirmed
from aquatint.generations.model import ENDED, Failure, Generation, State

_NOT_WRITTEN = "The gateway could not write yet how this ended; the item will tell"
_KEPT = ("generationId", "attempts", "llmApiCall", "cost", "quotedCost", "maxCost")


def marked(response: JSONResponse, confirmed: Confirmed) -> JSONResponse:
    """`response`, telling when it repeats what an earlier request led to."""
    if confirmed.replayed:
        response.headers["Idempotency-Replayed"] = "true"
    return response


def ending_of(generation: Generation) -> Failure:
    """Why there is no image."""
    if generation.state not in ENDED:
        return Failure(status=503, code="not_written", message=_NOT_WRITTEN)
    failure = generation.outcome.failure if generation.outcome else None
    return failure or Failure(status=409, code="cancelled", message="The generation was cancelled")


def failure_answer(
    path: str, generation: Generation, item: Mapping[str, Any]
) -> JSONResponse | None:
    """None when there are images; else the failure with its status, in the route's shape."""
    if generation.state is State.COMPLETED:
        return None
    kept = item if of_openai(path) else {key: item[key] for key in _KEPT if key in item}
    end = ending_of(generation)
    return answer(
        path,
        end.status,
        end.code,
        end.message,
        details={"state": generation.state, **kept},
        retry_after=end.retry_after,
    )
