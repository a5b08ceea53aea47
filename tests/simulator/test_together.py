"""Together as it is played: shapes, strictness, prices, addresses."""

import base64
import io
import math
from typing import Any

import pytest
from PIL import Image

from aquatint_simulator.together.models import Model, owed, table
from aquatint_simulator.world import PRICES_AS_OF
from tests.simulator.conftest import KEY, Simulator

DEV = "black-forest-labs/FLUX.2-dev"
SCHNELL = "black-forest-labs/FLUX.1-schnell"
SDXL = "stabilityai/stable-diffusion-xl-base-1.0"
GOOGLE = "google/flash-image-3.1"


def _image(data: bytes) -> Image.Image:
    image = Image.open(io.BytesIO(data))
    image.load()
    return image


def test_an_answer_has_the_recorded_shape(simulator: Simulator) -> None:
    answer = simulator.together(n=2)
    document = answer.json()
    assert list(document) == ["id", "model", "object", "data"]
    assert (document["model"], document["object"]) == (DEV, "list")
    assert [list(item) for item in document["data"]] == [["timings", "index", "b64_json"]] * 2
    assert document["id"] == answer.headers["cf-ray"]
    assert answer.text.startswith('{\n  "id"')
    image = _image(base64.b64decode(document["data"][0]["b64_json"]))
    assert (image.format, image.size) == ("JPEG", (1024, 1024))


def test_a_good_answer_tells_to_retry_after(simulator: Simulator) -> None:
    answer = simulator.together()
    assert (answer.status_code, answer.headers["retry-after"]) == (200, "2")
    assert answer.headers["x-ratelimit-reset"] == "2"


def test_an_invoice_line_names_the_answer(simulator: Simulator) -> None:
    answer = simulator.together(n=3)
    assert simulator.invoice() == [
        {
            "provider": "together",
            "model": DEV,
            "requestId": answer.json()["id"],
            "microUsd": 46_200,
            "images": 3,
        }
    ]


def test_an_address_leads_on_to_the_picture(simulator: Simulator) -> None:
    document = simulator.together(response_format="url", output_format="png").json()
    url = document["data"][0]["url"]
    assert url.startswith(f"{simulator.url}/together/shrt/")
    led = simulator.http.get(url)
    assert led.status_code == 302
    found = simulator.http.get(led.headers["location"])
    assert (found.status_code, _image(found.content).format) == (200, "PNG")


def test_the_file_server_turns_nameless_callers_away(simulator: Simulator) -> None:
    url = simulator.together(response_format="url").json()["data"][0]["url"]
    target = simulator.http.get(url).headers["location"]
    assert simulator.http.get(target, headers={"User-Agent": ""}).status_code == 403
    assert simulator.http.get(target).status_code == 200
    assert simulator.http.get(f"{simulator.url}/together/shrt/none").status_code == 404


def test_pictures_repeat_for_the_same_seed(simulator: Simulator) -> None:
    first, again, other = (
        simulator.together(seed=seed).json()["data"][0]["b64_json"] for seed in (5, 5, 6)
    )
    assert first == again != other


@pytest.mark.parametrize(
    ("body", "size"),
    [
        ({"width": 1536, "height": 640}, (1536, 640)),
        ({"model": SCHNELL, "aspect_ratio": "16:9"}, (1344, 768)),
        ({"model": SCHNELL, "aspect_ratio": "16:9", "width": 512, "height": 512}, (512, 512)),
        ({"size": "512x512"}, (1024, 1024)),  # Together does not know it, and says nothing
        ({"model": "ByteDance/Seedream-5.0-lite"}, (2048, 2048)),
        ({"model": GOOGLE, "width": 1376, "height": 768}, (1376, 768)),
    ],
)
def test_sizes(simulator: Simulator, body: dict[str, Any], size: tuple[int, int]) -> None:
    answer = simulator.together(**body)
    assert answer.status_code == 200, answer.text
    assert _image(base64.b64decode(answer.json()["data"][0]["b64_json"])).size == size


