"""What the gateway makes of each provider: sizes it does not have, and callers that leave."""

import asyncio
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from aquatint.catalog.files import Offers
from aquatint.catalog.model import Row, Size, Tier
from aquatint.catalog.wire import size_on_wire
from aquatint.container import Services, open_services
from aquatint.generations.model import State
from aquatint.providers.profiles import Profile
from aquatint.providers.registry import ProviderConfig
from aquatint.quotes.model import QuoteRequest
from aquatint.routing.sizes import supports
from tests.contract.adapter import KEY, Adapter, encoded
from tests.contract.pictures import picture
from tests.contract.replies import answer
from tests.contract.server import Request, Server
from tests.support.fake import OWNER, books, buy, settings

ODD = "4001x1003"  # nobody offers it


@pytest.fixture
def offered(adapter: Adapter, monkeypatch: pytest.MonkeyPatch) -> Row:
    """The adapter's row, the only one there is to buy."""
    row = adapter.row.model_copy(update={"tiers": (Tier.STANDARD,)})
    chains = {tier: (row.key,) if tier is Tier.STANDARD else () for tier in Tier}
    offers = Offers(rows={row.key: row}, chains=chains)
    config = ProviderConfig(name=row.provider, api_key=KEY, profile=Profile())
    monkeypatch.setattr("aquatint.container.market.offers", lambda _: offers)
    monkeypatch.setattr("aquatint.container.market.provider_configs", lambda _: (config,))
    return row


async def item_of(services: Services, quote_id: str) -> dict[str, Any]:
    (item,) = await services.items.items(OWNER, [quote_id])
    return item


def said(document: Mapping[str, Any], name: str) -> object:
    """What a request says under `name`, whose dots are objects within objects."""
    found: Any = document
    for step in name.split("."):
        found = found[step]
    return found


async def test_con_7_a_size_is_mapped_to_one_it_has_and_the_change_told(
    adapter: Adapter, offered: Row, session: aiohttp.ClientSession, server: Server, tmp_path: Path
) -> None:
    server.reply = answer(adapter.wrap(encoded(picture()), usage=adapter.usage))
    providers = {offered.provider: adapter.construct(session, server.url)}
    async with open_services(settings(tmp_path), providers=providers) as services:
        made = await services.quotes.create(OWNER, QuoteRequest(prompt="a red boat", size=ODD))
        await services.generations.wait(OWNER, await buy(services, made))
        item = await item_of(services, made.id)

    plan = made.plan(None)
    assert plan is not None
    (candidate,) = plan.walk
    size = Size(width=candidate.size.width, height=candidate.size.height)
    assert supports(offered.sizes, size)
    assert any(ODD in warning and str(size) in warning for warning in item["warnings"])
    (request,) = server.requests
    body = request.json()
    for name, value in size_on_wire(offered, size).items():
        inner = body if "." in name and name.split(".")[0] in body else adapter.settings(body)
        assert said(inner, name) == value


async def test_con_27_a_caller_who_leaves_still_gets_the_image(
    adapter: Adapter, offered: Row, session: aiohttp.ClientSession, server: Server, tmp_path: Path
) -> None:
    asked, go = asyncio.Event(), asyncio.Event()
    whole = answer(adapter.wrap(encoded(picture()), usage=adapter.usage))

    async def in_its_time(writer: asyncio.StreamWriter, request: Request) -> None:
        asked.set()
        await go.wait()
        await whole(writer, request)

    server.reply = in_its_time
    providers = {offered.provider: adapter.construct(session, server.url)}
    async with open_services(settings(tmp_path), providers=providers) as services:
        made = await services.quotes.create(OWNER, QuoteRequest(prompt="a red boat"))
        generation_id = await buy(services, made)
        caller = asyncio.create_task(services.generations.wait(OWNER, generation_id))
        await asked.wait()
        caller.cancel()
        await asyncio.gather(caller, return_exceptions=True)
        assert caller.cancelled()
        go.set()
        await services.generations.drain()
        assert (await services.generations.get(OWNER, generation_id)).state is State.COMPLETED
        result = await books(services)
        assert result.attempts == {"settled": 1, "released": 0, "unknown": 0, "open": 0}
        assert result.billed == adapter.billed
        assert len((await item_of(services, made.id))["images"]) == 1
    assert len(server.requests) == 1
