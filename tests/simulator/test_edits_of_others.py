"""Images from images at Gemini, Together and Replicate, by their own SDKs; and their uploads."""

import base64
import io
from typing import Any

import httpx2
import pytest
import together
from google import genai
from google.genai import errors, types
from PIL import Image
from replicate.client import Client
from replicate.exceptions import ModelError
from together import Together

from tests.simulator import photos
from tests.simulator.conftest import KEY, Simulator
from tests.simulator.test_replicate import BFL, SDXL, WAIT

NANO = "gemini-nano-banana-2.1"
KONTEXT = "black-forest-labs/FLUX.1-kontext-pro"
FLUX = "black-forest-labs/FLUX.2-dev"


# ---------------------------------------------------------------- Gemini


def _picture(answer: types.GenerateContentResponse) -> Image.Image:
    (part,) = (part for part in answer.parts or [] if part.inline_data and not part.thought)
    assert part.inline_data is not None
    return photos.opened(part.inline_data.data or b"")


def test_gemini_bills_each_picture_and_follows_the_first_ones_shape(
    simulator: Simulator, gemini_sdk: genai.Client
) -> None:
    part = types.Part.from_bytes(data=photos.photo(1600, 900), mime_type="image/png")
    wish: list[types.PartUnionDict] = ["a cat", part, part]
    config = types.GenerateContentConfig(response_modalities=["IMAGE"])
    answer = gemini_sdk.models.generate_content(model=NANO, contents=wish, config=config)
    assert _picture(answer).size == (1376, 768)
    assert answer.usage_metadata is not None
    assert answer.usage_metadata.prompt_token_count == 2 + 2 * 258
    # 518 tokens in at $1.50 and an image of 1,120 at $30 per million
    assert simulator.billed() == [777 + 33_600]


def test_gemini_edits_what_it_made_before(simulator: Simulator, gemini_sdk: genai.Client) -> None:
    first = gemini_sdk.models.generate_content(model=NANO, contents="a cat")
    assert first.candidates is not None
    assert first.candidates[0].content is not None
    talk = [
        types.Content(role="user", parts=[types.Part(text="a cat")]),
        first.candidates[0].content,
        types.Content(role="user", parts=[types.Part(text="now in winter")]),
    ]
    answer = gemini_sdk.models.generate_content(model=NANO, contents=talk)
    assert _picture(answer).tobytes() != _picture(first).tobytes()
    assert answer.usage_metadata is not None
    details = answer.usage_metadata.prompt_tokens_details or []
    assert {each.modality: each.token_count for each in details}[types.MediaModality.IMAGE] == 258
    assert len(simulator.billed()) == 2


def test_gemini_files(simulator: Simulator, gemini_sdk: genai.Client) -> None:
    upload = types.UploadFileConfig(mime_type="image/png", display_name="a cat")
    file = gemini_sdk.files.upload(file=io.BytesIO(photos.photo()), config=upload)
    assert file.name is not None
    assert (file.mime_type, file.size_bytes) == ("image/png", len(photos.photo()))
    assert file.state == types.FileState.ACTIVE
    assert [each.name for each in gemini_sdk.files.list()] == [file.name]
    assert gemini_sdk.files.get(name=file.name).uri == file.uri
    wish: list[types.PartUnionDict] = ["a cat", file]
    answer = gemini_sdk.models.generate_content(model=NANO, contents=wish)
    assert _picture(answer).size == (1024, 1024)
    gemini_sdk.files.delete(name=file.name)
    with pytest.raises(errors.ClientError) as raised:
        gemini_sdk.models.generate_content(model=NANO, contents=wish)
    assert (raised.value.code, raised.value.status) == (403, "PERMISSION_DENIED")
    assert len(simulator.billed()) == 1


def test_gemini_files_last_two_days(simulator: Simulator, gemini_sdk: genai.Client) -> None:
    upload = types.UploadFileConfig(mime_type="image/png", name="cat")
    file = gemini_sdk.files.upload(file=io.BytesIO(photos.photo()), config=upload)
    assert file.name == "files/cat"
    simulator.control("POST", "clock", {"advanceSeconds": 48 * 3600 + 1})
    with pytest.raises(errors.ClientError):
        gemini_sdk.files.get(name=file.name)


def test_gemini_takes_an_upload_in_chunks(simulator: Simulator) -> None:
    headers = {"x-goog-api-key": KEY, "X-Goog-Upload-Protocol": "resumable"}
    url = f"{simulator.url}/gemini/upload/v1beta/files"
    where = simulator.http.post(url, json={}, headers=headers).headers["x-goog-upload-url"]
    told: list[str] = []
    answer = httpx2.Response(500)
    for chunk, command in ((b"\x89PNG", "upload"), (b"\0rest", "upload, finalize")):
        both = {**headers, "X-Goog-Upload-Command": command}
        answer = simulator.http.post(where, content=chunk, headers=both)
        told.append(answer.headers["x-goog-upload-status"])
    assert told == ["active", "final"]
    assert answer.json()["file"]["sizeBytes"] == "9"
    assert simulator.http.post(where, content=b"", headers=headers).status_code == 404
    plain = simulator.http.post(url, json={}, headers={"x-goog-api-key": KEY})
    assert plain.status_code == 400


@pytest.mark.parametrize(
    "part",
    [
        {"inlineData": {"mimeType": "image/png", "data": "!"}},
        {"inlineData": {"mimeType": "image/png", "data": "AAAA"}},
        {"inlineData": {"mimeType": "image/png"}},
        {"inline_data": "AAAA"},
        {"fileData": {"fileUri": "nowhere"}},
    ],
)
def test_gemini_takes_no_part_that_is_no_picture(
    simulator: Simulator, part: dict[str, Any]
) -> None:
    answer = simulator.http.post(
        f"{simulator.url}/gemini/v1beta/models/{NANO}:generateContent",
        json={"contents": [{"parts": [{"text": "a cat"}, part]}]},
        headers={"x-goog-api-key": KEY},
    )
    assert (answer.status_code, answer.json()["error"]["status"]) == (400, "INVALID_ARGUMENT")
    assert simulator.invoice() == []


