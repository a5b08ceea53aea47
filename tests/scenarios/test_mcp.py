"""The tools over HTTP, as the official client sees them: a model quotes, and a person spends."""

import asyncio
import base64
import hashlib
import io
import random
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from mcp import MCPError
from mcp_types import ResourceLink
from PIL import Image

from aquatint.generations.model import Generation
from aquatint.generations.service import Generations
from tests.support.fake import FakeProvider, books, house
from tests.support.mcp import (
    MODES,
    Person,
    Place,
    call,
    dollars_up,
    over_http,
    pictures,
    placed,
    told,
    words,
)
from tests.support.served import served

FOX = "a photorealistic fox"


@pytest.fixture(params=MODES)
def mode(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
async def place(tmp_path: Path) -> AsyncIterator[Place]:
    async with placed(tmp_path) as found:
        yield found


async def test_the_tools_say_what_they_do(place: Place, mode: str) -> None:
    async with over_http(place.base, mode) as client:
        tools = {tool.name: tool for tool in (await client.list_tools()).tools}
    assert set(tools) == {
        *("quote_image", "edit_image", "confirm_image", "list_images", "get_image")
    }
    assert all(tool.output_schema for tool in tools.values())
    spends = [name for name, each in tools.items() if each.annotations.destructive_hint]  # type: ignore[union-attr]  # each has some
    assert spends == ["confirm_image"]
    assert set(tools["confirm_image"].input_schema["properties"]) == {"quote_id", "candidate"}


async def test_a_person_who_accepts_the_price_gets_the_picture(place: Place, mode: str) -> None:
    person, steps = Person(), []

    async def step(progress: float, total: float | None, message: str | None) -> None:
        steps.append((progress, message))

    async with over_http(place.base, mode, person) as client:
        quote = await told(client, "quote_image", prompt=FOX)
        assert not place.provider.calls
        result = await client.call_tool(
            "confirm_image", {"quote_id": quote["id"]}, progress_callback=step
        )
    assert not result.is_error, result.content
    (asked,) = person.asked
    assert f"at most ${dollars_up(quote['maxCost'])}?" in asked
    assert FOX in asked
    made: Any = result.structured_content
    assert (made["status"], len(made["images"])) == ("complete", 1)
    assert 0 < made["cost"] <= quote["maxCost"]
    assert [progress for progress, _ in steps] == sorted({progress for progress, _ in steps})
    assert steps[-1][1] == "completed"
    (preview,) = pictures(result)
    assert len(preview.data) < 50_000
    assert base64.b64decode(preview.data)[8:12] == b"WEBP"
    assert (await books(place.services)).charged == round(made["cost"] * 1e6)


async def test_the_token_that_confirms_never_reaches_the_model(place: Place, mode: str) -> None:
    async with over_http(place.base, mode, Person()) as client:
        first = await call(client, "quote_image", prompt=FOX)
        assert first.structured_content
        second = await call(client, "confirm_image", quote_id=first.structured_content["id"])
    stored = await place.services.quotes.find("local", first.structured_content["id"])
    signature = place.services.quotes.token(stored.quote).partition(".")[2]
    for result in (first, second):
        assert signature not in result.model_dump_json()
        assert "quoteId" not in result.model_dump_json()


@pytest.mark.parametrize(
    "person", [Person("decline"), Person("cancel"), Person(buy=False)], ids=["no", "away", "unset"]
)
async def test_a_person_who_does_not_say_yes_spends_nothing(
    place: Place, mode: str, person: Person
) -> None:
    async with over_http(place.base, mode, person) as client:
        quote = await told(client, "quote_image", prompt=FOX)
        made = await told(client, "confirm_image", quote_id=quote["id"])
    assert (made["status"], made["cost"], made["images"]) == ("declined", 0, [])
    assert not place.provider.calls


async def test_a_no_after_the_owner_bought_it_hides_nothing(place: Place, mode: str) -> None:
    async def owner_buys() -> None:
        found = (await place.services.quotes.find("local", quote["id"])).quote
        await place.app.post("/api/generations", {"quoteId": place.services.quotes.token(found)})

    async with over_http(place.base, mode, Person("decline", meanwhile=owner_buys)) as client:
        quote = await told(client, "quote_image", prompt=FOX)
        made = await told(client, "confirm_image", quote_id=quote["id"])
    assert (made["status"], len(place.provider.calls)) == ("complete", 1)
    assert made["cost"] > 0


async def test_where_nobody_can_be_asked_nothing_is_bought(place: Place, mode: str) -> None:
    async with over_http(place.base, mode) as client:
        quote = await told(client, "quote_image", prompt=FOX)
        refused = await call(client, "confirm_image", quote_id=quote["id"])
        assert refused.is_error
        assert f"{place.base}/?quote={quote['id']}" in words(refused)
        assert not place.provider.calls
        (waits,) = (await place.app.get("/api/quotes?waiting=true")).body
        assert waits["id"] == quote["id"]
        bought = await place.app.post("/api/generations", {"quoteId": waits["quoteId"]})
        assert bought.status == 200
        made = await told(client, "confirm_image", quote_id=quote["id"])
    assert made["generationId"] == bought.body["generationId"]
    assert len(place.provider.calls) == 1


async def test_confirming_again_asks_nobody_and_buys_nothing(place: Place, mode: str) -> None:
    person = Person()
    async with over_http(place.base, mode, person) as client:
        quote = await told(client, "quote_image", prompt=FOX)
        first = await told(client, "confirm_image", quote_id=quote["id"])
        second = await told(client, "confirm_image", quote_id=quote["id"])
    assert first["generationId"] == second["generationId"]
    assert (len(person.asked), len(place.provider.calls)) == (1, 1)


@pytest.mark.parametrize("wrong", ["img_none", "{id}.forged", "../{id}", ""])
async def test_an_id_that_was_not_given_buys_nothing(place: Place, mode: str, wrong: str) -> None:
    async with over_http(place.base, mode, Person()) as client:
        quote = await told(client, "quote_image", prompt=FOX)
        refused = await call(client, "confirm_image", quote_id=wrong.format(**quote))
        other = await call(client, "confirm_image", quote_id=quote["id"], candidate="none")
    assert refused.is_error
    assert other.is_error
    assert not place.provider.calls


async def test_an_answer_is_only_good_for_its_question(place: Place) -> None:
    """A client that hands in an answer without having been asked, or for another quote."""
    answer = {"action": "accept", "content": {"buy": True}}
    async with over_http(place.base, "2026-07-28", Person()) as client:
        one, other = [await told(client, "quote_image", prompt=FOX) for _ in range(2)]
        session = client.session
        asked: Any = await session.call_tool(
            "confirm_image", {"quote_id": one["id"]}, allow_input_required=True
        )
        (name,) = asked.input_requests
        unasked: Any = await session.call_tool(
            "confirm_image",
            {"quote_id": one["id"]},
            input_responses={name: answer},  # type: ignore[dict-item]  # as it is on the wire
            allow_input_required=True,
        )
        assert unasked.input_requests
        with pytest.raises(MCPError):
            await session.call_tool(
                "confirm_image",
                {"quote_id": other["id"]},
                input_responses={name: answer},  # type: ignore[dict-item]  # as above
                request_state=asked.request_state,
                allow_input_required=True,
            )
    assert not place.provider.calls


async def test_giving_up_stops_what_can_be_stopped(
    place: Place, mode: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    held, asked = asyncio.Event(), asyncio.Event()
    cancel = Generations.cancel

    async def noticed(self: Generations, owner: str, generation_id: str) -> Generation:
        generation = await cancel(self, owner, generation_id)
        asked.set()
        return generation

    monkeypatch.setattr(Generations, "cancel", noticed)

    async def wait(request: Any, sink: Any) -> Any:
        await held.wait()
        raise AssertionError

    place.provider.script = wait
    async with over_http(place.base, mode, Person()) as client:
        quote = await told(client, "quote_image", prompt=FOX)
        calling = asyncio.create_task(call(client, "confirm_image", quote_id=quote["id"]))
        await place.provider.entered.wait()
        calling.cancel()
        with pytest.raises(asyncio.CancelledError):
            await calling
        stored = await place.services.quotes.find("local", quote["id"])
        assert stored.generation_id
        await asked.wait()
        assert await place.services.db.read(_asked_to_stop)
    held.set()


def _asked_to_stop(tx: Any) -> bool:
    row = tx.execute("SELECT count(*) AS n FROM generations WHERE stop_asked = 1").fetchone()
    return bool(row["n"])


async def test_pictures_are_listed_read_and_changed(place: Place, mode: str) -> None:
    async with over_http(place.base, mode, Person()) as client:
        assert (await told(client, "list_images"))["images"] == []
        quote = await told(client, "quote_image", prompt=FOX, n=2)
        made = await told(client, "confirm_image", quote_id=quote["id"])
        listed = await told(client, "list_images", limit=1)
        older = await told(client, "list_images", before=listed["images"][0]["id"])
        ids = {each["id"] for each in (*listed["images"], *older["images"])}
        assert ids == {each["id"] for each in made["images"]}
        seen = await call(client, "get_image", image_id=made["images"][0]["id"])
        assert len(pictures(seen)) == 1
        (link,) = [each for each in seen.content if isinstance(each, ResourceLink)]
        (whole,) = (await client.read_resource(link.uri)).contents
        image = await place.app.get(f"/api/images/{made['images'][0]['id']}")
        data = base64.b64decode(whole.blob)  # type: ignore[union-attr]  # bytes, not text
        assert whole.mime_type == link.mime_type == "image/png"
        assert hashlib.sha256(data).hexdigest() == image.body["sha256"]
        change = await told(
            client, "edit_image", prompt="make it blue", images=[made["images"][0]["id"]]
        )
        assert change["cost"] > 0
        with pytest.raises(MCPError):
            await client.read_resource("aquatint://images/pic_none")


async def test_a_price_that_has_expired_buys_nothing(place: Place, mode: str) -> None:
    async with over_http(place.base, mode, Person()) as client:
        quote = await told(client, "quote_image", prompt=FOX)
        await place.services.db.write(lambda tx: tx.execute("UPDATE quotes SET expires_at = 0"))
        refused = await call(client, "confirm_image", quote_id=quote["id"])
    assert refused.is_error
    assert "expired" in words(refused)
    assert not place.provider.calls


async def test_a_persons_limits_hold(tmp_path: Path, mode: str) -> None:
    provider = FakeProvider()
    async with (
        house(tmp_path, provider, images_per_hour=0) as services,
        served(services) as app,
        over_http(app.base, mode, Person()) as client,
    ):
        quote = await told(client, "quote_image", prompt=FOX)
        refused = await call(client, "confirm_image", quote_id=quote["id"])
    assert "limit_reached" in words(refused)
    assert not provider.calls


@pytest.mark.parametrize("method", ["GET", "POST", "DELETE"])
@pytest.mark.parametrize("wrong", [{"Origin": "https://evil.example"}, {"Host": "evil.example"}])
async def test_other_sites_are_refused(place: Place, method: str, wrong: dict[str, str]) -> None:
    body = {"jsonrpc": "2.0", "id": 1, "method": "ping"} if method == "POST" else None
    assert (await place.app.call(method, "/mcp", body, headers=wrong)).status == 403


async def test_a_large_picture_has_a_small_preview(place: Place) -> None:
    noise = _noise()
    brought = await place.app.call(
        "POST", "/api/images", data=io.BytesIO(noise), headers={"Content-Type": "image/png"}
    )
    async with over_http(place.base, "2026-07-28") as client:
        seen = await call(client, "get_image", image_id=brought.body["id"])
    (preview,) = pictures(seen)
    assert 1_000 < len(preview.data) < 50_000


def _noise() -> bytes:
    target, size = io.BytesIO(), (900, 700)
    Image.frombytes("RGB", size, random.Random(1).randbytes(3 * size[0] * size[1])).save(
        target, "PNG"
    )
    return target.getvalue()
