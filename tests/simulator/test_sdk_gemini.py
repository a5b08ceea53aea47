"""Google's own SDK as a client."""

import io
from collections.abc import Iterator

import httpx2
import pytest
from google import genai
from google.genai import errors, types
from PIL import Image

from tests.simulator.conftest import KEY, Simulator

MODEL = "gemini-nano-banana-2.1"
WISH = types.GenerateContentConfig(
    response_modalities=["IMAGE"],
    image_config=types.ImageConfig(aspect_ratio="16:9", image_size="1K"),
    thinking_config=types.ThinkingConfig(thinking_level=types.ThinkingLevel.LOW),
)


def _client(simulator: Simulator, http: httpx2.AsyncClient | None = None) -> genai.Client:
    options = types.HttpOptions(
        base_url=f"{simulator.url}/gemini",
        api_version="v1beta",
        timeout=20_000,
        httpx_async_client=http,
    )
    return genai.Client(api_key=KEY, vertexai=False, http_options=options)


@pytest.fixture
def sdk(simulator: Simulator) -> Iterator[genai.Client]:
    with _client(simulator) as sdk:
        yield sdk


def _size(answer: types.GenerateContentResponse) -> tuple[int, int]:
    (part,) = (part for part in answer.parts or [] if part.inline_data and not part.thought)
    assert part.inline_data is not None
    return Image.open(io.BytesIO(part.inline_data.data or b"")).size


def test_a_picture(simulator: Simulator, sdk: genai.Client) -> None:
    answer = sdk.models.generate_content(model=MODEL, contents="a cat", config=WISH)
    assert _size(answer) == (1376, 768)
    usage = answer.usage_metadata
    assert usage is not None
    assert (usage.candidates_token_count, usage.thoughts_token_count) == (1120, 64)
    assert answer.model_version == MODEL
    assert simulator.invoice()[0]["requestId"] == answer.response_id
    assert simulator.billed() == [34_083]


def test_a_stream(sdk: genai.Client) -> None:
    chunks = list(sdk.models.generate_content_stream(model=MODEL, contents="a cat"))
    assert [bool(chunk.usage_metadata) for chunk in chunks] == [False, True]
    assert _size(chunks[-1]) == (1024, 1024)


async def test_async(simulator: Simulator) -> None:
    async with httpx2.AsyncClient(trust_env=False) as http, _client(simulator, http).aio as sdk:
        answer = await sdk.models.generate_content(model=MODEL, contents="a cat", config=WISH)
        assert _size(answer) == (1376, 768)
        two = types.GenerateContentConfig(candidate_count=2)
        with pytest.raises(errors.ClientError):
            await sdk.models.generate_content(model=MODEL, contents="a cat", config=two)


def test_refusals_are_answers(simulator: Simulator, sdk: genai.Client) -> None:
    blocked = sdk.models.generate_content(model=MODEL, contents="gore")
    assert blocked.prompt_feedback is not None
    assert blocked.prompt_feedback.block_reason == types.BlockedReason.PROHIBITED_CONTENT
    simulator.fault("refused_output", provider="gemini")
    withheld = sdk.models.generate_content(model=MODEL, contents="a cat")
    assert withheld.candidates is not None
    assert withheld.candidates[0].finish_reason == types.FinishReason.IMAGE_SAFETY


def test_models(simulator: Simulator, sdk: genai.Client) -> None:
    assert f"models/{MODEL}" in {model.name for model in sdk.models.list()}
    assert sdk.models.get(model=MODEL).name == f"models/{MODEL}"
    simulator.control("POST", "clock", {"date": "2025-01-12"})
    with pytest.raises(errors.ClientError) as raised:
        sdk.models.get(model=MODEL)
    assert (raised.value.code, raised.value.status) == (404, "NOT_FOUND")


@pytest.mark.parametrize(
    ("fault", "options", "error", "code", "status"),
    [
        ("bad_key", {}, errors.ClientError, 400, "INVALID_ARGUMENT"),
        ("out_of_credit", {}, errors.ClientError, 402, "RESOURCE_EXHAUSTED"),
        ("rate_limited", {}, errors.ClientError, 429, "RESOURCE_EXHAUSTED"),
        ("model_gone", {}, errors.ClientError, 404, "NOT_FOUND"),
        ("status", {}, errors.ServerError, 500, "INTERNAL"),
        ("status", {"status": 503}, errors.ServerError, 503, "UNAVAILABLE"),
    ],
)
def test_errors_are_its_own_classes(
    simulator: Simulator,
    sdk: genai.Client,
    fault: str,
    options: dict[str, int],
    error: type[errors.APIError],
    code: int,
    status: str,
) -> None:
    simulator.fault(fault, provider="gemini", **options)
    with pytest.raises(error) as raised:
        sdk.models.generate_content(model=MODEL, contents="a cat")
    assert (raised.value.code, raised.value.status) == (code, status)
    with pytest.raises(error) as wrapped:
        list(sdk.models.generate_content_stream(model=MODEL, contents="a cat"))
    assert wrapped.value.code == code
    assert len(simulator.requests()) == 2
