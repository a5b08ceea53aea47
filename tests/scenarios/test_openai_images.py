"""OpenAI's own clients against `/v1/images`: every method with every documented parameter."""

import base64
import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from openai import AsyncOpenAI, OpenAI
from openai.types import ImageGenCompletedEvent
from PIL import Image

from tests.support.client import Client
from tests.support.fake import picture
from tests.support.servers import Server, gateway, provider_settings

KEY = "any-key-will-do"
FLARE = "gpt-image-2.5-flare"
EVERYTHING: dict[str, Any] = {
    "model": FLARE,
    "background": "opaque",
    "moderation": "low",
    "n": 2,
    "output_compression": 80,
    "output_format": "jpeg",
    "partial_images": 1,
    "quality": "low",
    "response_format": "b64_json",
    "size": "1024x1024",
    "style": "vivid",
    "user": "user-1234",
    "safety_identifier": "hashed",
    "complexity": "low",
}
EDITED = {name: value for name, value in EVERYTHING.items() if name not in ("moderation", "style")}


@pytest.fixture
def sdk(gate: Server) -> Iterator[OpenAI]:
    with OpenAI(base_url=f"{gate.url}/v1", api_key=KEY, max_retries=0) as ready:
        yield ready


def decoded(b64: str | None) -> Image.Image:
    assert b64
    with Image.open(io.BytesIO(base64.b64decode(b64, validate=True))) as image:
        image.load()
        return image


async def test_the_least_there_is_to_say(app: Client, gate: Server) -> None:
    before = (await app.audit())["charged"]
    async with AsyncOpenAI(base_url=f"{gate.url}/v1", api_key=KEY) as sdk:
        made = await sdk.images.generate(prompt="a lighthouse", model=FLARE)
    assert made.data
    assert decoded(made.data[0].b64_json).size == (1024, 1024)
    assert made.data[0].url is None
    assert (made.size, made.quality, made.output_format) == ("1024x1024", "medium", "png")
    assert made.usage
    assert made.usage.output_tokens == 439
    assert made.usage.total_tokens == made.usage.input_tokens + 439
    assert (await app.audit())["charged"] - before == pytest.approx(
        (await app.invoice())["totalMicroUsd"] / 1e6
    )


def test_every_parameter(app: Client, sdk: OpenAI) -> None:
    raw = sdk.images.with_raw_response.generate(prompt="a lighthouse", **EVERYTHING)
    made = raw.parse()
    assert made.data
    assert len(made.data) == 2
    assert {decoded(each.b64_json).format for each in made.data} == {"JPEG"}
    assert (made.output_format, made.background) == ("jpeg", "opaque")
    headers = raw.headers
    assert headers["x-aquatint-provider"] == "openai"
    assert headers["x-aquatint-model"] == FLARE
    assert headers["x-aquatint-attempts"] == "1"
    assert headers["x-aquatint-fallback"] == "false"
    assert headers["x-aquatint-generation-id"].startswith("gen_")
    assert 0 < float(headers["x-aquatint-cost"]) <= float(headers["x-aquatint-ceiling"])
    assert "complexity" in headers["x-aquatint-warning"]
    assert "style" in headers["x-aquatint-warning"]
    assert raw.request_id


async def test_fewer_than_were_asked_for(app: Client, gate: Server) -> None:
    await app.fault("fewer_images", times=1)
    async with AsyncOpenAI(base_url=f"{gate.url}/v1", api_key=KEY, max_retries=0) as sdk:
        raw = await sdk.images.with_raw_response.generate(
            prompt="a lighthouse", model=FLARE, quality="low", n=3
        )
    made = raw.parse()
    assert made.data
    assert len(made.data) == 2
    assert "2 of 3 images" in raw.headers["x-aquatint-warning"]
    assert float(raw.headers["x-aquatint-cost"]) == pytest.approx(
        (await app.invoice())["totalMicroUsd"] / 1e6
    )


@pytest.mark.parametrize(
    ("wishes", "told"),
    [
        ({"frame_count": 4, "frame_duration_ms": 80}, "frame_count, frame_duration_ms"),
        ({"svg": {"precision": 2}}, "svg"),
        ({"unheard_of": True}, "unheard_of"),
    ],
)
def test_what_has_no_effect_is_told(
    app: Client, sdk: OpenAI, wishes: dict[str, Any], told: str
) -> None:
    raw = sdk.images.with_raw_response.generate(
        prompt="a lighthouse", model=FLARE, quality="low", extra_body=wishes
    )
    assert f"Not used: {told}" in raw.headers["x-aquatint-warning"]
    assert raw.parse().data


def test_an_address_instead_of_the_bytes(app: Client, sdk: OpenAI, gate: Server) -> None:
    made = sdk.images.generate(prompt="a cat", model=FLARE, response_format="url")
    assert made.data
    url = made.data[0].url
    assert url
    assert url.startswith(gate.url)
    assert made.data[0].b64_json is None


def test_streaming(app: Client, sdk: OpenAI) -> None:
    wishes = EVERYTHING | {"n": 1}
    with sdk.images.generate(prompt="a lighthouse", stream=True, **wishes) as stream:
        events = list(stream)
    assert [event.type for event in events] == [
        "image_generation.partial_image",
        "image_generation.completed",
    ]
    partial, completed = events
    assert decoded(partial.b64_json).format == "JPEG"
    assert partial.partial_image_index == 0
    assert decoded(completed.b64_json).size == (1024, 1024)
    assert completed.usage.output_tokens >= 196
    assert completed.model_extra["aquatint"]["provider"] == "openai"


