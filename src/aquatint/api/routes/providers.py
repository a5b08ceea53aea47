"""Providers: how they are, and putting one back into service."""

from typing import Any

from fastapi import APIRouter

from aquatint.api.context import CallerDep, Operator, ServicesDep
from aquatint.catalog.reasons import Availability
from aquatint.clock import Millis, iso
from aquatint.errors import NotFound
from aquatint.ledger.traffic import Traffic, traffic
from aquatint.providers.registry import ProviderConfig
from aquatint.resilience.availability import availability, gone_of, health
from aquatint.resilience.condition import Snapshot

router = APIRouter(prefix="/api/providers", tags=["providers"])

_TRAFFIC: Millis = 86_400_000
_NO_TRAFFIC = Traffic()


@router.get("")
async def list_providers(services: ServicesDep, caller: CallerDep) -> list[dict[str, Any]]:
    """Every provider, declared ones too: its state, its breaker, the last day's calls.

    The calls are your own; an operator sees everybody's.
    """
    market, since = services.market, services.clock.now() - _TRAFFIC
    owner = None if caller.operator else caller.id
    seen = await market.conditions()
    sent = await services.db.scan(lambda tx: traffic(tx, owner, since=since))
    states = availability(market.providers, seen, seen.taken_at)
    return [
        {
            **_state(config, states[config.name], seen),
            "traffic": _traffic(sent.get(config.name, _NO_TRAFFIC), since),
        }
        for config in market.providers
    ]


def _state(config: ProviderConfig, state: Availability, seen: Snapshot) -> dict[str, Any]:
    now = seen.taken_at
    found = health(seen, config.name, now)
    return {
        "provider": config.name,
        "label": config.label,
        "available": state.available,
        "reason": state.reason,
        "code": state.code,
        "breaker": {
            "state": found.status,
            "failures": found.failures,
            "threshold": seen.config.failure_threshold,
            "nextProbeAt": _iso(found.retry_at),
        },
        "coolingUntil": _iso(found.cool_down_until),
        "modelsGone": [
            {"model": model, "until": iso(until)}
            for model, until in gone_of(seen, config.name, now).items()
        ],
    }


def _traffic(sent: Traffic, since: Millis) -> dict[str, Any]:
    return {
        "since": iso(since),
        "attempts": sent.attempts,
        "succeeded": sent.succeeded,
        "failed": sent.failed,
        "successRate": sent.success_rate,
        "p50Ms": sent.p50,
        "p95Ms": sent.p95,
    }


@router.post("/{provider}/reset")
async def reset(provider: str, services: ServicesDep, caller: Operator) -> dict[str, Any]:
    """Close the breaker and forget the cool-down and the missing models; for operators."""
    market = services.market
    if provider not in {config.name for config in market.providers}:
        raise NotFound(f"No such provider: {provider}")
    await market.breakers.reset(provider, actor=caller.id)
    seen = await market.conditions()
    return {"provider": provider, **health(seen, provider, seen.taken_at).public()}


def _iso(moment: Millis | None) -> str | None:
    return None if moment is None else iso(moment)
