"""A large picture that goes along is read while it is sent (CON-37)."""

import asyncio
import tracemalloc
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

import aiohttp
import pytest

from aquatint.library.blobs import BlobStore
from aquatint.providers.base import Completed, ImageRequest, InputImage
from tests.contract.conftest import Give
from tests.contract.pictures import picture
from tests.contract.test_input_images import STORED, adapter_of, row_of, whole_answer


@asynccontextmanager
async def draining(good: bytes) -> AsyncIterator[tuple[str, list[int]]]:
    """A server that reads bodies and keeps nothing of them but their lengths."""
    lengths: list[int] = []

    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(OSError, asyncio.IncompleteReadError):
            head = (await reader.readuntil(b"\r\n\r\n")).decode().lower()
            left = int(head.partition("content-length: ")[2].partition("\r")[0])
            lengths.append(left)
            while left:
                left -= len(await reader.read(min(left, 65_536)))
            body = STORED if "/v1/files " in head else good
            lead = f"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: {len(body)}\r\n\r\n"
            writer.write(lead.encode() + body)
            await writer.drain()
        writer.close()

    listener = await asyncio.start_server(handle, "127.0.0.1", 0)
    async with listener:
        yield f"http://127.0.0.1:{listener.sockets[0].getsockname()[1]}", lengths


@pytest.mark.parametrize(
    "key",
    ["gemini-gemini-nano-banana-2.1-1k", "together-flux.2-dev", "replicate-flux-kontext-pro"],
)
async def test_con_37_a_20_mb_picture_is_not_held(
    session: aiohttp.ClientSession, store: BlobStore, give: Give, key: str
) -> None:
    row = row_of(key)
    large, small = give(b"\x89PNG" + bytes(20_000_000)), give(picture())
    async with draining(whole_answer(row)) as (url, lengths):
        provider = adapter_of(row).construct(session, url)

        async def run(image: InputImage) -> None:
            request = ImageRequest(
                row=row,
                prompt="as a drawing",
                n=1,
                width=1024,
                height=1024,
                attempt_id="att_01",
                images=(image,),
            )
            assert isinstance(await provider.start(request, store.sink("att_01")), Completed)

        await run(small)
        tracemalloc.start()
        try:
            before, _ = tracemalloc.get_traced_memory()
            await run(large)
            _, peak = tracemalloc.get_traced_memory()
        finally:
            tracemalloc.stop()

    assert max(lengths) > 20_000_000
    assert peak - before < 4 * 1024 * 1024
