"""Lengths, headers, sizes and complaints no provider should send (MAL-6, 27 to 36, 40)."""

import json
from collections.abc import AsyncIterator, Callable

import pytest

from aquatint.errors import BadResponse, OutcomeUnknown, ProviderError, ProviderFault, Throttled
from tests.contract.adapter import Adapter, encoded
from tests.contract.conftest import Buy
from tests.contract.pictures import picture
from tests.contract.replies import (
    answer,
    cut_chunks,
    dripping,
    gzipped,
    streamed,
    then_close,
)
from tests.contract.server import Server

LeftOver = Callable[[], list[str]]
HTML = b"<html><body><h1>Bad gateway</h1></body></html>"


async def test_mal_6_html_with_502(buy: Buy) -> None:
    with pytest.raises(ProviderFault):
        await buy(answer(HTML, status=502))


async def test_mal_27_hundreds_of_mb_are_stopped_at_the_cap(
    buy: Buy, adapter: Adapter, left_over: LeftOver
) -> None:
    start, _ = adapter.wrap(["|"]).split(b"|")
    sent = 0

    async def endless() -> AsyncIterator[bytes]:
        nonlocal sent
        yield start
        while sent < 300_000_000:
            sent += 262_144
            yield b"A" * 262_144

    with pytest.raises(BadResponse, match="more image data"):
        await buy(streamed(endless()))

    assert sent < 200_000_000  # of base64: three quarters of it are image
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


WAITS: dict[str, tuple[str, float | None]] = {
    "MAL-40 negative": ("-1", None),
    "MAL-40 1e9": ("1e9", 600.0),
    "MAL-40 1000000000": ("1000000000", 600.0),
    "MAL-40 a date in the past": ("Sun, 22 Nov 2026 11:59:00 GMT", None),
    "MAL-40 nonsense": ("soon", None),
    "MAL-40 NaN": ("nan", None),
    "a date to come": ("Sun, 22 Nov 2026 12:01:00 GMT", 60.0),
}


@pytest.mark.parametrize(("wait", "cool_down"), WAITS.values(), ids=WAITS)
async def test_odd_times_to_wait(
    buy: Buy, adapter: Adapter, wait: str, cool_down: float | None
) -> None:
    complaint = adapter.complaints["rate limited"]

    with pytest.raises(Throttled) as caught:
        await buy(answer(complaint.encode(), status=429, headers={"Retry-After": wait}))

    assert caught.value.cool_down == cool_down


ODD_ERRORS: dict[str, object] = {
    "null": None,
    "a list": [],
    "a number": 7,
    "empty": {},
    "of wrong types": {
        "message": ["a"],
        "type": 1,
        "param": {},
        "code": 5,
        "moderation_details": "none",
    },
}


@pytest.mark.parametrize("error", ODD_ERRORS.values(), ids=ODD_ERRORS)
async def test_odd_error_objects(buy: Buy, error: object) -> None:
    with pytest.raises(ProviderFault, match=r"500 \(Internal Server Error\) and gave no reason"):
        await buy(answer(json.dumps({"error": error}).encode(), status=500))


async def test_a_huge_error_is_not_read_to_its_end(buy: Buy) -> None:
    with pytest.raises(ProviderError) as caught:
        await buy(answer(b'{"error":{"message":"' + b"x" * 5_000_000, status=400))

    assert len(caught.value.message) < 2_000


async def test_mal_35_a_refusal_with_200_is_a_refusal(buy: Buy, adapter: Adapter) -> None:
    complaint = adapter.complaints["input refused"]

    with pytest.raises(complaint.expected):
        await buy(answer(complaint.encode()))
