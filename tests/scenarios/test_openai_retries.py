"""A client that asks again for what it did not get gets what it asked for first, bought once."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import openai
import pytest
from openai import AsyncOpenAI

from aquatint.clock import ManualClock
from aquatint.container import Services
from aquatint.errors import BadResponse, OutcomeUnknown, ProviderError, ProviderFault
from aquatint.generations.retries import WINDOW
from aquatint.library.store import listed_for, of_generations
from aquatint.providers.base import Completed, ImageRequest, ImageSink
from tests.support.client import Answer, Client
from tests.support.fake import FakeProvider, books, deliver, house, picture
from tests.support.served import served

PROMPT = "a photorealistic fox"
BODY = {"prompt": PROMPT}
AGAIN = {"x-stainless-retry-count": "1"}


class Town:
    """A gateway whose provider waits for the word."""

    def __init__(self, app: Client, services: Services, clock: ManualClock) -> None:
        self.app, self.services, self.clock = app, services, clock
        self.go = asyncio.Event()
        self.provider = FakeProvider(self._make)
        self.losing = False
        self.failures: list[ProviderError] = []

    async def _make(self, request: ImageRequest, sink: ImageSink) -> Completed:
        await self.go.wait()
        if self.failures:
            raise self.failures.pop()
        if self.losing:
            raise OutcomeUnknown("The answer was lost")
        return await deliver(request, sink)

    async def ask(self, body: object = BODY, **headers: str) -> Answer:
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        return await self.app.post("/v1/images/generations", body, headers=sent)


@pytest.fixture
async def town(tmp_path: Path) -> AsyncIterator[Town]:
    clock = ManualClock()
    found: list[Town] = []

    async def make(request: ImageRequest, sink: ImageSink) -> Completed:
        return await found[0]._make(request, sink)

    provider = FakeProvider(make)
    async with house(tmp_path, provider, clock) as services, served(services) as app:
        found.append(town := Town(app, services, clock))
        town.provider = provider
        yield town
        town.go.set()
        await services.generations.drain()
        await books(services)


def generation(answer: Answer) -> str:
    assert answer.status == 200, answer.raw
    return answer.headers["x-aquatint-generation-id"]


async def test_the_same_body_twice_is_two_wishes(town: Town) -> None:
    town.go.set()
    first, second = await town.ask(), await town.ask()
    assert generation(first) != generation(second)
    assert len(town.provider.calls) == 2


async def test_a_repeated_try_gets_the_first_ones_image(town: Town) -> None:
    town.go.set()
    first, again = await town.ask(), await town.ask(**AGAIN)
    assert generation(first) == generation(again)
    assert again.headers["idempotency-replayed"] == "true"
    assert again.body == first.body
    assert len(town.provider.calls) == 1


async def test_a_repeated_try_waits_for_what_is_in_flight(town: Town) -> None:
    first = asyncio.create_task(town.ask())
    await town.provider.entered.wait()
    again = asyncio.create_task(town.ask(**AGAIN))
    third = asyncio.create_task(town.ask(**{"x-stainless-retry-count": "2"}))
    await asyncio.sleep(0)
    town.go.set()
    found = {generation(answer) for answer in await asyncio.gather(first, again, third)}
    assert len(found) == 1
    assert len(town.provider.calls) == 1


async def test_another_body_is_another_wish(town: Town) -> None:
    town.go.set()
    await town.ask()
    await town.ask({"prompt": "a photorealistic hen"}, **AGAIN)
    assert len(town.provider.calls) == 2


async def test_after_a_while_the_same_is_asked_anew(town: Town) -> None:
    town.go.set()
    await town.ask()
    town.clock.advance(WINDOW / 1000 + 1)
    await town.ask(**AGAIN)
    assert len(town.provider.calls) == 2


async def test_a_first_try_that_never_arrived_is_bought(town: Town) -> None:
    town.go.set()
    assert generation(await town.ask(**AGAIN))
    assert len(town.provider.calls) == 1


async def test_a_key_leads_to_the_same_generation(town: Town) -> None:
    town.go.set()
    first = await town.ask(Idempotency_Key="mine")
    again = await town.ask(Idempotency_Key="mine")
    assert generation(first) == generation(again)
    other = await town.ask({"prompt": "a photorealistic hen"}, Idempotency_Key="mine")
    assert other.status == 422
    assert other.body["error"]["code"] == "idempotency_conflict"
    assert len(town.provider.calls) == 1


async def test_a_key_in_flight_is_joined_by_a_repeated_try_alone(town: Town) -> None:
    first = asyncio.create_task(town.ask(Idempotency_Key="mine"))
    await town.provider.entered.wait()
    busy = await town.ask(Idempotency_Key="mine")
    assert (busy.status, busy.headers["x-should-retry"]) == (409, "true")
    again = asyncio.create_task(town.ask(**AGAIN, Idempotency_Key="mine"))
    town.go.set()
    assert generation(await first) == generation(await again)
    assert len(town.provider.calls) == 1


async def test_what_may_have_been_billed_is_not_bought_once_more(town: Town) -> None:
    """Also when the client does not say that it asks again; a key of its own is a new wish."""
    town.go.set()
    town.losing = True
    lost = await town.ask()
    town.losing = False
    assert lost.status == 504
    for headers in ({}, AGAIN):
        again = await town.ask(**headers)
        assert (again.status, again.headers["idempotency-replayed"]) == (504, "true")
        assert again.body["error"]["generation_id"] == lost.body["error"]["generation_id"]
    assert len(town.provider.calls) == 1
    assert (await town.ask({**BODY, "n": 2})).status == 200
    assert (await town.ask(idempotency_key="meant")).status == 200
    town.clock.advance(WINDOW / 1000 + 1)
    assert (await town.ask()).status == 200
    assert len(town.provider.calls) == 4


async def test_what_failed_and_cost_nothing_is_tried_anew(town: Town) -> None:
    """By the client itself, which is told to ask again."""
    town.go.set()
    town.failures = [ProviderFault("Overloaded")]
    client = AsyncOpenAI(base_url=f"{town.app.base}/v1", api_key="any", max_retries=1)
    async with client:
        assert (await client.images.generate(prompt=PROMPT)).data
    assert len(town.provider.calls) == 2


async def test_what_failed_and_may_have_been_billed_is_not_tried_anew(town: Town) -> None:
    """By nobody who does not say that it is meant."""
    town.go.set()
    town.failures = [BadResponse("No image in it") for _ in range(9)]
    failed = await town.ask()
    assert failed.status == 502
    calls, town.failures = len(town.provider.calls), []
    for headers in ({}, AGAIN):
        again = await town.ask(**headers)
        assert (again.status, again.headers["idempotency-replayed"]) == (502, "true")
    assert len(town.provider.calls) == calls
    assert (await town.ask(Idempotency_Key="meant")).status == 200


async def test_what_failed_under_a_key_stays_its_answer(town: Town) -> None:
    town.go.set()
    town.failures = [ProviderFault("Overloaded")]
    failed = await town.ask(Idempotency_Key="mine")
    assert (failed.status, failed.headers["x-should-retry"]) == (502, "false")
    again = await town.ask(**AGAIN, Idempotency_Key="mine")
    assert (again.status, again.headers["idempotency-replayed"]) == (502, "true")
    assert len(town.provider.calls) == 1


async def test_a_client_that_loses_patience_buys_once(town: Town) -> None:
    """The client's own time-out and retries, as anybody has them."""
    client = AsyncOpenAI(base_url=f"{town.app.base}/v1", api_key="any", max_retries=1, timeout=1.0)
    async with client:
        with pytest.raises(openai.APITimeoutError):
            await client.images.generate(prompt=PROMPT)
        town.go.set()
        assert len(town.provider.calls) == 1
        patient = client.with_options(timeout=30)
        assert (await patient.images.generate(prompt=PROMPT, extra_headers=AGAIN)).data
    assert len(town.provider.calls) == 1


