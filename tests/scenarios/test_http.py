"""What HTTP itself asks of the routes: HEAD, resuming streams, and replays that say so."""

import asyncio
from typing import Any

import pytest

from tests.support.client import Client

OF_ONE_ANSWER = {"date", "transfer-encoding", "x-request-id"}


async def made(app: Client) -> dict[str, Any]:
    answer = await app.confirm(await app.quote())
    assert answer.status == 200
    body: dict[str, Any] = answer.body
    return body


async def test_head_is_get_without_a_body(app: Client) -> None:
    item = await app.quote()
    done = (await app.confirm(item)).body
    image = f"/api/images/{done['images'][0]['id']}"
    generation = f"/api/generations/{done['generationId']}"
    paths = (
        *("/", "/healthz", "/docs", "/openapi.json", "/api/about", "/api/catalog", "/api/usage"),
        *(image, f"{image}/content", f"{image}/download", f"{image}/thumbnail"),
        *(generation, f"{generation}/events", f"/api/quotes/{item['id']}", "/api/conversations"),
        "/health-check/image-providers",
        "/api/images/none",
    )
    for path in paths:
        get, head = await app.get(path), await app.call("HEAD", path)
        assert (head.status, head.raw) == (get.status, b""), path
        for name in (head.headers.keys() | get.headers.keys()) - OF_ONE_ANSWER:
            assert head.headers.get(name) == get.headers.get(name), (path, name)


async def test_head_waits_for_no_event(app: Client) -> None:
    await app.latency(1000)
    item = await app.quote()
    accepted = await app.post(
        "/api/generations", {"quoteId": item["quoteId"]}, headers={"Prefer": "respond-async"}
    )
    path = accepted.headers["location"]
    head = await app.call("HEAD", f"{path}/events")
    assert head.headers["content-type"].startswith("text/event-stream")
    assert (await app.get(path)).body["status"] == "generating"


@pytest.mark.parametrize("path", ["/generate-image", "/chat", "/api/generations/none/cancel"])
async def test_head_is_only_beside_get(app: Client, path: str) -> None:
    assert (await app.call("HEAD", path)).status == 405


async def test_a_stream_whose_end_was_seen_ends_at_once(app: Client) -> None:
    path = f"/api/generations/{(await made(app))['generationId']}/events"
    events = [event async for event in app.events("GET", path)]
    for seen in (events[-1].id, "99999"):
        async with asyncio.timeout(5):
            answer = await app.get(path, headers={"Last-Event-ID": seen})
        assert (answer.status, answer.raw) == (200, b"")


async def test_a_replayed_failure_says_that_it_is_one(app: Client) -> None:
    await app.fault("status", status=500)
    body, headers = {"prompt": "a cat"}, {"Idempotency-Key": "fails"}
    first = await app.post("/generate-image", body, headers=headers)
    again = await app.post("/generate-image", body, headers=headers)
    assert first.status == again.status == 502
    assert first.body["generationId"] == again.body["generationId"]
    assert "idempotency-replayed" not in first.headers
    assert again.headers["idempotency-replayed"] == "true"


@pytest.mark.parametrize("route", ["/generate-image", "/api/generations"])
async def test_a_failed_quote_confirmed_again_is_a_replay(app: Client, route: str) -> None:
    await app.fault("status", status=500)
    body = {"quoteId": (await app.quote())["quoteId"]}
    replayed = [(await app.post(route, body)).headers.get("idempotency-replayed") for _ in range(2)]
    assert replayed == [None, "true"]


async def test_the_same_cap_is_the_same_request_however_it_is_written(app: Client) -> None:
    headers = {"Idempotency-Key": "cap"}
    answers = [
        await app.post("/generate-image", {"prompt": "a cat", "maxCost": cap}, headers=headers)
        for cap in (1.0, 1, "1.00", "1e0")
    ]
    assert [answer.status for answer in answers] == [200] * 4
    assert len({answer.body["generationId"] for answer in answers}) == 1
    other = await app.post("/generate-image", {"prompt": "a cat", "maxCost": 2}, headers=headers)
    assert other.status == 422
    assert await app.paid_calls() == 1


async def test_a_cap_is_never_rounded_up(app: Client) -> None:
    ceiling = (await app.quote("a cat"))["maxCost"]
    below = await app.post("/generate-image", {"prompt": "a cat", "maxCost": ceiling - 0.0000001})
    assert below.status == 402
    exact = await app.post("/generate-image", {"prompt": "a cat", "maxCost": ceiling})
    assert exact.status == 200


async def test_generate_may_be_named_as_the_operation(app: Client) -> None:
    item = await app.quote("a cat", operation="generate")
    assert item["request"]["operation"] == "generate"
    assert (await app.confirm(item, operation="generate")).status == 200


async def test_every_answer_names_its_request(app: Client) -> None:
    own = await app.get("/healthz")
    assert own.headers["x-request-id"].startswith("req_")
    given = await app.get("/api/usage", headers={"X-Request-Id": "mine-1"})
    assert given.headers["x-request-id"] == "mine-1"
    odd = await app.get("/api/usage", headers={"X-Request-Id": "a b"})
    assert odd.headers["x-request-id"].startswith("req_")
