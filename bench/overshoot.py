"""Parallel confirmations against a limit with room for fewer: how many are let through.

`python -m bench.overshoot --url URL --model MODEL --upstream SIMULATOR` asks another gateway the
same, one that speaks OpenAI's protocol; bench/README.md says how to set it up.
"""

import argparse
import asyncio
import sys
from collections import Counter
from itertools import product
from pathlib import Path
from typing import Any, Final

from bench import foreign, gateways
from bench.databases import Databases
from tests.support.client import Client
from tests.support.servers import simulator

ASKED: Final = 100
ROOM: Final = 10
PROCESSES: Final = (1, 4)


class Overshoot(Exception):
    """More, or fewer, than the limit has room for."""


def measure(folder: Path, databases: Databases) -> dict[str, Any]:
    """What was let through and billed, by database, processes and limit; raises Overshoot."""
    found = {}
    with simulator(folder) as providers:
        budget = ROOM * asyncio.run(_ceiling(folder, providers.url))
        limits = {"images": {"IMAGES_PER_MONTH": str(ROOM)}, "money": _budget(budget)}
        for kind, workers, limit in product(databases.kinds, PROCESSES, limits):
            with databases.fresh(kind, folder) as address, gateways.home(folder) as home:
                asked = _ask(home, providers.url, address, workers, limits[limit])
                passed = asyncio.run(asked)
            if passed != {"let_through": ROOM, "billed": ROOM}:
                raise Overshoot(f"{kind}, {workers}, {limit}: {passed}")
            found[f"{kind}, {workers} at work, limit of {limit}"] = passed
    return found


def _budget(dollars: float) -> dict[str, str]:
    return {"MONTHLY_COST_LIMIT": str(round(dollars, 6))}


async def _ask(
    home: Path, providers: str, address: str, workers: int, limit: dict[str, str]
) -> dict[str, int]:
    await gateways.pace(providers, 0)
    with gateways.gateway(home, providers, address, workers, **limit) as server:
        async with gateways.client(server, providers) as app:
            answers = await gateways.confirm(app, await gateways.quotes(app, ASKED))
            statuses = Counter(answer.status for answer in answers)
            await app.audit()
            billed = await _billed(app)
    if set(statuses) - {200, 402, 429}:
        raise Overshoot(f"unexpected answers: {statuses}")
    return {"let_through": statuses[200], "billed": billed}


async def _ceiling(folder: Path, providers: str) -> float:
    """What one picture may cost at most, in dollars."""
    with (
        gateways.home(folder) as home,
        gateways.gateway(home, providers, f"sqlite:///{home}/prices.db") as server,
    ):
        async with gateways.client(server, providers) as app:
            return float((await app.quote())["maxCost"])


async def _ask_another(other: foreign.Gateway, count: int) -> dict[str, int]:
    async with foreign.client(other) as app:
        before = await _billed(app)
        statuses = await foreign.ask(app, other, count)
        return {"let_through": statuses[200], "billed": await _billed(app) - before}


async def _billed(app: Client) -> int:
    return len((await app.invoice())["lines"])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    foreign.arguments(parser)
    parser.add_argument("--count", type=int, default=ASKED)
    chosen = parser.parse_args()
    found = asyncio.run(_ask_another(foreign.Gateway.of(chosen), chosen.count))
    sys.stdout.write(f"{found}\n")


if __name__ == "__main__":
    main()
