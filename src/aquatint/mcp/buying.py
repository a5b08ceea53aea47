"""From a confirmed quote to its images, told as it goes on; who bought it may give up on it."""

import asyncio
from contextlib import aclosing
from typing import Any

import anyio

from aquatint.generations.confirmation import Confirmation, Confirmed
from aquatint.generations.model import stream
from aquatint.identity.model import Caller
from aquatint.mcp.desk import Ctx, base_url_of, services_of
from aquatint.quotes.store import StoredQuote


async def bought(
    ctx: Ctx, caller: Caller, stored: StoredQuote, candidate: str | None
) -> dict[str, Any]:
    """The item of the quote once its generation has ended.

    Raises as `Spending.confirm`, and as `Spending.check_seen` for what was bought before.
    """
    services = services_of(ctx)
    confirmed = await _confirmed(ctx, caller, stored, candidate)
    if confirmed.replayed:
        await services.spending.check_seen(caller, stored.quote.id)
    try:
        await _tell(ctx, confirmed.generation_id)
        await services.generations.wait(caller.id, confirmed.generation_id)
    except asyncio.CancelledError:
        # A gateway that stops leaves what can be found again to others; so does who only looked on.
        if not (confirmed.replayed or services.log.stopping):
            with anyio.CancelScope(shield=True):
                await services.generations.cancel(caller.id, confirmed.generation_id)
        raise
    items = await services.items.items(caller.id, [stored.quote.id], base_url=base_url_of(ctx))
    return items[0]


async def _confirmed(
    ctx: Ctx, caller: Caller, stored: StoredQuote, candidate: str | None
) -> Confirmed:
    if stored.generation_id:
        return Confirmed(stored.generation_id, replayed=True)
    services = services_of(ctx)
    word = Confirmation(owner=caller.id, terms=caller.key, candidate=candidate)
    return await services.spending.confirm(caller, services.quotes.token(stored.quote), word)


async def _tell(ctx: Ctx, generation_id: str) -> None:
    async with aclosing(services_of(ctx).log.watch(stream(generation_id))) as events:
        async for event in events:
            await ctx.report_progress(event.seq, None, event.event)
