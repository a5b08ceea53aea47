"""Together's own SDK as a client."""

import base64
import io
from collections.abc import Iterator

import pytest
import together
from PIL import Image
from together import AsyncTogether, Together

from tests.simulator.conftest import KEY, Simulator

MODEL = "black-forest-labs/FLUX.2-dev"


@pytest.fixture
def sdk(simulator: Simulator) -> Iterator[Together]:
    """It does not retry, so that calls can be counted."""
    url = f"{simulator.url}/together/v1"
    with Together(api_key=KEY, base_url=url, max_retries=0, timeout=20) as sdk:
        yield sdk


def test_base64(simulator: Simulator, sdk: Together) -> None:
    answer = sdk.images.generate(model=MODEL, prompt="a cat", n=2, response_format="base64")
    assert [item.index for item in answer.data] == [0, 1]
    data = base64.b64decode(getattr(answer.data[0], "b64_json"))  # noqa: B009, a union of shapes
    assert Image.open(io.BytesIO(data)).size == (1024, 1024)
    assert simulator.invoice()[0]["requestId"] == answer.id


def test_address(simulator: Simulator, sdk: Together) -> None:
    answer = sdk.images.generate(model=MODEL, prompt="a cat", width=512, height=512)
    url = getattr(answer.data[0], "url")  # noqa: B009, a union of shapes
    found = simulator.http.get(url, follow_redirects=True)
    assert Image.open(io.BytesIO(found.content)).size == (512, 512)


async def test_async(simulator: Simulator) -> None:
    url = f"{simulator.url}/together/v1"
    async with AsyncTogether(api_key=KEY, base_url=url, max_retries=0, timeout=20) as sdk:
        answer = await sdk.images.generate(model=MODEL, prompt="a cat", response_format="base64")
        with pytest.raises(together.BadRequestError):
            await sdk.images.generate(model=MODEL, prompt="a cat", n=9)
    assert answer.object == "list"
    assert simulator.billed() == [15_400]


def test_models(sdk: Together) -> None:
    models = {model.id: model.type for model in sdk.models.list()}
    assert models[MODEL] == "image"


@pytest.mark.parametrize(
    ("fault", "options", "error"),
    [
        ("bad_key", {}, together.AuthenticationError),
        ("out_of_credit", {}, together.APIStatusError),
        ("rate_limited", {}, together.RateLimitError),
        ("refused_input", {}, together.UnprocessableEntityError),
        ("refused_output", {}, together.UnprocessableEntityError),
        ("model_gone", {}, together.BadRequestError),
        ("status", {}, together.InternalServerError),
        ("status", {"status": 403}, together.PermissionDeniedError),
        ("status", {"status": 404}, together.NotFoundError),
        ("status", {"status": 524}, together.InternalServerError),
        ("html_502", {}, together.InternalServerError),
        ("reset_before_headers", {}, together.APIConnectionError),
        ("billed_then_reset", {}, together.APIConnectionError),
    ],
)
def test_errors_are_its_own_classes(
    simulator: Simulator,
    sdk: Together,
    fault: str,
    options: dict[str, int],
    error: type[Exception],
) -> None:
    simulator.fault(fault, provider="together", **options)
    with pytest.raises(error):
        sdk.images.generate(model=MODEL, prompt="a cat")


def test_its_retries_may_buy_twice(simulator: Simulator) -> None:
    simulator.fault("billed_then_reset", provider="together", times=1)
    url = f"{simulator.url}/together/v1"
    with Together(api_key=KEY, base_url=url, max_retries=1, timeout=20) as patient:
        patient.images.generate(model=MODEL, prompt="a cat")
    assert simulator.billed() == [15_400, 15_400]
