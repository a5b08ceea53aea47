"""Two gateways on one database: a client's tries may meet either, and one of them buys."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack
from pathlib import Path

import pytest

from aquatint.clock import ManualClock
from aquatint.container import Services
from aquatint.quotes.model import Quote
from tests.support import fake
from tests.support.client import Answer, Client
from tests.support.fake import FakeProvider, books, house
from tests.support.served import served

BODY = {"prompt": "a photorealistic fox"}
FIRST, AGAIN = ({"x-stainless-retry-count": number} for number in ("0", "1"))


class Gateway:
    """One of the two; its moderation waits for the word."""

    def __init__(self, app: Client, services: Services, patch: pytest.MonkeyPatch) -> None:
        self.app = app
        self.asked, self.go = asyncio.Event(), asyncio.Event()
        patch.setattr(services.quotes, "moderate", self._moderate)

    async def _moderate(self, quote: Quote) -> None:
        self.asked.set()
        await self.go.wait()

    async def begin(self, headers: dict[str, str]) -> "asyncio.Task[Answer]":
        """A request that has found nothing bought yet."""
        asking = asyncio.create_task(self.app.post("/v1/images/generations", BODY, headers=headers))
        await self.asked.wait()
        return asking


class Town:
    def __init__(self, gateways: list[Gateway], provider: FakeProvider, clock: ManualClock) -> None:
        self.one, self.two = gateways
        self.provider, self.clock = provider, clock


@pytest.fixture(autouse=True)
def on_each_database(database: str) -> Iterator[None]:
    with fake.on(database):
        yield


@pytest.fixture
async def town(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Town]:
    provider, clock = FakeProvider(), ManualClock()
    async with AsyncExitStack() as stack:
        gateways, both = [], [house(tmp_path, provider, clock) for _ in range(2)]
        for each in both:
            services = await stack.enter_async_context(each)
            app = await stack.enter_async_context(served(services))
            gateways.append(Gateway(app, services, monkeypatch))
        yield Town(gateways, provider, clock)
        async with house(tmp_path) as services:
            await books(services)


def generation(answer: Answer) -> str:
    assert answer.status == 200, answer.raw
    return answer.headers["x-aquatint-generation-id"]


@pytest.mark.parametrize("faster", ["first", "again"])
async def test_whichever_is_slower_joins(town: Town, faster: str) -> None:
    first = await town.one.begin(FIRST)
    town.clock.advance(1)
    again = await town.two.begin(AGAIN)
    ways = [(town.one, first), (town.two, again)]
    for gateway, asking in ways if faster == "first" else reversed(ways):
        gateway.go.set()
        generation(await asking)
    assert generation(await first) == generation(await again)
    assert len(town.provider.calls) == 1


async def test_both_at_the_same_time(town: Town) -> None:
    asking = [await town.one.begin(FIRST), await town.two.begin(AGAIN)]
    for gateway in (town.one, town.two):
        gateway.go.set()
    assert len({generation(await each) for each in asking}) == 1
    assert len(town.provider.calls) == 1


async def test_two_first_tries_are_two_wishes(town: Town) -> None:
    asking = [await gateway.begin(FIRST) for gateway in (town.one, town.two)]
    for gateway in (town.one, town.two):
        gateway.go.set()
    assert len({generation(await each) for each in asking}) == 2
    assert len(town.provider.calls) == 2


async def test_a_wish_after_a_repetition_is_bought(town: Town) -> None:
    town.one.go.set()
    again = await town.one.begin(AGAIN)
    bought = generation(await again)
    town.clock.advance(1)
    assert generation(await (await town.one.begin(FIRST))) != bought


async def test_a_key_is_joined_by_its_repeated_try(town: Town) -> None:
    """The key alone would answer the slower one with 409."""
    keyed = {"Idempotency-Key": "mine"}
    first = await town.one.begin(FIRST | keyed)
    again = await town.two.begin(AGAIN | keyed)
    for gateway, asking in ((town.one, first), (town.two, again)):
        gateway.go.set()
        generation(await asking)
    assert generation(await first) == generation(await again)
    assert len(town.provider.calls) == 1
