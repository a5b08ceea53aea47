"""One person who buys, brings and fetches pictures over HTTP, from a provider that a test plays."""

import io
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from PIL import Image

from aquatint.container import Services
from aquatint.library import store
from aquatint.providers.base import Completed, ImageRequest, ImageSink
from tests.support.client import Answer, Client
from tests.support.fake import OWNER, FakeProvider, buy, deliver, house, quote
from tests.support.served import served

FORMS = ["PNG", "JPEG", "WEBP"]
EDIT = {"operation": "edit", "model": "gpt-image-2", "quality": "fast"}
PROMPT = "a photorealistic fox of my neighbour"


def delivering(data: bytes) -> FakeProvider:
    async def script(request: ImageRequest, sink: ImageSink) -> Completed:
        return await deliver(request, sink, data=data)

    return FakeProvider(script)


async def made(services: Services, **more: Any) -> str:
    """The id of a picture that was bought."""
    generation_id = await buy(services, await quote(services, PROMPT, **more))
    await services.generations.wait(OWNER, generation_id)
    images = await services.db.read(lambda tx: store.of_generations(tx, [generation_id]))
    return images[0].id


async def brought(services: Services, data: bytes) -> str:
    async def body() -> AsyncIterator[bytes]:
        yield data

    return (await services.uploads.take(OWNER, body())).id


class Hands:
    """What one person fetches."""

    def __init__(self, services: Services, client: Client) -> None:
        self.services = services
        self._client = client

    async def answer(self, image_id: str, part: str = "download", **headers: str) -> Answer:
        return await self._client.get(f"/api/images/{image_id}/{part}", headers=headers)

    async def get(self, image_id: str, part: str = "download") -> bytes:
        answer = await self.answer(image_id, part)
        assert answer.status == 200, answer.raw
        return answer.raw

    async def post(self, path: str, body: dict[str, Any]) -> Answer:
        return await self._client.post(path, body)

    async def provenance(self, image_id: str) -> Any:
        return (await self._client.get(f"/api/images/{image_id}")).body["provenance"]


@asynccontextmanager
async def hands(folder: Path, data: bytes | None, **changes: Any) -> AsyncIterator[Hands]:
    provider = FakeProvider() if data is None else delivering(data)
    async with house(folder, provider, **changes) as services, served(services) as client:
        yield Hands(services, client)


def media_type(form: str) -> str:
    return f"image/{form.lower()}"


def pixels(data: bytes) -> bytes:
    with Image.open(io.BytesIO(data)) as image:
        return image.tobytes()
