"""Calls that do not come through, or not back (CON-22 to 26)."""

import asyncio
import socket
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass, replace

import aiohttp
import pytest

from aquatint.errors import (
    BadResponse,
    OutcomeUnknown,
    Unreachable,
)
from aquatint.library.blobs import BlobStore
from aquatint.net import http
from aquatint.providers.base import (
    ImageProvider,
    ImageRequest,
    ImageSink,
    ImageWriter,
    ReceivedImage,
)
from tests.contract.adapter import Adapter, encoded
from tests.contract.conftest import Buy
from tests.contract.pictures import picture
from tests.contract.replies import (
    REQUEST_ID,
    close_at_once,
    reset_after,
    reset_at_once,
    silence,
    streamed,
    unreadable,
)
from tests.contract.server import Reply, Server

LeftOver = Callable[[], list[str]]
UNUSABLE_PORT_SECONDS = 0.05


async def test_con_22_connection_refused_sends_nothing(
    adapter: Adapter,
    session: aiohttp.ClientSession,
    store: BlobStore,
    image_request: ImageRequest,
) -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{unused.getsockname()[1]}"

        with pytest.raises(Unreachable):
            await adapter.construct(session, url).start(image_request, store.sink("att_01"))


@pytest.fixture
def full_port() -> Iterator[int]:
    """A port whose queue of connections is full, so that another one hangs."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen(0)
        fillers = [socket.socket() for _ in range(4)]
        for filler in fillers:
            filler.setblocking(False)
            filler.connect_ex(listener.getsockname())
        yield listener.getsockname()[1]
        for filler in fillers:
            filler.close()


@pytest.mark.parametrize("limit", ["connect", "deadline"])
async def test_con_23_connect_time_out_sends_nothing(
    adapter: Adapter,
    session: aiohttp.ClientSession,
    store: BlobStore,
    image_request: ImageRequest,
    full_port: int,
    monkeypatch: pytest.MonkeyPatch,
    limit: str,
) -> None:
    if limit == "connect":
        monkeypatch.setattr(http, "CONNECT_SECONDS", UNUSABLE_PORT_SECONDS)
    else:
        image_request = replace(image_request, deadline_seconds=UNUSABLE_PORT_SECONDS)
    provider = adapter.construct(session, f"http://127.0.0.1:{full_port}")

    with pytest.raises(Unreachable, match="timed out"):
        await provider.start(image_request, store.sink("att_01"))


async def test_con_24_no_answer_in_time_is_unknown(buy: Buy, server: Server) -> None:
    with pytest.raises(OutcomeUnknown, match="timed out"):
        await buy(silence, deadline_seconds=0.1)

    assert len(server.requests) == 1


@pytest.mark.parametrize("reply", [close_at_once, reset_at_once], ids=["closed", "reset"])
async def test_con_25_lost_before_the_headers_is_unknown(
    buy: Buy, server: Server, reply: Reply
) -> None:
    with pytest.raises(OutcomeUnknown):
        await buy(reply)

    assert len(server.requests) == 1


async def test_con_26_lost_in_the_body_is_unknown(
    buy: Buy, adapter: Adapter, server: Server, left_over: LeftOver
) -> None:
    start = adapter.wrap(encoded(picture(size=(400, 400))))[:200_000]

    with pytest.raises(OutcomeUnknown) as caught:
        await buy(reset_after(start))

    assert caught.value.request_id == REQUEST_ID
    assert len(server.requests) == 1
    assert left_over() == []


@dataclass(frozen=True)
class Noticed:
    """A sink that tells when the first image arrives."""

    sink: ImageSink
    opened: asyncio.Event

    def open(self) -> ImageWriter:
        self.opened.set()
        return self.sink.open()

    async def preview(self, index: int, image: ReceivedImage) -> None:
        await self.sink.preview(index, image)


async def test_a_caller_who_leaves_leaves_no_file(
    provider: ImageProvider,
    adapter: Adapter,
    server: Server,
    store: BlobStore,
    image_request: ImageRequest,
    left_over: LeftOver,
) -> None:
    body = adapter.wrap(encoded(picture(size=(700, 700))))

    async def parts() -> AsyncIterator[bytes]:
        yield body[:1_000_000]
        await asyncio.Event().wait()

    server.reply = streamed(parts())
    sink = Noticed(store.sink("att_01"), asyncio.Event())
    task = asyncio.create_task(provider.start(image_request, sink))
    await sink.opened.wait()
    task.cancel()

    with pytest.raises(asyncio.CancelledError):
        await task
    assert left_over() == []


async def test_an_answer_that_is_not_http_is_a_bad_response(buy: Buy) -> None:
    with pytest.raises(BadResponse):
        await buy(unreadable)
