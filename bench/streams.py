"""What idle event streams cost a client that is at work.

`python -m bench.streams --count 2000` opens so many on one gateway and prints the CPU time of a
request and the memory of the process, without them and with them.
"""

import argparse
import asyncio
import json
import os
import sys
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, Final

import aiohttp

from tests.support.client import Client, client
from tests.support.servers import Server, gateway, simulator

_REQUESTS: Final = 200
_LATENCY_MS: Final = 600_000  # the generation that is watched does not end by itself
_AT_ONCE: Final = 100


async def measure(server: Server, simulator_url: str, count: int) -> dict[str, Any]:
    """Microseconds of CPU for one request, and MB held, before and while `count` streams idle."""
    async with client(server.url, simulator_url) as app:
        await app.latency(_LATENCY_MS)
        watched = await _begun(app)
        await _requests(app)  # what is loaded once is loaded
        without = await _cost(server, app)
        async with _streams(server, watched, count):
            along = await _cost(server, app)
    return {"streams": count, "without": without, "with": along}


async def _begun(app: Client) -> str:
    item = await app.quote()
    asked = {"quoteId": item["quoteId"]}
    begun = await app.post("/api/generations", asked, headers={"Prefer": "respond-async"})
    name: str = begun.body["generationId"]
    return name


async def _cost(server: Server, app: Client) -> dict[str, float]:
    before = _cpu_seconds(server)
    await _requests(app)
    spent = _cpu_seconds(server) - before
    return {"cpu_us": spent * 1e6 / _REQUESTS, "memory_mb": _memory_mb(server)}


async def _requests(app: Client) -> None:
    for _ in range(_REQUESTS):
        answer = await app.get("/api/usage")
        if answer.status != 200:  # noqa: PLR2004  # the one good answer
            raise RuntimeError(f"{answer.status}: {answer.raw!r}")


@asynccontextmanager
async def _streams(server: Server, generation: str, count: int) -> AsyncIterator[None]:
    """So many watchers, each past the events that there are."""
    url = f"{server.url}/api/generations/{generation}/events"
    connector, several = aiohttp.TCPConnector(limit=0), asyncio.Semaphore(_AT_ONCE)
    async with aiohttp.ClientSession(connector=connector) as session:

        async def watch() -> aiohttp.ClientResponse:
            async with several:
                response = await session.get(url)
                await response.content.readline()
                return response

        opened = await asyncio.gather(*(watch() for _ in range(count)))
        yield
        for response in opened:
            response.close()


def _cpu_seconds(server: Server) -> float:
    fields = Path(f"/proc/{server.process.pid}/stat").read_text("ascii").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _memory_mb(server: Server) -> float:
    pages = Path(f"/proc/{server.process.pid}/statm").read_text("ascii").split()[1]
    return int(pages) * os.sysconf("SC_PAGE_SIZE") / 2**20


def main() -> int:
    """Print what was measured as JSON."""
    parser = argparse.ArgumentParser(prog="python -m bench.streams")
    parser.add_argument("--count", type=int, default=2000)
    count = parser.parse_args().count
    with (
        tempfile.TemporaryDirectory() as folder,
        simulator(Path(folder)) as providers,
        gateway(Path(folder), providers.url) as server,
    ):
        found = asyncio.run(measure(server, providers.url, count))
        sys.stdout.write(f"{json.dumps(found, indent=2)}\n")
        server.kill()  # it would wait for its picture
    return 0


if __name__ == "__main__":
    sys.exit(main())
