"""What is Gemini's alone; what every provider must do stands in tests/contract."""

import json
import tracemalloc
from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest

from aquatint.catalog.pricing import Usage
from aquatint.errors import BadResponse, ContentRefused, CredentialsRejected, Throttled
from aquatint.library.blobs import BlobStore
from aquatint.providers.base import BilledBadResponse, BilledRefusal, Completed
from aquatint.providers.gemini_shapes import REFUSALS, read_usage
from tests.contract.adapter import KEY, Adapter, encoded
from tests.contract.gemini_words import (
    GEMINI,
    GEMINI_USAGE,
    candidates,
    from_parts,
    gemini_answer,
    image_part,
)
from tests.contract.pictures import picture
from tests.contract.replies import answer, streamed, unnamed
from tests.contract.server import Server
from tests.unit.providers.conftest import Send


@pytest.fixture
def adapter() -> Adapter:
    return GEMINI


@pytest.fixture
def incoming(store: BlobStore) -> Callable[[], list[str]]:
    return lambda: sorted(path.name for path in (store._root / "incoming").iterdir())


async def test_the_body(send: Send, server: Server) -> None:
    server.reply = answer(gemini_answer(encoded(picture())))

    await send(width=1376, height=768)

    (request,) = server.requests
    assert request.path == "/v1beta/models/gemini-nano-banana-2.1:generateContent"
    assert request.headers["x-goog-api-key"] == KEY
    assert "authorization" not in request.headers
    assert request.json() == {
        "contents": [{"role": "user", "parts": [{"text": "a red fox"}]}],
        "generationConfig": {
            "responseModalities": ["IMAGE"],
            "imageConfig": {"aspectRatio": "16:9", "imageSize": "1K"},
            "thinkingConfig": {"thinkingLevel": "LOW"},
            "maxOutputTokens": 2120,
        },
    }


async def test_drafts_among_the_thoughts_are_not_the_image(
    send: Send, server: Server, store: BlobStore, incoming: Callable[[], list[str]]
) -> None:
    draft, final = encoded(picture(seed=1), picture(seed=2))
    parts = [
        {"text": "Let me think.", "thought": True},
        image_part(draft, thought=True),
        image_part(final, thoughtSignature="QUJD"),
    ]
    server.reply = answer(from_parts(parts, usage=GEMINI_USAGE))

    completed = await send()

    assert isinstance(completed, Completed)
    (received,) = completed.images
    assert store.received_path(received).read_bytes() == picture(seed=2)
    assert completed.usage == GEMINI.usage_read
    assert incoming() == [received.token]


async def test_of_several_images_the_last_is_kept(
    send: Send, server: Server, store: BlobStore, incoming: Callable[[], list[str]]
) -> None:
    server.reply = answer(gemini_answer(encoded(picture(seed=1), picture(seed=2))))

    completed = await send()

    assert isinstance(completed, Completed)
    (received,) = completed.images
    assert store.received_path(received).read_bytes() == picture(seed=2)
    assert incoming() == [received.token]


@pytest.mark.parametrize("before", [True, False], ids=["before the image", "behind it"])
async def test_signatures_are_not_held(send: Send, server: Server, before: bool) -> None:
    first, last = gemini_answer(encoded(picture())).split(b"c2lnbmF0dXJl")
    if before:
        head, tail = gemini_answer(encoded(picture())).split(b'"text": "Here it is."')
        first, last = head + b'"thoughtSignature": "', b'"' + tail

    async def parts() -> AsyncIterator[bytes]:
        yield first
        for _ in range(200):
            yield b"A" * 65_536
        yield last

    server.reply = answer(gemini_answer(encoded(picture())))
    await send()
    server.reply = streamed(parts())
    tracemalloc.start()
    try:
        completed = await send()
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()

    assert isinstance(completed, Completed)
    assert len(completed.images) == 1
    assert peak < 4 * 1024 * 1024


async def test_the_model_that_answered_is_told(send: Send, server: Server) -> None:
    body = gemini_answer(encoded(picture()), modelVersion="another\nmodel", responseId="resp_1")
    server.reply = answer(body)

    completed = await send()

    assert isinstance(completed, Completed)
    assert completed.metadata == {"modelVersion": "another model"}


async def test_the_request_id_comes_from_the_body(send: Send, server: Server) -> None:
    server.reply = unnamed(gemini_answer(encoded(picture()), responseId="resp_1"))

    completed = await send()

    assert isinstance(completed, Completed)
    assert completed.request_id == "resp_1"


async def test_an_error_with_200_keeps_its_words(send: Send, server: Server) -> None:
    server.reply = answer(GEMINI.complaints["overloaded"].encode())

    with pytest.raises(BadResponse, match="The model is overloaded"):
        await send()


@pytest.mark.parametrize("reason", sorted(REFUSALS))
async def test_reasons_that_are_refusals(send: Send, server: Server, reason: str) -> None:
    server.reply = answer(candidates([{"finishReason": reason}], usage={"promptTokenCount": 5}))

    with pytest.raises(BilledRefusal, match=reason) as caught:
        await send()

    assert caught.value.usage == Usage(images=0, text_in=5)


