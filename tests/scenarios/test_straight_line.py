"""Ask, see the price, confirm, get the image: over HTTP, against the simulated provider."""

import asyncio
import hashlib
from collections.abc import Iterator
from pathlib import Path

import aiohttp
import pytest

from tests.support.client import Client, client
from tests.support.servers import Server, gateway, simulator

SUNSET = "Generate a photorealistic sunset over mountains"


def item_of(events: list) -> dict:  # type: ignore[type-arg]
    """The one image of a turn."""
    complete = next(event for event in events if event.event == "message_complete")
    (item,) = complete.data["imageGenerations"]
    return item  # type: ignore[no-any-return]


async def test_the_main_path(app: Client) -> None:
    events = await app.chat(SUNSET)
    item = item_of(events)
    assert events[-1].event == "complete"
    assert (item["status"], item["provider"]) == ("pending", "openai")
    assert (item["model"], item["qualityTier"]) == ("gpt-image-2.6-sunburst", "ultra")
    assert f"{item['cost']:.4f}" == "0.0937"
    assert f"{item['maxCost']:.4f}" == "0.0958"
    assert item["whyThisModel"]["words"] == ["photorealistic"]
    assert all(each["reason"] for each in item["whyThisModel"]["rejected"])
    assert (await app.invoice())["lines"] == []

    answers = await asyncio.gather(*(app.confirm(item) for _ in range(8)))
    assert {answer.status for answer in answers} == {200}
    assert len({answer.body["generationId"] for answer in answers}) == 1
    assert sum("idempotency-replayed" in answer.headers for answer in answers) == 7
    invoice = await app.invoice()
    assert len(invoice["lines"]) == 1
    made = answers[0].body
    assert round(made["cost"] * 1_000_000) == invoice["totalMicroUsd"]
    assert made["llmApiCall"]["requestId"] == invoice["lines"][0]["requestId"]

    image = await app.get(made["imageUrl"])
    assert image.headers["content-type"] == made["images"][0]["mediaType"]
    assert hashlib.sha256(image.raw).hexdigest() == made["images"][0]["sha256"]
    assert (made["images"][0]["width"], made["images"][0]["height"]) == (1024, 1024)


async def test_the_model_never_sees_what_confirms(app: Client) -> None:
    events = await app.chat(SUNSET)
    item = item_of(events)
    result = next(event for event in events if event.event == "tool_call_result")
    assert item["id"] in result.data["content"]
    requests = (await app.get(f"{app.simulator}/_sim/requests")).raw.decode()
    signature = item["quoteId"].split(".")[1]
    assert item["id"] in requests
    assert signature not in requests
    assert signature not in result.data["content"]


async def test_everything_survives_a_restart(tmp_path: Path, providers: Server) -> None:
    with gateway(tmp_path, providers.url) as first:
        async with client(first.url, providers.url) as before:
            await before.reset()
            events = await before.chat(SUNSET)
            item = item_of(events)
            conversation = events[0].data["conversationId"]
            made = (await before.confirm(item)).body
            image = (await before.get(made["imageUrl"])).raw
            pending = await before.quote()
        assert first.stop() == 0
    with gateway(tmp_path, providers.url) as second:
        async with client(second.url, providers.url) as after:
            path = made["imageUrl"].removeprefix(first.url)
            assert (await after.get(path)).raw == image
            again = await after.confirm(item)
            assert again.body["generationId"] == made["generationId"]
            shown = (await after.get(f"/api/conversations/{conversation}")).body
            assert shown["messages"][-1]["imageGenerations"][0]["status"] == "complete"
            assert (await after.confirm(pending)).status == 200
            assert len((await after.invoice())["lines"]) == 2
            await after.audit()


@pytest.fixture
def own_providers(tmp_path: Path) -> Iterator[Server]:
    """A simulator whose late bills meet no other test."""
    with simulator(tmp_path) as server:
        yield server


