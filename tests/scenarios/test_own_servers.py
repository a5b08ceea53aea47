"""Servers of the operator's own, declared in PROVIDERS_FILE, beside the built-in providers."""

import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path

import pytest

from tests.support.client import Client, client
from tests.support.servers import Server, environment, gateway, gateway_settings

KEY = "key-of-the-workshop-canary"
SERVER = """
[[servers]]
name = "workshop"
base_url = "{url}/openai/v1"
key_variable = "WORKSHOP_KEY"

  [[servers.models]]
  model = "gpt-image-2"
  name = "painter"
  quality = "low"
  tiers = ["standard"]
  place = "first"
  price = {price}
  capabilities = {{ max_images = 4, mask = true, partial_images = 2 }}

  [[servers.models]]
  model = "gpt-image-2"
  name = "unpriced"
"""


@contextmanager
def opened(folder: Path, providers: Server, price: str, **more: str) -> Iterator[Server]:
    file = folder / "servers.toml"
    file.write_text(SERVER.format(url=providers.url, price=price))
    settings = {"WORKSHOP_KEY": KEY, "PROVIDERS_FILE": str(file), **more}
    with gateway(folder, providers.url, **settings) as server:
        yield server


@pytest.fixture(scope="module")
def free(providers: Server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with opened(tmp_path_factory.mktemp("free"), providers, "{ per_image = 0 }") as server:
        yield server


@pytest.fixture(scope="module")
def priced(providers: Server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    folder = tmp_path_factory.mktemp("priced")
    more = {"CIRCUIT_BREAKER_FAILURE_THRESHOLD": "1"}
    with opened(folder, providers, "{ per_image = 0.05 }", **more) as server:
        yield server


@asynccontextmanager
async def ready(server: Server, providers: Server) -> AsyncIterator[Client]:
    async with client(server.url, providers.url) as app:
        await app.reset()
        assert (await app.post("/api/providers/workshop/reset")).status == 200
        yield app


async def test_ones_own_machine_costs_nothing(free: Server, providers: Server) -> None:
    async with ready(free, providers) as app:
        item = await app.quote("a fox", quality="standard")
        assert (item["provider"], item["model"]) == ("workshop", "painter")
        assert (item["cost"], item["maxCost"]) == (0, 0)

        made = await app.confirm(item)

        assert (made.status, made.body["cost"]) == (200, 0)
        assert (await app.get(made.body["imageUrl"])).status == 200
        (seen,) = [
            each
            for each in (await app.get(f"{app.simulator}/_sim/requests")).body
            if each["path"].endswith("/images/generations")
        ]
        assert KEY not in str(made.body)
        assert seen["path"] == "/openai/v1/images/generations"
        await app.audit()


async def test_it_stands_in_health_and_catalog(free: Server, providers: Server) -> None:
    async with ready(free, providers) as app:
        health = (await app.get("/health-check/image-providers")).body
        rows = (await app.get("/api/catalog")).body

    assert health["providers"]["workshop"]["available"] is True
    painter = next(each for each in rows["rows"] if each["modelKey"] == "workshop-painter-low")
    assert (painter["squareCost"], painter["tiers"]) == (0, ["standard"])


async def test_without_a_price_it_is_not_sold(free: Server, providers: Server) -> None:
    async with ready(free, providers) as app:
        answer = await app.post("/api/quotes", {"prompt": "a fox", "model": "workshop-unpriced"})

    assert (answer.status, answer.body["code"]) == (422, "no_price")


async def test_another_stands_in_when_it_fails_and_it_is_left_alone(
    priced: Server, providers: Server
) -> None:
    """Breaker, fallback and price are those of any provider."""
    async with ready(priced, providers) as app:
        item = await app.quote("a fox", quality="standard")
        assert (item["provider"], f"{item['cost']:.4f}") == ("workshop", "0.0500")
        await app.fault("bad_key", times=1)

        made = await app.confirm(item)

        assert made.status == 200, made.raw
        assert made.body["provider"] == "openai"
        assert made.body["fallbackUsed"] is True
        health = (await app.get("/health-check/image-providers")).body["providers"]["workshop"]
        assert health["circuitBreakerState"] == "OPEN"
        again = await app.quote("a fox", quality="standard")
        assert again["provider"] == "openai"
        await app.audit()


BROKEN = {
    "no TOML": ("[[servers]", "at line 1"),
    "a taken name": (
        SERVER.replace("workshop", "openai").format(url="http://127.0.0.1", price="{}"),
        "servers[0].name: 'openai' is taken",
    ),
}


@pytest.mark.parametrize(("text", "words"), BROKEN.values(), ids=BROKEN)
def test_a_file_that_is_wrong_stops_the_start_with_one_line(
    tmp_path: Path, text: str, words: str
) -> None:
    file = tmp_path / "servers.toml"
    file.write_text(text)
    settings = gateway_settings("http://127.0.0.1:1", tmp_path, PROVIDERS_FILE=str(file))

    ended = subprocess.run(  # our own module
        [sys.executable, "-m", "aquatint", "serve", "--port", "0"],
        cwd=tmp_path,
        env=environment(**settings),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )

    assert ended.returncode != 0
    assert f"PROVIDERS_FILE: {file}: " in ended.stderr
    assert words in ended.stderr
    assert "Traceback" not in ended.stderr