async def test_a_stream_is_joined_too(town: Town) -> None:
    town.go.set()
    await town.ask({**BODY, "stream": True})
    again = await town.ask({**BODY, "stream": True}, **AGAIN)
    assert again.raw.count(b"event: image_generation.completed") == 1
    assert len(town.provider.calls) == 1


async def test_an_image_that_is_gone_is_told_so(town: Town) -> None:
    town.go.set()
    first = await town.ask()
    bought = await town.services.generations.get("local", generation(first))
    (image,) = await town.services.db.read(lambda tx: of_generations(tx, [bought.id]))
    town.services.blobs.path(image.sha256).unlink()
    assert (await town.ask(**AGAIN)).status == 404
    await town.ask({**BODY, "stream": True})
    town.services.blobs.path(image.sha256).unlink()
    streamed = await town.ask({**BODY, "stream": True}, **AGAIN)
    assert b"no longer in the data folder" in streamed.raw
    assert b"event: error" in streamed.raw


async def test_an_edit_is_known_by_its_pictures(town: Town) -> None:
    """And a picture that came before is not kept once more."""
    town.go.set()
    client = AsyncOpenAI(base_url=f"{town.app.base}/v1", api_key="any")
    async with client:
        for image, headers, calls in (
            (picture(), {}, 1),
            (picture(), AGAIN, 1),
            (picture(seed=1), AGAIN, 2),
        ):
            await client.images.edit(prompt="a hat", image=image, extra_headers=headers)
            assert len(town.provider.calls) == calls
    kept = await town.services.db.read(lambda tx: listed_for(tx, "local", limit=100))
    assert len([image for image in kept if image.generation_id is None]) == 2
