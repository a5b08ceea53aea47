"""The specification's four scenarios, on its own day and its own models; then on today's."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.support.client import Client, client
from tests.support.servers import gateway, provider_settings, simulator


@dataclass(frozen=True)
class Era:
    """One day's catalog and what it must choose."""

    day: str
    ultra: tuple[str, str]  # model and price of the first choice
    high_fallback: tuple[str, str, str]  # provider, model and price with OpenAI off
    ultra_fallback: str  # the provider after OpenAI failed


THEN = Era(
    "2025-01-12",
    ("dall-e-3", "0.1200"),
    ("together", "stable-diffusion-xl", "0.0030"),
    "together",
)
NOW = Era(
    "2026-11-22",
    ("gpt-image-2.6-sunburst", "0.0937"),
    ("gemini", "gemini-nano-banana-2.1", "0.0504"),
    "together",
)
ERAS = pytest.mark.parametrize("era", [THEN, NOW], ids=["then", "now"])

SUNSET = "Generate a photorealistic sunset over mountains"
LANDSCAPE = "Generate a high-quality artistic landscape"


@asynccontextmanager
async def world(folder: Path, era: Era, *providers: str, **settings: str) -> AsyncIterator[Client]:
    """Gateway and simulator of one day, with keys for these providers."""
    with simulator(folder) as sim:
        given = {"CATALOG_AS_OF": era.day, **provider_settings(sim.url, *providers)}
        with gateway(folder, sim.url, **{**given, **settings}) as server:
            async with client(server.url, sim.url) as app:
                await app.post(f"{sim.url}/_sim/clock", {"date": era.day})
                yield app


ALL = ("together", "replicate", "gemini")


def item_of(events: list[Any]) -> dict[str, Any]:
    complete = next(event for event in events if event.event == "message_complete")
    (item,) = complete.data["imageGenerations"]
    found: dict[str, Any] = item
    return found


async def health(app: Client, provider: str = "openai") -> dict[str, Any]:
    body = (await app.get("/health-check/image-providers")).body
    found: dict[str, Any] = body["providers"][provider]
    return found


@ERAS
async def test_scenario_1_all_providers_available(tmp_path: Path, era: Era) -> None:
    async with world(tmp_path, era, *ALL) as app:
        body = (await app.get("/health-check/image-providers")).body
        assert body["summary"] == {"total": 4, "available": 4, "unavailable": 0}
        item = item_of(await app.chat(SUNSET))
        assert (item["provider"], item["model"]) == ("openai", era.ultra[0])
        assert f"{item['cost']:.4f}" == era.ultra[1]
        assert (item["qualityTier"], item["size"], item["ready"]) == ("ultra", "1024x1024", False)
        assert item["constraints"]["supportedSizes"]
        assert item["availableAlternatives"]
        made = (await app.confirm(item)).body
        assert made["success"] is True
        assert made["provider"] == "openai"
        assert f"{made['cost']:.4f}" == era.ultra[1]
        assert made["fallbackUsed"] is False
        call = made["llmApiCall"]
        assert (call["type"], call["provider"]) == ("image_generation", "openai")
        assert call["cost"] == made["cost"]
        invoice = await app.invoice()
        assert invoice["totalMicroUsd"] == round(made["llmApiCall"]["billed"] * 1e6)
        await app.audit()


@ERAS
async def test_scenario_2_primary_provider_down(tmp_path: Path, era: Era) -> None:
    async with world(tmp_path, era, *ALL, ENABLE_IMAGE_GENERATION_OPENAI="false") as app:
        state = await health(app)
        assert state["reason"] == "Feature flag disabled: ENABLE_IMAGE_GENERATION_OPENAI"
        item = item_of(await app.chat(LANDSCAPE))
        provider, model, price = era.high_fallback
        assert (item["provider"], item["model"]) == (provider, model)
        assert f"{item['cost']:.4f}" == price
        assert (item["fallbackUsed"], item["originalProvider"]) == (True, "openai")
        assert item["qualityTier"] == "high"
        made = (await app.confirm(item)).body
        assert made["provider"] == provider
        assert (made["fallbackUsed"], made["originalProvider"]) == (True, "openai")
        assert made["llmApiCall"]["fallbackUsed"] is True
        assert made["cost"] <= item["maxCost"]
        if era is THEN:  # today's model bills its thinking too, up to the ceiling
            assert f"{made['cost']:.4f}" == price
        assert round(made["cost"] * 1e6) == (await app.invoice())["totalMicroUsd"]
        assert all(line["provider"] == provider for line in (await app.invoice())["lines"])


