"""What an API key may not buy alone waits for its owner, and is bought once."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from aquatint.clock import ManualClock
from aquatint.container import Services
from aquatint.identity.model import Scope
from aquatint.money import Micro
from tests.support.client import Answer, Client
from tests.support.fake import FakeProvider, house, on
from tests.support.people import SIGN_IN, Someone, key_of, someone
from tests.support.served import served

FOX = {"prompt": "a fox"}


class Desk:
    """A person, the provider, and the person's programs."""

    def __init__(self, app: Client, services: Services, clock: ManualClock, ann: Someone) -> None:
        self.app, self.services, self.clock, self.ann = app, services, clock, ann
        self.provider = FakeProvider()

    async def ask(self, method: str, path: str, body: Any = None) -> Answer:
        return await self.app.call(method, path, body, headers=self.ann.headers(self.app.base))

    async def key(self, *scopes: Scope, **terms: Any) -> dict[str, str]:
        return await key_of(self.services, self.ann.id, *scopes, **terms)

    async def buy(self, key: dict[str, str], path: str = "/generate-image", **more: Any) -> Answer:
        headers = {**key, **more.pop("headers", {})}
        return await self.app.call("POST", path, {**FOX, **more}, headers=headers)

    async def look(self, key: dict[str, str], quote_id: str) -> Answer:
        return await self.app.call("GET", f"/api/quotes/{quote_id}", headers=key)

    async def waiting(self) -> list[dict[str, Any]]:
        answer = await self.ask("GET", "/api/quotes?waiting=true")
        assert answer.status == 200, answer.raw
        found: list[dict[str, Any]] = answer.body
        return found

    async def agree(self, quote_id: str, **more: Any) -> Answer:
        """What the studio does for the link."""
        item = (await self.ask("GET", f"/api/quotes/{quote_id}")).body
        return await self.ask("POST", "/api/generations", {"quoteId": item["quoteId"], **more})


@pytest.fixture
async def desk(tmp_path: Path, database: str) -> AsyncIterator[Desk]:
    clock, provider = ManualClock(), FakeProvider()
    with on(database):
        async with (
            house(tmp_path, provider, clock=clock, **SIGN_IN) as services,
            served(services) as app,
        ):
            desk = Desk(app, services, clock, await someone(services, "ann@x.example"))
            desk.provider = provider
            yield desk


async def test_a_key_that_may_only_quote_gets_its_picture_by_its_owner(desk: Desk) -> None:
    key = await desk.key(Scope.QUOTE)
    refused = await desk.buy(key)
    assert (refused.status, refused.body["code"]) == (403, "forbidden")
    quote = refused.body["quote"]
    assert quote["url"] == f"{desk.app.base}/?quote={quote['id']}"
    assert 0 < quote["cost"] <= quote["maxCost"]
    (waits,) = await desk.waiting()
    assert (waits["id"], waits["asked"]["keyName"]) == (quote["id"], "a test")
    assert "scope generate" in waits["asked"]["reason"]
    assert (await desk.look(key, quote["id"])).body["status"] == "pending"
    assert not desk.provider.calls
    assert (await desk.agree(quote["id"])).status == 200
    assert await desk.waiting() == []
    seen = (await desk.look(key, quote["id"])).body
    assert seen["status"] == "complete"
    assert (await desk.app.call("GET", seen["imageUrl"])).status == 200
    again = await desk.buy(key)
    assert (again.status, again.headers["idempotency-replayed"]) == (200, "true")
    assert again.body["generationId"] == seen["generationId"]
    assert len(desk.provider.calls) == 1


TERMS: dict[str, tuple[dict[str, Any], int]] = {
    "its price of an image": ({"max_image_cost": Micro(1)}, 402),
    "its money": ({"money_per_day": Micro(1)}, 402),
    "its images": ({"images_per_day": 0}, 429),
    "its models": ({"models": ("together/*",)}, 403),
}


