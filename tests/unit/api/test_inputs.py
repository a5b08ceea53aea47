"""What one person's pictures are to another, and previews while they last: a real server."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
import uvicorn
from aiohttp import ClientSession

from aquatint.app import create_app
from aquatint.container import Services
from aquatint.providers.base import Completed, ImageRequest, ImageSink
from tests.contract.pictures import picture
from tests.support.fake import OWNER, FakeProvider, buy, deliver, house, quote


@asynccontextmanager
async def serving(services: Services) -> AsyncIterator[ClientSession]:
    server = uvicorn.Server(
        uvicorn.Config(create_app(services), port=0, log_config=None, lifespan="off")
    )
    sockets = [server.config.bind_socket()]
    running = asyncio.create_task(server.serve(sockets))
    async with ClientSession(f"http://127.0.0.1:{sockets[0].getsockname()[1]}") as session:
        yield session
    server.should_exit = True
    await running


async def brought(services: Services, owner: str) -> str:
    async def body() -> AsyncIterator[bytes]:
        yield picture()

    return (await services.uploads.take(owner, body())).id


@pytest.mark.parametrize("field", ["images", "mask"])
async def test_another_persons_picture_is_not_there(tmp_path: Path, field: str) -> None:
    async with house(tmp_path) as services, serving(services) as session:
        mine, theirs = [await brought(services, owner) for owner in (OWNER, "another")]
        fields: dict[str, Any] = {"operation": "inpaint", "images": [mine], "mask": mine}
        fields[field] = [theirs] if field == "images" else theirs
        for path in ("/api/quotes", "/generate-image"):
            async with session.post(path, json={"prompt": "a", **fields}) as answer:
                assert answer.status == 404
                assert "No such image" in await answer.text()
        async with session.get(f"/api/images/{theirs}/content") as answer:
            assert answer.status == 404


async def test_a_preview_is_served_while_the_provider_works(tmp_path: Path) -> None:
    shown, go_on = asyncio.Event(), asyncio.Event()

    async def script(request: ImageRequest, sink: ImageSink) -> Completed:
        writer = sink.open()
        await writer.write(picture("JPEG"))
        await sink.preview(0, await writer.finish())
        shown.set()
        await go_on.wait()
        return await deliver(request, sink)

    async with (
        house(tmp_path, FakeProvider(script)) as services,
        serving(services) as session,
    ):
        generation = await buy(services, await quote(services, partial_images=1))
        await shown.wait()
        address = f"/api/generations/{generation}/previews/0"
        async with session.get(address) as answer:
            assert (answer.status, answer.content_type) == (200, "image/jpeg")
            assert await answer.read() == picture("JPEG")
            assert answer.headers["Cache-Control"] == "no-store"
            assert answer.headers["X-Content-Type-Options"] == "nosniff"
        async with session.get(address.replace(generation, "gen_another")) as answer:
            assert answer.status == 404
        async with session.get(address.replace("/0", "/1")) as answer:
            assert answer.status == 404
        go_on.set()
        await services.generations.wait(OWNER, generation)
        async with session.get(address) as answer:
            assert answer.status == 404
            assert "gone" in await answer.text()
        async with session.get(f"/api/generations/{generation}/events") as answer:
            told = await answer.text()
        assert address in told
        assert ".part" not in told
