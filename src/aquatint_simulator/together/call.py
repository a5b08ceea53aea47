"""A Together call: its id, its key, its rate-limit headers, and the errors that faults become."""

from dataclasses import dataclass
from typing import Any, ClassVar

from starlette.responses import Response

from aquatint_simulator import call as shared
from aquatint_simulator.call import MAX_BODY, stopped_early
from aquatint_simulator.faults import Fault
from aquatint_simulator.limits import Excess, Room
from aquatint_simulator.together import errors

_RECORDED = Room(limit=20, left=39, reset=2)  # more left than the limit: so it was


@dataclass(frozen=True, kw_only=True, slots=True)
class Call(shared.Call):
    provider: ClassVar[str] = "together"

    @staticmethod
    def new_id(serial: bytes) -> str:
        return f"{serial[:8].hex()}-SIM"

    def admit(self) -> None:
        key = self.key(self.request)
        if key is None:
            raise errors.missing_key()
        if key.startswith("invalid"):
            raise errors.bad_key()
        if self.size > MAX_BODY:
            raise errors.too_large()

    def headers(self) -> dict[str, str]:
        """As recorded: a good answer, too, tells when the rate limit is reset."""
        clock, key = self.world.clock, self.key(self.request) or ""
        room = self.world.limits.room(self.provider, key, clock.now()) or _RECORDED
        return {
            "cf-ray": self.id,
            "retry-after": "2",
            "x-ratelimit": "false",
            "x-ratelimit-limit": str(room.limit),
            "x-ratelimit-remaining": str(room.left),
            "x-ratelimit-reset": str(room.reset),
            "x-ratelimit-limit-tokens": "0",
            "x-ratelimit-remaining-tokens": "0",
            "x-api-received": clock.timestamp(),
        }

    def beyond(self, model: str, excess: Excess) -> errors.ApiError:
        return errors.beyond(model, excess)

    def fields(self) -> dict[str, Any]:
        """The body as an object; raises `ApiError`."""
        if not isinstance(self.body, dict):
            raise errors.not_json()
        return self.body


def before_work(fault: Fault | None, model: str) -> Response | None:
    """The whole answer of a fault before any work; None when there is none.

    Raises `ApiError` where the fault is an ordinary error answer.
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
            "refused_input": lambda: errors.refused("prompt"),
            "model_gone": lambda: errors.not_serverless(model),
        },
    )
