"""Answers no provider should give (MAL-1 ...), with status 200 unless said.

Whatever comes, the error is one of ours, nothing is sent twice and no half file stays.
"""

import base64
import json
from collections.abc import AsyncIterator
from dataclasses import replace

import pytest

from aquatint.errors import BadResponse, OutcomeUnknown, ProviderFault
from aquatint.library.blobs import BlobStore
from aquatint.library.images import UnusableImage, inspect
from aquatint.providers.base import BilledBadResponse
from tests.contract.adapters import Adapter, encoded
from tests.contract.conftest import Buy, LeftOver
from tests.contract.pictures import SVG, animation, picture, png_claiming
from tests.contract.replies import (
    answer,
    cut_chunks,
    dripping,
    gzipped,
    streamed,
    then_close,
)
from tests.contract.server import Server

HTML = b"<html><body><h1>Bad gateway</h1></body></html>"
GOOD = base64.b64encode(picture()).decode()


def data(value: object) -> bytes:
    return json.dumps({"created": 1, "data": value}).encode()


UNUSABLE = {
    "MAL-1 empty body": b"",
    "MAL-2 null": b"null",
    "MAL-3 list": b"[]",
    "MAL-4 text": b'""',
    "MAL-5 HTML": HTML,
    "MAL-7 cut in the document": data([{"b64_json": GOOD}])[:-2],
    "MAL-7 cut in the image": data([{"b64_json": GOOD}])[:100],
    "MAL-8 trailing comma": data([{"b64_json": GOOD}])[:-1] + b",}",
    "MAL-9 invalid UTF-8": b'{"data":[{"revised_prompt":"\xff\xfe"}]}',
    "MAL-10 UTF-16": data([{"b64_json": GOOD}]).decode().encode("utf-16"),
    "MAL-11 deep nesting": b"[" * 100_000 + b"]" * 100_000,
    "MAL-11 deep nesting of objects": b'{"a":' * 100_000,
    "MAL-13 1e999": b'{"created":1e999,"data":[{"b64_json":"' + GOOD.encode() + b'"}]}',
    "MAL-13 5,000 digits": b'{"created":' + b"9" * 5_000 + b',"data":[]}',
    "MAL-14 no data": b'{"created":1}',
    "MAL-15 data empty": data([]),
    "MAL-16 data an object": data({}),
    "MAL-16 data of numbers": data([1, 2]),
    "MAL-17 image null": data([{"b64_json": None}]),
    "MAL-17 image a number": data([{"b64_json": 0}]),
    "MAL-18 image empty": data([{"b64_json": ""}]),
    "MAL-19 illegal characters": data([{"b64_json": "ab$d" + GOOD}]),
    "MAL-19 escapes": b'{"data":[{"b64_json":"AA\\n\\u0041AAA\\"A"}]}',
    "MAL-19 bytes above 127": b'{"data":[{"b64_json":"AA\xc3\xa4"}]}',
    "MAL-20 bad padding": data([{"b64_json": GOOD[:-1]}]),
    "MAL-20 padding in the middle": data([{"b64_json": "QQ==" + GOOD}]),
    "MAL-35 error object": b'{"error":{"message":"odd","type":"server_error","code":null}}',
    "a URL instead": data([{"url": "https://example.com/1.png"}]),
    "a document too large": data([{"b64_json": GOOD, "revised_prompt": "x" * 1_100_000}]),
}


@pytest.mark.parametrize("body", UNUSABLE.values(), ids=UNUSABLE)
async def test_unusable_answers(buy: Buy, server: Server, left_over: LeftOver, body: bytes) -> None:
    with pytest.raises(BadResponse):
        await buy(answer(body))

    assert len(server.requests) == 1
    assert left_over() == []


TOLD = {
    "MAL-15": [],
    "MAL-17": [None],
    "MAL-18": [""],
    "MAL-19": ["ab$d"],
    "MAL-20": ["abc"],
}


@pytest.mark.parametrize("images", TOLD.values(), ids=TOLD)
async def test_an_unusable_answer_that_told_its_usage_carries_it(
    buy: Buy, adapter: Adapter, images: list[object]
) -> None:
    with pytest.raises(BilledBadResponse) as caught:
        await buy(answer(adapter.wrap(images, usage=adapter.usage)))

    assert caught.value.usage == replace(adapter.usage_read, images=len(images))


async def test_mal_6_html_with_502(buy: Buy) -> None:
    with pytest.raises(ProviderFault):
        await buy(answer(HTML, status=502))


async def test_mal_12_the_last_of_two_equal_keys_counts(
    buy: Buy, store: BlobStore, left_over: LeftOver
) -> None:
    first, last = encoded(picture(seed=1), picture(seed=2))
    body = f'{{"data":[{{"b64_json":"{first}","b64_json":"{last}"}}]}}'.encode()

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


async def test_mal_27_200_mb_is_stopped_at_the_cap(
    buy: Buy, adapter: Adapter, left_over: LeftOver
) -> None:
    start, _ = adapter.wrap(["|"]).split(b"|")
    sent = 0

    async def endless() -> AsyncIterator[bytes]:
        nonlocal sent
        yield start
        while sent < 200_000_000:
            sent += 262_144
            yield b"A" * 262_144

    with pytest.raises(BadResponse, match="more image data"):
        await buy(streamed(endless()))

    assert sent < 100_000_000
    assert left_over() == []


async def test_mal_28_a_compressed_answer_is_not_unpacked(buy: Buy, adapter: Adapter) -> None:
    with pytest.raises(BadResponse, match="compressed"):
        await buy(gzipped(adapter.wrap(encoded(picture()))))


async def test_mal_29_a_length_too_short(buy: Buy, adapter: Adapter) -> None:
    body = adapter.wrap(encoded(picture()))

    with pytest.raises(BadResponse):
        await buy(answer(body, headers={"Content-Length": str(len(body) - 10)}))


async def test_mal_30_a_length_too_long(buy: Buy, adapter: Adapter, left_over: LeftOver) -> None:
    body = adapter.wrap(encoded(picture()))

    with pytest.raises(OutcomeUnknown):
        await buy(then_close(answer(body, headers={"Content-Length": str(len(body) + 10)})))
    assert left_over() == []


async def test_mal_31_chunked_and_cut(buy: Buy, adapter: Adapter, left_over: LeftOver) -> None:
    with pytest.raises(OutcomeUnknown):
        await buy(cut_chunks(adapter.wrap(encoded(picture()))))
    assert left_over() == []


async def test_mal_32_a_slow_drip_ends_at_the_deadline(buy: Buy, adapter: Adapter) -> None:
    with pytest.raises(OutcomeUnknown, match="timed out"):
        await buy(dripping(adapter.wrap(encoded(picture()))), deadline_seconds=0.2)


async def test_mal_33_headers_of_1_mb(buy: Buy, adapter: Adapter) -> None:
    body = adapter.wrap(encoded(picture()))

    with pytest.raises(BadResponse):
        await buy(answer(body, headers={"X-Long": "x" * 1_000_000}))


async def test_mal_34_a_redirect_is_not_followed(buy: Buy, server: Server) -> None:
    location = f"{server.url}/elsewhere"

    with pytest.raises(BadResponse):
        await buy(answer(b"", status=302, headers={"Location": location}))

    assert len(server.requests) == 1


async def test_mal_36_a_success_with_500_is_a_fault(
    buy: Buy, adapter: Adapter, left_over: LeftOver
) -> None:
    with pytest.raises(ProviderFault):
        await buy(answer(adapter.wrap(encoded(picture()), usage=adapter.usage), status=500))
    assert left_over() == []
