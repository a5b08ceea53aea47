"""Replicate's strictness, prices and listings."""

import math
from typing import Any

import pytest

from aquatint_simulator.replicate.metering import owed, predict_seconds
from aquatint_simulator.replicate.models import find, table
from aquatint_simulator.replicate.order import read_order
from aquatint_simulator.world import PRICES_AS_OF
from tests.simulator.conftest import KEY, Simulator
from tests.simulator.test_replicate import BFL, SDXL, WAIT

LIGHTNING = "5599ed30703defd1d160a25a63321b4dec97101d98b4674bcc56e41f62f35637"
REALISTIC = "2c8e954decbf70b7607a4414e5785ef9e4de4b8c51d50fb8b8b349160e0ef6bb"


@pytest.mark.parametrize("value", ["4s", "soon", "", "-1m", "0h"])
def test_bad_cancel_after(simulator: Simulator, value: str) -> None:
    answer = simulator.replicate(headers={"Cancel-After": value})
    assert answer.status_code == 422
    assert "Cancel-After" in answer.json()["detail"]


@pytest.mark.parametrize("value", ["wait=0", "wait=61", "wait=x", "hurry"])
def test_bad_preferences(simulator: Simulator, value: str) -> None:
    assert simulator.replicate(headers={"Prefer": value}).status_code == 422


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"prompt": ""}, "prompt is required"),
        ({"prompt": None}, "Expected: string"),
        ({"width": 1024}, "width is not allowed"),
        ({"num_outputs": 5}, "less than or equal to 4"),
        ({"num_outputs": "1"}, "Expected: integer"),
        ({"go_fast": 1}, "Expected: boolean"),
        ({"aspect_ratio": "2:1"}, "must be one of"),
        ({"output_format": "jpeg"}, "must be one of"),
        ({"megapixels": 1}, "Expected: string"),
        ({"model": f"{BFL}/flux-2-dev", "aspect_ratio": "custom", "width": 1000}, "multiple of 32"),
        ({"model": f"{BFL}/flux-kontext-dev"}, "input_image is required"),
        ({"model": "recraft-ai/recraft-v3", "size": "1000x1024"}, "greater than or equal to 1024"),
        ({"model": "recraft-ai/recraft-v3", "size": "large"}, "Expected a size"),
        ({"version": SDXL, "num_inference_steps": 501}, "less than or equal to 500"),
    ],
)
def test_inputs_are_held_to_the_schema(
    simulator: Simulator, given: dict[str, Any], words: str
) -> None:
    answer = simulator.replicate(**given)
    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"
    assert words in answer.json()["detail"]
    assert simulator.invoice() == []


@pytest.mark.parametrize(
    ("call", "status"),
    [
        ({"version": SDXL}, 201),
        ({"version": f"stability-ai/sdxl:{SDXL}"}, 201),
        ({"version": f"acme/sdxl:{SDXL}"}, 422),
        ({"version": f"{BFL}/flux-schnell"}, 201),
        ({"version": "stability-ai/sdxl"}, 422),
        ({"version": "stability-ai/sdxl:latest"}, 422),
        ({"version": "0" * 64}, 422),
        ({"model": "stability-ai/sdxl"}, 404),
        ({"model": "acme/unheard-of"}, 404),
    ],
)
def test_versions_and_names(simulator: Simulator, call: dict[str, Any], status: int) -> None:
    assert simulator.replicate(**call).status_code == status


