"""What was spent, and the proof that the books are right."""

from collections.abc import AsyncIterator
from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Query
from fastapi.responses import Response, StreamingResponse

from aquatint.api.context import OPERATOR, Reader, ServicesDep
from aquatint.api.openapi import errors
from aquatint.chat import passed
from aquatint.db.engine import Tx
from aquatint.generations.statement import statement
from aquatint.ledger.audit import Audit, audit
from aquatint.ledger.export import all_entries, span_of
from aquatint.ledger.usage import usage
from aquatint.money import to_usd

router = APIRouter(prefix="/api", tags=["usage"])

From = Annotated[date | None, Query(alias="from", description="The first day, in UTC.")]
To = Annotated[date | None, Query(alias="to", description="The last day, in UTC.")]
Days = Annotated[int, Query(ge=1, le=366, description="How many days the groups cover.")]
_CSV: dict[int | str, dict[str, Any]] = {
    200: {"description": "Comma-separated values", "content": {"text/csv": {}}}
}


@router.get("/usage", responses=errors(400))
async def get_usage(services: ServicesDep, caller: Reader, days: Days = 30) -> dict[str, Any]:
    """Today, every limit, the last days by provider, model and day, and the calls to the chat."""
    now, limits = services.clock.now(), services.limits_of(caller.id, caller.key)

    def read(tx: Tx) -> dict[str, Any]:
        images = usage(tx, caller.id, limits, now=now, days=days, everything=caller.operator)
        return {**images, "chat": passed.used(tx, caller.id, now=now, days=days)}

    return await services.db.scan(read)


@router.get("/usage/export.csv", response_class=Response, responses={**_CSV, **errors(400)})
async def export_usage(
    services: ServicesDep, caller: Reader, since: From = None, until: To = None
) -> Response:
    """Your own calls to providers: what was quoted, billed and charged for each."""
    return _csv(statement(services.db, caller.id, span_of(since, until)), "aquatint-usage.csv")


@router.get("/ledger/audit", dependencies=[OPERATOR])
async def ledger_audit(services: ServicesDep) -> dict[str, Any]:
    """Recompute the books from their entries; for operators."""
    return audit_view(await services.db.scan(audit))


@router.get(
    "/ledger/export.csv",
    response_class=Response,
    responses={**_CSV, **errors(400)},
    dependencies=[OPERATOR],
)
async def export_ledger(services: ServicesDep, since: From = None, until: To = None) -> Response:
    """Every entry of the books; for operators."""
    return _csv(all_entries(services.db, span_of(since, until)), "aquatint-ledger.csv")


def _csv(lines: AsyncIterator[str], name: str) -> Response:
    headers = {
        "Content-Disposition": f'attachment; filename="{name}"',
        "Cache-Control": "no-store",
    }
    return StreamingResponse(lines, media_type="text/csv; charset=utf-8", headers=headers)


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
