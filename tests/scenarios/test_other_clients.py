"""Clients that other people wrote against `/v1`: the Vercel AI SDK and LiteLLM."""

import base64
import io
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from tests.support.client import Client
from tests.support.fake import picture
from tests.support.servers import Server
from tests.support.strangers import LiteLLM, litellm, vercel

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]

FLARE = "gpt-image-2.5-flare"
FAST = "aquatint/fast"
PROVIDERS = ["openai", "compatible"]
WAYS = ["sync", "async"]


@pytest.fixture
async def lite(duo: Server) -> AsyncIterator[LiteLLM]:
    async with litellm(duo.url) as ready:
        yield ready


@pytest.fixture
def drawn(tmp_path: Path) -> str:
    path = tmp_path / "drawn.png"
    path.write_bytes(picture())
    return str(path)


def size_of(b64: str) -> tuple[int, int]:
    with Image.open(io.BytesIO(base64.b64decode(b64, validate=True))) as image:
        image.load()
        return image.size


async def bodies(app: Client) -> list[dict[str, Any]]:
    """What reached the simulator."""
    return [{**sent["body"], "path": sent["path"]} for sent in await app.asked()]


async def bill(app: Client) -> float:
    """What the simulator charged, in dollars."""
    billed: float = (await app.invoice())["totalMicroUsd"] / 1e6
    return billed


async def charged(app: Client) -> float:
    """What the books say, in dollars."""
    spent: float = (await app.audit())["charged"]
    return spent


@pytest.mark.parametrize("provider", PROVIDERS)
async def test_vercel_makes_pictures(town: Client, provider: str) -> None:
    before = await charged(town)
    told = {"openai" if provider == "openai" else "aquatint": {"quality": "low"}}
    more = {"n": 2, "size": "1024x1536", "providerOptions": told, "maxRetries": 0}
    made = await vercel(
        base=town.base, provider=provider, call="image", model=FLARE, prompt="a barn", more=more
    )
    assert [size_of(each["base64"]) for each in made["images"]] == [(1024, 1536)] * 2
    assert {each["mediaType"] for each in made["images"]} == {"image/png"}
    (sent,) = await bodies(town)
    wanted = {"model": FLARE, "prompt": "a barn", "n": 2, "size": "1024x1536", "quality": "low"}
    assert sent == wanted | {"path": "/openai/v1/images/generations"}
    (headers,) = made["headers"]
    assert float(headers["x-aquatint-cost"]) == pytest.approx(await bill(town))
    assert await charged(town) - before == pytest.approx(await bill(town))
    assert made["usage"]["outputTokens"] > 0
    assert made["warnings"] == []


@pytest.mark.parametrize("provider", PROVIDERS)
async def test_vercel_asks_for_a_tier(town: Client, provider: str) -> None:
    """A model's name that it does not know: with OpenAI's provider it asks for one at a time."""
    before = await charged(town)
    made = await vercel(
        base=town.base,
        provider=provider,
        call="image",
        model=FAST,
        prompt="a mill",
        more={"n": 2, "maxRetries": 0},
    )
    assert [size_of(each["base64"]) for each in made["images"]] == [(1024, 1024)] * 2
    sent = await bodies(town)
    assert {each["model"] for each in sent} == {"Rundiffusion/Juggernaut-Lightning-Flux"}
    assert [each["n"] for each in sent] == ([1, 1] if provider == "openai" else [2])
    assert len({each["base64"] for each in made["images"]}) == 2, "two wishes, not one retried"
    assert await charged(town) - before == pytest.approx(await bill(town))


@pytest.mark.parametrize("provider", PROVIDERS)
async def test_vercel_edits(town: Client, drawn: str, provider: str) -> None:
    made = await vercel(
        base=town.base,
        provider=provider,
        call="image",
        model=FLARE,
        prompt="a hat",
        pictures=[drawn],
        more={"size": "1024x1024", "maxRetries": 0},
    )
    assert [size_of(each["base64"]) for each in made["images"]] == [(1024, 1024)]
    (sent,) = await bodies(town)
    assert sent["path"] == "/openai/v1/images/edits"
    assert len(sent["images"]) == 1
    (headers,) = made["headers"]
    assert float(headers["x-aquatint-cost"]) == pytest.approx(await bill(town))


