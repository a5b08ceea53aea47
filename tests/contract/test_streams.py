"""Images that come as events, with previews on the way."""

import asyncio
import base64
import tracemalloc
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from aquatint.catalog.pricing import Usage
from aquatint.library.blobs import BlobStore
from tests.contract.adapter import Adapter, encoded
from tests.contract.events import (
    READ,
    STREAMING,
    USAGE,
    Shown,
    broken,
    completed,
    event,
    partial,
    stream,
)
from tests.contract.pictures import picture
from tests.contract.replies import answer, streamed
from tests.contract.server import Reply, Request, Server

LeftOver = Callable[[], list[str]]
Stream = Callable[..., Any]

pytestmark = pytest.mark.parametrize(
    "adapter", STREAMING, ids=[each.name for each in STREAMING], indirect=True
)


async def test_previews_then_the_picture(
    watch: Stream, server: Server, store: BlobStore, shown: Shown, left_over: LeftOver
) -> None:
    result = await watch(stream(b": hello\n\n", partial(0), partial(1), completed()))

    assert shown.previews == [(index, picture(seed=100 + index)) for index in (0, 1)]
    (received,) = result.images
    assert store.received_path(received).read_bytes() == picture(seed=1)
    assert result.usage == READ
    assert result.warnings == ()
    assert left_over() == [received.token]
    body = server.requests[0].json()
    assert (body["stream"], body["partial_images"]) == (True, 2)


async def test_no_stream_is_asked_for_without_previews(
    watch: Stream, adapter: Adapter, server: Server
) -> None:
    await watch(answer(adapter.wrap(encoded(picture()), usage=adapter.usage)), partial_images=0)

    assert {"stream", "partial_images"}.isdisjoint(server.requests[0].json())


async def test_no_more_previews_are_asked_for_than_the_row_takes(
    watch: Stream, server: Server
) -> None:
    await watch(stream(completed()), partial_images=9)

    assert server.requests[0].json()["partial_images"] == 3


async def test_a_server_that_answers_whole_is_understood(
    watch: Stream, adapter: Adapter, store: BlobStore
) -> None:
    result = await watch(answer(adapter.wrap(encoded(picture()), usage=adapter.usage)))

    assert store.received_path(result.images[0]).read_bytes() == picture()


async def test_several_pictures_add_their_usages(watch: Stream, store: BlobStore) -> None:
    result = await watch(stream(completed(1), partial(0), completed(2), b"data: [DONE]\n\n"), n=2)

    images = [store.received_path(one).read_bytes() for one in result.images]
    assert images == [picture(seed=1), picture(seed=2)]
    assert result.usage == Usage(images=2, text_in=24, image_in=128, image_out=3712)


async def test_an_edit_is_streamed_alike(watch: Stream) -> None:
    result = await watch(stream(completed(operation="image_edit")))

    assert len(result.images) == 1


async def test_a_stream_without_usage_tells_none(watch: Stream) -> None:
    assert (await watch(stream(completed(usage=None)))).usage is None


async def test_con_37_large_previews_and_pictures_take_less_than_4_mb(
    watch: Stream, store: BlobStore, tmp_path: Path
) -> None:
    original = tmp_path / "large.png"
    original.write_bytes(picture(size=(1900, 1900), compress_level=0))

    async def parts() -> AsyncIterator[bytes]:
        for kind in ("partial_image", "completed"):
            told = event(kind, "|", partial_image_index=0, usage=USAGE)
            start, end = told.split(b"|")
            yield start
            with original.open("rb") as file:
                while block := file.read(48 * 1024):
                    yield base64.b64encode(block)
            yield end

    await watch(stream(completed()), attempt_id="warm")
    tracemalloc.start()
    try:
        before, _ = tracemalloc.get_traced_memory()
        result = await watch(as_events(streamed(parts())))
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()

    assert result.images[0].size == original.stat().st_size
    # The test's own look at the preview holds it whole.
    assert peak - before < 4 * 1024 * 1024 + original.stat().st_size


def as_events(reply: Reply) -> Reply:
    """`reply`, whose head says that it is a stream of events."""

    class Head:
        def __init__(self, writer: asyncio.StreamWriter) -> None:
            self._writer = writer
            self._first = True

        def write(self, data: bytes) -> None:
            told = b"\r\nContent-Type: text/event-stream\r\n\r\n"
            self._writer.write(data.replace(b"\r\n\r\n", told, 1) if self._first else data)
            self._first = False

        async def drain(self) -> None:
            await self._writer.drain()

    async def wrapped(writer: asyncio.StreamWriter, request: Request) -> None:
        await reply(Head(writer), request)  # type: ignore[arg-type]  # as much of one as is used

    return wrapped


async def test_the_session_is_free_again(
    watch: Stream, session: aiohttp.ClientSession, server: Server
) -> None:
    """Nothing behind the last picture is waited for."""
    await watch(broken(completed()))
    await watch(stream(completed()))

    assert not session.closed
    assert len(server.requests) == 2