async def test_a_kill_in_mid_generation_never_buys_twice(
    tmp_path: Path, own_providers: Server
) -> None:
    providers = own_providers
    with gateway(tmp_path, providers.url, LEASE_SECONDS="5") as first:
        async with client(first.url, providers.url) as before:
            await before.latency(2000)
            item = await before.quote()
            waiting = asyncio.create_task(before.confirm(item))
            await before.first_call()
            first.kill()
            with pytest.raises(aiohttp.ClientError):
                await waiting
    with gateway(tmp_path, providers.url, LEASE_SECONDS="5") as second:
        async with client(second.url, providers.url) as after:
            assert (await after.confirm(item)).status == 504  # it waits for the end of the lease
            shown = (await after.get(f"/api/quotes/{item['id']}")).body
            assert shown["status"] == "unknown"
            assert await after.paid_calls() == 1
            assert (await after.audit())["unknownHeld"] == item["maxCost"]


async def test_the_image_is_kept_when_the_caller_leaves(app: Client) -> None:
    await app.latency(400)
    item = await app.quote()
    leaving = asyncio.create_task(app.confirm(item))
    await app.first_call()
    leaving.cancel()
    await asyncio.gather(leaving, return_exceptions=True)
    replay = await app.confirm(item)
    assert replay.status == 200
    assert len((await app.invoice())["lines"]) == 1


async def test_a_turn_is_resumed_where_it_was_left(app: Client) -> None:
    events = await app.chat(SUNSET)
    turn, _, _ = events[0].id.rpartition(":")
    for header in (events[3].id, "4"):
        rest = [
            event
            async for event in app.events(
                "GET", f"/chat/{turn}/events", headers={"Last-Event-ID": header}
            )
        ]
        assert [event.id for event in rest] == [event.id for event in events[4:]]
    assert (await app.get("/chat/turn_nothing/events")).status == 404


async def test_nothing_is_lost_when_the_client_leaves_the_chat(app: Client) -> None:
    stream = app.events("POST", "/chat", {"messages": [{"role": "user", "content": SUNSET}]})
    first = await anext(stream)
    await stream.aclose()  # type: ignore[attr-defined]
    turn, _, _ = first.id.rpartition(":")
    rest = [event async for event in app.events("GET", f"/chat/{turn}/events")]
    assert rest[-1].event == "complete"
    assert item_of(rest)["status"] == "pending"


async def test_two_pictures_in_one_turn_are_two_quotes(app: Client) -> None:
    events = await app.chat("Make two pictures: a photo of a cat and a photo of a dog")
    complete = next(event for event in events if event.event == "message_complete")
    items = complete.data["imageGenerations"]
    assert len({item["id"] for item in items}) == 2


async def test_small_talk_quotes_nothing(app: Client) -> None:
    events = await app.chat("Hello, how are you?")
    complete = next(event for event in events if event.event == "message_complete")
    assert complete.data["content"]
    assert not complete.data.get("imageGenerations")


async def test_a_conversation_goes_on_from_the_servers_own_history(app: Client) -> None:
    first = await app.chat("Hello there")
    conversation = first[0].data["conversationId"]
    await app.chat(SUNSET, conversationId=conversation)
    shown = (await app.get(f"/api/conversations/{conversation}")).body
    assert [message["role"] for message in shown["messages"]] == ["user", "assistant"] * 2
    answer = await app.post(
        "/chat",
        {"messages": [{"role": "user", "content": "x"}], "conversationId": "conv_unknown"},
    )
    assert answer.status == 404


async def test_one_step_quotes_and_confirms_under_the_same_rules(app: Client) -> None:
    body = {
        "prompt": "A photorealistic sunset over mountains",
        "provider": "openai",
        "model": "gpt-image-2.5-flare",
        "size": "1536x1024",
        "quality": "high",
        "accessToken": "ignored",
    }
    made = (await app.post("/generate-image", body)).body
    assert made["success"] is True
    assert made["modelKey"] == "openai-gpt-image-2.5-flare-high"
    assert made["qualityTier"] == "high"
    assert made["images"][0]["width"] == 1536
    cheap = await app.post("/generate-image", {**body, "maxCost": 0.001})
    assert cheap.status == 402
    assert len((await app.invoice())["lines"]) == 1


