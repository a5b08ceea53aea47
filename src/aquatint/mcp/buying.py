"""From a confirmed quote to its images, told as it goes on; whoever gives up asks it to stop."""

import asyncio
from contextlib import aclosing
from typing import Any

import anyio

from aquatint.generations.confirmation import Confirmation
from aquatint.generations.model import stream
from aquatint.identity.model import Caller
from aquatint.mcp.desk import Ctx, base_url_of, services_of
from aquatint.quotes.store import StoredQuote


async def bought(
    ctx: Ctx, caller: Caller, stored: StoredQuote, candidate: str | None
) -> dict[str, Any]:
    """The item of the quote once its generation has ended. Raises as `Spending.confirm`."""
    services = services_of(ctx)
    generation_id = stored.generation_id
    if generation_id is None:
        word = Confirmation(owner=caller.id, terms=caller.key, candidate=candidate)
        token = services.quotes.token(stored.quote)
        generation_id = (await services.spending.confirm(caller, token, word)).generation_id
    try:
        await _tell(ctx, generation_id)
        await services.generations.wait(caller.id, generation_id)
    except asyncio.CancelledError:
        if not services.log.stopping:  # else what can be found again is left to other processes
            with anyio.CancelScope(shield=True):
                await services.generations.cancel(caller.id, generation_id)
        raise
    items = await services.items.items(caller.id, [stored.quote.id], base_url=base_url_of(ctx))
    return items[0]


async def _tell(ctx: Ctx, generation_id: str) -> None:
    async with aclosing(services_of(ctx).log.watch(stream(generation_id))) as events:
        async for event in events:
            await ctx.report_progress(event.seq, None, event.event)
