"""Images from images at OpenAI, by its own SDK: forms, JSON, masks, streams, variations, files."""

import base64
import io
from typing import Any

import openai
import pytest
from openai import AsyncOpenAI, OpenAI
from openai.types import ImagesResponse
from PIL import Image

from tests.simulator import photos
from tests.simulator.conftest import KEY, Simulator

MODEL = "gpt-image-2"
ORDER: dict[str, Any] = {"model": MODEL, "prompt": "a forest", "quality": "low"}


def _form(name: str, data: bytes) -> tuple[str, bytes, str]:
    return (name, data, "image/png")


def _picture(answer: ImagesResponse) -> Image.Image:
    assert answer.data is not None
    return photos.opened(base64.b64decode(answer.data[0].b64_json or ""))


def test_a_mask_is_painted_where_it_is_clear_and_nowhere_else(
    simulator: Simulator, client: OpenAI
) -> None:
    answer = client.images.edit(
        image=_form("cat.png", photos.photo()),
        mask=_form("mask.png", photos.clear_left()),
        size="1024x1024",
        **ORDER,
    )
    left, right = photos.kept(_picture(answer))
    assert left < 0.01
    assert right == 1
    assert answer.usage is not None
    assert answer.usage.input_tokens_details.image_tokens == 1024
    # 2 tokens of text at $5, 1,024 of image at $8 and 196 of output at $30 per million
    assert simulator.billed() == [2 * 5 + 1024 * 8 + 196 * 30]
    body = simulator.requests()[0]["body"]
    assert (body["prompt"], body["image"]["contentType"]) == ("a forest", "image/png")


def test_the_recorded_edit(simulator: Simulator, client: OpenAI) -> None:
    """One PNG of 128 pixels to 1536x864: 64 tokens in and 120 out."""
    answer = client.images.edit(
        image=_form("a.png", photos.photo(128, 128)), size="1536x864", **ORDER
    )
    assert answer.usage is not None
    assert answer.usage.input_tokens_details.image_tokens == 64
    assert answer.usage.output_tokens == 120
    assert simulator.billed() == [2 * 5 + 64 * 8 + 120 * 30]


def test_without_a_mask_all_changes_and_each_picture_is_seen(client: OpenAI) -> None:
    red, blue = _form("a.png", photos.photo()), _form("b.png", photos.photo(colour=photos.BLUE))
    one = _picture(client.images.edit(image=red, size="1024x1024", **ORDER))
    two = _picture(client.images.edit(image=[red, blue], size="1024x1024", **ORDER))
    assert photos.kept(one) == (0, 0)
    assert photos.kept(two, photos.BLUE)[0] > photos.kept(one, photos.BLUE)[0] == 0
    assert one.tobytes() != two.tobytes()


@pytest.mark.parametrize(
    ("wide", "high", "size"),
    [(900, 600, "1536x1024"), (600, 900, "1024x1536"), (700, 720, "1024x1024")],
)
def test_the_size_follows_the_picture(client: OpenAI, wide: int, high: int, size: str) -> None:
    answer = client.images.edit(image=_form("a.png", photos.photo(wide, high)), **ORDER)
    assert answer.size == size


def test_a_stream_of_an_edit(simulator: Simulator, client: OpenAI) -> None:
    stream = client.images.edit(
        image=_form("a.png", photos.photo()), stream=True, partial_images=2, **ORDER
    )
    events = list(stream)
    assert [event.type for event in events] == ["image_edit.partial_image"] * 2 + [
        "image_edit.completed"
    ]
    # drafts are 100 tokens of output each
    assert simulator.billed() == [2 * 5 + 1024 * 8 + (196 + 200) * 30]


async def test_the_async_sdk_edits(async_client: AsyncOpenAI) -> None:
    answer = await async_client.images.edit(image=_form("a.png", photos.photo()), n=2, **ORDER)
    assert answer.data is not None
    assert len(answer.data) == 2


def test_the_form_in_json(simulator: Simulator, client: OpenAI) -> None:
    body = {
        **ORDER,
        "size": "1024x1024",
        "images": [{"image_url": photos.data_uri(photos.photo())}],
        "mask": {"image_url": photos.data_uri(photos.clear_left())},
    }
    answer = client.post("/images/edits", body=body, cast_to=ImagesResponse)
    left, right = photos.kept(_picture(answer))
    assert (left < 0.01, right) == (True, 1)
    assert simulator.billed() == [2 * 5 + 1024 * 8 + 196 * 30]


