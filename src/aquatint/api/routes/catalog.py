"""The catalog as data, and the example prompts with what they would cost now."""

from typing import Any

from fastapi import APIRouter

from aquatint.api.context import SIGNED_IN, ServicesDep
from aquatint.catalog.listing import entry
from aquatint.catalog.model import Row
from aquatint.catalog.reasons import OPERATIONAL
from aquatint.errors import NoProviderAvailable
from aquatint.money import to_usd
from aquatint.routing.candidates import QuoteRequest
from aquatint.routing.decision import Offering, decide
from aquatint.routing.tiers import decide_tier

router = APIRouter(prefix="/api/catalog", tags=["catalog"], dependencies=[SIGNED_IN])

# One for each tier, in words that decide it.
EXAMPLES = (
    "A photorealistic sunset over mountains, golden light on the ridges",
    "An artistic still life of lemons in a blue bowl",
    "A lighthouse on a cliff above a quiet sea",
    "A quick sketch of a robot watering flowers",
)


@router.get("")
async def catalog(services: ServicesDep) -> dict[str, Any]:
    """Every row, offered or not, with its price rule, source, dates, status and capabilities."""
    offering = await services.market.offering()
    return {
        "asOf": offering.catalog.as_of.isoformat(),
        "rows": [
            {**entry(offering.catalog, row), **_state(offering, row)}
            for row in offering.catalog.rows
        ],
    }


def _state(offering: Offering, row: Row) -> dict[str, Any]:
    """Whether it can be bought now, and why not: by its provider, its dates and its price."""
    why = offering.trouble(row)
    return {"available": why is None, "reason": (why or OPERATIONAL).reason}


@router.get("/examples")
async def examples(services: ServicesDep) -> list[dict[str, Any]]:
    """Prompts to start with, each with its tier, model and price; nothing is quoted."""
    offering = await services.market.offering()
    return [shown for prompt in EXAMPLES if (shown := _example(offering, prompt))]


def _example(offering: Offering, prompt: str) -> dict[str, Any] | None:
    tier = decide_tier(named=None, own_words=prompt, tool_quality=None, tool_prompt=None)
    try:
        decision = decide(QuoteRequest(prompt=prompt), tier=tier, offering=offering)
    except NoProviderAvailable:
        return None
    row = decision.chosen.row
    return {
        "prompt": prompt,
        "tier": tier.tier,
        "cost": to_usd(decision.cost),
        "provider": row.provider,
        "model": row.model,
    }
