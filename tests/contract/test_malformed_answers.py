"""Answers no provider should give (MAL-1 ...), with status 200 unless said.

Whatever comes, the error is one of ours, nothing is sent twice and no half file stays.
"""

import base64
from collections.abc import Callable

import pytest

from aquatint.errors import BadResponse
from aquatint.library.blobs import BlobStore
from aquatint.library.images import UnusableImage, inspect
from tests.contract.adapter import Adapter, encoded
from tests.contract.adapters import ADAPTERS
from tests.contract.conftest import Buy
from tests.contract.pictures import SVG, animation, picture, png_claiming
from tests.contract.replies import (
    answer,
)
from tests.contract.server import Server

LeftOver = Callable[[], list[str]]
HTML = b"<html><body><h1>Bad gateway</h1></body></html>"
GOOD = base64.b64encode(picture()).decode()


def good(adapter: Adapter) -> bytes:
    return adapter.wrap([GOOD], usage=adapter.usage)


def also(adapter: Adapter, member: bytes) -> bytes:
    """A good answer with one more member."""
    return b"{" + member + b"," + good(adapter)[1:]


def image(adapter: Adapter, text: bytes) -> bytes:
    """A good answer with this in place of its image."""
    return adapter.wrap(["|"]).replace(b"|", text)


UNUSABLE: dict[str, Callable[[Adapter], bytes]] = {
    "MAL-1 empty body": lambda adapter: b"",
    "MAL-2 null": lambda adapter: b"null",
    "MAL-3 list": lambda adapter: b"[]",
    "MAL-4 text": lambda adapter: b'""',
    "MAL-5 HTML": lambda adapter: HTML,
    "MAL-7 cut in the document": lambda adapter: good(adapter)[:-2],
    "MAL-7 cut in the image": lambda adapter: good(adapter).partition(GOOD.encode())[0] + b"iVBO",
    "MAL-8 trailing comma": lambda adapter: good(adapter)[:-1] + b",}",
    "MAL-9 invalid UTF-8": lambda adapter: also(adapter, b'"odd":"\xff\xfe"'),
    "MAL-10 UTF-16": lambda adapter: good(adapter).decode().encode("utf-16"),
    "MAL-11 deep nesting": lambda adapter: also(
        adapter, b'"odd":' + b"[" * 100_000 + b"]" * 100_000
    ),
    "MAL-11 deep nesting of objects": lambda adapter: b'{"a":' * 100_000,
    "MAL-13 1e999": lambda adapter: also(adapter, b'"odd":1e999'),
    "MAL-13 5,000 digits": lambda adapter: also(adapter, b'"odd":' + b"9" * 5_000),
    "MAL-19 illegal characters": lambda adapter: adapter.wrap(["ab$d" + GOOD]),
    "MAL-19 escapes": lambda adapter: image(adapter, b'AA\\n\\u0041AAA\\"A'),
    "MAL-19 bytes above 127": lambda adapter: image(adapter, b"AA\xc3\xa4"),
    "MAL-20 bad padding": lambda adapter: adapter.wrap([GOOD[:-1]]),
    "MAL-20 padding in the middle": lambda adapter: adapter.wrap(["QQ==" + GOOD]),
    "MAL-35 error object": lambda adapter: adapter.complaints["server error"].encode(),
    "a document too large": lambda adapter: also(adapter, b'"odd":"' + b"x" * 8_500_000 + b'"'),
}
SHAPELESS = [(each, body) for each in ADAPTERS for body in each.shapeless.values()]
SHAPELESS_IDS = [f"{each.name}-{code}" for each in ADAPTERS for code in each.shapeless]


@pytest.mark.parametrize("body", UNUSABLE.values(), ids=UNUSABLE)
async def test_unusable_answers(
    buy: Buy,
    adapter: Adapter,
    server: Server,
    left_over: LeftOver,
    body: Callable[[Adapter], bytes],
) -> None:
    with pytest.raises(BadResponse):
        await buy(answer(body(adapter)))

    assert len(server.requests) == 1
    assert left_over() == []


@pytest.mark.parametrize(("adapter", "body"), SHAPELESS, ids=SHAPELESS_IDS, indirect=["adapter"])
async def test_answers_without_an_image(
    buy: Buy, server: Server, left_over: LeftOver, body: bytes
) -> None:
    with pytest.raises(BadResponse):
        await buy(answer(body))

    assert len(server.requests) == 1
    assert left_over() == []


async def test_mal_12_the_last_of_two_equal_keys_counts(
    buy: Buy, adapter: Adapter, store: BlobStore, left_over: LeftOver
) -> None:
    first, last = encoded(picture(seed=1), picture(seed=2))
    body = adapter.wrap([first])[:-1] + b"," + adapter.wrap([last])[1:]

    completed = await buy(answer(body), n=2)

    (received,) = completed.images
    assert store.received_path(received).read_bytes() == base64.b64decode(last)
    assert left_over() == [received.token]


REFUSED_BY_THEIR_BYTES = {
    "MAL-21 text": b"this is no picture at all",
    "MAL-22 truncated PNG": picture()[:-20],
    "MAL-22 truncated JPEG": picture("JPEG")[:-2],
    "MAL-22 truncated WebP": picture("WEBP")[:-2],
    "MAL-23 0 x 0": png_claiming(0, 0),
    "MAL-24 100,000 x 100,000": png_claiming(100_000, 100_000),
    "MAL-25 SVG": SVG,
    "MAL-26 GIF of many frames": animation("GIF", 1_000),
    "MAL-26 animated PNG": animation("PNG", 10),
    "MAL-26 animated WebP": animation("WEBP", 10),
    "one byte": b"x",
}


@pytest.mark.parametrize("image", REFUSED_BY_THEIR_BYTES.values(), ids=REFUSED_BY_THEIR_BYTES)
async def test_what_arrives_as_base64_but_is_no_image_is_refused_on_inspection(
    buy: Buy, adapter: Adapter, store: BlobStore, image: bytes
) -> None:
    completed = await buy(answer(adapter.wrap(encoded(image), usage=adapter.usage)))

    assert completed.usage == adapter.usage_read
    with pytest.raises(UnusableImage):
        await inspect(store.received_path(completed.images[0]))
