"""Usages no provider should tell (MAL-37 to 39), and those beside an unusable answer."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from aquatint.errors import BadResponse
from aquatint.providers.base import BilledBadResponse
from tests.contract.adapter import Adapter, encoded
from tests.contract.adapters import ADAPTERS
from tests.contract.conftest import Buy
from tests.contract.pictures import picture
from tests.contract.replies import (
    answer,
)

LeftOver = Callable[[], list[str]]


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
    counted = len(images) if adapter.counts_all else sum(each is not None for each in images)
    if adapter.name == "replicate" and not counted:
        counted = 1  # a run that succeeded is billed, whatever came of it

    with pytest.raises(BadResponse) as caught:
        await buy(answer(adapter.wrap(images, usage=adapter.usage)))

    if adapter.usage is None and not counted:
        assert not isinstance(caught.value, BilledBadResponse)
    else:
        assert isinstance(caught.value, BilledBadResponse)
        assert caught.value.usage == replace(adapter.usage_read, images=counted)


IMPOSSIBLE = [(each, usage) for each in ADAPTERS for usage in each.impossible.values()]
IMPOSSIBLE_IDS = [f"{each.name}-{code}" for each in ADAPTERS for code in each.impossible]


@pytest.mark.parametrize(("adapter", "usage"), IMPOSSIBLE, ids=IMPOSSIBLE_IDS, indirect=["adapter"])
async def test_impossible_usage(
    buy: Buy, adapter: Adapter, left_over: LeftOver, usage: object
) -> None:
    with pytest.raises(BadResponse) as caught:
        await buy(answer(adapter.wrap(encoded(picture()), usage=usage)))

    assert not isinstance(caught.value, BilledBadResponse)
    assert left_over() == []


TELLING = [each for each in ADAPTERS if each.usage is not None]
TELLING_IDS = [each.name for each in TELLING]


@pytest.mark.parametrize("adapter", TELLING, ids=TELLING_IDS, indirect=True)
async def test_mal_38_nan(buy: Buy, adapter: Adapter) -> None:
    assert adapter.usage is not None
    usage = {**adapter.usage, next(iter(adapter.usage)): "NaN"}
    body = adapter.wrap(encoded(picture()), usage=usage)

    with pytest.raises(BadResponse):
        await buy(answer(body.replace(b'"NaN"', b"NaN")))


TEN_TIMES: dict[str, tuple[dict[str, object], dict[str, int]]] = {
    "openai": ({"output_tokens": 41_600, "output_tokens_details": None}, {"image_out": 41_600}),
    "replicate": ({"predict_time": 55}, {"milliseconds": 55_000}),
    "gemini": ({"thoughtsTokenCount": 4_980}, {"text_out": 5_378}),
}


@pytest.mark.parametrize("adapter", TELLING, ids=TELLING_IDS, indirect=True)
async def test_mal_39_a_usage_of_ten_times_is_told_as_it_is(buy: Buy, adapter: Adapter) -> None:
    told, read = TEN_TIMES[adapter.name]
    usage = {**(adapter.usage or {}), **told}

    completed = await buy(answer(adapter.wrap(encoded(picture()), usage=usage)))

    assert completed.usage == replace(adapter.usage_read, **read)
