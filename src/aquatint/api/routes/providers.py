"""Providers: put one back into service."""

from typing import Any

from fastapi import APIRouter

from aquatint.api.context import Operator, ServicesDep
from aquatint.errors import NotFound
from aquatint.resilience.availability import health

router = APIRouter(prefix="/api/providers", tags=["providers"])


@router.post("/{provider}/reset")
async def reset(provider: str, services: ServicesDep, caller: Operator) -> dict[str, Any]:
    """Close the breaker and forget the cool-down and the missing models; for operators."""
    market = services.market
    if provider not in {config.name for config in market.providers}:
        raise NotFound(f"No such provider: {provider}")
    await market.breakers.reset(provider, actor=caller.id)
    seen = await market.conditions()
    return {"provider": provider, **health(seen, provider, seen.taken_at).public()}
