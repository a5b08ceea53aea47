"""Replicate's own SDK as a client."""

import io
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from PIL import Image
from replicate.client import Client
from replicate.exceptions import ModelError, ReplicateError

from tests.simulator.conftest import KEY, Simulator
from tests.simulator.test_replicate import SDXL

SCHNELL = "black-forest-labs/flux-schnell"
ONE = {"prompt": "a cat"}


@pytest.fixture
def sdk(simulator: Simulator) -> Iterator[Client]:
    """It has no way to close its connections, but its inner client has."""
    sdk = Client(api_token=KEY, base_url=f"{simulator.url}/replicate", timeout=httpx.Timeout(20))
    sdk.poll_interval = 0.01
    yield sdk
    sdk._client.close()


def _size(simulator: Simulator, output: Any) -> tuple[int, int]:
    """Of the picture at an address; the SDK makes files of HTTPS and data URIs alone."""
    return Image.open(io.BytesIO(simulator.http.get(output).content)).size


def test_run_waits_for_an_official_model(simulator: Simulator, sdk: Client) -> None:
    output = sdk.run(SCHNELL, input={**ONE, "num_outputs": 2, "output_format": "png"})
    assert isinstance(output, list)
    assert [_size(simulator, each) for each in output] == [(1024, 1024)] * 2
    assert simulator.billed() == [6_000]


def test_run_of_a_version_gets_data_uris(simulator: Simulator, sdk: Client) -> None:
    output = sdk.run(f"stability-ai/sdxl:{SDXL}", input={**ONE, "width": 512})
    assert isinstance(output, list)
    assert output[0].url.startswith("data:image/png;base64,")
    assert Image.open(io.BytesIO(output[0].read())).size == (512, 1024)
    # The one answer was enough; what it asks for besides is the schema of the output.
    assert [seen["method"] for seen in simulator.requests()] == ["POST", "GET"]
    assert simulator.requests()[1]["path"].endswith(f"/models/stability-ai/sdxl/versions/{SDXL}")


def test_run_polls_when_it_does_not_wait(simulator: Simulator, sdk: Client) -> None:
    simulator.control("POST", "latency", {"provider": "replicate", "ms": 100})
    output = sdk.run("black-forest-labs/flux-1.1-pro", input=ONE, wait=False)
    assert _size(simulator, output) == (1024, 1024)
    assert len(simulator.requests()) > 2


def test_create_progress_and_cancel(simulator: Simulator, sdk: Client) -> None:
    simulator.fault("stuck_processing", provider="replicate")
    prediction = sdk.predictions.create(version=SDXL, input=ONE)
    while prediction.status == "starting":
        prediction.reload()
    assert prediction.progress is not None
    assert prediction.progress.total == 50
    prediction.cancel()
    prediction.wait()
    assert prediction.status == "canceled"
    assert sdk.predictions.get(prediction.id).output is None
    assert [each.id for each in sdk.predictions.list()] == [prediction.id]


async def test_async(simulator: Simulator, sdk: Client) -> None:
    output = await sdk.async_run(SCHNELL, input=ONE)
    assert isinstance(output, list)
    assert _size(simulator, output[0]) == (1024, 1024)
    prediction = await sdk.models.predictions.async_create(SCHNELL, input=ONE)
    await prediction.async_wait()
    assert prediction.status == "succeeded"
    with pytest.raises(ReplicateError):
        await sdk.async_run(SCHNELL, input={"size": "1024x1024"})
    await sdk._async_client.aclose()
    assert simulator.billed() == [3_000] * 2


def test_a_failed_prediction_is_a_model_error(simulator: Simulator, sdk: Client) -> None:
    simulator.fault("refused_output", provider="replicate")
    with pytest.raises(ModelError, match="NSFW content detected"):
        sdk.run(SCHNELL, input=ONE)


def test_models_and_hardware(sdk: Client) -> None:
    model = sdk.models.get("stability-ai/sdxl")
    assert model.latest_version is not None
    assert model.latest_version.id == SDXL
    assert "gpu-l40s" in {each.sku for each in sdk.hardware.list()}
    assert sdk.accounts.current().username == "aquatint"


@pytest.mark.parametrize(
    ("fault", "status", "words"),
    [
        ("bad_key", 401, "You did not pass a valid authentication token"),
        ("out_of_credit", 402, "insufficient credit"),
        ("rate_limited", 429, "Your rate limit resets in ~30s."),
        ("model_gone", 404, "could not be found"),
        ("status", 500, "unexpected error"),
    ],
)
def test_errors_are_its_own_class(
    simulator: Simulator, sdk: Client, fault: str, status: int, words: str
) -> None:
    simulator.fault(fault, provider="replicate")
    with pytest.raises(ReplicateError, match=words) as raised:
        sdk.run(SCHNELL, input=ONE)
    assert raised.value.status == status
    assert len(simulator.requests()) == 1