async def test_streaming_several(app: Client, gate: Server) -> None:
    async with AsyncOpenAI(base_url=f"{gate.url}/v1", api_key=KEY) as sdk:
        stream = await sdk.images.generate(
            prompt="a cat", model=FLARE, n=3, quality="low", stream=True
        )
        events = [event async for event in stream]
    assert [event.type for event in events] == ["image_generation.completed"] * 3
    tokens = [e.usage.output_tokens for e in events if isinstance(e, ImageGenCompletedEvent)]
    assert tokens == [196] * 3


@pytest.mark.parametrize("pictures", [1, 3])
def test_editing(app: Client, sdk: OpenAI, pictures: int) -> None:
    files = [(f"{seed}.png", picture(seed=seed), "image/png") for seed in range(pictures)]
    raw = sdk.images.with_raw_response.edit(
        prompt="make it blue", image=files if pictures > 1 else files[0], **EDITED
    )
    made = raw.parse()
    assert made.data
    assert len(made.data) == 2
    assert decoded(made.data[0].b64_json).format == "JPEG"
    assert made.usage
    assert made.usage.input_tokens_details.image_tokens > 0


def test_editing_where_a_mask_says(app: Client, sdk: OpenAI) -> None:
    clear = io.BytesIO()
    Image.new("RGBA", (64, 48), (0, 0, 0, 0)).save(clear, "PNG")
    made = sdk.images.edit(
        prompt="a hat", image=picture(), mask=clear.getvalue(), model=FLARE, input_fidelity="high"
    )
    assert made.data
    assert decoded(made.data[0].b64_json).format == "PNG"


async def test_editing_as_a_stream(app: Client, gate: Server) -> None:
    async with AsyncOpenAI(base_url=f"{gate.url}/v1", api_key=KEY) as sdk:
        stream = await sdk.images.edit(
            prompt="a hat", image=picture(), model=FLARE, stream=True, partial_images=1
        )
        events = [event async for event in stream]
    assert [event.type for event in events] == ["image_edit.partial_image", "image_edit.completed"]
    assert decoded(events[-1].b64_json).format == "PNG"


async def test_editing_in_json(app: Client) -> None:
    brought = await app.post(
        "/api/images", data=picture(seed=9), headers={"Content-Type": "image/png"}
    )
    inline = "data:image/png;base64," + base64.b64encode(picture()).decode()
    body = {
        "model": FLARE,
        "prompt": "a hat",
        "images": [{"image_url": inline}, {"file_id": brought.body["id"]}],
    }
    answer = await app.post("/v1/images/edits", body)
    assert answer.status == 200, answer.raw
    assert decoded(answer.body["data"][0]["b64_json"]).format == "PNG"


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_a_variation_is_an_edit_and_says_so(app: Client, sdk: OpenAI) -> None:
    raw = sdk.images.with_raw_response.create_variation(
        image=picture(), model="dall-e-2", n=1, response_format="b64_json", size="1024x1024"
    )
    made = raw.parse()
    assert made.data
    assert decoded(made.data[0].b64_json).size == (1024, 1024)
    assert "variations" in raw.headers["x-aquatint-warning"]
    assert "retired" in raw.headers["x-aquatint-warning"]


@pytest.mark.parametrize(
    ("name", "model"),
    [
        ("gpt-image-2", "gpt-image-2"),
        ("openai/gpt-image-2", "gpt-image-2"),
        ("openai-gpt-image-2.5-flare-low", FLARE),
        ("aquatint/auto", FLARE),
        ("aquatint/ultra", "gpt-image-2.6-sunburst"),
        ("aquatint/fast", FLARE),
        ("dall-e-3", "gpt-image-2.6-flare"),
        ("gpt-image-1", "gpt-image-2.5-sunburst"),
    ],
)
def test_names_of_models(app: Client, sdk: OpenAI, name: str, model: str) -> None:
    raw = sdk.images.with_raw_response.generate(prompt="a cat", model=name)
    assert raw.headers["x-aquatint-model"] == model
    retired = name in ("dall-e-3", "gpt-image-1")
    assert ("retired" in raw.headers.get("x-aquatint-warning", "")) == retired


def test_models_of_every_provider(providers: Server, app: Client, tmp_path: Path) -> None:
    known = provider_settings(providers.url, "together", "replicate", "gemini")
    asked = {
        "together/black-forest-labs/FLUX.2-dev": ("together", "FLUX.2-dev"),
        "together/FLUX.2-pro": ("together", "FLUX.2-pro"),
        "replicate/flux-schnell": ("replicate", "flux-schnell"),
        "gemini/gemini-nano-banana-2.1": ("gemini", "gemini-nano-banana-2.1"),
    }
    with (
        gateway(tmp_path, providers.url, **known) as server,
        OpenAI(base_url=f"{server.url}/v1", api_key=KEY, max_retries=0) as sdk,
    ):
        for name, (provider, model) in asked.items():
            raw = sdk.images.with_raw_response.generate(prompt="a cat", model=name)
            assert raw.headers["x-aquatint-provider"] == provider
            assert raw.headers["x-aquatint-model"] == model
            assert raw.parse().data