@pytest.mark.parametrize(
    ("day", "call", "micro"),
    [
        ("2025-01-12", {"version": SDXL}, 2_500),
        ("2025-01-12", {"version": REALISTIC}, 1_800),
        ("2025-11-30", {"version": SDXL, "num_outputs": 2}, 5_000),
        ("2025-12-01", {"version": SDXL}, 4_388),
        ("2026-11-22", {"version": REALISTIC}, 1_950),
        ("2026-11-22", {"version": LIGHTNING}, 1_365),
        ("2026-11-22", {"version": SDXL, "num_inference_steps": 25}, 2_194),
        ("2026-11-22", {"model": f"{BFL}/flux-1.1-pro-ultra"}, 60_000),
        ("2026-11-22", {"model": f"{BFL}/flux-1.1-pro"}, 40_000),
        ("2026-11-22", {"model": f"{BFL}/flux-2-dev"}, 14_000),
        ("2026-11-22", {"model": f"{BFL}/flux-2-dev", "go_fast": True}, 12_000),
        ("2026-11-22", {"model": f"{BFL}/flux-2-pro"}, 30_000),
        ("2026-11-22", {"model": f"{BFL}/flux-2-pro", "resolution": "4 MP"}, 75_000),
        ("2026-11-22", {"model": "google/nano-banana-pro", "resolution": "2K"}, 150_000),
        ("2026-11-22", {"num_outputs": 4}, 12_000),
    ],
)
def test_prices_by_date(
    simulator: Simulator, day: str | None, call: dict[str, Any], micro: int
) -> None:
    simulator.control("POST", "clock", {"date": day})
    answer = simulator.replicate(headers=WAIT, **call)
    assert answer.status_code == 201, answer.text
    assert simulator.billed() == [micro]


ESTIMATES = {
    f"{BFL}/flux-dev": 0.025,
    f"{BFL}/flux-kontext-pro": 0.04,
    f"{BFL}/flux-kontext-max": 0.08,
    f"{BFL}/flux-2-klein-4b": 0.001,
    f"{BFL}/flux-2-klein-9b-base": 0.011,
    "ideogram-ai/ideogram-v3-quality": 0.09,
    "recraft-ai/recraft-v3": 0.04,
    "google/nano-banana": 0.039,
    "google/imagen-4": 0.04,
    "stability-ai/stable-diffusion-3.5-large": 0.065,
    "stability-ai/sdxl": 0.004387,
}


@pytest.mark.parametrize("name", ESTIMATES)
def test_a_square_megapixel_costs_what_is_published(name: str) -> None:
    order = read_order(table()[name], {"prompt": "a cat"})
    assert (order.width, order.height) == (1024, 1024)
    micro = owed(order, predict_seconds(order), PRICES_AS_OF)
    assert math.isclose(micro, ESTIMATES[name] * 1e6, abs_tol=1.5)


def test_models_run_by_the_clock(simulator: Simulator) -> None:
    simulator.control("POST", "clock", {"date": "2025-01-12"})
    assert simulator.replicate().status_code == 404
    assert simulator.replicate(version=LIGHTNING).status_code == 422
    assert simulator.replicate(version=SDXL).status_code == 201
    assert find(f"{BFL}/flux-schnell", None) is not None


def test_the_account_models_and_hardware(simulator: Simulator) -> None:
    def get(path: str, key: str = KEY) -> Any:
        headers = {"Authorization": f"Token {key}"}  # the old form
        return simulator.http.get(f"{simulator.url}/replicate/v1/{path}", headers=headers)

    assert get("account").json()["username"] == "aquatint"
    assert get("account", "invalid").json() == {
        "title": "Unauthenticated",
        "detail": "You did not pass a valid authentication token",
        "status": 401,
    }
    assert {"sku": "gpu-l40s", "name": "Nvidia L40S GPU"} in get("hardware").json()
    model = get("models/stability-ai/sdxl").json()
    schema = model["latest_version"]["openapi_schema"]["components"]["schemas"]["Input"]
    assert (model["is_official"], model["latest_version"]["id"]) == (False, SDXL)
    assert schema["properties"]["num_inference_steps"]["maximum"] == 500
    assert get("models/acme/none").json()["status"] == 404
    assert get("predictions/none").status_code == get("elsewhere").status_code == 404
    id_ = simulator.replicate().json()["id"]
    assert [each["id"] for each in get("predictions").json()["results"]] == [id_]
