"""API keys over HTTP: shown once, held to their terms, and stopped at once."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from aquatint.clock import ManualClock, iso
from aquatint.container import Services
from aquatint.db.sqlite import SqliteDatabase
from aquatint.identity import api_keys
from aquatint.identity.model import LOCAL
from tests.support.client import Answer, Client
from tests.support.fake import house
from tests.support.people import OPERATOR, SIGN_IN, Someone, key_of, someone
from tests.support.served import served

EVERYTHING = ["quote", "generate", "read", "chat"]


@dataclass
class Desk:
    """A person's own page of keys."""

    app: Client
    services: Services
    clock: ManualClock
    ann: Someone

    async def ask(self, method: str, path: str, body: Any = None) -> Answer:
        return await self.app.call(method, path, body, headers=self.ann.headers(self.app.base))

    async def make(self, **terms: Any) -> dict[str, Any]:
        body = {"name": "a program", "scopes": EVERYTHING, **terms}
        answer = await self.ask("POST", "/api/keys", body)
        assert answer.status == 201, answer.raw
        key: dict[str, Any] = answer.body
        return key

    async def use(self, key: dict[str, Any], path: str, body: Any = None) -> Answer:
        headers = {"Authorization": f"Bearer {key['key']}"}
        return await self.app.call("POST" if body else "GET", path, body, headers=headers)


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[Desk]:
    clock = ManualClock()
    async with house(tmp_path, clock=clock, **SIGN_IN) as services, served(services) as app:
        yield Desk(app, services, clock, await someone(services, "ann@x.example"))


async def test_a_key_is_shown_once(desk: Desk) -> None:
    limits = {"imagesPerDay": 5, "moneyPerMonth": 2.5}
    made = await desk.ask("POST", "/api/keys", {"name": "n", "scopes": ["read"], "limits": limits})
    assert made.headers["cache-control"] == "no-store"
    token = made.body["key"]
    listed = await desk.ask("GET", "/api/keys")
    assert token.encode() not in listed.raw
    (key,) = listed.body
    assert (key["lastFour"], key["scopes"], key["works"]) == (token[-4:], ["read"], True)
    assert (key["limits"]["imagesPerDay"], key["limits"]["moneyPerMonth"]) == (5, 2.5)
    assert key["bounded"] is True
    assert (await desk.use(made.body, "/api/usage")).status == 200
    assert (await desk.ask("GET", "/api/keys")).body[0]["lastUsedAt"]


@pytest.mark.parametrize(
    "wrong",
    [
        {"name": ""},
        {"scopes": []},
        {"scopes": ["everything"]},
        {"limits": {"imagesPerDay": -1}},
        {"limits": {"imagesPerYear": 1}},
        {"maxImageCost": "NaN"},
        {"expiresAt": "2020-01-01T00:00:00Z"},
        {"expiresAt": "2026-12-01T00:00:00"},
        {"expiresAt": "9999-12-31T23:59:59-23:59"},  # a year that no clock can tell
        {"expiresAt": "9999-12-31T23:59:59Z"},  # whose rotation would end in such a year
        {"models": ["x" * 201]},
        {"surprise": 1},
    ],
    ids=str,
)
async def test_a_key_that_makes_no_sense_is_refused(desk: Desk, wrong: dict[str, Any]) -> None:
    body = {"name": "a program", "scopes": ["read"], **wrong}
    assert (await desk.ask("POST", "/api/keys", body)).status == 400
    assert (await desk.ask("GET", "/api/keys")).body == []


async def test_a_key_keeps_to_its_models(desk: Desk) -> None:
    named = "openai-gpt-image-2.5-flare-medium"
    key = await desk.make(models=[named])
    fits = await desk.use(key, "/api/quotes", {"prompt": "a photorealistic fox"})
    assert (fits.status, fits.body["modelKey"]) == (201, named)
    assert not fits.body["fallbackUsed"]
    assert {each["modelKey"] for each in fits.body["availableAlternatives"]} <= {named}
    dear = {"prompt": "a fox", "model": "openai-gpt-image-2.6-flare-high"}
    assert (await desk.use(key, "/api/quotes", dear)).status == 403
    assert (await desk.use(key, "/generate-image", dear)).status == 403
    assert (await desk.use(key, "/generate-image", {"prompt": "a fox"})).status == 200
    nothing = await desk.make(models=["a model that nobody has"])
    assert (await desk.use(nothing, "/api/quotes", {"prompt": "a fox"})).status == 403


async def test_a_key_cannot_confirm_what_it_may_not_buy(desk: Desk) -> None:
    key = await desk.make(models=["together/*"])
    item = (await desk.ask("POST", "/api/quotes", {"prompt": "a fox"})).body
    for path in ("/api/generations", "/generate-image"):
        answer = await desk.use(key, path, {"quoteId": item["quoteId"]})
        assert answer.status == 403, answer.raw
    usage = (await desk.ask("GET", "/api/usage")).body
    assert usage["today"]["images"] == 0


async def test_a_key_keeps_to_its_price_of_an_image(desk: Desk) -> None:
    item = (await desk.ask("POST", "/api/quotes", {"prompt": "a fox", "n": 2})).body
    each = item["maxCost"] / 2
    poor, rich = await desk.make(maxImageCost=each - 0.0001), await desk.make(maxImageCost=each)
    body = {"quoteId": item["quoteId"]}
    refused = await desk.use(poor, "/api/generations", body)
    assert (refused.status, refused.body["code"]) == (402, "budget_exceeded")
    assert refused.body["maxImageCost"] == pytest.approx(each - 0.0001, abs=1e-6)
    assert (await desk.use(rich, "/api/generations", body)).status == 200


