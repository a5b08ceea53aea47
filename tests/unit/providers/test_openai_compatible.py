"""What a declared server is asked, and what its own ways to complain become."""

import json
from collections.abc import Callable
from typing import Any

import aiohttp
import pytest

from aquatint.catalog.pricing import Usage
from aquatint.errors import ContentRefused, ProviderError, ProviderFault, Unsupported
from aquatint.library.blobs import BlobStore
from aquatint.providers.base import Completed
from tests.contract.adapter import encoded
from tests.contract.compatible_words import Offer, compatible_answer, declare
from tests.contract.openai_words import openai_answer
from tests.contract.pictures import picture
from tests.contract.replies import answer
from tests.contract.server import Server

Ask = Callable[..., Any]


@pytest.fixture
def buy(session: aiohttp.ClientSession, server: Server, store: BlobStore, ask: Ask) -> Ask:
    server.reply = answer(compatible_answer(encoded(picture())))

    async def run(offer: Offer, **settings: Any) -> Completed:
        provider = offer.construct(session, server.url)
        result = await provider.start(ask(offer.row, **settings), store.sink("att_1"))
        assert isinstance(result, Completed)
        return result

    return run


SAID: dict[str, tuple[str, str, dict[str, Any], dict[str, Any]]] = {
    "openai": ("openai", "", {"n": 2}, {"n": 2, "size": "1024x1024"}),
    "azure": ("azure", 'quality = "low"', {}, {"n": 1, "size": "1024x1024", "quality": "low"}),
    "xai": (
        "xai",
        'quality = "2k"',
        {"width": 1360, "height": 768},
        {
            "n": 1,
            "aspect_ratio": "16:9",
            "resolution": "2k",
            "response_format": "b64_json",
        },
    ),
    "sglang": (
        "sglang",
        "",
        {"seed": 7, "steps": 9, "guidance": 1.5, "negative_prompt": "people"},
        {
            "n": 1,
            "size": "1024x1024",
            "seed": 7,
            "num_inference_steps": 9,
            "guidance_scale": 1.5,
            "negative_prompt": "people",
            "response_format": "b64_json",
        },
    ),
    "localai": (
        "localai",
        "body = { mode = 2, fast = true }",
        {"steps": 9},
        {
            "n": 1,
            "size": "1024x1024",
            "step": 9,
            "mode": 2,
            "fast": True,
            "response_format": "b64_json",
        },
    ),
    "ollama": ("ollama", "", {}, {"size": "1024x1024", "response_format": "b64_json"}),
}


@pytest.mark.parametrize(("profile", "model", "asked", "said"), SAID.values(), ids=SAID)
async def test_what_is_said_to_a_server(
    buy: Ask,
    server: Server,
    profile: str,
    model: str,
    asked: dict[str, Any],
    said: dict[str, Any],
) -> None:
    await buy(declare(profile, model), **asked)

    assert server.requests[0].json() == {"model": "acme/painter", "prompt": "a red fox", **said}


async def test_a_server_without_a_key_gets_none(
    session: aiohttp.ClientSession, server: Server
) -> None:
    profile = declare("openai").server.profile

    assert profile.sign_in(None) == {}
    assert profile.sign_in("k") == {"Authorization": "Bearer k"}


async def test_tokens_are_told_where_they_are_paid_for(buy: Ask, server: Server) -> None:
    told = {"input_tokens": 10, "output_tokens": 4160}
    server.reply = answer(openai_answer(encoded(picture()), usage=told))

    by_tokens = await buy(declare("openai", 'like = "openai-gpt-image-2-low"', price=""))
    by_image = await buy(declare("openai"))

    assert by_tokens.usage == Usage(images=1, text_in=10, image_out=4160)
    assert by_image.usage == Usage(images=1)


async def test_steps_are_billed_by_the_megapixel(buy: Ask) -> None:
    price = "price = { per_megapixel = 0.01, usual_steps = 28 }"

    completed = await buy(declare("vllm-omni", price=price), steps=56)

    assert completed.usage == Usage(images=1, steps=56)


COMPLAINTS: dict[str, tuple[int, object, type[ProviderError], str]] = {
    "a detail": (400, {"detail": "size must be even"}, Unsupported, "size must be even"),
    "details": (
        422,
        {"detail": [{"loc": ["body", "n"], "msg": "too many"}, {"msg": "bad size"}]},
        Unsupported,
        "too many, bad size",
    ),
    "a detail with an error": (500, {"detail": {"error": "no GPU"}}, ProviderFault, "no GPU"),
    "at the top": (400, {"code": "bad_size", "message": "bad size"}, Unsupported, "bad size"),
    "a word and its code": (
        400,
        {"code": "content_policy_violation", "error": "blocked"},
        ContentRefused,
        "blocked",
    ),
    "moderation in words": (
        400,
        {"code": "invalid", "error": "Generated image rejected by content moderation."},
        ContentRefused,
        "rejected",
    ),
}


@pytest.mark.parametrize(
    ("status", "body", "expected", "words"), COMPLAINTS.values(), ids=COMPLAINTS
)
async def test_complaints_in_other_shapes(
    buy: Ask,
    server: Server,
    status: int,
    body: object,
    expected: type[ProviderError],
    words: str,
) -> None:
    server.reply = answer(json.dumps(body).encode(), status=status)

    with pytest.raises(expected, match=words):
        await buy(declare("openai"))