def test_an_uploaded_file_is_edited(simulator: Simulator, client: OpenAI) -> None:
    file = client.files.create(file=_form("cat.png", photos.photo()), purpose="vision")
    assert (file.bytes, file.filename) == (len(photos.photo()), "cat.png")
    assert [each.id for each in client.files.list()] == [file.id]
    assert client.files.content(file.id).read() == photos.photo()
    body = {**ORDER, "images": [{"file_id": file.id}]}
    assert client.post("/images/edits", body=body, cast_to=ImagesResponse).data
    assert client.files.delete(file.id).deleted
    with pytest.raises(openai.NotFoundError):
        client.files.retrieve(file.id)
    with pytest.raises(openai.NotFoundError):
        client.post("/images/edits", body=body, cast_to=ImagesResponse)
    assert len(simulator.billed()) == 1


def test_an_address_of_its_own_and_one_from_elsewhere(simulator: Simulator, client: OpenAI) -> None:
    made = client.images.generate(model="dall-e-2", prompt="a cat", size="256x256")
    assert made.data is not None
    for url in (made.data[0].url, "https://example.com/cat.png"):
        body = {**ORDER, "images": [{"image_url": url}]}
        assert client.post("/images/edits", body=body, cast_to=ImagesResponse).data
    simulator.control("POST", "clock", {"advanceSeconds": 3601})
    body = {**ORDER, "images": [{"image_url": made.data[0].url}]}
    with pytest.raises(openai.BadRequestError, match="Error while downloading file") as raised:
        client.post("/images/edits", body=body, cast_to=ImagesResponse)
    assert raised.value.param == "url"


@pytest.mark.filterwarnings("ignore:deprecated:DeprecationWarning")  # the SDK's own word for it
def test_variations(simulator: Simulator, client: OpenAI) -> None:
    image = _form("a.png", photos.photo(512, 512))
    answer = client.images.create_variation(  # type: ignore[deprecated]  # retired, still simulated
        image=image, n=2, size="512x512", response_format="b64_json"
    )
    assert answer.data is not None
    assert _picture(answer).size == (512, 512)
    assert answer.data[0].b64_json != answer.data[1].b64_json
    assert simulator.billed() == [36_000]
    simulator.control("POST", "clock", {"date": "2026-05-12"})
    with pytest.raises(openai.NotFoundError):
        client.images.create_variation(image=image)  # type: ignore[deprecated]  # as above


def test_dall_e_2_edits(simulator: Simulator, client: OpenAI) -> None:
    answer = client.images.edit(
        model="dall-e-2",
        prompt="a cat",
        image=_form("a.png", photos.photo(512, 512)),
        mask=_form("m.png", photos.clear_left(512, 512)),
        size="512x512",
    )
    assert answer.data is not None
    found = photos.opened(simulator.http.get(answer.data[0].url or "").content)
    assert photos.kept(found)[1] == 1
    assert simulator.billed() == [18_000]


@pytest.mark.parametrize(
    ("changes", "param", "code"),
    [
        ({"image": ("a.png", b"no picture", "image/png")}, "image", "invalid_image_file"),
        ({"image": photos.photo()}, "image", "unsupported_file_mimetype"),
        (
            {"image": [_form("a.png", photos.photo(32, 32))] * 17},
            "images",
            "array_above_max_length",
        ),
        ({"mask": _form("m.png", photos.clear_left(512, 512))}, "mask", "invalid_value"),
        ({"mask": _form("m.png", photos.photo())}, "mask", "invalid_value"),
        ({"mask": ("m.jpg", photos.photo(media="JPEG"), "image/jpeg")}, "mask", "invalid_value"),
        ({"input_fidelity": "high"}, "input_fidelity", "unknown_parameter"),
        (
            {"model": "gpt-image-1-mini", "input_fidelity": "high"},
            "input_fidelity",
            "invalid_value",
        ),
        ({"model": "dall-e-3"}, "model", "invalid_value"),
        (
            {
                "model": "dall-e-2",
                "image": _form("a.png", photos.photo(64, 32)),
                "quality": openai.omit,
            },
            "image",
            None,
        ),
        ({"model": "gpt-image-9"}, None, "model_not_found"),
        ({"n": 11}, "n", "integer_above_max_value"),
        ({"size": "1000x1000"}, "size", "invalid_value"),
        ({"extra_body": {"seed": 1}}, "seed", "unknown_parameter"),
        ({"extra_body": {"markup": "x"}}, "markup", "unsupported_parameter"),
    ],
)
def test_what_is_not_taken(
    simulator: Simulator, client: OpenAI, changes: dict[str, Any], param: str, code: str
) -> None:
    order = {**ORDER, "image": _form("a.png", photos.photo()), **changes}
    with pytest.raises((openai.BadRequestError, openai.NotFoundError)) as raised:
        client.images.edit(**order)
    assert (raised.value.param, raised.value.code) == (param, code)
    assert simulator.invoice() == []


