"""What is OpenAI's alone; what every provider must do stands in tests/contract."""

import json
from collections.abc import AsyncIterator, Callable, Coroutine
from datetime import date
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from aquatint.catalog.model import Capabilities, ImagePrice, ListedSizes, Row
from aquatint.catalog.pricing import Usage
from aquatint.errors import BadResponse, ContentRefused
from aquatint.library.blobs import BlobStore
from aquatint.net.http import open_session
from aquatint.providers import images as answer_images
from aquatint.providers.base import BilledRefusal, Completed, ImageRequest
from aquatint.providers.openai import OpenAI
from aquatint.providers.openai_shapes import read_usage
from tests.contract.adapter import KEY, encoded
from tests.contract.openai_words import OPENAI_ROW, openai_answer
from tests.contract.pictures import picture
from tests.contract.replies import answer
from tests.contract.server import Reply, Server, serve

Send = Callable[..., Coroutine[Any, Any, Completed]]

DALL_E_3 = Row(
    key="openai-dall-e-3-hd-1024",
    provider="openai",
    model="dall-e-3",
    provider_model="dall-e-3",
    quality="hd",
    price=ImagePrice(amount=120_000),
    sizes=ListedSizes(popular=("1024x1024",)),
    capabilities=Capabilities(max_prompt=4_000, styles=("vivid", "natural")),
    wire={"response_format": "b64_json"},
    available_from=date(2024, 1, 1),
    estimated_seconds=20,
    deadline_seconds=180,
    source="tests",
    checked=date(2026, 11, 22),
)


@pytest.fixture
async def session() -> AsyncIterator[aiohttp.ClientSession]:
    async with open_session() as opened:
        yield opened


@pytest.fixture
async def server() -> AsyncIterator[Server]:
    async with serve(answer(openai_answer(encoded(picture())))) as started:
        yield started


@pytest.fixture
def send(session: aiohttp.ClientSession, server: Server, tmp_path: Path) -> Send:
    async def run(row: Row = OPENAI_ROW, **settings: Any) -> Completed:
        request = ImageRequest(
            row=row,
            prompt="a red fox",
            width=1024,
            height=1024,
            attempt_id="att_1",
            **({"n": 1} | settings),
        )
        provider = OpenAI(session, api_key=KEY, base_url=server.url)
        return await provider.start(request, BlobStore(tmp_path / "blobs").sink("att_1"))

    return run


async def test_the_body_of_a_gpt_image_row(send: Send, server: Server) -> None:
    completed = await send(background="transparent", output_format="webp")

    (request,) = server.requests
    assert request.path == "/images/generations"
    assert request.headers["authorization"] == f"Bearer {KEY}"
    assert request.json() == {
        "model": "gpt-image-2",
        "prompt": "a red fox",
        "n": 1,
        "size": "1024x1024",
        "quality": "high",
        "background": "transparent",
        "output_format": "webp",
    }
    assert completed.warnings == ()


async def test_the_body_of_a_dall_e_row(send: Send, server: Server) -> None:
    server.reply = answer(
        b'{"created":1,"data":[{"revised_prompt":"A red fox,\\n in snow","b64_json":"'
        + encoded(picture())[0].encode()
        + b'"}]}'
    )

    completed = await send(DALL_E_3, style="natural")

    assert server.requests[0].json() == {
        "model": "dall-e-3",
        "prompt": "a red fox",
        "n": 1,
        "size": "1024x1024",
        "quality": "hd",
        "style": "natural",
        "response_format": "b64_json",
    }
    assert completed.images[0].revised_prompt == "A red fox, in snow"
    assert completed.usage is None


async def test_a_row_without_quality_sends_none(send: Send, server: Server) -> None:
    await send(DALL_E_3.model_copy(update={"quality": None}))

    assert "quality" not in server.requests[0].json()


async def test_settings_that_the_row_does_not_take(send: Send, server: Server) -> None:
    completed = await send(
        style="vivid",
        negative_prompt="people",
        seed=0,
        steps=30,
        guidance=7.5,
        background="plaid",
        output_format="svg",
    )

    assert set(server.requests[0].json()) == {"model", "prompt", "n", "size", "quality"}
    assert len(completed.warnings) == 7
    assert "gpt-image-2 does not support negative prompt: left out" in completed.warnings


async def test_what_the_answer_says_of_itself_is_kept(send: Send) -> None:
    completed = await send()

    assert completed.metadata == {
        "size": "1024x1024",
        "quality": "high",
        "background": "opaque",
        "output_format": "png",
    }


