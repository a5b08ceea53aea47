"""MODERATION=openai over HTTP: nothing is held, bought or counted for what is refused."""

import json
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import openai
import pytest
from openai import AsyncOpenAI
from typer.testing import CliRunner

from aquatint.cli import app as command_line
from tests.support.client import Client, client
from tests.support.fake import picture
from tests.support.servers import Server, gateway

BAD = "a photorealistic nude on a sofa"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("moderated")


@pytest.fixture(scope="module")
def moderated(providers: Server, folder: Path) -> Iterator[Server]:
    limits = {"IMAGES_PER_HOUR": "5", "IMAGES_PER_DAY": "5", "DAILY_COST_LIMIT": "1"}
    with gateway(folder, providers.url, MODERATION="openai", **limits) as server:
        yield server


@pytest.fixture
async def app(moderated: Server, providers: Server) -> AsyncIterator[Client]:
    async with client(moderated.url, providers.url) as ready:
        await ready.reset()
        before = await ready.get("/api/usage")
        yield ready
        assert (await ready.invoice())["lines"] == []
        free = ("moderations", "chat/completions", "models")
        assert await paths(ready) <= {f"/openai/v1/{each}" for each in free}
        after = (await ready.get("/api/usage")).body
        assert (after["today"], after["remaining"]) == (
            before.body["today"],
            before.body["remaining"],
        )
        books = await ready.audit()
        assert set(books["attempts"].values()) == {0}


async def paths(app: Client) -> set[str]:
    return {request["path"] for request in await app.asked()}


async def log(app: Client) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = (await app.get("/api/moderation/log")).body
    return found


async def test_one_step(app: Client) -> None:
    answer = await app.post("/generate-image", {"prompt": BAD, "idempotencyKey": "once"})
    assert answer.status == 422
    assert answer.body == {
        "success": False,
        "error": "The prompt was refused by moderation: sexual",
        "code": "prompt_rejected",
        "rule": "sexual",
        "moderation": "openai",
    }


async def test_a_quote(app: Client) -> None:
    answer = await app.post("/api/quotes", {"prompt": BAD})
    assert answer.status == 422
    assert (answer.body["code"], answer.body["rule"]) == ("prompt_rejected", "sexual")


async def test_openais_clients(app: Client) -> None:
    async with AsyncOpenAI(base_url=f"{app.base}/v1", api_key="any") as sdk:
        with pytest.raises(openai.BadRequestError) as caught:
            await sdk.images.generate(prompt=BAD)
        assert caught.value.code == "moderation_blocked"
        assert "sexual" in caught.value.message
        with pytest.raises(openai.BadRequestError) as caught:
            await sdk.images.edit(prompt=BAD, image=picture())
        assert caught.value.code == "moderation_blocked"
    assert [entry["images"] for entry in await log(app)][:2] == [1, 0]


async def test_a_picture_goes_along(app: Client) -> None:
    brought = await app.post("/api/images", data=picture(), headers={"Content-Type": "image/png"})
    body = {"prompt": BAD, "operation": "edit", "images": [brought.body["id"]]}
    answer = await app.post("/api/quotes", body)
    assert answer.status == 422
    assert "a picture was refused" in answer.body["detail"]
    assert (await log(app))[0]["images"] == 1


@pytest.mark.parametrize(
    "fault", ["timeout", "reset_before_headers", "truncated_json", "html_502", "rate_limited"]
)
async def test_when_nobody_can_say(app: Client, fault: str) -> None:
    known = len(await log(app))
    await app.fault(fault, match="/moderations")
    prompt = {"prompt": f"a photorealistic fox, {fault}"}
    answers = [await app.post(route, prompt) for route in ("/generate-image", "/api/quotes")]
    for answer in answers:
        assert (answer.status, answer.body["code"]) == (503, "moderation_unavailable")
        assert answer.headers["retry-after"] == "10"
    assert len(await log(app)) == known


async def test_the_chat(app: Client) -> None:
    events = await app.chat(f"Generate an image of {BAD}")
    [result] = [event.data for event in events if event.event == "tool_call_result"]
    assert json.loads(result["content"]) == {
        "error": "The prompt was refused by moderation: sexual",
        "code": "prompt_rejected",
    }
    [message] = [event.data for event in events if event.event == "message_complete"]
    assert "imageGenerations" not in message


async def test_operators_can_read_what_was_refused(app: Client, folder: Path) -> None:
    assert (await app.post("/api/quotes", {"prompt": BAD})).status == 422
    entries = await log(app)
    assert entries[0].keys() == {
        *("id", "at", "owner", "rule", "moderation", "promptDigest", "excerpt", "images")
    }
    assert (entries[0]["owner"], entries[0]["excerpt"]) == ("local", BAD)
    assert len((await app.get("/api/moderation/log?limit=1")).body) == 1
    older = (await app.get(f"/api/moderation/log?before={entries[0]['id']}")).body
    assert older == entries[1:]

    arguments = ["moderation", "log", "--data-dir", str(folder / "data")]
    told = CliRunner().invoke(command_line, [*arguments, "--json"])
    assert json.loads(told.stdout) == entries
    lines = CliRunner().invoke(command_line, [*arguments, "--limit", "1"]).stdout.splitlines()
    assert len(lines) == 1
    assert BAD in lines[0]
