"""The days on which providers say that models end, read in the background and never waited for."""

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager, suppress

from aquatint.container.market import Market
from aquatint.errors import ProviderError
from aquatint.providers.base import AnnouncingProvider, ImageProvider

logger = logging.getLogger(__name__)

FIRST_LOOK_SECONDS = 60.0  # not while the gateway starts
BETWEEN_LOOKS_SECONDS = 86_400.0

Sleep = Callable[[float], Awaitable[None]]


@asynccontextmanager
async def watched(
    market: Market, providers: Mapping[str, ImageProvider], *, sleep: Sleep = asyncio.sleep
) -> AsyncIterator[None]:
    """Look once a day for as long as the block lasts."""
    task = asyncio.create_task(_watch(market, providers, sleep))
    try:
        yield
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


async def _watch(market: Market, providers: Mapping[str, ImageProvider], sleep: Sleep) -> None:
    await sleep(FIRST_LOOK_SECONDS)
    while True:
        for name, provider in providers.items():
            if isinstance(provider, AnnouncingProvider):
                await _look(market, name, provider)
        await sleep(BETWEEN_LOOKS_SECONDS)


async def _look(market: Market, name: str, provider: AnnouncingProvider) -> None:
    """A look that fails is no harm: what was read before stays, and so does the catalog."""
    try:
        days = await provider.shutdowns()
    except ProviderError as error:
        logger.info("shutdown dates of %s were not read: %s", name, error.message)
        return
    market.announce(name, days)
    logger.info("shutdown dates of %s were read: %d models end", name, len(days))
