"""A Replicate call: its key, its rate-limit headers, and the errors that faults become."""

import base64
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, ClassVar

from starlette.requests import Request
from starlette.responses import Response

from aquatint_simulator import call as shared
from aquatint_simulator.call import MAX_BODY, bearer, compact, stopped_early
from aquatint_simulator.faults import Fault
from aquatint_simulator.limits import Excess
from aquatint_simulator.replicate import errors
from aquatint_simulator.replicate.errors import ApiError


@dataclass(frozen=True, kw_only=True, slots=True)
class Call(shared.Call):
    """Its id becomes that of the prediction it creates."""

    provider: ClassVar[str] = "replicate"

    @staticmethod
    def new_id(serial: bytes) -> str:
        return base64.b32encode(serial[:16]).decode().rstrip("=").lower()

    @staticmethod
    def key(request: Request) -> str | None:
        return bearer(request, "token")

    def admit(self) -> None:
        key = self.key(self.request)
        if key is None or key.startswith("invalid"):
            raise errors.bad_key()
        if self.size > MAX_BODY:
            raise errors.too_large()

    def headers(self) -> dict[str, str]:
        key, now = self.key(self.request) or "", self.world.clock.now()
        post = self.request.method == "POST"
        room = self.world.limits.room(self.provider, key, now) if post else None
        if room is not None:
            return {"ratelimit-remaining": str(room.left), "ratelimit-reset": str(room.reset)}
        return {"ratelimit-remaining": "599" if post else "59999", "ratelimit-reset": "1"}

    def beyond(self, _model: str, excess: Excess) -> ApiError:
        return errors.throttled(excess.seconds)

    def fields(self) -> dict[str, Any]:
        """The body as an object; raises `ApiError`."""
        if not isinstance(self.body, dict):
            raise errors.not_json()
        return self.body

    def answer(
        self, document: object, status: int = 200, headers: dict[str, str] | None = None
    ) -> Response:
        body = compact(document)
        headers = {**self.headers(), **(headers or {})}
        return Response(body, status, headers, media_type="application/json")


def before_work(
    fault: Fault | None, gone: Callable[[], ApiError] = errors.not_found
) -> Response | None:
    """The whole answer of a fault before any work; None when there is none.

    A refusal of the input is no error of the call: the prediction fails. Raises `ApiError` where
    the fault is an ordinary error answer.
    """
    if fault is None:
        return None
    return stopped_early(
        fault,
        {
            "status": lambda: errors.of_status(fault.options["status"]),
            "bad_key": errors.bad_key,
            "out_of_credit": errors.out_of_credit,
            "rate_limited": lambda: errors.throttled(fault.options["retryAfter"]),
            "model_gone": gone,
        },
    )