async def test_a_key_keeps_to_its_own_limits_through_a_rotation(desk: Desk) -> None:
    key = await desk.make(limits={"imagesPerDay": 2, "moneyPerDay": 5})
    fox = {"prompt": "a fox"}
    assert (await desk.use(key, "/generate-image", {**fox, "n": 2})).status == 200
    refused = await desk.use(key, "/generate-image", fox)
    assert (refused.status, refused.body["scope"], refused.body["period"]) == (429, "key", "day")
    assert (refused.body["limit"], refused.body["remaining"]) == (2, 0)
    new = (await desk.ask("POST", f"/api/keys/{key['id']}/rotate")).body
    assert (await desk.use(new, "/generate-image", fox)).status == 429
    told = (await desk.use(new, "/api/usage")).body["windows"]
    assert {(each["scope"], each["metric"], each["remaining"]) for each in told} >= {
        ("key", "images", 0)
    }
    assert (await desk.ask("POST", "/generate-image", fox)).status == 200  # the person's own go on


async def test_a_key_keeps_to_its_own_money(desk: Desk) -> None:
    item = (await desk.ask("POST", "/api/quotes", {"prompt": "a fox"})).body
    key = await desk.make(limits={"moneyPerMonth": item["maxCost"]})
    body = {"quoteId": item["quoteId"]}
    assert (await desk.use(key, "/api/generations", body)).status == 200
    refused = await desk.use(key, "/generate-image", {"prompt": "a fox"})
    assert (refused.status, refused.body["scope"], refused.body["period"]) == (402, "key", "month")


async def test_a_key_expires(desk: Desk) -> None:
    key = await desk.make(expiresAt=iso(desk.clock.now() + 60_000))
    assert (await desk.use(key, "/api/usage")).status == 200
    desk.clock.advance(60)
    assert (await desk.use(key, "/api/usage")).status == 401
    assert not (await desk.ask("GET", "/api/keys")).body[0]["works"]


async def test_rotation_overlaps(desk: Desk) -> None:
    old = await desk.make(models=["openai/*"])
    path = f"/api/keys/{old['id']}/rotate"
    new = (await desk.ask("POST", path, {"overlapSeconds": 60})).body
    assert (new["rotatedFrom"], new["models"]) == (old["id"], ["openai/*"])
    assert [(await desk.use(key, "/api/usage")).status for key in (old, new)] == [200, 200]
    desk.clock.advance(61)
    assert [(await desk.use(key, "/api/usage")).status for key in (old, new)] == [401, 200]
    assert (await desk.ask("POST", path)).status == 400


async def test_a_revoked_key_stops(desk: Desk) -> None:
    key = await desk.make()
    assert (await desk.use(key, "/api/usage")).status == 200
    revoked = await desk.ask("DELETE", f"/api/keys/{key['id']}")
    assert (revoked.status, revoked.body["works"]) == (200, False)
    assert (await desk.use(key, "/api/usage")).status == 401


async def test_a_revocation_by_another_process_holds_at_once(desk: Desk, tmp_path: Path) -> None:
    """A second process is a second database on the same file."""
    key = await desk.make()
    assert (await desk.use(key, "/api/usage")).status == 200
    other, now = SqliteDatabase(tmp_path / "aquatint.db"), desk.clock.now()
    await other.write(lambda tx: api_keys.revoke(tx, api_keys.of_owner(tx, key["id"]), now=now))
    await other.close()
    assert (await desk.use(key, "/api/usage")).status == 401


async def test_operators_see_what_the_houses_own_keys_spent(desk: Desk) -> None:
    olga = (await someone(desk.services, OPERATOR)).headers(desk.app.base)
    people = (await desk.app.get("/api/users", headers=olga)).body
    own = await key_of(desk.services, LOCAL.id)
    bought = await desk.app.post("/generate-image", {"prompt": "a fox"}, headers=own)
    assert bought.status == 200, bought.raw
    *others, house_itself = (await desk.app.get("/api/users", headers=olga)).body
    assert others == people
    assert (house_itself["id"], house_itself["sessions"]) == (LOCAL.id, 0)
    cost = bought.body["llmApiCall"]["cost"]
    assert house_itself["spentToday"] == house_itself["spentTotal"] == cost > 0
    assert house_itself["seenAt"] == iso(desk.clock.now())


async def test_the_data_folder_holds_no_key_that_opens(desk: Desk, tmp_path: Path) -> None:
    key = await desk.make()
    await desk.use(key, "/api/usage")
    kept = _everything_in(tmp_path)
    assert key["id"].encode() in kept
    for secret in (key["key"], desk.ann.cookie):
        assert secret.encode() not in kept


def _everything_in(folder: Path) -> bytes:
    return b"".join(path.read_bytes() for path in folder.rglob("*") if path.is_file())


async def test_without_sign_in_there_are_no_keys(tmp_path: Path) -> None:
    async with house(tmp_path) as services, served(services) as app:
        answer = await app.post("/api/keys", {"name": "a program", "scopes": ["read"]})
        assert answer.status == 400
        assert "AUTH" in answer.body["detail"]
