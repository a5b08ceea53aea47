"""A provider that does what a test tells it, and a house around it."""

import asyncio
import io
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import Any

from PIL import Image

from aquatint.catalog.pricing import Usage
from aquatint.clock import Clock, ManualClock
from aquatint.container import Services, open_services
from aquatint.generations.confirmation import Confirmation
from aquatint.generations.idempotency import IdempotencyKey
from aquatint.generations.model import Generation
from aquatint.ledger.audit import Audit, audit
from aquatint.providers.base import Completed, ImageRequest, ImageSink
from aquatint.quotes.model import Quote, QuoteRequest
from aquatint.settings import Settings

OWNER = "local"


def picture(width: int = 64, height: int = 48, seed: int = 0) -> bytes:
    """A small PNG."""
    target = io.BytesIO()
    Image.new("RGB", (width, height), (seed % 256, 80, 120)).save(target, "PNG")
    return target.getvalue()


Script = Callable[[ImageRequest, ImageSink], Awaitable[Completed]]


async def deliver(request: ImageRequest, sink: ImageSink, **changes: Any) -> Completed:
    """All images that were asked for, with the usage that the price formula expects."""
    images = []
    for number in range(changes.pop("images", request.n)):
        writer = sink.open()
        await writer.write(changes.get("data") or picture(seed=number))
        images.append(await writer.finish())
    usage = changes.get("usage", Usage(images=len(images), text_in=8, image_out=3122 * request.n))
    return Completed(images=tuple(images), usage=usage, request_id=f"req_{request.attempt_id}")


class FakeProvider:
    """Plays `script` for every call and keeps the requests it saw."""

    name = "openai"

    def __init__(self, script: Script = deliver) -> None:
        self.script = script
        self.calls: list[ImageRequest] = []
        self.entered = asyncio.Event()

    async def start(self, request: ImageRequest, sink: ImageSink) -> Completed:
        self.calls.append(request)
        self.entered.set()
        return await self.script(request, sink)

    async def verify(self) -> None:
        return


_database: list[str] = []


@contextmanager
def on(address: str) -> Iterator[None]:
    """Houses stand on the database at `address` for as long as the block lasts."""
    _database.append(address)
    try:
        yield
    finally:
        _database.pop()


def settings(folder: Path, **changes: Any) -> Settings:
    """Settings of a test: nothing from the environment, a pinned catalog, room to buy."""
    values: dict[str, Any] = {
        "data_dir": folder,
        "openai_api_key": "sk-test-canary-of-the-house",
        "openai_base_url": "http://127.0.0.1:9/v1",
        "catalog_as_of": "2026-11-22",
        "images_per_hour": 1000,
        "images_per_day": 1000,
        "daily_cost_limit": 1000,
        "database_url": _database[-1] if _database else None,
    }
    return Settings(_env_file=None, **{**values, **changes})


@asynccontextmanager
async def house(
    folder: Path,
    provider: FakeProvider | None = None,
    clock: Clock | None = None,
    **changes: Any,
) -> AsyncIterator[Services]:
    """Open services on `folder` around a fake provider."""
    providers = {"openai": provider or FakeProvider()}
    async with open_services(
        settings(folder, **changes), clock or ManualClock(), providers
    ) as services:
        yield services


async def quote(services: Services, prompt: str = "a photorealistic fox", **more: Any) -> Quote:
    return await services.quotes.create(OWNER, QuoteRequest(prompt=prompt, **more))


async def buy(services: Services, made: Quote, **more: Any) -> str:
    """Confirm a quote; the id of its generation."""
    token = services.quotes.token(made)
    confirmed = await services.generations.confirm(token, Confirmation(owner=OWNER, **more))
    return confirmed.generation_id


async def buy_at_once(services: Services, key: IdempotencyKey) -> str:
    """Quote and confirm in one step under an idempotency key; the id of the generation."""
    made = await services.quotes.make(OWNER, QuoteRequest(prompt="a photorealistic fox"))
    confirmed = await services.generations.buy(made, Confirmation(owner=OWNER, key=key))
    return confirmed.generation_id


async def bought(services: Services, prompt: str = "a photorealistic fox") -> Generation:
    generation_id = await buy(services, await quote(services, prompt))
    return await services.generations.wait(OWNER, generation_id)


async def books(services: Services) -> Audit:
    result = await services.db.read(audit)
    assert result.ok, result
    return result


def raising(error: Exception) -> FakeProvider:
    async def script(request: ImageRequest, sink: ImageSink) -> Completed:
        raise error

    return FakeProvider(script)
