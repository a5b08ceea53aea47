"""What moderation refused, for operators."""

from typing import Annotated, Any

from fastapi import APIRouter, Query

from aquatint.api.context import OPERATOR, ServicesDep
from aquatint.api.openapi import errors
from aquatint.clock import iso
from aquatint.policy import refusals
from aquatint.policy.refusals import Refused
from aquatint.policy.text import Name

router = APIRouter(prefix="/api/moderation", tags=["moderation"], dependencies=[OPERATOR])

Limit = Annotated[int, Query(ge=1, le=500, description="How many at most.")]
Before = Annotated[Name | None, Query(description="The `id` of the last one seen.")]


@router.get("/log", responses=errors(400))
async def moderation_log(
    services: ServicesDep, limit: Limit = 100, before: Before = None
) -> list[dict[str, Any]]:
    """What was refused before anything was held, the latest first; kept for 90 days."""
    found = await services.db.read(lambda tx: refusals.page(tx, limit=limit, before=before))
    return [refused_view(refused) for refused in found]


def refused_view(refused: Refused) -> dict[str, Any]:
    """An entry of the log; `promptDigest` is the SHA-256 of the whole prompt."""
    return {
        "id": refused.id,
        "at": iso(refused.at),
        "owner": refused.owner,
        "rule": refused.rule,
        "moderation": refused.provider,
        "promptDigest": refused.digest,
        "excerpt": refused.excerpt,
        "images": refused.images,
    }
