"""Another gateway before the same simulated provider, asked by OpenAI's protocol."""

import argparse
import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

import aiohttp

from bench.gateways import PATIENCE_SECONDS
from tests.support.client import Client


@dataclass(frozen=True, slots=True)
class Gateway:
    url: str
    key: str
    model: str
    upstream: str

    @classmethod
    def of(cls, chosen: argparse.Namespace) -> "Gateway":
        return cls(chosen.url, chosen.key, chosen.model, chosen.upstream)


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--url", required=True, help="the gateway, without /v1")
    parser.add_argument("--key", default="sk-none", help="its bearer token")
    parser.add_argument("--model", required=True, help="as the gateway calls it")
    parser.add_argument("--upstream", required=True, help="the simulator it is pointed at")


@asynccontextmanager
async def client(other: Gateway) -> AsyncIterator[Client]:
    connector = aiohttp.TCPConnector(limit=0)
    timeout = aiohttp.ClientTimeout(total=PATIENCE_SECONDS)
    async with aiohttp.ClientSession(timeout=timeout, connector=connector) as session:
        yield Client(session, other.url, other.upstream)


async def ask(app: Client, other: Gateway, count: int) -> Counter[int]:
    """So many pictures at once; how many answers had which status, 0 for none."""
    return Counter(await asyncio.gather(*(_one(app, other) for _ in range(count))))


async def _one(app: Client, other: Gateway) -> int:
    body = {"model": other.model, "prompt": "a red kite over a harbour", "n": 1}
    headers = {"Authorization": f"Bearer {other.key}"}
    try:
        return (await app.post("/v1/images/generations", body, headers=headers)).status
    except aiohttp.ClientError:  # it was killed
        return 0
