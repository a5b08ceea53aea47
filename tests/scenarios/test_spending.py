"""Who has no valid word buys nothing, and who repeats a request buys once."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from tests.support.client import Answer, Client, client
from tests.support.servers import Server, gateway

ROUTES = ("/generate-image", "/api/generations")


def altered(token: str, position: int) -> str:
    """The same token with one character changed."""
    other = "0" if token[position] != "0" else "1"
    return token[:position] + other + token[position + 1 :]


FORGERIES = {
    "the id alone": lambda token: token.partition(".")[0],
    "no signature": lambda token: token.partition(".")[0] + ".",
    "an altered id": lambda token: altered(token, 8),
    "an altered signature": lambda token: altered(token, token.index(".") + 5),
    "a shortened signature": lambda token: token[:-1],
    "a signature twice": lambda token: token + token[token.index(".") :],
    "nothing": lambda _: "",
}


@pytest.mark.parametrize("route", ROUTES)
@pytest.mark.parametrize("forge", FORGERIES.values(), ids=FORGERIES)
async def test_a_forged_quote_buys_nothing(app: Client, route: str, forge: Any) -> None:
    token = (await app.quote())["quoteId"]
    answer = await app.post(route, {"quoteId": forge(token)})
    assert answer.status == 404, answer.raw
    await _nothing_was_bought(app)


@pytest.mark.parametrize("route", ROUTES)
async def test_another_quotes_signature_buys_nothing(app: Client, route: str) -> None:
    first, second = [(await app.quote())["quoteId"] for _ in range(2)]
    mixed = first.partition(".")[0] + "." + second.partition(".")[2]
    assert (await app.post(route, {"quoteId": mixed})).status == 404
    await _nothing_was_bought(app)


async def test_a_quote_changed_in_any_word_buys_nothing(app: Client) -> None:
    item = await app.quote(n=2)
    for changed in (
        {"prompt": "another fox"},
        {"n": 3},
        {"size": "1536x1024"},
        {"quality": "fast"},
        {"provider": "together"},
        {"model": "dall-e-3"},
        {"candidate": "openai-dall-e-3-hd-1024"},
    ):
        assert (await app.confirm(item, **changed)).status in {400, 409}, changed
    await _nothing_was_bought(app)


@pytest.mark.parametrize("route", ROUTES)
async def test_a_used_quote_leads_to_what_it_bought(app: Client, route: str) -> None:
    body = {"quoteId": (await app.quote())["quoteId"]}
    answers = await asyncio.gather(*(app.post(route, body) for _ in range(5)))
    assert {answer.status for answer in answers} == {200}
    assert len({answer.body["generationId"] for answer in answers}) == 1
    assert (await app.paid_calls(), len((await app.invoice())["lines"])) == (1, 1)


async def _nothing_was_bought(app: Client) -> None:
    assert await app.paid_calls() == 0
    assert (await app.invoice())["lines"] == []
    assert (await app.audit())["attempts"]["open"] == 0


@pytest.fixture
async def brief(tmp_path: Path, providers: Server) -> AsyncIterator[Client]:
    """A gateway of its own key, whose quotes stand for a second."""
    with gateway(tmp_path, providers.url, QUOTE_TTL_SECONDS="1") as server:
        async with client(server.url, providers.url) as ready:
            await ready.reset()
            yield ready


async def test_an_expired_or_foreign_quote_buys_nothing(app: Client, brief: Client) -> None:
    foreign = {"quoteId": (await app.quote())["quoteId"]}
    expiring = {"quoteId": (await brief.quote())["quoteId"]}
    path = f"/api/quotes/{expiring['quoteId']}"
    for _ in range(200):
        if (await brief.get(path)).body["status"] == "expired":
            break
        await asyncio.sleep(0.05)
    for route in ROUTES:
        assert (await brief.post(route, expiring)).status == 410
        assert (await brief.post(route, foreign)).status == 404
    await _nothing_was_bought(brief)


class TestIdempotencyKeys:
    """The same on every route that spends."""

    @staticmethod
    async def body(app: Client, route: str) -> dict[str, Any]:
        if route == "/generate-image":
            return {"prompt": "a cat"}
        return {"quoteId": (await app.quote())["quoteId"]}

    @staticmethod
    async def send(app: Client, route: str, body: dict[str, Any], key: str) -> Answer:
        return await app.post(route, body, headers={"Idempotency-Key": key})

    @pytest.mark.parametrize("route", ROUTES)
    async def test_quoted_and_bare_are_the_same_key(self, app: Client, route: str) -> None:
        body, key = await self.body(app, route), f"k-{route}"
        first = await self.send(app, route, body, key)
        again = await self.send(app, route, body, f'"{key}"')
        assert first.status == again.status == 200
        assert first.body["generationId"] == again.body["generationId"]
        assert "idempotency-replayed" not in first.headers
        assert again.headers["idempotency-replayed"] == "true"
        assert await app.paid_calls() == 1

    @pytest.mark.parametrize("route", ROUTES)
    async def test_what_is_no_key_is_refused(self, app: Client, route: str) -> None:
        body = await self.body(app, route)
        for key in ("x" * 256, "", '""'):
            assert (await self.send(app, route, body, key)).status == 400
        await _nothing_was_bought(app)
        assert (await self.send(app, route, body, f'"{route:x<255}"')).status == 200

    @pytest.mark.parametrize("route", ROUTES)
    async def test_another_body_is_refused(self, app: Client, route: str) -> None:
        key = f"other-{route}"
        assert (await self.send(app, route, await self.body(app, route), key)).status == 200
        other = {"quoteId": (await app.quote("a dog"))["quoteId"]}
        for body in (other, {"quoteId": "img_forged.signature"}):
            assert (await self.send(app, route, body, key)).status == 422
        assert await app.paid_calls() == 1

    @pytest.mark.parametrize("route", ROUTES)
    async def test_a_key_in_progress_says_when_to_ask_again(self, app: Client, route: str) -> None:
        await app.latency(700)
        body, key = await self.body(app, route), f"busy-{route}"
        first = asyncio.create_task(self.send(app, route, body, key))
        await app.first_call()
        busy = await self.send(app, route, body, key)
        assert (busy.status, busy.body["code"]) == (409, "idempotency_in_progress")
        assert int(busy.headers["retry-after"]) > 0
        done = await first
        assert busy.body["generationId"] == done.body["generationId"]
        assert (await self.send(app, route, body, key)).status == done.status == 200
        assert await app.paid_calls() == 1

    @pytest.mark.parametrize("route", ROUTES)
    async def test_requests_at_once_with_one_key_buy_once(self, app: Client, route: str) -> None:
        body, key = await self.body(app, route), f"storm-{route}"
        sent = (self.send(app, route, body, key) for _ in range(10))
        statuses = sorted([answer.status for answer in await asyncio.gather(*sent)])
        assert set(statuses) <= {200, 409}
        assert 200 in statuses
        assert (await app.paid_calls(), len((await app.invoice())["lines"])) == (1, 1)

    async def test_two_keys_that_differ_are_refused(self, app: Client) -> None:
        body = {"prompt": "a cat", "idempotencyKey": "one"}
        assert (await self.send(app, "/generate-image", body, "two")).status == 400
        await _nothing_was_bought(app)
        assert (await self.send(app, "/generate-image", body, "one")).status == 200

    async def test_what_failed_before_anything_was_asked_may_be_tried_again(
        self, app: Client
    ) -> None:
        await app.fault("out_of_credit")
        assert (await app.post("/generate-image", {"prompt": "a cat"})).status == 502
        await app.call("DELETE", f"{app.simulator}/_sim/faults")
        body = {"prompt": "a cat"}
        assert (await self.send(app, "/generate-image", body, "again")).status == 503
        assert (await app.post("/api/providers/openai/reset")).status == 200
        assert (await self.send(app, "/generate-image", body, "again")).status == 200
