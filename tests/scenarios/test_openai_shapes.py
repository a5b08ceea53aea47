"""Every kind of answer under `/v1`, read strictly with the types that OpenAI publishes for it."""

import base64
import io
import json
from typing import Any, TypeVar

import pytest
from openai.types import (
    ImageEditCompletedEvent,
    ImageEditPartialImageEvent,
    ImageGenCompletedEvent,
    ImageGenPartialImageEvent,
    ImagesResponse,
    Model,
)
from openai.types.chat import ChatCompletion, ChatCompletionChunk
from openai.types.shared import ErrorObject
from PIL import Image
from pydantic import BaseModel

from tests.support.client import Client
from tests.support.fake import picture

FLARE = "gpt-image-2.5-flare"
FAST = "aquatint/fast"  # of a provider that counts no tokens
EVENTS: dict[str, type[BaseModel]] = {
    "image_generation.partial_image": ImageGenPartialImageEvent,
    "image_generation.completed": ImageGenCompletedEvent,
    "image_edit.partial_image": ImageEditPartialImageEvent,
    "image_edit.completed": ImageEditCompletedEvent,
}
Shape = TypeVar("Shape", bound=BaseModel)
NO_PICTURE = {"image_url": "data:image/png;base64,AA=="}
SAID = {"messages": [{"role": "user", "content": "hello"}]}


def read(kind: type[Shape], raw: bytes, *ours: str) -> Shape:
    """What `raw` says; beside the documented fields it has none but `ours`."""
    found = kind.model_validate_json(raw, strict=True)
    assert set(found.model_extra or {}) <= set(ours)
    return found


def datas(raw: bytes) -> list[bytes]:
    """The data of each event."""
    lines = raw.splitlines()
    return [line.removeprefix(b"data: ") for line in lines if line.startswith(b"data: ")]


def inline(seed: int = 0) -> dict[str, str]:
    encoded = base64.b64encode(picture(seed=seed)).decode()
    return {"image_url": f"data:image/png;base64,{encoded}"}


def masked() -> dict[str, str]:
    clear = io.BytesIO()
    Image.new("RGBA", (64, 48), (0, 0, 0, 0)).save(clear, "PNG")
    encoded = base64.b64encode(clear.getvalue()).decode()
    return {"image_url": f"data:image/png;base64,{encoded}"}


@pytest.mark.parametrize(
    "wishes",
    [
        {"model": FLARE},
        {"model": FLARE, "quality": "xhigh", "size": "1536x1024"},
        {"model": FLARE, "n": 3, "quality": "low", "background": "transparent"},
        {"model": FLARE, "quality": "low", "output_format": "webp", "output_compression": 50},
        {"model": FLARE, "quality": "low", "response_format": "url"},
        {"model": FAST},
        {"model": FAST, "n": 2, "size": "1536x1024"},
        {"model": "aquatint/auto", "quality": "hd"},
        {},
    ],
)
async def test_images(town: Client, wishes: dict[str, Any]) -> None:
    answer = await town.post("/v1/images/generations", {"prompt": "a well", **wishes})
    assert answer.status == 200, answer.raw
    made = read(ImagesResponse, answer.raw)
    assert len(made.data or ()) == wishes.get("n", 1)
    for image in made.data or ():
        assert image.model_extra == {}
        assert bool(image.url) == (wishes.get("response_format") == "url")
        assert bool(image.url) != bool(image.b64_json)


@pytest.mark.parametrize("more", [{}, {"mask": masked()}, {"n": 2, "quality": "low"}])
async def test_edits(town: Client, more: dict[str, Any]) -> None:
    body = {"model": FLARE, "prompt": "a hat", "images": [inline()], **more}
    answer = await town.post("/v1/images/edits", body)
    assert answer.status == 200, answer.raw
    made = read(ImagesResponse, answer.raw)
    assert made.usage
    assert made.usage.input_tokens_details.image_tokens > 0