@ERAS
async def test_scenario_3_five_rejected_keys_open_the_breaker(tmp_path: Path, era: Era) -> None:
    async with world(tmp_path, era, OPENAI_API_KEY="invalid_key") as app:
        for number in range(1, 6):
            answer = await app.confirm(await app.quote(SUNSET))
            assert answer.status == 502
            assert answer.body["code"] == "credentials_rejected"
            expected = "OPEN" if number == 5 else "CLOSED"
            assert (await health(app))["circuitBreakerState"] == expected
        assert await app.paid_calls() == 5
        sixth = await app.post("/generate-image", {"prompt": SUNSET})
        assert sixth.status == 503
        assert sixth.body["error"] == "Circuit breaker OPEN: provider unavailable"
        assert await app.paid_calls() == 5


@ERAS
async def test_scenario_3_with_another_provider_falls_back(tmp_path: Path, era: Era) -> None:
    async with world(tmp_path, era, "together", OPENAI_API_KEY="invalid_key") as app:
        for _ in range(5):
            item = await app.quote(SUNSET)
            assert item["provider"] == "openai"
            made = (await app.confirm(item)).body
            assert made["success"] is True, made
            assert made["provider"] == era.ultra_fallback
            assert (made["fallbackUsed"], made["originalProvider"]) == (True, "openai")
            assert made["cost"] <= item["maxCost"]
        assert (await health(app))["circuitBreakerState"] == "OPEN"
        seen = await openai_calls(app)
        sixth = await app.quote(SUNSET)
        assert sixth["provider"] == era.ultra_fallback
        assert (await app.confirm(sixth)).body["success"] is True
        assert await openai_calls(app) == seen
        await app.audit()


async def openai_calls(app: Client) -> int:
    seen = (await app.get(f"{app.simulator}/_sim/requests")).body
    return sum(
        call["provider"] == "openai" and call["path"].endswith("/images/generations")
        for call in seen
    )


@ERAS
@pytest.mark.parametrize("mended", [True, False])
async def test_scenario_4_recovery(tmp_path: Path, era: Era, *, mended: bool) -> None:
    async with world(tmp_path, era, CIRCUIT_BREAKER_TIMEOUT_MS="1") as app:
        await app.fault("bad_key", times=5 if mended else 6)
        for _ in range(5):
            assert (await app.confirm(await app.quote(SUNSET))).status == 502
        state = await health(app)
        assert (state["circuitBreakerState"], state["available"]) == ("HALF_OPEN", True)
        probe = await app.confirm(await app.quote(SUNSET))
        assert probe.status == (200 if mended else 502)
        calls = await app.paid_calls()
        assert calls == 6
        after = (await health(app))["circuitBreakerState"]
        assert after == ("CLOSED" if mended else "HALF_OPEN")  # its timeout is over at once


async def test_scenario_4_stays_open_for_its_time(tmp_path: Path) -> None:
    async with world(tmp_path, THEN) as app:
        await app.fault("bad_key", times=5)
        for _ in range(5):
            await app.confirm(await app.quote(SUNSET))
        assert (await health(app))["circuitBreakerState"] == "OPEN"
        assert (await app.post("/api/quotes", {"prompt": SUNSET})).status == 503
        assert await app.paid_calls() == 5


async def test_a_quick_sketch_is_fast_on_the_specifications_day(tmp_path: Path) -> None:
    async with world(tmp_path, THEN, *ALL) as app:
        item = await app.quote("Generate a quick sketch")
        assert (item["qualityTier"], item["provider"]) == ("fast", "together")
        assert f"{item['cost']:.4f}" == "0.0010"
        assert (await app.confirm(item)).body["success"] is True