@pytest.mark.parametrize("what", TERMS)
@pytest.mark.parametrize("path", ["/generate-image", "/v1/images/generations"])
async def test_beyond_its_terms_a_key_asks_its_owner(desk: Desk, what: str, path: str) -> None:
    terms, status = TERMS[what]
    key = await desk.key(**terms)
    refused = await desk.buy(key, path)
    assert refused.status == status, refused.raw
    told = refused.body.get("error", refused.body) if "/v1/" in path else refused.body
    assert [each["id"] for each in await desk.waiting()] == [told["quote"]["id"]]
    assert not desk.provider.calls
    again = await desk.buy(key, path)
    assert told["quote"]["id"].encode() in again.raw
    assert (await desk.agree(told["quote"]["id"])).status == 200
    assert (await desk.buy(key, path)).status == 200
    assert len(desk.provider.calls) == 1


async def test_within_its_terms_a_key_asks_nobody(desk: Desk) -> None:
    key = await desk.key(money_per_day=Micro(5_000_000), max_image_cost=Micro(1_000_000))
    assert (await desk.buy(key)).status == 200
    assert await desk.waiting() == []


async def test_what_its_owner_may_not_buy_either_waits_for_nobody(desk: Desk) -> None:
    key = await desk.key()
    refused = await desk.buy(key, maxCost=0)
    assert (refused.status, "quote" in refused.body) == (402, False)
    assert await desk.waiting() == []


async def test_a_quote_of_its_own_that_is_too_dear_waits_too(desk: Desk) -> None:
    key = await desk.key(max_image_cost=Micro(1))
    item = (await desk.app.call("POST", "/api/quotes", FOX, headers=key)).body
    body = {"quoteId": item["quoteId"]}
    refused = await desk.app.call("POST", "/api/generations", body, headers=key)
    assert (refused.status, refused.body["quote"]["id"]) == (402, item["id"])
    assert (await desk.agree(item["id"])).status == 200
    replay = await desk.app.call("POST", "/api/generations", body, headers=key)
    assert (replay.status, replay.headers["idempotency-replayed"]) == (200, "true")


async def test_a_program_that_asks_without_end_pushes_out_its_own_alone(desk: Desk) -> None:
    quiet, loud = await desk.key(images_per_day=0), await desk.key(images_per_day=0)
    first = (await desk.buy(quiet)).body["quote"]["id"]
    asked = []
    for number in range(25):
        desk.clock.advance(1)
        asked.append((await desk.buy(loud, prompt=f"fox {number}")).body["quote"]["id"])
    found = [each["id"] for each in await desk.waiting()]
    assert found == [*reversed(asked[5:]), first]


async def test_the_same_requests_at_once_wait_as_one(desk: Desk) -> None:
    key = await desk.key(images_per_day=0)
    answers = await asyncio.gather(*(desk.buy(key) for _ in range(6)))
    assert len({answer.body["quote"]["id"] for answer in answers}) == 1
    assert len(await desk.waiting()) == 1


async def test_the_key_and_its_owner_at_once_buy_once(desk: Desk) -> None:
    """The key's hour is new, so that it may buy by itself what its owner confirms just then."""
    key = await desk.key(images_per_hour=1)
    desk.clock.advance(3500)
    assert (await desk.buy(key)).status == 200
    quote = (await desk.buy(key)).body["quote"]
    desk.clock.advance(150)
    stored = await desk.services.quotes.find(desk.ann.id, quote["id"])
    assert stored.quote.expires_at > desk.clock.now()
    answers = await asyncio.gather(desk.agree(quote["id"]), desk.buy(key), desk.buy(key))
    assert [answer.status for answer in answers] == [200, 200, 200]
    assert len({answer.body["generationId"] for answer in answers}) == 1
    assert len(desk.provider.calls) == 2


async def test_an_idempotency_key_leads_to_what_its_owner_bought_for_good(desk: Desk) -> None:
    key = await desk.key(images_per_day=0)
    named: dict[str, Any] = {"headers": {"Idempotency-Key": "order-1"}}
    quote = (await desk.buy(key, **named)).body["quote"]
    assert (await desk.agree(quote["id"])).status == 200
    desk.clock.advance(3600)
    assert (await desk.buy(key, **named)).status == 200
    assert (await desk.buy(key)).status == 429
    assert len(desk.provider.calls) == 1


