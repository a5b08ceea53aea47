"""A stream that is being watched ends with the sign-in that began it."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from aquatint.chat.service import ChatService
from aquatint.clock import ManualClock
from aquatint.container import Services
from aquatint.providers.base import Completed, ImageRequest, ImageSink
from tests.support.client import Client
from tests.support.fake import FakeProvider, deliver, house
from tests.support.people import SIGN_IN, Someone, key_of, someone
from tests.support.served import served
from tests.unit.chat.support import ScriptedModel


@dataclass
class Watch:
    """Somebody's generation that waits for `go`."""

    app: Client
    services: Services
    clock: ManualClock
    ann: Someone
    path: str
    go: asyncio.Event

    async def told(self, headers: dict[str, str], *, meanwhile: str | None = None) -> list[str]:
        """The events somebody hears who, after the first, asks to POST `meanwhile`."""
        heard: list[str] = []
        async for event in self.app.events("GET", self.path, headers=headers):
            if not heard:
                if meanwhile:
                    ended = await self.app.post(meanwhile, {}, headers=headers)
                    assert ended.status == 200, ended.raw
                self.go_on()
            heard.append(event.event)
        return heard

    def go_on(self) -> None:
        self.clock.advance(1)
        self.go.set()


@pytest.fixture
async def watch(tmp_path: Path) -> AsyncIterator[Watch]:
    go, clock = asyncio.Event(), ManualClock()

    async def waiting(request: ImageRequest, sink: ImageSink) -> Completed:
        await go.wait()
        return await deliver(request, sink)

    async with (
        house(tmp_path, FakeProvider(waiting), clock, **SIGN_IN) as services,
        served(services) as app,
    ):
        ann = await someone(services, "ann@x.example")
        headers = ann.headers(app.base)
        item = (await app.post("/api/quotes", {"prompt": "a fox"}, headers=headers)).body
        headers["Prefer"] = "respond-async"
        bought = await app.post("/api/generations", {"quoteId": item["quoteId"]}, headers=headers)
        path = f"{bought.headers['location']}/events"
        try:
            yield Watch(app, services, clock, ann, path, go)
        finally:
            go.set()


async def test_whoever_stays_signed_in_hears_the_end(watch: Watch) -> None:
    told = await watch.told(watch.ann.headers(watch.app.base))
    assert told[-1] == "completed"


async def test_whoever_signs_out_hears_no_more(watch: Watch) -> None:
    told = await watch.told(watch.ann.headers(watch.app.base), meanwhile="/auth/logout")
    assert told
    assert "completed" not in told


async def test_a_revoked_key_hears_no_more(watch: Watch) -> None:
    headers = await key_of(watch.services, watch.ann.id)
    (key,) = await watch.services.identity.keys(watch.ann.id)
    heard = []
    async for event in watch.app.events("GET", watch.path, headers=headers):
        heard.append(event.event)
        await watch.services.identity.revoke_key(watch.ann.id, key.id)
        watch.go_on()
    assert heard
    assert "completed" not in heard


async def test_a_chat_tells_no_more_after_the_sign_out(watch: Watch) -> None:
    said = asyncio.Event()
    services = watch.services
    chat = ChatService(
        db=services.db,
        log=services.log,
        clock=services.clock,
        quotes=services.quotes,
        items=services.items,
        models=[ScriptedModel(["the first", said, "the last"])],
        worker=lambda: "proc_1",
    )
    heard = []
    async with served(replace(services, chat=chat)) as app:
        headers = watch.ann.headers(app.base)
        body = {"messages": [{"role": "user", "content": "hello"}]}
        async for event in app.events("POST", "/chat", body, headers=headers):
            heard.append(event.event)
            if not said.is_set():
                assert (await app.post("/auth/logout", {}, headers=headers)).status == 200
                watch.clock.advance(1)
                said.set()
    await chat.drain(grace=0)
    assert heard
    assert "complete" not in heard