async def test_a_chosen_alternative_is_what_is_bought(app: Client) -> None:
    item = await app.quote()
    chosen = item["availableAlternatives"][0]
    made = (await app.confirm(item, candidate=chosen["modelKey"])).body
    assert made["modelKey"] == chosen["modelKey"]
    assert made["cost"] <= chosen["maxCost"]
    assert made["fallbackUsed"] is False


async def test_each_offer_tells_who_is_tried_after_it(app: Client) -> None:
    item = await app.quote()
    ceilings = {other["modelKey"]: other["maxCost"] for other in item["availableAlternatives"]}
    for other in item["availableAlternatives"]:
        after = [each["modelKey"] for each in other["fallbacks"]]
        assert other["modelKey"] not in after
        assert set(after) <= {item["modelKey"], *(each["modelKey"] for each in item["fallbacks"])}
        assert all(ceilings[key] <= other["maxCost"] for key in after if key in ceilings)


async def test_generations_have_their_own_routes(app: Client) -> None:
    item = await app.quote(n=2)
    answer = await app.post(
        "/api/generations", {"quoteId": item["quoteId"]}, headers={"Prefer": "respond-async"}
    )
    assert answer.status == 202
    path = answer.headers["location"]
    events = [event async for event in app.events("GET", f"{path}/events")]
    assert [event.event for event in events] == ["held", "dispatched", "completed"]
    rest = app.events("GET", f"{path}/events", headers={"Last-Event-ID": events[1].id})
    assert [event.event async for event in rest] == ["completed"]
    shown = (await app.get(path)).body
    assert (shown["state"], len(shown["images"])) == ("completed", 2)
    assert (await app.post("/api/generations", {"quoteId": item["quoteId"]})).status == 200
    assert (await app.post(f"{path}/cancel")).body["state"] == "completed"
    assert (await app.post(f"{path}/dismiss")).status == 400


async def test_an_image_has_ranges_a_preview_and_a_download(app: Client) -> None:
    made = (await app.confirm(await app.quote())).body["images"][0]
    whole = await app.get(made["url"])
    part = await app.get(made["url"], headers={"Range": "bytes=10-19"})
    assert (part.status, part.raw) == (206, whole.raw[10:20])
    same = await app.get(made["url"], headers={"If-None-Match": whole.headers["etag"]})
    assert (same.status, same.raw) == (304, b"")
    preview = await app.get(made["thumbnailUrl"])
    assert preview.status == 200, preview.raw
    assert (preview.headers["content-type"], preview.raw[8:12]) == ("image/webp", b"WEBP")
    download = await app.get(made["downloadUrl"])
    assert download.headers["content-disposition"].startswith("attachment")
    for answer in (whole, preview, download):
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert "private" in answer.headers["cache-control"]


async def test_usage_and_health_tell_what_is(app: Client) -> None:
    health = (await app.get("/health-check/image-providers")).body
    assert set(health["providers"]) == {"openai", "together", "replicate", "gemini"}
    assert health["providers"]["openai"]["reason"] == "Provider operational"
    assert health["providers"]["gemini"]["reason"] == "API key not configured"
    assert health["summary"] == {"total": 4, "available": 1, "unavailable": 3}
    before = (await app.get("/api/usage")).body["today"]
    made = (await app.confirm(await app.quote())).body
    after = (await app.get("/api/usage")).body["today"]
    assert round((after["spent"] - before["spent"]) * 1e6) == round(made["cost"] * 1e6)
    assert after["images"] == before["images"] + 1


async def test_the_documents_describe_the_routes_without_a_foreign_host(app: Client) -> None:
    paths = (await app.get("/openapi.json")).body["paths"]
    for path in ("/chat", "/generate-image", "/api/quotes", "/api/generations"):
        assert "post" in paths[path]
    page = (await app.get("/docs")).raw.decode()
    assert "http" not in page.replace("http-equiv", "")