async def test_variations(town: Client) -> None:
    answer = await town.post("/v1/images/variations", {"images": [inline()], "quality": "low"})
    assert answer.status == 200, answer.raw
    assert read(ImagesResponse, answer.raw).data


@pytest.mark.parametrize(
    ("path", "wishes", "partial"),
    [
        ("generations", {"model": FLARE, "partial_images": 2}, 2),
        ("generations", {"model": FLARE, "n": 2, "quality": "low"}, 0),
        ("generations", {"model": FAST}, 0),
        ("edits", {"model": FLARE, "partial_images": 1, "images": [inline()]}, 1),
    ],
)
async def test_events(town: Client, path: str, wishes: dict[str, Any], partial: int) -> None:
    body = {"prompt": "a well", "stream": True, **wishes}
    answer = await town.post(f"/v1/images/{path}", body)
    assert answer.status == 200, answer.raw
    found = [json.loads(each)["type"] for each in datas(answer.raw)]
    for kind, data in zip(found, datas(answer.raw), strict=True):
        read(EVENTS[kind], data, "aquatint")
    assert [kind.partition(".")[2] for kind in found] == [
        *["partial_image"] * partial,
        *["completed"] * wishes.get("n", 1),
    ]


async def test_models(town: Client) -> None:
    answer = await town.get("/v1/models")
    assert set(answer.body) == {"object", "data"}
    assert answer.body["object"] == "list"
    for each in answer.body["data"]:
        Model.model_validate_json(json.dumps(each), strict=True)
        alone = await town.get(f"/v1/models/{each['id']}")
        Model.model_validate_json(alone.raw, strict=True)


async def test_chat(town: Client) -> None:
    whole = await town.post("/v1/chat/completions", SAID)
    read(ChatCompletion, whole.raw)
    streamed = await town.post("/v1/chat/completions", {**SAID, "stream": True})
    *pieces, end = datas(streamed.raw)
    assert end == b"[DONE]"
    assert len([read(ChatCompletionChunk, piece) for piece in pieces]) > 1


def error_of(body: dict[str, Any]) -> ErrorObject:
    assert set(body) == {"error"}
    return ErrorObject.model_validate_json(json.dumps(body["error"]), strict=True)


@pytest.mark.parametrize(
    ("path", "body", "status"),
    [
        ("images/generations", {}, 400),
        ("images/generations", [], 400),
        ("images/generations", {"prompt": "a cat", "n": "many"}, 400),
        ("images/generations", {"prompt": "eval(cat)"}, 400),
        ("images/generations", {"prompt": "a cat", "model": "nobodys"}, 404),
        ("images/edits", {"prompt": "a cat"}, 400),
        ("images/edits", {"prompt": "a cat", "images": [{"file_id": "pic_none"}]}, 404),
        ("images/edits", {"prompt": "a cat", "images": [NO_PICTURE]}, 400),
        ("chat/completions", {}, 400),
        ("chat/completions", {"messages": []}, 400),
        ("nothing", {}, 404),
        ("models", {}, 405),
    ],
)
async def test_errors(town: Client, path: str, body: object, status: int) -> None:
    answer = await town.post(f"/v1/{path}", body)
    assert answer.status == status, answer.raw
    assert error_of(answer.body).message


@pytest.mark.parametrize(
    ("fault", "status"),
    [("refused_input", 400), ("bad_key", 502), ("billed_then_reset", 504)],
)
async def test_failures(app: Client, fault: str, status: int) -> None:
    await app.fault(fault)
    body = {"prompt": f"a well that is {fault}", "model": FLARE}
    answer = await app.post("/v1/images/generations", body)
    assert answer.status == status, answer.raw
    assert error_of(answer.body).message


async def test_the_error_of_a_stream(town: Client) -> None:
    await town.fault("refused_input")
    body = {"prompt": "a well", "model": FLARE, "stream": True}
    (data,) = datas((await town.post("/v1/images/generations", body)).raw)
    error = json.loads(data)
    assert error.pop("type") == "error"
    assert error_of(error).code == "moderation_blocked"
