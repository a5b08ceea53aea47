"""A provider that repeats its key in everything it says is not repeated."""

import base64
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web

from tests.support import canaries
from tests.support.client import Client, client
from tests.support.fake import picture
from tests.support.servers import gateway


class Parrot:
    """An OpenAI that answers every request with `status`, and its key in every field."""

    def __init__(self) -> None:
        self.status = 401
        self.heard: set[str] = set()

    async def answer(self, request: web.Request) -> web.Response:
        key = request.headers["Authorization"].removeprefix("Bearer ")
        self.heard.add(key)
        await request.read()
        body = self._made(key) if self.status == 200 else self._complaint(key)
        return web.json_response(body, status=self.status, headers={"x-request-id": key})

    def _complaint(self, key: str) -> dict[str, Any]:
        error: dict[str, Any] = dict.fromkeys(("type", "param"), key)
        error["message"] = f"Incorrect API key provided: {key}. Authorization: Bearer {key}"
        if self.status == 400:
            error["code"] = "moderation_blocked"
            error["moderation_details"] = {"moderation_stage": "input", "categories": [key]}
        return {"error": error, "id": key}

    def _made(self, key: str) -> dict[str, Any]:
        image = {"b64_json": base64.b64encode(picture(1024, 1024)).decode(), "revised_prompt": key}
        echoes = dict.fromkeys(("quality", "size", "background", "output_format", "id"), key)
        return {**echoes, "data": [image]}


@asynccontextmanager
async def listening(parrot: Parrot) -> AsyncIterator[str]:
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", parrot.answer)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    yield f"http://127.0.0.1:{runner.addresses[0][1]}"
    await runner.cleanup()


async def everything_told(app: Client) -> int:
    """Ask for all that could repeat a provider; the client refuses an answer with a secret."""
    item = await app.quote("a photorealistic fox")
    bought = await app.confirm(item)
    path = f"/api/generations/{bought.body['generationId']}"
    await app.get(path)
    [event async for event in app.events("GET", f"{path}/events")]
    await app.chat("hello")
    for other in ("/api/usage", "/health-check/image-providers", f"/api/quotes/{item['id']}"):
        await app.get(other)
    return bought.status


@pytest.mark.parametrize("status", [200, 400, 401, 403, 404, 429, 500])
async def test_a_key_that_is_repeated_is_hidden(tmp_path: Path, status: int) -> None:
    parrot = Parrot()
    parrot.status = status
    async with listening(parrot) as url:
        with gateway(tmp_path, url) as server:
            async with client(server.url, url) as app:
                bought = await everything_told(app)
    assert (bought == 200) == (status == 200)
    assert all(map(canaries.in_text, (key.encode() for key in parrot.heard))), parrot.heard
    assert parrot.heard
    assert list(canaries.in_folders([tmp_path])) == []
    assert "Aquatint is ready" in output(tmp_path)


def output(folder: Path) -> str:
    """What the servers of this folder said: proof that it was there to be searched."""
    return "".join(path.read_text() for path in folder.glob("output-*.txt"))