async def test_the_cap_grows_with_the_images_asked_for(
    send: Send, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    images = encoded(picture(seed=1), picture(seed=2))
    server.reply = answer(openai_answer(images))
    monkeypatch.setattr(answer_images, "IMAGE_LIMIT", len(images[0]))

    assert len((await send(n=2)).images) == 2
    with pytest.raises(BadResponse, match="more image data"):
        await send(n=1)


async def test_an_odd_prompt_is_made_storable(send: Send, server: Server) -> None:
    image = {"b64_json": encoded(picture())[0], "revised_prompt": "a\ud800b\x00c\nd"}
    server.reply = answer(json.dumps({"data": [image]}).encode())

    assert (await send()).images[0].revised_prompt == "a?b c d"


def refusal(stage: str, message: str = "No.", **more: object) -> Reply:
    moderation = {"moderation_stage": stage, "categories": ["violence", "violence/graphic"]}
    error = {"code": "moderation_blocked", "message": message, "moderation_details": moderation}
    return answer(json.dumps({"error": error, **more}).encode(), status=400)


@pytest.mark.parametrize("stage", ["input", "output"])
async def test_a_refusal_tells_stage_and_categories(send: Send, server: Server, stage: str) -> None:
    server.reply = refusal(stage)

    with pytest.raises(ContentRefused) as caught:
        await send()

    assert caught.value.details == {"stage": stage, "categories": "violence, violence/graphic"}
    assert f"(stage: {stage}) (categories: violence, violence/graphic)" in caught.value.message


USAGE = {"input_tokens": 10, "output_tokens": 4160}
BILLED: dict[str, tuple[Reply, Usage | None]] = {
    "of the output": (refusal("output"), None),
    "of the output, with usage": (
        refusal("output", usage=USAGE),
        Usage(images=0, text_in=10, image_out=4160),
    ),
    "of the input, with usage": (
        refusal("input", usage={"input_tokens": 10, "output_tokens": 0}),
        Usage(images=0, text_in=10),
    ),
    "with an impossible usage": (refusal("output", usage={"input_tokens": -1}), None),
}


@pytest.mark.parametrize(("reply", "usage"), BILLED.values(), ids=BILLED)
async def test_a_refusal_after_work_is_billed(
    send: Send, server: Server, reply: Reply, usage: Usage | None
) -> None:
    server.reply = reply

    with pytest.raises(BilledRefusal) as caught:
        await send()

    assert caught.value.usage == usage


async def test_a_refusal_of_the_input_is_not_billed(send: Send, server: Server) -> None:
    server.reply = refusal("input", message="No generated image will be shown.")

    with pytest.raises(ContentRefused) as caught:
        await send()

    assert not isinstance(caught.value, BilledRefusal)


RECORDED: dict[str, tuple[dict[str, Any], Usage]] = {
    "without details of the output": (
        {
            "input_tokens": 76,
            "input_tokens_details": {"image_tokens": 64, "text_tokens": 12},
            "output_tokens": 120,
        },
        Usage(images=1, text_in=12, image_in=64, image_out=120),
    ),
    "text in the output": (
        {
            "input_tokens": 10,
            "output_tokens": 1364,
            "output_tokens_details": {"image_tokens": 1056, "text_tokens": 308},
        },
        Usage(images=1, text_in=10, image_out=1056, text_out=308),
    ),
    "details that do not add up are billed as image": (
        {
            "input_tokens": 10,
            "output_tokens": 200,
            "output_tokens_details": {"image_tokens": 100, "text_tokens": 50},
        },
        Usage(images=1, text_in=10, image_out=150, text_out=50),
    ),
    "nothing used": ({"input_tokens": 0, "output_tokens": 0}, Usage(images=1)),
}


@pytest.mark.parametrize(("usage", "expected"), RECORDED.values(), ids=RECORDED)
def test_usage(usage: dict[str, Any], expected: Usage) -> None:
    assert read_usage(usage, images=1) == expected


async def test_the_days_on_which_models_end(session: aiohttp.ClientSession, server: Server) -> None:
    listed = [
        {"id": "gpt-image-2", "object": "model", "shutdown_date": None},
        {"id": "gpt-image-1.5", "object": "model", "shutdown_date": "2026-12-01"},
        {"id": "odd", "shutdown_date": "soon"},
        {"id": "odder", "shutdown_date": 20261201},
        {"shutdown_date": "2026-12-01"},
        "gpt-image-2",
    ]
    server.reply = answer(json.dumps({"object": "list", "data": listed}).encode())

    days = await OpenAI(session, api_key=KEY, base_url=server.url).shutdowns()

    assert days == {"gpt-image-1.5": date(2026, 12, 1)}
    assert server.requests[0].path == "/models"


async def test_options_of_a_row_that_takes_them(send: Send, server: Server) -> None:
    able = {"output_compression": True, "moderations": ("auto", "low")}
    row = OPENAI_ROW.model_copy(
        update={"capabilities": OPENAI_ROW.capabilities.model_copy(update=able)}
    )

    taken = await send(row, output_format="jpeg", output_compression=70, moderation="low")
    left = await send(output_compression=70, moderation="low", partial_images=2)

    first, second = (request.json() for request in server.requests)
    assert (first["output_compression"], first["moderation"]) == (70, "low")
    assert taken.warnings == ()
    assert {"output_compression", "moderation", "stream"}.isdisjoint(second)
    assert len(left.warnings) == 2