@pytest.mark.parametrize(
    ("body", "param"),
    [
        ({"prompt": None}, "prompt"),
        ({"prompt": ""}, "prompt"),
        ({"prompt": "x" * 10_001}, "prompt"),
        ({"model": ""}, "model"),
        ({"n": 5}, "n"),
        ({"n": 0}, "n"),
        ({"n": "1"}, "n"),
        ({"n": True}, "n"),
        ({"width": 1000, "height": 1001}, "width"),
        ({"width": 64}, "width"),
        ({"height": 4096}, "height"),
        ({"steps": 51}, "steps"),
        ({"steps": None}, "steps"),
        ({"model": "black-forest-labs/FLUX.2-pro", "steps": 4}, "steps"),
        ({"guidance": 11}, "guidance"),
        ({"guidance_scale": 3}, "guidance_scale"),
        ({"aspect_ratio": "1:1"}, "aspect_ratio"),
        ({"model": SCHNELL, "aspect_ratio": "2:1"}, "aspect_ratio"),
        ({"model": SCHNELL, "steps": 13}, "steps"),
        ({"response_format": "png"}, "response_format"),
        ({"output_format": "webp"}, "output_format"),
        ({"strength": 0.7}, "strength"),
        ({"model": GOOGLE, "n": 1}, "n"),
        ({"model": GOOGLE, "width": 1000, "height": 300}, "width"),
        ({"model": "google/imagen-4.0-fast", "width": 512, "height": 512}, "width"),
        ({"model": "black-forest-labs/FLUX.1-kontext-pro"}, "image_url"),
    ],
)
def test_what_does_not_fit_is_refused(
    simulator: Simulator, body: dict[str, Any], param: str
) -> None:
    answer = simulator.together(**body)
    document = answer.json()
    assert (answer.status_code, document["error"]["param"]) == (400, param)
    assert list(document["error"]) == ["message", "type", "param", "code"]
    assert simulator.invoice() == []


def test_the_recorded_range_error(simulator: Simulator) -> None:
    error = simulator.together(model=SCHNELL, steps=13).json()["error"]
    assert error["message"] == "steps must be between 1 and 12"
    assert error["type"] == "invalid_request_error"


def test_a_prompt_against_the_rules(simulator: Simulator) -> None:
    answer = simulator.together(prompt="gore")
    assert answer.json()["error"]["code"] == "content_policy_violation"
    assert simulator.invoice() == []


@pytest.mark.parametrize(
    ("day", "body", "micro"),
    [
        # the specification's prices on its own day
        ("2025-01-12", {"model": SDXL}, 3_000),
        ("2025-01-12", {"model": "stabilityai/stable-diffusion-2-1", "width": 512}, 1_000),
        ("2025-01-12", {"model": "playgroundai/playground-v2.5-1024px-aesthetic"}, 2_000),
        ("2025-11-30", {"model": SDXL, "n": 2}, 6_000),
        # Together's own afterwards
        ("2025-12-01", {"model": SDXL}, 1_993),
        ("2026-11-22", {"model": "black-forest-labs/FLUX.2-max"}, 73_401),
        ("2026-11-22", {"model": "black-forest-labs/FLUX.2-pro"}, 30_000),
        ("2026-11-22", {"model": DEV}, 15_400),
        ("2026-11-22", {"model": "Rundiffusion/Juggernaut-Lightning-Flux"}, 1_783),
        ("2026-11-22", {"model": SCHNELL, "steps": 2}, 2_832),
        ("2026-11-22", {"model": SCHNELL, "steps": 8}, 5_663),
        ("2026-11-22", {"model": "prunaai/p-image-ideogram", "n": 4}, 9_000),
        ("2026-11-22", {"model": GOOGLE, "width": 512, "height": 512}, 46_570),
        ("2026-11-22", {"model": GOOGLE, "width": 2752, "height": 1536}, 101_000),
        ("2026-11-22", {"model": GOOGLE, "reference_images": ["https://a.b/c"]}, 67_280),
        # without a date: the last known price
        (None, {"model": "stabilityai/stable-diffusion-2-1"}, 1_000),
        (None, {"model": "black-forest-labs/FLUX.1-dev"}, 26_215),
        (None, {"model": "black-forest-labs/FLUX.1-schnell-Free"}, 0),
    ],
)
def test_prices_by_date(
    simulator: Simulator, day: str | None, body: dict[str, Any], micro: int
) -> None:
    simulator.control("POST", "clock", {"date": day})
    answer = simulator.together(**body)
    assert answer.status_code == 200, answer.text
    assert simulator.billed() == [micro]


