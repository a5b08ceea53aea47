"""`python -m tests.crash.loop --rounds 200`: kills gateways at random moments, then compares books.

Two gateways share one database and one folder while people buy from both. In each round one of
them is killed at a random moment and started again. In the end nothing is under way, the audit
is clean, every quote was bought once at most, and the invoice lies between what was settled and
that plus what is held as unknown.
"""

import argparse
import asyncio
import random
import tempfile
import time
from contextlib import AsyncExitStack, ExitStack, suppress
from pathlib import Path
from typing import Any

import aiohttp

from tests.crash.drill import ENDED, PATIENCE, Place
from tests.support.client import Client, client
from tests.support.servers import Server, simulator

BUYERS = 4
LATENCY_MS = 300
LONGEST_LIFE = 1.5  # seconds between two deaths


class Town:
    """Two gateways, the buyers before them, and what they bought."""

    def __init__(self, place: Place, seed: int) -> None:
        self.place = place
        self.random = random.Random(seed)  # a drill, no secret
        self.quotes: list[str] = []
        self.over = False
        self._stacks = [ExitStack(), ExitStack()]
        self.servers: list[Server] = []

    async def open(self) -> None:
        for stack in self._stacks:
            self.servers.append(await asyncio.to_thread(stack.enter_context, self.place.gateway()))

    def close(self) -> None:
        for stack in self._stacks:
            stack.close()

    async def kill_one(self) -> None:
        victim = self.random.randrange(2)
        await asyncio.sleep(self.random.uniform(0, LONGEST_LIFE))
        await asyncio.to_thread(self.servers[victim].kill)
        self._stacks[victim].close()
        self._stacks[victim] = ExitStack()
        fresh = self._stacks[victim].enter_context
        self.servers[victim] = await asyncio.to_thread(fresh, self.place.gateway())

    async def buy(self, session: aiohttp.ClientSession, number: int) -> None:
        """Ask for one picture after another from whichever gateway answers."""
        count = 0
        while not self.over:
            count += 1
            app = Client(session, self.random.choice(self.servers).url, self.place.simulator)
            with suppress(aiohttp.ClientError, TimeoutError):
                prompt = f"{self.place.prompt}, {number} of {count}"
                provider = self.random.choice(["openai", "replicate"])
                quoted = await app.quote(prompt, provider=provider)
                self.quotes.append(quoted["id"])
                await app.confirm(quoted)
            await asyncio.sleep(0.05)


async def drill(place: Place, rounds: int, seed: int) -> dict[str, Any]:
    """The figures of all rounds; AssertionError when the books are wrong."""
    town = Town(place, seed)
    await town.open()
    try:
        async with AsyncExitStack() as stack:
            timeout = aiohttp.ClientTimeout(total=20)
            session = await stack.enter_async_context(aiohttp.ClientSession(timeout=timeout))
            await _pace(Client(session, "", place.simulator))
            buyers = [asyncio.create_task(town.buy(session, n)) for n in range(BUYERS)]
            for _ in range(rounds):
                await town.kill_one()
            town.over = True
            await asyncio.gather(*buyers)
        async with client(town.servers[0].url, place.simulator) as app:
            return await _compared(app, town.quotes)
    finally:
        town.close()


async def _pace(app: Client) -> None:
    for provider in ("openai", "replicate"):
        body = {"provider": provider, "ms": LATENCY_MS}
        await app.post(f"{app.simulator}/_sim/latency", body)


async def _compared(app: Client, quotes: list[str]) -> dict[str, Any]:
    items = [await _ended(app, quote_id) for quote_id in quotes]
    audit, invoice = await app.audit(), await app.invoice()
    assert audit["attempts"]["open"] == 0, audit
    billed, unknown = (round(audit[name] * 1e6) for name in ("billed", "unknownHeld"))
    assert billed <= invoice["totalMicroUsd"] <= billed + unknown, (audit, invoice["totalMicroUsd"])
    seen = (await app.get(f"{app.simulator}/_sim/requests")).body
    paid = [str(r["body"]) for r in seen if r["method"] == "POST" and r["body"]]
    assert len(paid) == len(set(paid)), "something was bought twice"
    return {
        "quotes": len(quotes),
        "calls": len(paid),
        "states": {s: sum(i["status"] == s for i in items) for s in sorted(ENDED | {"pending"})},
        **audit,
    }


async def _ended(app: Client, quote_id: str) -> dict[str, Any]:
    """The item when nothing more happens to it: ended, or never confirmed."""
    deadline = time.monotonic() + PATIENCE
    while True:
        item: dict[str, Any] = (await app.get(f"/api/quotes/{quote_id}")).body
        if item["status"] in ENDED | {"pending", "expired"}:
            return item
        if time.monotonic() > deadline:
            raise AssertionError(f"still under way: {item}")
        await asyncio.sleep(0.2)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=200)
    parser.add_argument("--seed", type=int, default=int(time.time()))
    parser.add_argument("--database", default="", help="an empty database; unset: SQLite")
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as name, simulator(Path(name)) as providers:
        database = chosen.database or f"sqlite:///{name}/data/aquatint.db"
        place = Place(Path(name), providers.url, database, "a photorealistic fox")
        print(f"seed {chosen.seed}", flush=True)  # noqa: T201  # a program's output
        print(asyncio.run(drill(place, chosen.rounds, chosen.seed)))  # noqa: T201  # as above


if __name__ == "__main__":
    main()
