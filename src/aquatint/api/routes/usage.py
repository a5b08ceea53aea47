"""What was spent, and the proof that the books are right."""

from typing import Any

from fastapi import APIRouter

from aquatint.api.context import OPERATOR, Reader, ServicesDep
from aquatint.ledger.audit import Audit, audit
from aquatint.ledger.usage import usage
from aquatint.money import to_usd

router = APIRouter(prefix="/api", tags=["usage"])


@router.get("/usage")
async def get_usage(services: ServicesDep, caller: Reader) -> dict[str, Any]:
    """Today against the limits, and the last 30 days by provider, model and day."""
    now = services.clock.now()
    return await services.db.scan(lambda tx: usage(tx, caller.id, services.limits, now=now))


@router.get("/ledger/audit", dependencies=[OPERATOR])
async def ledger_audit(services: ServicesDep) -> dict[str, Any]:
    """Recompute the books from their entries; for operators."""
    return audit_view(await services.db.scan(audit))


def audit_view(result: Audit) -> dict[str, Any]:
    """The audit with money in dollars."""
    return {
        "ok": result.ok,
        "limitViolations": result.limit_violations,
        "entryMismatches": result.entry_mismatches,
        "attempts": result.attempts,
        "charged": to_usd(result.charged),
        "billed": to_usd(result.billed),
        "overrun": to_usd(result.overrun),
        "unknownHeld": to_usd(result.unknown_held),
    }
