"""Who leaves before the answer and comes again without a word gets what they left, bought once."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import suppress
from pathlib import Path

import aiohttp
import pytest

from aquatint.clock import ManualClock
from aquatint.container import Services
from aquatint.db.engine import Tx
from aquatint.generations.retries import WINDOW
from aquatint.generations.service import Generations
from aquatint.providers.base import Completed, ImageRequest, ImageSink
from tests.contract.replies import answer
from tests.contract.server import Request, Server, serve
from tests.support import fake
from tests.support.client import Answer, Client
from tests.support.fake import FakeProvider, books, deliver, house
from tests.support.served import served

BODY = {"prompt": "a photorealistic fox"}
STREAM = {**BODY, "stream": True}
PATH = "/v1/images/generations"


class Town:
    """A gateway whose provider waits for the word."""

    app: Client
    services: Services

    def __init__(self) -> None:
        self.go = asyncio.Event()
        self.provider = FakeProvider(self._make)
        self.clock = ManualClock()

    async def _make(self, request: ImageRequest, sink: ImageSink) -> Completed:
        await self.go.wait()
        return await deliver(request, sink)

    async def ask(self, body: object = BODY, **headers: str) -> Answer:
        return await self.app.post(PATH, body, headers=headers)

    async def leave(self, body: object = BODY, **headers: str) -> None:
        """Ask, and go away while the provider works."""
        self.provider.entered.clear()
        asking = asyncio.create_task(self.ask(body, **headers))
        async with asyncio.timeout(20):
            await self.provider.entered.wait()
        asking.cancel()
        with suppress(asyncio.CancelledError):
            await asking

    async def noticed(self, marks: int) -> None:
        """Wait until the gateway keeps so many marks."""
        for _ in range(1000):
            if await self.services.db.read(_marks) == marks:
                return
            await asyncio.sleep(0.02)
        raise TimeoutError(f"there were never {marks} marks")

    async def working(self, calls: int) -> None:
        """Wait until the provider was asked so often."""
        for _ in range(1000):
            if len(self.provider.calls) == calls:
                return
            await asyncio.sleep(0.02)
        raise TimeoutError(f"there were never {calls} calls")


def _marks(tx: Tx) -> int:
    row = tx.execute("SELECT count(*) AS n FROM idempotency WHERE route LIKE 'left:%'").fetchone()
    return int(row["n"])


@pytest.fixture(autouse=True)
def on_each_database(database: str) -> Iterator[None]:
    with fake.on(database):
        yield


@pytest.fixture
async def town(tmp_path: Path) -> AsyncIterator[Town]:
    town = Town()
    async with house(tmp_path, town.provider, town.clock) as services, served(services) as app:
        town.app, town.services = app, services
        yield town
        town.go.set()
        await services.generations.drain()
        await books(services)


def generation(answer: Answer) -> str:
    assert answer.status == 200, answer.raw
    return answer.headers["x-aquatint-generation-id"]


@pytest.mark.parametrize("body", [BODY, STREAM], ids=["whole", "stream"])
async def test_what_was_left_is_fetched_once(town: Town, body: object) -> None:
    await town.leave(body)
    await town.noticed(1)
    again = asyncio.create_task(town.ask(body))
    await town.noticed(0)
    town.go.set()
    fetched = await again
    assert fetched.headers["idempotency-replayed"] == "true"
    assert len(town.provider.calls) == 1
    assert generation(await town.ask(body)) != generation(fetched), "another wish"
    assert len(town.provider.calls) == 2


async def test_what_was_left_may_be_over(town: Town) -> None:
    await town.leave()
    await town.noticed(1)
    town.go.set()
    await town.services.generations.drain()
    assert "idempotency-replayed" in (await town.ask()).headers
    assert len(town.provider.calls) == 1


async def test_who_leaves_again_may_come_again(town: Town) -> None:
    await town.leave()
    await town.noticed(1)
    second = asyncio.create_task(town.ask())
    await town.noticed(0)
    second.cancel()
    await town.noticed(1)
    town.go.set()
    generation(await town.ask())
    await town.noticed(0)
    assert len(town.provider.calls) == 1


async def test_of_two_alike_each_gets_its_own(town: Town) -> None:
    both = [asyncio.create_task(town.ask()) for _ in range(2)]
    await town.working(2)
    for each in both:
        each.cancel()
    await town.noticed(2)
    town.go.set()
    found = {generation(answer) for answer in await asyncio.gather(town.ask(), town.ask())}
    assert len(found) == 2
    assert len(town.provider.calls) == 2


async def test_a_repeated_try_fetches_it_too(town: Town) -> None:
    await town.leave()
    await town.noticed(1)
    town.go.set()
    first = generation(await town.ask(**{"x-stainless-retry-count": "1"}))
    await town.noticed(0)
    assert generation(await town.ask()) != first
    assert len(town.provider.calls) == 2


@pytest.mark.parametrize("other", ["body", "time", "key"])
async def test_what_else_is_asked_is_bought(town: Town, other: str) -> None:
    await town.leave()
    await town.noticed(1)
    town.go.set()
    body = {"prompt": "a photorealistic hen"} if other == "body" else BODY
    if other == "time":
        town.clock.advance(WINDOW / 1000 + 1)
    await town.ask(body, **({"Idempotency-Key": "mine"} if other == "key" else {}))
    assert len(town.provider.calls) == 2


async def test_who_has_the_image_has_not_left(town: Town) -> None:
    """Though the stream is closed before its end."""
    town.go.set()
    async with (
        aiohttp.ClientSession() as session,
        session.post(town.app.base + PATH, json=STREAM) as response,
    ):
        async for line in response.content:
            if line.startswith(b"data:"):
                break
    await town.ask(STREAM)
    await town.noticed(0)
    assert len(town.provider.calls) == 2


async def test_what_has_not_ended_is_not_bought_once_more(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As when the gateway could not write the end, and said so."""
    with monkeypatch.context() as trouble:
        trouble.setattr(Generations, "wait", Generations.get)
        told = await town.ask()
    assert (told.status, told.body["error"]["code"]) == (503, "not_written")
    await town.noticed(1)
    town.go.set()
    again = await town.ask()
    assert generation(again) == told.headers["x-aquatint-generation-id"]
    assert len(town.provider.calls) == 1


