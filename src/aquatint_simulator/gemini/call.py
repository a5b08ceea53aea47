"""A Gemini call: its key, its headers, and the errors that faults become."""

import base64
from dataclasses import dataclass
from typing import Any, ClassVar

from starlette.requests import Request
from starlette.responses import Response

from aquatint_simulator import call as shared
from aquatint_simulator.call import MAX_BODY, bearer, indented, stopped_early
from aquatint_simulator.faults import Fault
from aquatint_simulator.gemini import errors
from aquatint_simulator.limits import Excess

JSON = "application/json; charset=UTF-8"


@dataclass(frozen=True, kw_only=True, slots=True)
class Call(shared.Call):
    """Its id is the answer's `responseId`."""

    provider: ClassVar[str] = "gemini"

    @staticmethod
    def new_id(serial: bytes) -> str:
        return base64.urlsafe_b64encode(serial[:16]).decode().rstrip("=")

    @staticmethod
    def key(request: Request) -> str | None:
        told = request.headers.get("x-goog-api-key") or request.query_params.get("key")
        return told or bearer(request)

    def admit(self) -> None:
        key = self.key(self.request)
        if self.size > MAX_BODY:
            raise errors.too_large()
        if "upload_id" in self.request.query_params:
            return  # the address of an upload is known to nobody else
        if key is None:
            raise errors.missing_key()
        if key.startswith("invalid"):
            raise errors.bad_key()

    def headers(self) -> dict[str, str]:
        return {
            "server-timing": f"gfet4t7; dur={self.milliseconds}",
            "x-gemini-service-tier": "standard",
        }

    def beyond(self, model: str, excess: Excess) -> errors.ApiError:
        return errors.beyond(model, excess)

    def fields(self) -> dict[str, Any]:
        """The body as an object; raises `ApiError`."""
        if not isinstance(self.body, dict):
            raise errors.not_json()
        return self.body

    def answer(self, document: object) -> Response:
        return Response(indented(document), headers=self.headers(), media_type=JSON)


def before_work(fault: Fault | None, model: str, method: str) -> Response | None:
    """The whole answer of a fault before any work; None when there is none.

    A refusal of the input is no error of the call. Raises `ApiError` where the fault is an
    ordinary error answer.
    """
    if fault is None:
        return None
    return stopped_early(
        fault,
        {
            "status": lambda: errors.of_status(fault.options["status"], model),
            "bad_key": errors.bad_key,
            "out_of_credit": errors.out_of_credit,
            "rate_limited": lambda: errors.rate_limited(model, fault.options["retryAfter"]),
            "model_gone": lambda: errors.no_such_model(model, method),
        },
    )
