"""An OpenAI call: its headers, its key, and the errors that faults become."""

from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from dataclasses import dataclass
from typing import Any, ClassVar

from starlette.responses import Response

from aquatint_simulator import call as shared
from aquatint_simulator.call import MAX_BODY, compact, stopped_early
from aquatint_simulator.faults import Fault
from aquatint_simulator.limits import Excess
from aquatint_simulator.openai import errors
from aquatint_simulator.wire import Streamed

PROVIDER = "openai"


@dataclass(frozen=True, kw_only=True, slots=True)
class Call(shared.Call):
    provider: ClassVar[str] = PROVIDER

    @staticmethod
    def new_id(serial: bytes) -> str:
        return f"req_{serial[:16].hex()}"

    def admit(self) -> None:
        key = self.key(self.request)
        if key is None:
            raise errors.missing_key()
        if key.startswith("invalid"):
            raise errors.bad_key(key)
        if self.size > MAX_BODY:
            raise errors.too_large()

    def headers(self) -> dict[str, str]:
        return {
            "x-request-id": self.id,
            "openai-processing-ms": str(self.milliseconds),
            "openai-version": "2020-10-01",
            "openai-organization": "aquatint-simulator",
        }

    def beyond(self, model: str, excess: Excess) -> errors.ApiError:
        return errors.beyond(model, excess)

    def fields(self) -> dict[str, Any]:
        """The body as an object; raises `ApiError`."""
        if not isinstance(self.body, dict):
            raise errors.not_json()
        return self.body

    def answer(self, document: dict[str, Any]) -> Response:
        """A JSON answer, in the compact form of the recordings."""
        return self.whole([compact(document)])

    def whole(self, parts: Iterable[bytes]) -> Response:
        """A JSON answer put together from parts."""
        return Response(b"".join(parts), headers=self.headers(), media_type="application/json")


Handler = Callable[[Call], Awaitable[Response]]


def before_work(
    call: Call, fault: Fault | None, *, model: str, dall_e: bool = False
) -> Response | None:
    """The whole answer of a fault that happens before any work; None when there is none.

    Raises `ApiError` where the fault is an ordinary error answer.
    """
    if fault is None:
        return None
    return stopped_early(
        fault,
        {
            "status": lambda: errors.of_status(fault.options["status"], call.id, model),
            "bad_key": lambda: errors.bad_key(call.key(call.request) or ""),
            "out_of_credit": errors.out_of_credit,
            "rate_limited": lambda: errors.rate_limited(model, fault.options["retryAfter"]),
            "refused_input": lambda: errors.refused(call.id, "input", ("violence",), dall_e=dall_e),
            "model_gone": lambda: errors.no_such_model(model),
        },
    )


def event_stream(call: Call, pieces: AsyncIterator[bytes]) -> Streamed:
    headers = {**call.headers(), "cache-control": "no-cache"}
    return Streamed(pieces, headers, media_type="text/event-stream")