@pytest.mark.parametrize(
    "reason", ["NO_IMAGE", "IMAGE_OTHER", "OTHER", "MAX_TOKENS", "MALFORMED_RESPONSE", "NEW"]
)
async def test_reasons_that_are_none(send: Send, server: Server, reason: str) -> None:
    server.reply = answer(candidates([{"finishReason": reason}], usage={"promptTokenCount": 5}))

    with pytest.raises(BilledBadResponse, match=reason):
        await send()


async def test_words_instead_of_an_image_are_told(send: Send, server: Server) -> None:
    usage = {"promptTokenCount": 5, "candidatesTokenCount": 9}
    server.reply = answer(from_parts([{"text": "I would rather\nnot."}], usage=usage))

    with pytest.raises(BilledBadResponse, match="STOP I would rather not") as caught:
        await send()

    assert caught.value.usage == Usage(images=0, text_in=5, text_out=9)


async def test_an_image_counts_whatever_the_reason(send: Send, server: Server) -> None:
    body = gemini_answer(encoded(picture())).replace(b'"STOP"', b'"SAFETY"')
    server.reply = answer(body)

    assert isinstance(await send(), Completed)


async def test_a_refused_prompt_without_usage_is_not_billed(send: Send, server: Server) -> None:
    server.reply = answer(b'{"promptFeedback":{"blockReason":"PROHIBITED_CONTENT"}}')

    with pytest.raises(ContentRefused) as caught:
        await send()

    assert not isinstance(caught.value, BilledRefusal)


async def test_a_refused_picture_without_usage_may_be_billed(send: Send, server: Server) -> None:
    server.reply = answer(candidates([{"finishReason": "IMAGE_SAFETY"}]))

    with pytest.raises(BilledRefusal) as caught:
        await send()

    assert caught.value.usage is None


def complaint(message: str = "", **detail: Any) -> bytes:
    error = {"code": 429, "message": message, "status": "RESOURCE_EXHAUSTED", "details": [detail]}
    return json.dumps({"error": error}).encode()


PER_DAY = {"quotaId": "GenerateRequestsPerDayPerProject", "quotaValue": "100"}
PER_MINUTE = {"quotaId": "GenerateRequestsPerMinutePerProject"}
WAITS = {
    "RetryInfo": (complaint(retryDelay="48s"), 48.0),
    "RetryInfo with a fraction": (complaint(retryDelay="0.5s"), 0.5),
    "in words": (complaint("Please retry in 48.939935699s."), 48.939935699),
    "too long": (complaint(retryDelay="86400s"), 600.0),
    "none": (complaint("Slow down."), None),
    "nonsense": (complaint(retryDelay="soon"), None),
    "negative": (complaint(retryDelay="-5s"), None),
    "a quota of the day": (complaint(violations=[PER_DAY], retryDelay="5s"), 600.0),
    "a quota of the minute": (complaint(violations=[PER_MINUTE], retryDelay="5s"), 5.0),
    "odd details": (b'{"error":{"details":[7,{"violations":"x","retryDelay":{}}]}}', None),
}


@pytest.mark.parametrize(("body", "seconds"), WAITS.values(), ids=WAITS)
async def test_the_time_to_wait_stands_in_the_body(
    send: Send, server: Server, body: bytes, seconds: float | None
) -> None:
    server.reply = answer(body, status=429)

    with pytest.raises(Throttled) as caught:
        await send()

    assert caught.value.cool_down == seconds


async def test_errors_wrapped_in_a_list(send: Send, server: Server) -> None:
    wrapped = json.dumps([GEMINI.complaints["bad key"].body]).encode()

    for status, kind in ((400, CredentialsRejected), (200, BadResponse)):
        server.reply = answer(wrapped, status=status)
        with pytest.raises(kind):
            await send()


RECORDED: dict[str, tuple[dict[str, Any], int, Usage]] = {
    "with a remainder of text": (
        {
            "promptTokenCount": 5,
            "candidatesTokenCount": 1518,
            "candidatesTokensDetails": [{"modality": "IMAGE", "tokenCount": 1120}],
        },
        1,
        Usage(images=1, text_in=5, image_out=1120, text_out=398),
    ),
    "without details": (
        {"promptTokenCount": 5, "candidatesTokenCount": 1120},
        1,
        Usage(images=1, text_in=5, image_out=1120),
    ),
    "without details or image": (
        {"promptTokenCount": 5, "candidatesTokenCount": 20},
        0,
        Usage(images=0, text_in=5, text_out=20),
    ),
    "with an input image": (
        {
            "promptTokenCount": 565,
            "promptTokensDetails": [
                {"modality": "TEXT", "tokenCount": 5},
                {"modality": "IMAGE", "tokenCount": 560},
            ],
            "thoughtsTokenCount": 77,
        },
        0,
        Usage(images=0, text_in=5, image_in=560, text_out=77),
    ),
    "empty": ({}, 0, Usage(images=0)),
}


@pytest.mark.parametrize(("told", "images", "usage"), RECORDED.values(), ids=RECORDED)
def test_usage(told: dict[str, Any], images: int, usage: Usage) -> None:
    assert read_usage(told, images=images) == usage
