"""What the simulator remembers, as JSON."""

from typing import Any

from aquatint_simulator.world import InvoiceLine, SeenRequest, World


def seen_shown(seen: SeenRequest) -> dict[str, Any]:
    """A request without its body."""
    return {
        "provider": seen.provider,
        "method": seen.method,
        "path": seen.path,
        "key": seen.key,
        "time": seen.time,
        "requestId": seen.request_id,
        "status": seen.status,
        "fault": seen.fault,
    }


def line_shown(line: InvoiceLine) -> dict[str, Any]:
    return {
        "provider": line.provider,
        "model": line.model,
        "requestId": line.request_id,
        "microUsd": line.micro_usd,
        "images": line.images,
    }


def pace_shown(world: World, provider: str) -> dict[str, Any]:
    pace = world.pace_of(provider)
    return {"provider": provider, "ms": pace.images, "tokenMs": pace.token}


def limit_shown(world: World, provider: str) -> dict[str, Any]:
    limit = world.limits.by_provider.get(provider)
    return {
        "provider": provider,
        "requestsPerMinute": limit.requests if limit else None,
        "imagesPerMinute": limit.images if limit else None,
    }
