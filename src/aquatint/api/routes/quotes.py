"""Quotes: ask what an image would cost. Nothing here spends anything."""

from typing import Any

from fastapi import APIRouter

from aquatint.api.context import BaseUrlDep, Quoter, Reader, ServicesDep
from aquatint.api.openapi import errors
from aquatint.quotes.model import QuoteRequest

router = APIRouter(prefix="/api/quotes", tags=["quotes"])


@router.post("", status_code=201, responses=errors(400, 422, 503))
async def create_quote(
    body: QuoteRequest, services: ServicesDep, caller: Quoter, base_url: BaseUrlDep
) -> dict[str, Any]:
    """Price a request. The item's `quoteId` confirms it, once, within its time."""
    quote = await services.quotes.create(caller.id, body, terms=caller.key)
    return (await services.items.items(caller.id, [quote.id], base_url=base_url))[0]


@router.get("/{quote_id}")
async def get_quote(
    quote_id: str, services: ServicesDep, caller: Reader, base_url: BaseUrlDep
) -> dict[str, Any]:
    """The item with its present status; by its id or its `quoteId`."""
    stored = await services.quotes.find(caller.id, quote_id)
    return (await services.items.items(caller.id, [stored.quote.id], base_url=base_url))[0]