ESTIMATES = {  # of one square megapixel, as published tables have it
    "black-forest-labs/FLUX.1-schnell": 0.002831,
    "black-forest-labs/FLUX.1.1-pro": 0.041943,
    "black-forest-labs/FLUX.1-kontext-max": 0.083886,
    "black-forest-labs/FLUX.2-flex": 0.03,
    "black-forest-labs/FLUX.2-max": 0.0734,
    "Qwen/Qwen-Image": 0.006082,
    "Qwen/Qwen-Image-2.0": 0.035,
    "Qwen/Qwen-Image-2.0-Pro": 0.075,
    "ByteDance-Seed/Seedream-3.0": 0.018874,
    "ByteDance-Seed/Seedream-4.0": 0.031457,
    "RunDiffusion/Juggernaut-pro-flux": 0.005138,
    "Rundiffusion/Juggernaut-Lightning-Flux": 0.001783,
    "Wan-AI/Wan2.6-image": 0.03,
    "ideogram/ideogram-3.0": 0.062915,
    "ideogram/ideogram-4.0": 0.06,
    "openai/gpt-image-1.5": 0.034,
    "openai/gpt-image-2": 0.053,
    "google/flash-image-2.5": 0.039,
    "google/flash-image-3.1": 0.067,
    "google/gemini-3-pro-image": 0.134,
    "google/imagen-4.0-ultra": 0.06,
    "HiDream-ai/HiDream-I1-Dev": 0.004719,
    "Lykon/DreamShaper": 0.000629,
    SDXL: 0.001992,
}


@pytest.mark.parametrize("name", ESTIMATES)
def test_a_square_megapixel_costs_what_is_published(name: str) -> None:
    model: Model = table()[name]
    micro = owed(model, PRICES_AS_OF, width=1024, height=1024)
    assert math.isclose(micro, ESTIMATES[name] * 1e6, abs_tol=1.5)


@pytest.mark.parametrize(
    ("day", "model", "status", "code"),
    [
        ("2025-01-12", DEV, 400, "model_not_available"),
        ("2025-11-30", "stabilityai/stable-diffusion-2-1", 400, "model_not_available"),
        ("2025-11-29", "stabilityai/stable-diffusion-2-1", 200, None),
        ("2026-11-30", "openai/gpt-image-1.5", 200, None),
        ("2026-12-01", "openai/gpt-image-1.5", 400, "model_not_available"),
        (None, "openai/gpt-image-1.5", 200, None),
        (None, "acme/unheard-of", 404, "model_not_found"),
    ],
)
def test_models_answer_by_the_clock(
    simulator: Simulator, day: str | None, model: str, status: int, code: str | None
) -> None:
    simulator.control("POST", "clock", {"date": day})
    answer = simulator.together(model=model)
    assert answer.status_code == status
    assert answer.json().get("error", {}).get("code") == code


def test_the_models_of_a_day(simulator: Simulator) -> None:
    simulator.control("POST", "clock", {"date": "2025-01-12"})
    headers = {"Authorization": f"Bearer {KEY}"}
    models = simulator.http.get(f"{simulator.url}/together/v1/models", headers=headers).json()
    assert {model["id"] for model in models} == {
        SDXL,
        "stabilityai/stable-diffusion-2-1",
        "playgroundai/playground-v2.5-1024px-aesthetic",
    }
    assert {model["type"] for model in models} == {"image"}


def test_keys_and_places(simulator: Simulator) -> None:
    bad = simulator.together(key="invalid-key")
    assert (bad.status_code, bad.json()["error"]["code"]) == (401, "invalid_api_key")
    url = f"{simulator.url}/together/v1/images/generations"
    assert simulator.http.post(url, json={}).status_code == 401
    headers = {"Authorization": f"Bearer {KEY}"}
    assert simulator.http.post(url, content=b"[", headers=headers).status_code == 400
    lost = simulator.http.post(f"{simulator.url}/together/v1/videos", headers=headers)
    assert lost.status_code == 404
    assert [seen["provider"] for seen in simulator.requests()] == ["together"] * 4
