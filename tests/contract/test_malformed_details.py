"""Usage, times to wait and error objects no provider should tell (MAL-35 to MAL-40)."""

import base64
import json
from dataclasses import replace

import pytest

from aquatint.errors import BadResponse, ProviderError, ProviderFault, Throttled
from aquatint.providers.base import BilledBadResponse
from tests.contract.adapters import Adapter, encoded
from tests.contract.conftest import Buy, LeftOver
from tests.contract.pictures import picture
from tests.contract.replies import (
    answer,
)

GOOD = base64.b64encode(picture()).decode()


IMPOSSIBLE = {
    "MAL-37 negative": {"input_tokens": 10, "output_tokens": -1},
    "MAL-37 details beyond the total": {
        "input_tokens": 10,
        "input_tokens_details": {"image_tokens": 11},
        "output_tokens": 1,
    },
    "MAL-37 negative in the details": {
        "input_tokens": 10,
        "output_tokens": 10,
        "output_tokens_details": {"image_tokens": 15, "text_tokens": -5},
    },
    "MAL-38 a string": {"input_tokens": "10", "output_tokens": 4160},
    "MAL-38 a fraction": {"input_tokens": 10.5, "output_tokens": 4160},
    "MAL-38 true": {"input_tokens": True, "output_tokens": 4160},
    "MAL-38 no object": "much",
    "beyond any count": {"input_tokens": 10, "output_tokens": 10**20},
}


@pytest.mark.parametrize("usage", IMPOSSIBLE.values(), ids=IMPOSSIBLE)
async def test_impossible_usage(
    buy: Buy, adapter: Adapter, left_over: LeftOver, usage: object
) -> None:
    with pytest.raises(BadResponse) as caught:
        await buy(answer(adapter.wrap(encoded(picture()), usage=usage)))

    assert not isinstance(caught.value, BilledBadResponse)
    assert left_over() == []


async def test_mal_38_nan(buy: Buy, adapter: Adapter) -> None:
    body = adapter.wrap(encoded(picture()), usage={"input_tokens": 1, "output_tokens": "NaN"})

    with pytest.raises(BadResponse):
        await buy(answer(body.replace(b'"NaN"', b"NaN")))


async def test_mal_39_a_usage_of_ten_times_is_told_as_it_is(buy: Buy, adapter: Adapter) -> None:
    usage = {**adapter.usage, "output_tokens": 41_600, "output_tokens_details": None}

    completed = await buy(answer(adapter.wrap(encoded(picture()), usage=usage)))

    assert completed.usage == replace(adapter.usage_read, image_out=41_600)


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
    with pytest.raises(ProviderFault, match="no reason given"):
        await buy(answer(json.dumps({"error": error}).encode(), status=500))


async def test_a_huge_error_is_not_read_to_its_end(buy: Buy) -> None:
    with pytest.raises(ProviderError) as caught:
        await buy(answer(b'{"error":{"message":"' + b"x" * 5_000_000, status=400))

    assert len(caught.value.message) < 2_000


async def test_mal_35_a_refusal_with_200_is_a_refusal(buy: Buy, adapter: Adapter) -> None:
    complaint = adapter.complaints["input refused"]

    with pytest.raises(complaint.expected):
        await buy(answer(complaint.encode()))


async def test_an_odd_prompt_is_made_storable(buy: Buy, adapter: Adapter) -> None:
    body = json.dumps({"data": [{"b64_json": GOOD, "revised_prompt": "a\ud800b\x00c\nd"}]}).encode()
    completed = await buy(answer(body))

    assert completed.images[0].revised_prompt == "a?b c d"
