"""What the books know of pictures that were asked for when the gateway was killed with SIGKILL.

`python -m bench.kill --pid PID --url URL --model MODEL --upstream SIMULATOR` kills another gateway
in mid-call and says what was billed, to compare with what it recorded; see bench/README.md.
"""

import argparse
import asyncio
import os
import signal
import sys
from pathlib import Path
from typing import Any, Final

from bench import foreign, gateways
from bench.databases import Databases
from tests.support.servers import simulator

PICTURES: Final = 40
_LATENCY_MS = 8_000  # all are under way before the first is answered
_INTO_THE_CALL = 1.0  # seconds


def measure(folder: Path, databases: Databases) -> dict[str, Any]:
    """Dollars billed, and what the next process finds in the books, by database and moment."""
    found = {}
    with simulator(folder) as providers:
        for kind in databases.kinds:
            for moment in ("in mid-call", "after the answers"):
                with databases.fresh(kind, folder) as address, gateways.home(folder) as home:
                    asked = _killed(home, providers.url, address, mid=moment == "in mid-call")
                    found[f"{kind}, {moment}"] = asyncio.run(asked)
    return found


async def _killed(home: Path, providers: str, address: str, *, mid: bool) -> dict[str, Any]:
    await gateways.pace(providers, _LATENCY_MS if mid else 0)
    with gateways.gateway(home, providers, address) as doomed:
        async with gateways.client(doomed, providers) as app:
            quoted = await gateways.quotes(app, PICTURES)
            await gateways.confirm(app, quoted, wait=not mid)
            if mid:
                await gateways.open_attempts(app, until=PICTURES)
        doomed.kill()
    with gateways.gateway(home, providers, address) as heir:
        async with gateways.client(heir, providers) as app:
            await gateways.open_attempts(app, until=0)
            await gateways.billed(app, until=PICTURES)
            audit, invoice = await app.audit(), await app.invoice()
    return {
        "pictures_billed": len(invoice["lines"]),
        "billed_usd": invoice["totalMicroUsd"] / 1e6,
        "settled_usd": audit["billed"],
        "held_as_unknown_usd": audit["unknownHeld"],
    }


async def _kill_another(other: foreign.Gateway, pid: int) -> dict[str, Any]:
    await gateways.pace(other.upstream, _LATENCY_MS)
    async with foreign.client(other) as app:
        asked = asyncio.create_task(foreign.ask(app, other, PICTURES))
        await asyncio.sleep(_INTO_THE_CALL)
        os.kill(pid, signal.SIGKILL)
        statuses = await asked
        await asyncio.sleep(_LATENCY_MS / 1000)  # what was begun is billed
        invoice = await app.invoice()
    return {
        "answered": statuses[200],
        "pictures_billed": len(invoice["lines"]),
        "billed_usd": invoice["totalMicroUsd"] / 1e6,
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    foreign.arguments(parser)
    parser.add_argument("--pid", type=int, required=True, help="the process that is killed")
    chosen = parser.parse_args()
    found = asyncio.run(_kill_another(foreign.Gateway.of(chosen), chosen.pid))
    sys.stdout.write(f"{found}\n")


if __name__ == "__main__":
    main()
