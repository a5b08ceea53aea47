"""`/v1/models`: what can be asked for, with what it can do and costs beside OpenAI's fields."""

from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime, time
from itertools import groupby
from typing import Any

from fastapi import APIRouter

from aquatint.api.context import SIGNED_IN, ServicesDep
from aquatint.api.openai import names
from aquatint.api.openai.names import ModelNotFound
from aquatint.catalog.listing import square_cost
from aquatint.catalog.model import Row, Tier
from aquatint.money import to_usd
from aquatint.routing.decision import Offering

router = APIRouter(prefix="/v1/models", tags=["openai"], dependencies=[SIGNED_IN])

Entry = dict[str, Any]


@router.get("")
async def models(services: ServicesDep) -> Entry:
    """Every model on offer, the tiers as models, and the chat's."""
    offering = await services.market.offering()
    chat = [_chat(services.passing.model)] if services.passing else []
    listed = [*_tiers(offering), *_offered(offering), *chat]
    return {"object": "list", "data": listed}


@router.get("/{model:path}")
async def model(model: str, services: ServicesDep) -> Entry:
    """One of them by any of its names; a retired one tells when it ended."""
    offering = await services.market.offering()
    catalog = offering.catalog
    if services.passing and model == services.passing.model:
        return _chat(model)
    if found := next((each for each in _tiers(offering) if each["id"] == model), None):
        return found
    provider, name = names.split(catalog, offering.availability, model)
    row = catalog.find(tier=Tier.STANDARD, provider=provider, model=name)
    if row is None:
        raise ModelNotFound(model)
    rows = [each for each in catalog.rows if _same(each) == _same(row)]
    live = [each for each in rows if catalog.live(each)]
    return {**_entry(offering, live or rows), "id": model}


def _offered(offering: Offering) -> Iterator[Entry]:
    """A short name is that of the provider it leads to; others have theirs before it."""
    catalog = offering.catalog
    live = sorted(filter(catalog.live, catalog.rows), key=_same)
    for (provider, short), rows in groupby(live, key=_same):
        meant = catalog.find(tier=Tier.STANDARD, model=short)
        own = meant is not None and meant.provider == provider
        yield {**_entry(offering, list(rows)), "id": short if own else f"{provider}/{short}"}


def _same(row: Row) -> tuple[str, str]:
    return row.provider, row.model


def _entry(offering: Offering, rows: list[Row]) -> Entry:
    first = rows[0]
    ends = max(row.retired_on for row in rows if row.retired_on) if first.retired_on else None
    return {
        "id": first.model,
        "object": "model",
        "created": _seconds(first.available_from),
        "owned_by": first.provider,
        "shutdown_date": ends.isoformat() if ends else None,
        "provider_model": first.provider_model,
        "available": offering.catalog.live(first) and offering.provider(first).available,
        "status": offering.catalog.status(first).reason,
        "operations": sorted(first.operations),
        "capabilities": first.capabilities.model_dump(),
        "sizes": list(first.sizes.popular),
        "prices": [_price(row) for row in rows],
    }


def _price(row: Row) -> Entry:
    cost = square_cost(row)
    return {
        "model_key": row.key,
        "quality": row.quality,
        "tiers": list(row.tiers),
        "rule": row.price.model_dump() if row.price else None,
        "square_cost": None if cost is None else to_usd(cost),
    }


def _tiers(offering: Offering) -> list[Entry]:
    """Each with what is asked for it, in order."""
    best = [*reversed(Tier)]
    chosen = {names.AUTO: best, **{f"{names.OURS}/{tier}": [tier] for tier in best}}
    return [_chain(offering, name, tiers) for name, tiers in chosen.items()]


def _chain(offering: Offering, name: str, tiers: Iterable[Tier]) -> Entry:
    catalog = offering.catalog
    rows = [row for tier in tiers for row in catalog.own_chain(tier) if catalog.live(row)]
    return {
        **_plain(name, names.OURS, min(row.available_from for row in catalog.rows)),
        "available": any(offering.provider(row).available for row in rows),
        "operations": sorted({each for row in rows for each in row.operations}),
        "prices": [_price(row) for row in rows],
    }


def _chat(name: str) -> Entry:
    return _plain(name, "chat", date(2024, 1, 1))


def _plain(name: str, owner: str, since: date) -> Entry:
    return {"id": name, "object": "model", "created": _seconds(since), "owned_by": owner}


def _seconds(day: date) -> int:
    return int(datetime.combine(day, time.min, UTC).timestamp())
