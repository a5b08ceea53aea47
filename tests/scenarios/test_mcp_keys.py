"""The tools with API keys: an allowance answers by itself, anything beyond it is for the owner."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from mcp import MCPError

from aquatint.identity.model import Scope
from aquatint.money import Micro
from tests.support.mcp import MODES, Person, Place, call, over_http, placed, told, words
from tests.support.people import SIGN_IN, Someone, key_of, someone

FOX = "a photorealistic fox"


@pytest.fixture(params=MODES)
def mode(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
async def town(tmp_path: Path) -> AsyncIterator[Place]:
    """A gateway where people sign in."""
    async with placed(tmp_path, **SIGN_IN) as found:
        yield found


async def _key(town: Place, ann: Someone, *scopes: Scope, **terms: Any) -> dict[str, str]:
    return await key_of(town.services, ann.id, *scopes, **terms)


async def _confirmed(town: Place, mode: str, key: dict[str, str], person: Person | None) -> Any:
    async with over_http(town.base, mode, person, key) as client:
        quote = await told(client, "quote_image", prompt=FOX)
        return await call(client, "confirm_image", quote_id=quote["id"])


async def test_without_a_key_nobody_comes_in(town: Place) -> None:
    answer = await town.app.post("/mcp", {"jsonrpc": "2.0", "id": 1, "method": "ping"})
    assert (answer.status, answer.headers["www-authenticate"]) == (401, "Bearer")
    ann = await someone(town.services, "ann@x.example")
    by_cookie = await town.app.call("POST", "/mcp", {}, headers=ann.headers(town.base))
    assert by_cookie.status == 401


@pytest.mark.parametrize(
    "terms",
    [
        {"money_per_day": Micro(1_000_000)},
        {"max_image_cost": Micro(1_000_000), "images_per_month": 5},
    ],
    ids=["sum", "images"],
)
async def test_an_allowance_spends_without_asking(
    town: Place, mode: str, terms: dict[str, Any]
) -> None:
    ann, person = await someone(town.services, "ann@x.example"), Person()
    key = await _key(town, ann, **terms)
    result = await _confirmed(town, mode, key, person)
    assert result.structured_content["status"] == "complete"
    assert person.asked == []


async def test_beyond_the_allowance_the_owner_gets_a_link(town: Place, mode: str) -> None:
    ann, person = await someone(town.services, "ann@x.example"), Person()
    dear = {"max_image_cost": Micro(1), "images_per_day": 5}
    for terms in (dear, {"money_per_day": Micro(1)}):
        result = await _confirmed(town, mode, await _key(town, ann, **terms), person)
        assert result.is_error
        assert f"{town.base}/?quote=" in words(result)
    narrow = await _key(town, ann, Scope.QUOTE)
    assert "lacks the scope generate" in words(await _confirmed(town, mode, narrow, person))
    assert person.asked == []
    assert not town.provider.calls
    headers = ann.headers(town.base)
    waiting = await town.app.call("GET", "/api/quotes?waiting=true", headers=headers)
    assert len(waiting.body) == 3


@pytest.mark.parametrize(
    "terms",
    [{}, {"max_image_cost": Micro(1_000_000)}, {"images_per_day": 5}],
    ids=["none", "any number", "any price"],
)
async def test_a_key_without_a_bound_is_no_allowance(
    town: Place, mode: str, terms: dict[str, Any]
) -> None:
    ann, person = await someone(town.services, "ann@x.example"), Person("decline")
    key = await _key(town, ann, **terms)
    assert (await _confirmed(town, mode, key, person)).structured_content["status"] == "declined"
    assert len(person.asked) == 1
    assert (await _confirmed(town, mode, key, None)).is_error
    assert not town.provider.calls


async def test_somebody_else_finds_nothing(town: Place, mode: str) -> None:
    ann, bob = [await someone(town.services, f"{name}@x.example") for name in ("ann", "bob")]
    allowed = {"money_per_day": Micro(1_000_000)}
    async with over_http(town.base, mode, Person(), await _key(town, ann, **allowed)) as client:
        quote = await told(client, "quote_image", prompt=FOX)
        other = await told(client, "quote_image", prompt=FOX)
        made = await told(client, "confirm_image", quote_id=other["id"])
    image_id = made["images"][0]["id"]
    async with over_http(town.base, mode, Person(), await _key(town, bob, **allowed)) as client:
        for tool, arguments in (
            ("confirm_image", {"quote_id": quote["id"]}),
            ("confirm_image", {"quote_id": other["id"]}),
            ("get_image", {"image_id": image_id}),
            ("list_images", {"before": image_id}),
            ("edit_image", {"prompt": "blue", "images": [image_id]}),
        ):
            assert (await call(client, tool, **arguments)).is_error, tool
        assert (await told(client, "list_images"))["images"] == []
        with pytest.raises(MCPError):
            await client.read_resource(f"aquatint://images/{image_id}")
    assert len(town.provider.calls) == 1


async def test_a_session_stays_with_its_key(town: Place) -> None:
    ann, bob = [await someone(town.services, f"{name}@x.example") for name in ("ann", "bob")]
    hello = {
        "jsonrpc": "2.0",
        "id": 1,
        "method": "initialize",
        "params": {
            "protocolVersion": "2025-11-25",
            "capabilities": {},
            "clientInfo": {"name": "t", "version": "1"},
        },
    }
    accept = {"Accept": "application/json, text/event-stream"}
    key = await _key(town, ann)
    begun = await town.app.call("POST", "/mcp", hello, headers={**key, **accept})
    session = {**accept, "Mcp-Session-Id": begun.headers["mcp-session-id"]}
    ping = {"jsonrpc": "2.0", "id": 2, "method": "ping"}
    other = await _key(town, bob)
    assert (await town.app.call("POST", "/mcp", ping, headers={**other, **session})).status == 404
    assert (await town.app.call("POST", "/mcp", ping, headers={**key, **session})).status == 200


async def test_scopes_hold(town: Place, mode: str) -> None:
    ann = await someone(town.services, "ann@x.example")
    async with over_http(town.base, mode, None, await _key(town, ann, Scope.READ)) as client:
        assert (await call(client, "quote_image", prompt=FOX)).is_error
        assert (await call(client, "confirm_image", quote_id="img_x")).is_error
        assert not (await call(client, "list_images")).is_error
    async with over_http(town.base, mode, None, await _key(town, ann, Scope.QUOTE)) as client:
        assert (await call(client, "list_images")).is_error


async def test_what_was_bought_is_shown_to_who_asked_or_may_read(town: Place, mode: str) -> None:
    ann = await someone(town.services, "ann@x.example")
    buys = (Scope.QUOTE, Scope.GENERATE)
    key = await _key(town, ann, *buys, money_per_day=Micro(1_000_000))
    async with over_http(town.base, mode, None, key) as client:
        quote = await told(client, "quote_image", prompt=FOX)
        first = await told(client, "confirm_image", quote_id=quote["id"])
        assert await told(client, "confirm_image", quote_id=quote["id"]) == first
    for scopes in ((Scope.QUOTE,), buys):
        async with over_http(town.base, mode, None, await _key(town, ann, *scopes)) as client:
            refused = await call(client, "confirm_image", quote_id=quote["id"])
        assert "lacks the scope read" in words(refused)
        assert len(refused.content) == 1
    async with over_http(town.base, mode, None, await _key(town, ann)) as client:
        assert await told(client, "confirm_image", quote_id=quote["id"]) == first
    assert len(town.provider.calls) == 1
