"""The original system's acceptance cases that no other test names, by their numbers.

18 to 25, 27 to 33, 35 and 39 stand in test_specification.py, test_breaker.py and tests/e2e;
37 in tests/unit/resilience; 41 is their sum.
"""

import asyncio
from pathlib import Path

import pytest

from tests.scenarios.test_specification import ALL, SUNSET, THEN, health, world
from tests.support.client import client
from tests.support.servers import gateway, simulator


async def test_34_a_mended_key_alone_does_not_close_the_breaker(tmp_path: Path) -> None:
    with simulator(tmp_path) as sim:
        with gateway(tmp_path, sim.url, OPENAI_API_KEY="invalid_key") as first:
            async with client(first.url, sim.url) as app:
                for _ in range(5):
                    assert (await app.confirm(await app.quote(SUNSET))).status == 502
        with gateway(tmp_path, sim.url) as second:
            async with client(second.url, sim.url) as app:
                assert (await health(app))["circuitBreakerState"] == "OPEN"
                assert (await app.post("/api/quotes", {"prompt": SUNSET})).status == 503
                # 36: by an operator's word it may try again, and the new key is good.
                assert (await app.post("/api/providers/openai/reset")).status == 200
                assert (await app.confirm(await app.quote(SUNSET))).status == 200


async def test_38_several_providers_add_up(tmp_path: Path) -> None:
    async with world(tmp_path, THEN, *ALL) as app:
        spent = 0
        for prompt in (SUNSET, "Generate a quick sketch", "A lighthouse"):
            made = (await app.confirm(await app.quote(prompt))).body
            assert made["success"] is True, made
            spent += round(made["cost"] * 1e6)
        usage = (await app.get("/api/usage")).body
        assert round(usage["today"]["spent"] * 1e6) == spent
        by_provider = sum(round(each["spent"] * 1e6) for each in usage["byProvider"])
        assert by_provider == spent == (await app.invoice())["totalMicroUsd"]


@pytest.mark.parametrize("provider", ["openai", "together", "replicate"])
async def test_40_five_images_of_a_provider(tmp_path: Path, provider: str) -> None:
    async with world(tmp_path, THEN, *ALL) as app:
        quotes = [await app.quote(f"fox {n}", provider=provider) for n in range(5)]
        assert {item["provider"] for item in quotes} == {provider}
        answers = await asyncio.gather(*(app.confirm(item) for item in quotes))
        assert all(answer.body["success"] for answer in answers)
        assert all(answer.body["llmApiCall"]["durationMs"] >= 0 for answer in answers)
        (row,) = (await app.get("/api/usage")).body["byProvider"]
        assert (row["provider"], row["images"], row["attempts"]) == (provider, 5, 5)
        await app.audit()


async def test_a_generation_is_found_by_its_items_id_too(tmp_path: Path) -> None:
    async with world(tmp_path, THEN) as app:
        item = await app.quote(SUNSET)
        assert (await app.get(f"/api/generations/{item['id']}")).status == 404
        made = (await app.confirm(item)).body
        for name in (item["id"], made["generationId"]):
            found = (await app.get(f"/api/generations/{name}")).body
            assert found["generationId"] == made["generationId"]