@pytest.mark.parametrize(
    ("body", "param"),
    [
        ({}, "images"),
        ({"images": "x"}, "images"),
        ({"images": ["x"]}, "images[0]"),
        ({"images": [{}]}, "images[0]"),
        ({"images": [{"image_url": "data:,x", "file_id": "file-1"}]}, "images[0]"),
        ({"images": [{"image_url": "data:image/png;base64,!!!"}]}, "images[0].image_url"),
        ({"images": [{"image_url": "cat.png"}]}, "images[0].image_url"),
        ({"images": [{"image_url": "http://[::1"}]}, "images[0].image_url"),
        ({"images": [{"file_id": "file-unknown"}]}, "id"),
    ],
)
def test_what_is_not_taken_in_json(simulator: Simulator, body: dict[str, Any], param: str) -> None:
    answer = simulator.post("/images/edits", {**ORDER, **body})
    assert answer.status_code in (400, 404)
    assert answer.json()["error"]["param"] == param


@pytest.mark.parametrize(
    ("raw", "kind"),
    [
        (b"x", "multipart/form-data"),
        (b"x", "multipart/form-data; boundary=b"),
        (
            b"--b\r\nContent-Disposition: form-data\r\n\r\nx\r\n--b--",
            "multipart/form-data; boundary=b",
        ),
        (b"--b\r\nx\r\n--b--", "multipart/form-data; boundary=b"),
    ],
)
def test_a_form_that_is_none(simulator: Simulator, raw: bytes, kind: str) -> None:
    answer = simulator.http.post(
        f"{simulator.api}/images/edits",
        content=raw,
        headers={"Authorization": f"Bearer {KEY}", "Content-Type": kind},
    )
    assert answer.status_code == 400


@pytest.mark.parametrize(
    ("fault", "options", "error"),
    [
        ("bad_key", {}, openai.AuthenticationError),
        ("out_of_credit", {}, openai.RateLimitError),
        ("rate_limited", {}, openai.RateLimitError),
        ("refused_input", {}, openai.BadRequestError),
        ("refused_output", {}, openai.BadRequestError),
        ("model_gone", {}, openai.NotFoundError),
        ("status", {"status": 403}, openai.PermissionDeniedError),
        ("status", {}, openai.InternalServerError),
        ("html_502", {}, openai.InternalServerError),
        ("reset_before_headers", {}, openai.APIConnectionError),
        ("billed_then_reset", {}, openai.APIConnectionError),
        ("reset_mid_body", {}, openai.APIConnectionError),
    ],
)
def test_faults_of_an_edit_are_the_sdks_own_errors(
    simulator: Simulator,
    client: OpenAI,
    fault: str,
    options: dict[str, Any],
    error: type[Exception],
) -> None:
    simulator.fault(fault, **options)
    with pytest.raises(error):
        client.images.edit(image=_form("a.png", photos.photo()), **ORDER)
    spent = fault in ("refused_output", "billed_then_reset", "reset_mid_body")
    assert len(simulator.billed()) == spent


def test_a_file_object_is_taken_with_its_name(client: OpenAI) -> None:
    file = io.BytesIO(photos.photo())
    file.name = "cat.png"
    assert client.images.edit(image=file, **ORDER).data