async def test_who_leaves_before_it_is_bought_buys_nothing(tmp_path: Path) -> None:
    """And so the same request again, without a word of it, is the only one that does."""
    judging = asyncio.Event()

    async def slowly(writer: asyncio.StreamWriter, asked: Request) -> None:
        await judging.wait()
        await answer(b'{"results": [{"flagged": false, "categories": {}}]}')(writer, asked)

    provider = FakeProvider()
    async with serve(slowly) as judge:
        base = f"{judge.url}/v1"
        async with (
            house(tmp_path, provider, moderation="openai", openai_base_url=base) as services,
            served(services) as app,
        ):
            first = asyncio.create_task(app.post(PATH, BODY))
            await asked(judge, 1)
            first.cancel()
            again = asyncio.create_task(app.post(PATH, BODY))
            await asked(judge, 2)
            judging.set()
            generation(await again)
            await services.generations.drain()
            assert len(provider.calls) == 1
            await books(services)


async def asked(judge: Server, times: int) -> None:
    """Wait until the judge was asked so often."""
    for _ in range(1000):
        if len(judge.requests) == times:
            return
        await asyncio.sleep(0.02)
    raise TimeoutError(f"the judge was never asked {times} times")


async def test_who_has_a_key_leaves_no_mark(town: Town) -> None:
    await town.leave(**{"Idempotency-Key": "mine"})
    await town.leave()
    await town.noticed(1)
    town.go.set()
