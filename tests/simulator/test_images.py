"""Text to images by the vendor's SDK: shapes, pictures, streams."""

import asyncio
import hashlib
import re
from base64 import b64decode
from collections.abc import Callable

import pytest
from openai import AsyncOpenAI, OpenAI
from PIL import Image

from tests.simulator.conftest import Simulator

Opened = Callable[[str], Image.Image]


def _order(**more: object) -> dict[str, object]:
    return {"model": "gpt-image-2.5-flare", "prompt": "a cat", "quality": "low", **more}


def test_an_answer_has_the_recorded_keys_in_the_recorded_order(simulator: Simulator) -> None:
    answer = simulator.draw()
    assert answer.status_code == 200
    document = answer.json()
    assert list(document) == [
        "created",
        "background",
        "data",
        "output_format",
        "quality",
        "size",
        "usage",
    ]
    assert list(document["data"][0]) == ["b64_json"]
    assert list(document["usage"]) == [
        "input_tokens",
        "input_tokens_details",
        "output_tokens",
        "output_tokens_details",
        "total_tokens",
    ]
    assert re.fullmatch(r"req_[0-9a-f]{32}", answer.headers["x-request-id"])
    assert answer.headers["openai-processing-ms"].isdigit()
    assert answer.headers["openai-version"] == "2020-10-01"
    assert answer.headers["openai-organization"]


def test_the_sdk_reads_pictures_and_usage(client: OpenAI, opened: Opened) -> None:
    answer = client.images.generate(
        model="gpt-image-2.5-flare", prompt="two robots", n=2, quality="low", size="1536x1024"
    )
    assert answer.data is not None
    assert answer.usage is not None
    first, second = (opened(item.b64_json or "") for item in answer.data)
    assert (first.format, first.size) == ("PNG", (1536, 1024))
    assert first.tobytes() != second.tobytes()
    assert answer.usage.output_tokens == 2 * 158
    assert answer.usage.input_tokens == 3  # ten bytes
    assert (answer.quality, answer.size, answer.background) == ("low", "1536x1024", "opaque")


async def test_the_async_sdk_draws_side_by_side(async_client: AsyncOpenAI) -> None:
    prompts = ["the sea", "a forest", "a city"]
    answers = await asyncio.gather(
        *(
            async_client.images.generate(model="gpt-image-2", prompt=prompt, quality="low")
            for prompt in prompts
        )
    )
    digests = {hashlib.sha256((a.data or [])[0].b64_json.encode()).digest() for a in answers}  # type: ignore[union-attr]
    assert len(digests) == len(prompts)


def test_the_same_words_give_the_same_bytes_and_others_do_not(simulator: Simulator) -> None:
    def drawn(**order: object) -> str:
        text: str = simulator.draw(**order).json()["data"][0]["b64_json"]
        return text

    assert drawn(prompt="a red house") == drawn(prompt="a red house")
    assert drawn(prompt="a red house") != drawn(prompt="a red house by the sea")


@pytest.mark.parametrize(("output", "form"), [("png", "PNG"), ("jpeg", "JPEG"), ("webp", "WEBP")])
def test_formats(simulator: Simulator, opened: Opened, output: str, form: str) -> None:
    document = simulator.draw(output_format=output, size="1024x1536").json()
    image = opened(document["data"][0]["b64_json"])
    assert (image.format, image.size) == (form, (1024, 1536))
    assert document["output_format"] == output


def test_compression_makes_smaller_files(simulator: Simulator) -> None:
    def size(compression: int) -> int:
        answer = simulator.draw(output_format="jpeg", output_compression=compression)
        return len(answer.json()["data"][0]["b64_json"])

    assert size(10) < size(60) < size(100)


@pytest.mark.parametrize("output", ["png", "webp"])
def test_a_transparent_background_is_transparent(
    simulator: Simulator, opened: Opened, output: str
) -> None:
    document = simulator.draw(background="transparent", output_format=output).json()
    image = opened(document["data"][0]["b64_json"]).convert("RGBA")
    alpha = image.getchannel("A")
    assert (alpha.getpixel((0, 0)), alpha.getpixel((512, 512))) == (0, 255)
    assert document["background"] == "transparent"


def test_auto_becomes_concrete(simulator: Simulator) -> None:
    document = simulator.draw(quality="auto", size="auto", background="auto").json()
    assert (document["quality"], document["size"]) == ("medium", "1024x1024")
    assert document["background"] == "opaque"


@pytest.mark.parametrize(("wide", "high"), [(3840, 2160), (2160, 3840), (2048, 2048), (1024, 640)])
def test_unusual_sizes(simulator: Simulator, opened: Opened, wide: int, high: int) -> None:
    document = simulator.draw(size=f"{wide}x{high}", output_format="jpeg").json()
    assert opened(document["data"][0]["b64_json"]).size == (wide, high)


def test_a_stream_shows_drafts_and_then_the_picture(client: OpenAI, opened: Opened) -> None:
    stream = client.images.generate(
        model="gpt-image-2.6-flare",
        prompt="a balloon",
        quality="high",
        stream=True,
        partial_images=2,
    )
    events = list(stream)
    assert [event.type for event in events] == [
        "image_generation.partial_image",
        "image_generation.partial_image",
        "image_generation.completed",
    ]
    assert [getattr(event, "partial_image_index", None) for event in events] == [0, 1, None]
    last = events[-1]
    assert last.type == "image_generation.completed"
    assert opened(last.b64_json).size == (1024, 1024)
    assert last.usage.output_tokens == 1756 + 2 * 100


async def test_the_async_sdk_streams(async_client: AsyncOpenAI) -> None:
    stream = await async_client.images.generate(
        model="gpt-image-2", prompt="a bird", quality="low", n=2, stream=True
    )
    usages = [event.usage async for event in stream if event.type == "image_generation.completed"]
    assert [usage.input_tokens for usage in usages] == [2, 0]
    assert sum(usage.output_tokens for usage in usages) == 2 * 196


def test_streamed_frames_are_named_as_recorded(simulator: Simulator) -> None:
    answer = simulator.draw(stream=True)
    assert answer.headers["content-type"].startswith("text/event-stream")
    event, data = answer.text.strip().split("\n", 1)
    assert event == "event: image_generation.completed"
    assert data.startswith('data: {"type":"image_generation.completed","b64_json":"')
    assert "output_tokens_details" not in data


def test_dall_e_answers_by_url(simulator: Simulator, client: OpenAI) -> None:
    answer = client.images.generate(model="dall-e-3", prompt="a fox", quality="hd", style="vivid")
    item = (answer.data or [])[0]
    assert answer.usage is None
    assert item.revised_prompt is not None
    assert item.revised_prompt.startswith("a fox")
    assert item.url is not None
    assert item.url.startswith(simulator.url)
    fetched = simulator.http.get(item.url)
    assert (fetched.status_code, fetched.headers["content-type"]) == (200, "image/png")
    assert fetched.content.startswith(b"\x89PNG")


def test_dall_e_answers_in_base64(simulator: Simulator) -> None:
    answer = simulator.post(
        "/images/generations",
        {"model": "dall-e-2", "prompt": "x", "size": "256x256", "response_format": "b64_json"},
    )
    document = answer.json()
    assert list(document) == ["created", "data"]
    assert list(document["data"][0]) == ["b64_json"]
    assert b64decode(document["data"][0]["b64_json"]).startswith(b"\x89PNG")
