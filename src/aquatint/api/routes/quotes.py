"""Quotes: ask what an image would cost. Nothing here spends anything."""

from functools import partial
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query

from aquatint.api.context import Asker, BaseUrlDep, Person, Quoter, ServicesDep
from aquatint.api.openapi import errors
from aquatint.chat import cards
from aquatint.clock import iso
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


@router.get("", responses=errors(400))
async def waiting_quotes(
    services: ServicesDep,
    caller: Person,
    base_url: BaseUrlDep,
    waiting: Annotated[Literal["true"], Query(description="No others are listed.")] = "true",  # noqa: ARG001  # callers say it
) -> list[dict[str, Any]]:
    """What your API keys may not confirm alone, the newest first; `asked` says which, and why."""
    found = await services.spending.waiting(caller.id)
    ids = [each.quote_id for each in found]
    items = await services.items.items(caller.id, ids, base_url=base_url)
    return [
        {
            **item,
            "asked": {
                "keyId": each.key_id,
                "keyName": each.key_name,
                "reason": each.reason,
                "at": iso(each.created_at),
            },
        }
        for item, each in zip(items, found, strict=True)
    ]


@router.get("/{quote_id}")
async def get_quote(
    quote_id: str, services: ServicesDep, caller: Asker, base_url: BaseUrlDep
) -> dict[str, Any]:
    """The item with its present status; by its id or its `quoteId`.

    A key that may quote and not read sees those that it asked its owner to confirm.
    """
    await services.spending.check_seen(caller, quote_id)
    stored = await services.quotes.find(caller.id, quote_id)
    return (await services.items.items(caller.id, [stored.quote.id], base_url=base_url))[0]


def _replace(replaced: str, tx: Tx, quote: Quote) -> None:
    cards.replace(tx, quote.owner, replaced.partition(".")[0], quote.id)
