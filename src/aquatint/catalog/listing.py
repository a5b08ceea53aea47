"""The catalog as lines to read and as data."""

from datetime import date, timedelta
from typing import Any

from aquatint.catalog.controls import controls
from aquatint.catalog.load import Catalog
from aquatint.catalog.model import Row, Size
from aquatint.catalog.pricing import Demand, expected
from aquatint.money import Micro, show, to_usd

RETIRES_SOON = timedelta(days=60)

_SQUARE = Size(width=1024, height=1024)


def entry(catalog: Catalog, row: Row) -> dict[str, Any]:
    """One row for `GET /api/catalog` and `aquatint catalog --json`; dates are ISO 8601."""
    status, cost = catalog.status(row), square_cost(row)
    return {
        "modelKey": row.key,
        "provider": row.provider,
        "model": row.model,
        "providerModel": row.provider_model,
        "quality": row.quality,
        "tiers": list(row.tiers),
        "price": row.price.model_dump() if row.price else None,
        "squareCost": None if cost is None else to_usd(cost),
        "sizes": row.sizes.model_dump(),
        "operations": list(row.operations),
        "capabilities": controls(catalog, row).public(),
        "limits": {name: limit.model_dump() for name, limit in row.limits.items()},
        "availableFrom": row.available_from.isoformat(),
        "retiredOn": row.retired_on.isoformat() if row.retired_on else None,
        "replacedBy": row.replaced_by,
        "status": status.code,
        "reason": status.reason,
        "estimatedSeconds": row.estimated_seconds,
        "source": row.source,
        "checked": row.checked.isoformat(),
        "specification": row.specification,
    }


def square_cost(row: Row) -> Micro | None:
    """What one 1024x1024 image is expected to cost, its prompt left out; None: unknown."""
    if row.price is None:
        return None
    return expected(row.price, Demand(prompt="", size=_SQUARE))


def retiring(
    catalog: Catalog, within: timedelta = RETIRES_SOON
) -> tuple[tuple[date, str, str, str], ...]:
    """Models offered now that end by then: day, provider, model, replacement; the first first."""
    last = catalog.as_of + within
    ending: dict[tuple[date, str, str], set[str]] = {}
    for row in catalog.rows:
        if row.retired_on and row.retired_on <= last and catalog.live(row):
            replacements = ending.setdefault((row.retired_on, row.provider, row.model), set())
            replacements.update(filter(None, [row.replaced_by]))
    return tuple((*model, " or ".join(sorted(ending[model]))) for model in sorted(ending))


def line(catalog: Catalog, row: Row) -> tuple[str, ...]:
    """Model key, tiers, price of a square image, pricing rule, status, source and its date."""
    cost = square_cost(row)
    return (
        row.key,
        ", ".join(row.tiers),
        "unknown" if cost is None else show(cost),
        row.price.rule if row.price else "",
        catalog.status(row).reason,
        f"{row.source} ({row.checked})",
    )
