"""Providers: put one back into service."""

from typing import Any

from fastapi import APIRouter

from aquatint.api.context import Operator, ServicesDep
from aquatint.errors import NotFound
from aquatint.resilience import store as conditions
from aquatint.resilience.availability import health
from aquatint.resilience.transition import announce

router = APIRouter(prefix="/api/providers", tags=["providers"])


@router.post("/{provider}/reset")
async def reset(provider: str, services: ServicesDep, caller: Operator) -> dict[str, Any]:
    """Close the breaker and forget the cool-down and the missing models; for operators."""
    market, now = services.market, services.clock.now()
    if provider not in {config.name for config in market.providers}:
        raise NotFound(f"No such provider: {provider}")
    announce(
        await services.db.write(
            lambda tx: conditions.reset(
                tx, provider, actor=caller.id, config=market.breaker, now=now
            )
        )
    )
    return {"provider": provider, **health(await market.conditions(), provider, now).public()}
