"""Streams that go wrong: cut, in error, with previews that are none (MAL-41, 42)."""

import json
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import pytest

from aquatint.errors import BadResponse, ContentRefused, OutcomeUnknown, ProviderError
from aquatint.library.blobs import BlobStore
from tests.contract.adapter import encoded
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

LeftOver = Callable[[], list[str]]
Stream = Callable[..., Any]

pytestmark = pytest.mark.parametrize(
    "adapter", STREAMING, ids=[each.name for each in STREAMING], indirect=True
)


CUT: dict[str, Sequence[bytes]] = {
    "MAL-41 after a preview": [partial(0)],
    "before anything": [],
    "in a preview": [partial(0)[:200]],
    "in the picture": [partial(0), completed()[:200]],
    "done too soon": [partial(0), b"data: [DONE]\n\n"],
}


@pytest.mark.parametrize("frames", CUT.values(), ids=CUT)
@pytest.mark.parametrize("way", ["ended", "broken off"])
async def test_mal_41_a_stream_without_its_picture(
    watch: Stream, left_over: LeftOver, frames: Sequence[bytes], way: str
) -> None:
    reply = stream(*frames) if way == "ended" else broken(*frames)

    with pytest.raises((OutcomeUnknown, BadResponse)):
        await watch(reply)

    assert left_over() == []


async def test_a_picture_that_came_before_the_break_is_kept(
    watch: Stream, store: BlobStore, left_over: LeftOver
) -> None:
    result = await watch(broken(completed(1), partial(0)), n=2)

    (received,) = result.images
    assert store.received_path(received).read_bytes() == picture(seed=1)
    assert result.usage == READ
    assert any("1 of 2" in warning for warning in result.warnings)
    assert left_over() == [received.token]


ERRORS: dict[str, tuple[dict[str, object], type[ProviderError]]] = {
    "server error": ({"message": "It broke.", "type": "server_error", "code": None}, BadResponse),
    "refusal": ({"message": "Blocked.", "code": "moderation_blocked"}, ContentRefused),
}


@pytest.mark.parametrize(("error", "expected"), ERRORS.values(), ids=ERRORS)
async def test_mal_42_an_error_after_a_preview(
    watch: Stream,
    shown: Shown,
    left_over: LeftOver,
    error: dict[str, object],
    expected: type[ProviderError],
) -> None:
    frame = f"event: error\ndata: {json.dumps({'error': error})}\n\n".encode()

    with pytest.raises(expected, match=str(error["message"])):
        await watch(stream(partial(0), frame))

    assert len(shown.previews) == 1
    assert left_over() == []


async def test_an_error_does_not_cost_the_pictures_before_it(watch: Stream) -> None:
    frame = b'data: {"error":{"message":"It broke."}}\n\n'

    result = await watch(stream(completed(), frame), n=2)

    assert len(result.images) == 1
    assert any("It broke." in warning for warning in result.warnings)


async def test_a_broken_preview_does_not_cost_the_picture(watch: Stream, shown: Shown) -> None:
    odd = [
        event("partial_image", "ab$d", partial_image_index=0),
        event("partial_image", None, partial_image_index=1),
        event("partial_image", "", partial_image_index="x"),
        b"data: [1]\n\n",
        event("unheard_of", encoded(picture())[0]),
    ]

    result = await watch(stream(*odd, completed()))

    assert len(result.images) == 1
    assert shown.previews == []


async def test_a_picture_that_is_none_is_billed(watch: Stream, left_over: LeftOver) -> None:
    with pytest.raises(BadResponse, match="holds no image") as caught:
        await watch(stream(event("completed", "ab$d", usage=USAGE)))

    assert getattr(caught.value, "usage", None) == replace(READ, images=1)
    assert left_over() == []


@pytest.mark.parametrize("usage", [{"input_tokens": -1, "output_tokens": 1}, "much"])
async def test_an_impossible_usage(watch: Stream, left_over: LeftOver, usage: object) -> None:
    with pytest.raises(BadResponse, match="impossible usage"):
        await watch(stream(completed(usage=usage)))

    assert left_over() == []


async def test_previews_beyond_measure_are_dropped(watch: Stream, shown: Shown) -> None:
    await watch(stream(*[partial(index) for index in range(40)], completed()))

    assert len(shown.previews) == 16