# ---------------------------------------------------------------- Together


@pytest.mark.parametrize(
    ("model", "name", "micro"),
    [(KONTEXT, "image_url", 41_944), (FLUX, "reference_images", 15_400)],
)
def test_together_works_from_a_picture(
    simulator: Simulator, together_sdk: Together, model: str, name: str, micro: int
) -> None:
    def made(data: bytes) -> bytes:
        uri = photos.data_uri(data)
        given: dict[str, Any] = {name: uri if name == "image_url" else [uri]}
        answer = together_sdk.images.generate(
            model=model, prompt="a cat", response_format="base64", **given
        )
        return base64.b64decode(getattr(answer.data[0], "b64_json"))  # noqa: B009, a union

    assert made(photos.photo()) != made(photos.photo(colour=photos.BLUE))
    assert simulator.billed() == [micro] * 2


def test_together_works_on_from_its_own_address(
    simulator: Simulator, together_sdk: Together
) -> None:
    first = together_sdk.images.generate(model=FLUX, prompt="a cat")
    url = getattr(first.data[0], "url")  # noqa: B009, a union of shapes
    assert together_sdk.images.generate(model=KONTEXT, prompt="in snow", image_url=url).data
    simulator.control("POST", "clock", {"advanceSeconds": 3601})
    with pytest.raises(together.BadRequestError):
        together_sdk.images.generate(model=KONTEXT, prompt="in snow", image_url=url)


@pytest.mark.parametrize("url", ["data:image/png;base64,AAAA", "data:", "cat.png"])
def test_together_takes_no_picture_that_is_none(together_sdk: Together, url: str) -> None:
    with pytest.raises(together.BadRequestError, match="Failed to load the input image"):
        together_sdk.images.generate(model=KONTEXT, prompt="a cat", image_url=url)


# ---------------------------------------------------------------- Replicate


def test_replicate_paints_where_the_mask_is_white(
    simulator: Simulator, replicate_sdk: Client
) -> None:
    given = {
        "prompt": "a forest",
        "image": photos.data_uri(photos.photo()),
        "mask": photos.data_uri(photos.white_left()),
    }
    output = replicate_sdk.run(f"stability-ai/sdxl:{SDXL}", input=given)
    assert isinstance(output, list)
    left, right = photos.kept(photos.opened(output[0].read()))
    assert (left < 0.01, right) == (True, 1)
    assert simulator.billed() == [4_388]


def test_replicate_files(simulator: Simulator, replicate_sdk: Client) -> None:
    stream = io.BytesIO(photos.photo(1600, 900))
    stream.name = "cat.png"
    file = replicate_sdk.files.create(stream, metadata={"of": "a cat"})
    assert (file.content_type, file.size) == ("image/png", len(stream.getvalue()))
    assert file.metadata == {"of": "a cat"}
    assert [each.id for each in replicate_sdk.files.list()] == [file.id]
    given = {"prompt": "in snow", "input_image": file.urls["get"], "output_format": "png"}
    output = replicate_sdk.run(f"{BFL}/flux-kontext-pro", input=given)
    assert photos.opened(simulator.http.get(str(output)).content).size == (1344, 768)
    assert replicate_sdk.files.delete(file.id)
    with pytest.raises(ModelError, match="Not Found"):
        replicate_sdk.run(f"{BFL}/flux-kontext-pro", input=given)
    assert simulator.billed() == [40_000]


async def test_replicate_files_async(simulator: Simulator, replicate_sdk: Client) -> None:
    file = await replicate_sdk.files.async_create(io.BytesIO(photos.photo()), filename="a.png")
    assert (await replicate_sdk.files.async_get(file.id)).checksums == file.checksums
    simulator.control("POST", "clock", {"advanceSeconds": 24 * 3600 + 1})
    assert await replicate_sdk.files.async_list() == []
    await replicate_sdk._async_client.aclose()


@pytest.mark.parametrize(
    ("form", "status"),
    [({"metadata": (None, b"{}")}, 422), ({"content": b"x", "metadata": (None, b"[]")}, 422)],
)
def test_replicate_files_that_are_none(
    simulator: Simulator, form: dict[str, Any], status: int
) -> None:
    answer = simulator.http.post(
        f"{simulator.url}/replicate/v1/files",
        files=form,
        headers={"Authorization": f"Bearer {KEY}"},
    )
    assert answer.status_code == status


def test_a_picture_that_is_none_fails_the_run_and_not_the_call(simulator: Simulator) -> None:
    answer = simulator.replicate(
        model=f"{BFL}/flux-dev", image="data:image/png;base64,AAAA", headers=WAIT
    )
    assert answer.status_code == 201
    assert answer.json()["status"] == "failed"
    assert "cannot identify image file" in answer.json()["error"]
    assert simulator.invoice() == []


def test_replicate_bills_the_megapixels_that_go_in(simulator: Simulator) -> None:
    """A run, one begun megapixel in for each picture, and one out."""
    pictures = [photos.data_uri(photos.photo(800, 800)), photos.data_uri(photos.photo(1200, 1200))]
    given: dict[str, Any] = {"input_images": pictures, "aspect_ratio": "1:1"}
    answer = simulator.replicate(model=f"{BFL}/flux-2-pro", headers=WAIT, **given)
    assert answer.status_code == 201, answer.text
    assert simulator.billed() == [15_000 + 3 * 15_000 + 15_000]
