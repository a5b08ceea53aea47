"""A thousand generations under way in a process that is killed: how long until all have ended."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any, Final

from bench import gateways
from bench.databases import Databases
from tests.support.client import Client
from tests.support.servers import Server, simulator

GENERATIONS: Final = 1_000
LEASE_SECONDS: Final = 5
_LATENCY_MS = 300_000  # none is answered before the kill
_AT_ONCE = 50


def measure(folder: Path, databases: Databases) -> dict[str, Any]:
    """Seconds from the kill to the last end, by database, as the surviving process tells it."""
    found = {}
    with simulator(folder) as providers:
        for kind in databases.kinds:
            with databases.fresh(kind, folder) as address, gateways.home(folder) as home:
                found[kind] = asyncio.run(_recovered(home, providers.url, address))
    return found


async def _recovered(home: Path, providers: str, address: str) -> dict[str, Any]:
    await gateways.pace(providers, _LATENCY_MS)
    async with AsyncExitStack() as stack:
        doomed, _ = await stack.enter_async_context(_gateway(home, providers, address))
        _, heir = await stack.enter_async_context(_gateway(home, providers, address))
        async with gateways.client(doomed, providers) as app:
            quoted = await gateways.quotes(app, GENERATIONS)
            for start in range(0, GENERATIONS, _AT_ONCE):
                some = quoted[start : start + _AT_ONCE]
                await gateways.confirm(app, some, wait=False)
        await gateways.open_attempts(heir, until=GENERATIONS)
        begun = time.monotonic()
        doomed.kill()
        await gateways.open_attempts(heir, until=0)
        seconds = time.monotonic() - begun
        audit = await heir.audit()
    return {
        "seconds": round(seconds, 2),
        "after_the_lease": round(seconds - LEASE_SECONDS, 2),
        "ended": sum(count for state, count in audit["attempts"].items() if state != "open"),
    }


@asynccontextmanager
async def _gateway(
    home: Path, providers: str, address: str
) -> AsyncIterator[tuple[Server, Client]]:
    with gateways.gateway(home, providers, address) as server:
        async with gateways.client(server, providers) as app:
            yield server, app