@pytest.mark.parametrize("provider", PROVIDERS)
async def test_vercel_understands_a_refusal(town: Client, provider: str) -> None:
    await town.fault("refused_input")
    refused = await vercel(
        base=town.base, provider=provider, call="image", model=FLARE, prompt="a brawl", more={}
    )
    error = refused["error"]
    assert (error["name"], error["status"]) == ("AI_APICallError", 400)
    assert error["code"] == "moderation_blocked"
    assert "safety system" in error["message"]
    assert error["asked"] == 1
    assert await town.paid_calls() == 1


@pytest.mark.parametrize("provider", PROVIDERS)
async def test_vercel_asks_again_and_buys_nothing(town: Client, provider: str) -> None:
    """It repeats whatever failed with 504, and does not say that it does."""
    await town.fault("billed_then_reset", times=1)
    prompt = f"a picture that {provider} never saw"
    lost = await vercel(
        base=town.base, provider=provider, call="image", model=FLARE, prompt=prompt, more={}
    )
    error = lost["error"]
    assert (error["name"], error["last"]) == ("AI_RetryError", "AI_APICallError")
    assert (error["status"], error["code"]) == (504, "outcome_unknown")
    assert error["asked"] == 3
    assert await town.paid_calls() == 1


@pytest.mark.parametrize("provider", PROVIDERS)
async def test_vercel_chats(town: Client, provider: str) -> None:
    said = await vercel(
        base=town.base,
        provider=provider,
        call="chat",
        model="aquatint/auto",
        prompt="hello",
        more={"maxRetries": 0},
    )
    assert len(said["pieces"]) > 1
    assert said["finish"] == "stop"
    assert said["usage"]["outputTokens"] > 0
    (sent,) = await bodies(town)
    assert (sent["model"], sent["stream"]) == ("sim-chat", True)


@pytest.mark.parametrize("way", WAYS)
async def test_litellm(town: Client, lite: LiteLLM, drawn: str, way: str) -> None:
    before = await charged(town)
    made = await lite.ask(
        way,
        "image_generation",
        model=f"openai/{FLARE}",
        prompt="a pier",
        n=2,
        size="1536x1024",
        quality="low",
    )
    assert [size_of(each["b64_json"]) for each in made["data"]] == [(1536, 1024)] * 2
    (sent,) = await bodies(town)
    wanted = {"model": FLARE, "prompt": "a pier", "n": 2, "size": "1536x1024", "quality": "low"}
    assert sent == wanted | {"path": "/openai/v1/images/generations"}
    assert made["usage"]["output_tokens"] > 0

    fast = await lite.ask(way, "image_generation", model=f"openai/{FAST}", prompt="a pier")
    assert [size_of(each["b64_json"]) for each in fast["data"]] == [(1024, 1024)]
    edited = await lite.ask(
        way, "image_edit", model=f"openai/{FLARE}", prompt="a hat", pictures=[drawn]
    )
    assert size_of(edited["data"][0]["b64_json"])
    assert await charged(town) - before == pytest.approx(await bill(town))

    refused = await lite.ask(way, "image_generation", model=f"openai/{FLARE}", prompt="eval(cat)")
    assert "BadRequestError" in refused["error"]["names"]
    assert refused["error"]["status"] == 400
    assert "Invalid prompt content" in refused["error"]["message"]

    said = await lite.ask(
        way,
        "completion",
        model="openai/aquatint/auto",
        messages=[{"role": "user", "content": "hello"}],
        stream=True,
    )
    pieces = [chunk["choices"][0]["delta"].get("content") for chunk in said]
    assert len([piece for piece in pieces if piece]) > 1


async def test_litellm_does_not_ask_again(town: Client, lite: LiteLLM) -> None:
    """OpenAI's client inside it heeds what the answer says of that."""
    await town.fault("billed_then_reset", times=1)
    lost = await lite.ask(
        "sync", "image_generation", model=f"openai/{FLARE}", prompt="a picture that nobody saw"
    )
    assert lost["error"]["status"] == 504
    assert await town.paid_calls() == 1
