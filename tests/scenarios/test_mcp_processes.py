"""The tools in processes of their own: `aquatint mcp`, and a gateway that stops."""

import asyncio
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from mcp import Client, StdioServerParameters

from tests.support.client import Client as Browser
from tests.support.mcp import MODES, Person, call, over_http, told, words
from tests.support.servers import environment, gateway, gateway_settings

pytestmark = pytest.mark.timeout(180)
WISH = {"prompt": "a fox", "quality": "fast"}


@asynccontextmanager
async def started(
    app: Browser, folder: Path, mode: str, person: Person | None
) -> AsyncIterator[Client]:
    parameters = StdioServerParameters(
        command=sys.executable,
        args=["-m", "aquatint", "mcp"],
        env=environment(**gateway_settings(app.simulator, folder)),
        cwd=folder,
    )
    async with Client(parameters, mode=mode, elicitation_callback=person) as client:
        yield client


@pytest.mark.parametrize("mode", MODES)
async def test_a_confirmed_price_is_what_the_provider_bills(
    app: Browser, tmp_path: Path, mode: str
) -> None:
    person = Person()
    async with started(app, tmp_path, mode, person) as client:
        quote = await told(client, "quote_image", **WISH)
        assert (await app.invoice())["totalMicroUsd"] == 0
        made = await told(client, "confirm_image", quote_id=quote["id"])
        listed = await told(client, "list_images")
    assert len(person.asked) == 1
    billed = (await app.invoice())["totalMicroUsd"] / 1e6
    assert made["cost"] == pytest.approx(billed, abs=1e-6)
    assert billed <= quote["maxCost"]
    assert [each["id"] for each in listed["images"]] == [made["images"][0]["id"]]


async def test_what_was_declined_or_could_not_be_asked_is_not_billed(
    app: Browser, tmp_path: Path
) -> None:
    async with started(app, tmp_path, "legacy", Person("decline")) as client:
        quote = await told(client, "quote_image", **WISH)
        made = await told(client, "confirm_image", quote_id=quote["id"])
        assert made["status"] == "declined"
    async with started(app, tmp_path, "legacy", None) as client:
        refused = await call(client, "confirm_image", quote_id=quote["id"])
    assert "nothing was bought" in words(refused)
    assert (await app.invoice())["totalMicroUsd"] == 0


async def test_a_gateway_stops_while_clients_listen(app: Browser, tmp_path: Path) -> None:
    with gateway(tmp_path, app.simulator) as server:
        async with over_http(server.url, "legacy") as client:
            await told(client, "list_images")
            assert await asyncio.to_thread(server.stop) == 0
