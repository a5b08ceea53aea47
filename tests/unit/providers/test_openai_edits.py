"""Input images and masks at OpenAI (CON-9, 33, 34)."""

import asyncio
import base64
import tracemalloc
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from typing import Any

import aiohttp
import pytest

from aquatint.catalog.files import read
from aquatint.errors import Unsupported
from aquatint.library.blobs import BlobStore
from aquatint.providers import openai
from aquatint.providers.openai import OpenAI
from tests.contract.adapter import KEY, encoded
from tests.contract.openai_words import OPENAI_ROW, openai_answer
from tests.contract.pictures import picture
from tests.contract.server import Server
from tests.simulator.photos import RED, kept, opened, photo
from tests.unit.providers.edits import Edit, data_url, form_of, white_left

MOST_GROWTH = 4 * 1024 * 1024


async def test_con_33_one_image(edit: Edit, server: Server, given: Callable[..., Any]) -> None:
    image = picture("JPEG")

    await edit(images=(given("a", image, "image/jpeg"),))

    (request,) = server.requests
    assert (request.path, request.headers["content-type"]) == (
        "/v1/images/edits",
        "application/json",
    )
    assert request.json() == {
        "model": "gpt-image-2",
        "prompt": "a red fox",
        "n": 1,
        "size": "1024x1024",
        "quality": "low",
        "images": [{"image_url": data_url(image, "image/jpeg")}],
    }


async def test_con_33_several_images(edit: Edit, server: Server, given: Callable[..., Any]) -> None:
    images = [picture(seed=seed) for seed in range(16)]

    await edit(images=tuple(given(str(at), each) for at, each in enumerate(images)))

    assert [each["image_url"] for each in server.requests[0].json()["images"]] == [
        data_url(each) for each in images
    ]


async def test_con_34_the_mask_is_transparent_where_the_picture_changes(
    edit: Edit, server: Server, given: Callable[..., Any]
) -> None:
    await edit(images=(given("a", photo(64, 48)),), mask=given("m", white_left(64, 48)))

    url = server.requests[0].json()["mask"]["image_url"]
    mask = opened(base64.b64decode(url.partition(",")[2]))
    assert (mask.format, mask.mode, mask.size) == ("PNG", "RGBA", (64, 48))
    assert {mask.getpixel((x, 24))[3] for x in range(32)} == {0}  # type: ignore[index]  # RGBA
    assert {mask.getpixel((x, 24))[3] for x in range(32, 64)} == {255}  # type: ignore[index]  # RGBA


async def test_con_34_by_pixels(
    edit: Edit,
    session: aiohttp.ClientSession,
    store: BlobStore,
    given: Callable[..., Any],
    simulated: str,
) -> None:
    provider = OpenAI(session, api_key=KEY, base_url=f"{simulated}/openai/v1")
    images, mask = (given("a", photo()),), given("m", white_left())

    result = await edit(provider=provider, images=images, mask=mask)

    left, right = kept(opened(store.received_path(result.images[0]).read_bytes()), RED)
    assert left < 0.05
    assert right == 1.0


async def test_what_is_too_long_for_json_goes_in_a_form(
    edit: Edit, server: Server, given: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    images = [picture(seed=seed) for seed in range(2)]
    monkeypatch.setattr(openai, "_LONGEST_DATA_URL", 1000)

    await edit(
        images=tuple(given(str(at), each) for at, each in enumerate(images)),
        mask=given("m", white_left(64, 48)),
        output_format="webp",
        output_compression=80,
        moderation="low",
    )

    (request,) = server.requests
    assert request.path == "/v1/images/edits"
    fields = form_of(request)
    assert fields[:8] == [
        ("model", b"gpt-image-2"),
        ("prompt", b"a red fox"),
        ("n", b"1"),
        ("size", b"1024x1024"),
        ("quality", b"low"),
        ("output_format", b"webp"),
        ("moderation", b"low"),
        ("output_compression", b"80"),
    ]
    assert fields[8:10] == [("image[]", images[0]), ("image[]", images[1])]
    assert [name for name, _ in fields[10:]] == ["mask"]


@pytest.mark.parametrize(
    ("images", "mask"), [(2, False), (1, True)], ids=["too many images", "a mask"]
)
async def test_con_9_what_the_row_does_not_take_is_not_sent(
    edit: Edit,
    server: Server,
    given: Callable[..., Any],
    images: int,
    mask: bool,  # a case
) -> None:
    able = OPENAI_ROW.capabilities.model_copy(update={"max_images": 1})
    row = OPENAI_ROW.model_copy(update={"capabilities": able})
    pictures = tuple(given(str(at), picture()) for at in range(images))

    with pytest.raises(Unsupported):
        await edit(row, images=pictures, mask=given("m", white_left(64, 48)) if mask else None)

    assert server.requests == []


async def test_fidelity_is_told_with_an_input_image_alone(
    edit: Edit, server: Server, given: Callable[..., Any]
) -> None:
    row = read().rows["openai-gpt-image-1.5-low"]

    await edit(row, images=(given("a", picture()),), input_fidelity="high")
    without = await edit(row, input_fidelity="high")

    assert server.requests[0].json()["input_fidelity"] == "high"
    assert "input_fidelity" not in server.requests[1].json()
    assert without.warnings == ("gpt-image-1.5 does not support input fidelity: left out",)


async def test_con_37_several_large_inputs_take_less_than_4_mb(
    edit: Edit, session: aiohttp.ClientSession, given: Callable[..., Any]
) -> None:
    """Fifteen megabytes each; the server reads and drops them."""
    large = picture(size=(2230, 2230), compress_level=0)
    assert 15_000_000 > len(large) > 14_900_000
    images = tuple(given(str(at), large) for at in range(3))
    del large
    async with _swallowing() as url:
        provider = OpenAI(session, api_key=KEY, base_url=url)
        await edit(provider=provider, images=images[:0])
        tracemalloc.start()
        try:
            before, _ = tracemalloc.get_traced_memory()
            await edit(provider=provider, images=images)
            _, peak = tracemalloc.get_traced_memory()
        finally:
            tracemalloc.stop()

    assert peak - before < MOST_GROWTH


async def _swallow(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    body = openai_answer(encoded(picture()))
    with suppress(asyncio.IncompleteReadError):
        while True:
            head = (await reader.readuntil(b"\r\n\r\n")).decode().lower()
            left = int(head.partition("content-length: ")[2].partition("\r\n")[0])
            while left:
                left -= len(await reader.read(min(left, 65_536)))
            writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(body) + body)
            await writer.drain()
    writer.close()


@asynccontextmanager
async def _swallowing() -> AsyncIterator[str]:
    """A server that holds nothing of what it is sent."""
    async with await asyncio.start_server(_swallow, "127.0.0.1", 0) as listener:
        yield f"http://127.0.0.1:{listener.sockets[0].getsockname()[1]}"
