"""What every provider must do (CON-1 ...); new ones join in `adapters.ADAPTERS`."""

import base64
import hashlib
import tracemalloc
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest

from aquatint.catalog.model import Size
from aquatint.catalog.pricing import billed
from aquatint.library.blobs import BlobStore
from aquatint.library.images import inspect
from tests.contract.adapter import Adapter, encoded
from tests.contract.conftest import Buy
from tests.contract.pictures import picture
from tests.contract.replies import (
    answer,
    streamed,
)
from tests.contract.server import Server

LeftOver = Callable[[], list[str]]
MOST_GROWTH = 4 * 1024 * 1024


async def test_con_1_one_image(
    buy: Buy, adapter: Adapter, server: Server, store: BlobStore
) -> None:
    image = picture()

    completed = await buy(answer(adapter.wrap(encoded(image), usage=adapter.usage)))

    (received,) = completed.images
    assert store.received_path(received).read_bytes() == image
    assert (received.size, received.sha256) == (len(image), hashlib.sha256(image).hexdigest())
    (request,) = server.requests
    assert (request.method, request.path) == ("POST", adapter.path)
    assert completed.warnings == ()


async def test_con_2_n_images_in_one_call(
    buy: Buy, adapter: Adapter, server: Server, store: BlobStore
) -> None:
    images = [picture(seed=seed) for seed in range(3)]

    completed = await buy(answer(adapter.wrap(encoded(*images), usage=adapter.usage)), n=3)

    assert [store.received_path(one).read_bytes() for one in completed.images] == images
    assert completed.usage is not None
    assert completed.usage.images == 3
    assert len(server.requests) == 1


async def test_con_3_fewer_than_asked_is_a_partial_success(buy: Buy, adapter: Adapter) -> None:
    completed = await buy(answer(adapter.wrap(encoded(picture()), usage=adapter.usage)), n=3)

    assert len(completed.images) == 1
    assert any("1 of 3" in warning for warning in completed.warnings)
    assert completed.usage == adapter.usage_read


async def test_con_3_one_broken_image_does_not_cost_the_others(
    buy: Buy, adapter: Adapter, store: BlobStore, left_over: LeftOver
) -> None:
    whole = picture()

    completed = await buy(answer(adapter.wrap(["!!!!", *encoded(whole)], usage=adapter.usage)), n=2)

    (received,) = completed.images
    assert store.received_path(received).read_bytes() == whole
    assert left_over() == [received.token]


async def test_more_than_asked_keeps_what_was_asked_for(
    buy: Buy, adapter: Adapter, left_over: LeftOver
) -> None:
    images = [picture(seed=seed) for seed in range(3)]

    completed = await buy(answer(adapter.wrap(encoded(*images), usage=adapter.usage)), n=2)

    assert [one.token for one in completed.images] == left_over()
    assert len(completed.images) == 2


async def test_con_4_inline_with_escaped_slashes(
    buy: Buy, adapter: Adapter, store: BlobStore
) -> None:
    image = picture(size=(300, 300))
    body = adapter.wrap(encoded(image)).replace(b"/", b"\\/")

    completed = await buy(answer(body))

    assert store.received_path(completed.images[0]).read_bytes() == image


@pytest.mark.parametrize("form", ["PNG", "JPEG", "WEBP"])
async def test_con_6_told_by_the_bytes_not_by_the_answer(
    buy: Buy, adapter: Adapter, store: BlobStore, form: str
) -> None:
    body = adapter.wrap(encoded(picture(form)), output_format="gif")

    completed = await buy(answer(body, headers={"Content-Type": "text/plain"}))

    facts = await inspect(store.received_path(completed.images[0]))
    assert (facts.media_type, facts.width, facts.height) == (f"image/{form.lower()}", 64, 48)


async def test_con_8_unsupported_settings_are_left_out_with_a_warning(
    buy: Buy, adapter: Adapter, server: Server
) -> None:
    completed = await buy(answer(adapter.wrap(encoded(picture()))), seed=7, style="vivid")

    assert len(completed.warnings) == 2
    assert {"seed", "style"}.isdisjoint(adapter.settings(server.requests[0].json()))


async def test_con_10_usage_gives_the_bill_to_the_micro_dollar(buy: Buy, adapter: Adapter) -> None:
    completed = await buy(answer(adapter.wrap(encoded(picture()), usage=adapter.usage)))

    assert completed.usage == adapter.usage_read
    assert adapter.row.price is not None
    size = Size(width=1024, height=1024)
    assert billed(adapter.row.price, completed.usage, size) == adapter.billed


async def test_con_37_a_20_mb_image_takes_less_than_4_mb(
    buy: Buy, adapter: Adapter, store: BlobStore, tmp_path: Path
) -> None:
    original = tmp_path / "large.png"
    original.write_bytes(picture(size=(2640, 2640), compress_level=0))
    assert original.stat().st_size > 20_000_000
    start, end = adapter.wrap(["|"], usage=adapter.usage).split(b"|")

    async def parts() -> AsyncIterator[bytes]:
        yield start
        with original.open("rb") as file:
            while block := file.read(48 * 1024):
                yield base64.b64encode(block)
        yield end

    await buy(answer(adapter.wrap(encoded(picture()))), attempt_id="warm")
    tracemalloc.start()
    try:
        before, _ = tracemalloc.get_traced_memory()
        completed = await buy(streamed(parts()))
        facts = await inspect(store.received_path(completed.images[0]))
        await store.keep(completed.images[0])
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()

    assert completed.images[0].size == original.stat().st_size
    assert facts.width == 2640
    assert peak - before < MOST_GROWTH
