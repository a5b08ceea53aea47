"""Gateways over the simulated providers, which tell afterwards what they billed."""

import asyncio
from collections.abc import AsyncIterator, Iterable, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

import aiohttp

from tests.support.client import Answer, Client
from tests.support.servers import Server, gateway_settings, run

ROOT: Final = Path(__file__).parent.parent
PATIENCE_SECONDS: Final = 120.0
_LOOK_SECONDS = 0.02


@contextmanager
def home(folder: Path) -> Iterator[Path]:
    """A folder that gateways share while the block lasts."""
    with TemporaryDirectory(dir=folder) as name:
        yield Path(name)


@contextmanager
def gateway(
    folder: Path, simulator: str, address: str, workers: int = 1, **changes: str
) -> Iterator[Server]:
    """A gateway with its data in `folder` and its books at `address`, without limits."""
    settings = gateway_settings(
        simulator,
        folder,
        DATABASE_URL=address,
        LEASE_SECONDS="5",
        PYTHONPATH=str(ROOT),
        **changes,
    )
    command = ("aquatint", "serve", "--port", "0", "--workers", str(workers))
    with run(*command, folder=folder, settings=settings) as server:
        yield server


@asynccontextmanager
async def client(server: Server, simulator: str) -> AsyncIterator[Client]:
    """A client that makes as many connections as there are requests at a time."""
    timeout = aiohttp.ClientTimeout(total=PATIENCE_SECONDS)
    connector = aiohttp.TCPConnector(limit=0, force_close=True)  # so that all workers get some
    async with aiohttp.ClientSession(timeout=timeout, connector=connector) as session:
        yield Client(session, server.url, simulator)


async def quotes(app: Client, count: int) -> list[dict[str, Any]]:
    """So many quotes, 32 at a time."""
    found: list[dict[str, Any]] = []
    while missing := min(count - len(found), 32):
        found += await asyncio.gather(*(app.quote() for _ in range(missing)))
    return found


async def confirm(
    app: Client, quoted: Iterable[dict[str, Any]], *, wait: bool = True
) -> list[Answer]:
    """Confirm them all at once, and wait for the pictures or not."""
    headers = {} if wait else {"Prefer": "respond-async"}
    bodies = [{"quoteId": each["quoteId"]} for each in quoted]
    asked = (app.post("/api/generations", body, headers=headers) for body in bodies)
    return await asyncio.gather(*asked)


async def pace(simulator: str, milliseconds: int) -> None:
    """How long the provider takes for a picture; forgets what was billed before."""
    async with aiohttp.ClientSession(raise_for_status=True) as session:
        body = {"provider": "openai", "ms": milliseconds}
        for step, given in (("reset", {}), ("latency", body)):
            async with session.post(f"{simulator}/_sim/{step}", json=given) as answer:
                await answer.read()


async def open_attempts(app: Client, *, until: int) -> None:
    """Wait until so many calls are under way by the books. The audit must be clean."""
    async with asyncio.timeout(PATIENCE_SECONDS):
        while (await app.audit())["attempts"]["open"] != until:  # noqa: ASYNC110  # another process's
            await asyncio.sleep(_LOOK_SECONDS)


async def billed(app: Client, *, until: int) -> None:
    """Wait until the provider has billed so many pictures."""
    async with asyncio.timeout(PATIENCE_SECONDS):
        while len((await app.invoice())["lines"]) < until:  # noqa: ASYNC110  # another process's
            await asyncio.sleep(_LOOK_SECONDS)