@pytest.mark.parametrize("path", ["/generate-image", "/v1/images/generations"])
async def test_two_programs_of_one_owner_know_nothing_of_each_other(desk: Desk, path: str) -> None:
    named = {"Idempotency-Key": "order-1"}
    one, two = await desk.key(), await desk.key()
    assert (await desk.buy(one, path, headers=named)).status == 200
    other = await desk.buy(two, path, headers=named, prompt="a hen")
    assert (other.status, "idempotency-replayed" in other.headers) == (200, False)
    assert (await desk.buy(two, path, headers=named)).status == 422
    person = {**desk.ann.headers(desk.app.base), **named}
    own = await desk.app.call("POST", path, {"prompt": "a cat"}, headers=person)
    assert (own.status, "idempotency-replayed" in own.headers) == (200, False)
    assert len(desk.provider.calls) == 3


async def test_a_retry_gets_what_its_own_key_began(desk: Desk) -> None:
    path, again = "/v1/images/generations", {"x-stainless-retry-count": "1"}
    one, two = await desk.key(), await desk.key()
    assert (await desk.buy(one, path)).status == 200
    assert "idempotency-replayed" not in (await desk.buy(two, path, headers=again)).headers
    assert "idempotency-replayed" in (await desk.buy(one, path, headers=again)).headers
    assert len(desk.provider.calls) == 2


async def test_a_key_that_was_rotated_finds_what_it_bought_before(desk: Desk) -> None:
    named = {"Idempotency-Key": "order-1"}
    made = await desk.ask("POST", "/api/keys", {"name": "a program", "scopes": ["generate"]})
    old = {"Authorization": f"Bearer {made.body['key']}"}
    assert (await desk.buy(old, headers=named)).status == 200
    turned = await desk.ask("POST", f"/api/keys/{made.body['id']}/rotate")
    new = {"Authorization": f"Bearer {turned.body['key']}"}
    assert (await desk.buy(new, headers=named)).headers["idempotency-replayed"] == "true"
    assert len(desk.provider.calls) == 1


@pytest.mark.parametrize("path", ["/generate-image", "/v1/images/generations"])
async def test_without_the_scope_nothing_that_was_bought_is_answered(desk: Desk, path: str) -> None:
    """Not even what the key itself bought when it had the scope."""
    named = {"Idempotency-Key": "order-1"}
    key = await desk.key()
    assert (await desk.buy(key, path, headers=named)).status == 200
    sql = "UPDATE api_keys SET scopes = 'quote'"
    await desk.services.db.write(lambda tx: tx.execute(sql))
    assert (await desk.buy(key, path, headers=named)).status == 403


async def test_an_unanswered_quote_expires_and_another_is_asked_for(desk: Desk) -> None:
    key = await desk.key(images_per_day=0)
    first = (await desk.buy(key)).body["quote"]
    desk.clock.advance(3600)
    assert await desk.waiting() == []
    assert (await desk.agree(first["id"])).status == 410
    second = (await desk.buy(key)).body["quote"]
    assert second["id"] != first["id"]


async def test_nobody_else_sees_or_confirms_it(desk: Desk) -> None:
    quote = (await desk.buy(await desk.key(images_per_day=0))).body["quote"]
    bob = await someone(desk.services, "bob@x.example")
    headers = bob.headers(desk.app.base)
    assert (await desk.app.call("GET", "/api/quotes?waiting=true", headers=headers)).body == []
    path = f"/api/quotes/{quote['id']}"
    assert (await desk.app.call("GET", path, headers=headers)).status == 404
    assert (await desk.look(await desk.key(Scope.QUOTE), quote["id"])).status == 403
    assert (await desk.look(await desk.key(Scope.READ), quote["id"])).status == 200
    key = await desk.key()
    listing = await desk.app.call("GET", "/api/quotes?waiting=true", headers=key)
    assert listing.status == 403


async def test_a_key_without_a_scope_for_it_asks_nobody(desk: Desk) -> None:
    refused = await desk.buy(await desk.key(Scope.READ))
    assert (refused.status, "quote" in refused.body) == (403, False)
    assert await desk.waiting() == []
