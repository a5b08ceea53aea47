"""Quotes: ask what an image would cost. Nothing here spends anything."""

from functools import partial
from typing import Any

from fastapi import APIRouter

from aquatint.api.context import BaseUrlDep, Quoter, Reader, ServicesDep
from aquatint.api.openapi import errors
from aquatint.chat import cards
from aquatint.db.engine import Tx
from aquatint.policy.text import Name
from aquatint.quotes.model import Quote, QuoteRequest

router = APIRouter(prefix="/api/quotes", tags=["quotes"])


class QuoteBody(QuoteRequest):
    """With `replaces` the new card stands where that one stood in its conversation."""

    replaces: Name | None = None

    @property
    def request(self) -> QuoteRequest:
        return QuoteRequest.model_validate(self.model_dump(exclude={"replaces"}))


@router.post("", status_code=201, responses=errors(400, 404, 422, 503))
async def create_quote(
    body: QuoteBody, services: ServicesDep, caller: Quoter, base_url: BaseUrlDep
) -> dict[str, Any]:
    """Price a request. The item's `quoteId` confirms it, once, within its time."""
    also = partial(_replace, body.replaces) if body.replaces else None
    quote = await services.quotes.create(caller.id, body.request, terms=caller.key, also=also)
    return (await services.items.items(caller.id, [quote.id], base_url=base_url))[0]


@router.get("/{quote_id}")
async def get_quote(
    quote_id: str, services: ServicesDep, caller: Reader, base_url: BaseUrlDep
) -> dict[str, Any]:
    """The item with its present status; by its id or its `quoteId`."""
    stored = await services.quotes.find(caller.id, quote_id)
    return (await services.items.items(caller.id, [stored.quote.id], base_url=base_url))[0]


def _replace(replaced: str, tx: Tx, quote: Quote) -> None:
    cards.replace(tx, quote.owner, replaced.partition(".")[0], quote.id)
