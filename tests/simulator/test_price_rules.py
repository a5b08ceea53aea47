"""Every price rule of every provider against a figure that its price list or a recording has."""

from typing import Any

import pytest

from aquatint_simulator.openai.input_tokens import input_tokens, patches
from aquatint_simulator.openai.models import table
from aquatint_simulator.pictures.photo import look
from tests.simulator import photos
from tests.simulator.conftest import KEY, Simulator
from tests.simulator.test_replicate import BFL, SDXL, WAIT

CAT = 2  # tokens of "a cat"

OPENAI = [
    # tokens, in dollars per million: text in, image in, image out
    ({"model": "gpt-image-2.6-flare", "quality": "high"}, CAT * 5 + 1756 * 30),
    ({"model": "gpt-image-2.5-sunburst", "quality": "max"}, CAT * 5 + 7024 * 30),
    ({"model": "gpt-image-2", "quality": "medium"}, CAT * 5 + 1756 * 30),
    # text that is made besides, at $10
    ({"model": "gpt-image-1.5", "quality": "low"}, CAT * 5 + 272 * 32 + 143 * 10),
    ({"model": "chatgpt-image-latest", "quality": "medium"}, CAT * 5 + 1056 * 32 + 308 * 10),
    ({"model": "gpt-image-1-mini", "quality": "low"}, CAT * 2 + 272 * 8),
    ({"model": "gpt-image-1", "quality": "high"}, CAT * 5 + 4160 * 40),
    # a quality chosen by the model
    ({"model": "gpt-image-2.5-flare", "quality": "auto"}, CAT * 5 + 439 * 30),
    # dollars per image
    ({"model": "dall-e-3", "quality": "standard"}, 40_000),
    ({"model": "dall-e-3", "quality": "hd"}, 80_000),
    ({"model": "dall-e-3", "quality": "hd", "size": "1792x1024"}, 120_000),
    ({"model": "dall-e-2", "size": "256x256"}, 16_000),
    ({"model": "dall-e-2", "size": "512x512"}, 18_000),
    ({"model": "dall-e-2", "size": "1024x1024", "n": 3}, 60_000),
]

# 1024x1024 is 1.048576 megapixels at Together, and one at Replicate.
TOGETHER = [
    # per image
    ({"model": "black-forest-labs/FLUX.2-dev"}, 15_400),
    ({"model": "prunaai/p-image-ideogram", "n": 2}, 4_500),
    # per million pixels, rounded up to a whole micro-dollar
    ({"model": "black-forest-labs/FLUX.1.1-pro"}, 41_944),
    ({"model": "black-forest-labs/FLUX.2-max"}, 73_401),
    ({"model": "Rundiffusion/Juggernaut-Lightning-Flux"}, 1_783),
    # in proportion to the steps above the usual number, and not below it
    ({"model": "black-forest-labs/FLUX.1-schnell", "steps": 8}, 5_663),
    ({"model": "black-forest-labs/FLUX.1-schnell", "steps": 1}, 2_832),
    # by the class of the size
    ({"model": "google/gemini-3-pro-image", "width": 2048, "height": 2048}, 134_000),
    ({"model": "google/gemini-3-pro-image", "width": 4096, "height": 4096}, 240_000),
    # and for each picture that goes in
    ({"model": "google/flash-image-3.1"}, 67_000),
    ({"model": "google/flash-image-3.1", "reference_images": ["https://x.y/z"] * 2}, 67_560),
]

REPLICATE = [
    ({}, 3_000),  # per image
    ({"num_outputs": 3}, 9_000),
    ({"model": f"{BFL}/flux-dev"}, 25_000),
    ({"model": "ideogram-ai/ideogram-v3-quality"}, 90_000),
    ({"model": "google/nano-banana-pro", "resolution": "4K"}, 300_000),  # by resolution
    # a run, and each megapixel begun
    ({"model": f"{BFL}/flux-2-pro", "resolution": "1 MP"}, 30_000),
    ({"model": f"{BFL}/flux-2-klein-4b", "output_megapixels": "4"}, 4_000),
    ({"model": f"{BFL}/flux-2-dev", "go_fast": True}, 12_000),
    ({"version": SDXL}, 4_388),  # seconds of an L40S: 4.5 at $0.000975
    ({"version": SDXL, "num_outputs": 2}, 8_775),
]

GEMINI = [
    # tokens, in dollars per million: in, and of the image
    ({}, CAT * 1.5 + 1120 * 30),
    ({"imageConfig": {"imageSize": "2K"}}, CAT * 1.5 + 1680 * 30),
    ({"imageConfig": {"imageSize": "4K"}}, CAT * 1.5 + 3780 * 30),
    # thoughts, as text
    ({"thinkingConfig": {"thinkingLevel": "HIGH"}}, CAT * 1.5 + 384 * 7.5 + 1120 * 30),
    # words besides: 34 bytes are nine tokens
    ({"responseModalities": ["TEXT", "IMAGE"]}, CAT * 1.5 + 9 * 7.5 + 1120 * 30 + 0.5),
    # a model that always thinks, as much as it can
    ({"model": "gemini-3-pro-image"}, CAT * 2 + 240 * 12 + 1120 * 120),
    (
        {"model": "gemini-3.1-flash-image", "imageConfig": {"imageSize": "512"}},
        CAT * 0.5 + 747 * 60,
    ),
    ({"model": "gemini-3.1-flash-lite-image"}, CAT * 0.25 + 1120 * 30 + 0.5),
    ({"model": "gemini-2.5-flash-image"}, CAT * 0.3 + 1290 * 30 + 0.4),
]  # the halves and tenths at the end: a call is rounded up to whole micro-dollars


@pytest.mark.parametrize(("order", "micro"), OPENAI)
def test_openai(simulator: Simulator, order: dict[str, Any], micro: int) -> None:
    answer = simulator.post("/images/generations", {"prompt": "a cat", **order})
    assert answer.status_code == 200, answer.text
    assert simulator.billed() == [micro]


@pytest.mark.parametrize(("order", "micro"), TOGETHER)
def test_together(simulator: Simulator, order: dict[str, Any], micro: int) -> None:
    answer = simulator.together(**order)
    assert answer.status_code == 200, answer.text
    assert simulator.billed() == [micro]


@pytest.mark.parametrize(("order", "micro"), REPLICATE)
def test_replicate(simulator: Simulator, order: dict[str, Any], micro: int) -> None:
    answer = simulator.replicate(headers=WAIT, **order)
    assert answer.status_code == 201, answer.text
    assert simulator.billed() == [micro]


@pytest.mark.parametrize(("order", "micro"), GEMINI)
def test_gemini(simulator: Simulator, order: dict[str, Any], micro: float) -> None:
    answer = simulator.gemini(**order)
    assert answer.status_code == 200, answer.text
    assert simulator.billed() == [micro]


@pytest.mark.parametrize(
    ("model", "dollars"),
    [
        ("imagen-4.0-fast-generate-001", 0.02),
        ("imagen-4.0-generate-001", 0.04),
        ("imagen-4.0-ultra-generate-001", 0.06),
        ("imagen-3.0-generate-002", 0.03),
    ],
)
def test_imagen(simulator: Simulator, model: str, dollars: float) -> None:
    answer = simulator.http.post(
        f"{simulator.url}/gemini/v1beta/models/{model}:predict",
        json={"instances": [{"prompt": "a cat"}], "parameters": {"sampleCount": 2}},
        headers={"x-goog-api-key": KEY},
    )
    assert answer.status_code == 200, answer.text
    assert simulator.billed() == [round(2 * dollars * 1e6)]


@pytest.mark.parametrize(
    ("width", "height", "tokens"),
    [
        (128, 128, 64),  # recorded
        (1024, 1024, 1024),
        (3840, 2160, 1508),
        (2160, 3840, 1508),
        (512, 512, 1024),  # enlarged twofold
        (1024, 512, 512),
    ],
)
def test_pictures_that_go_into_gpt_image_2(width: int, height: int, tokens: int) -> None:
    assert patches(width, height) == tokens


@pytest.mark.parametrize(
    ("width", "height", "fidelity", "tokens"),
    [
        (128, 128, "low", 194),  # recorded
        (1024, 1024, "low", 194),
        (1536, 1024, "low", 323),  # two tiles
        (1024, 1024, "high", 194 + 4160),
        (1024, 1536, "high", 323 + 6240),
    ],
)
def test_pictures_that_go_into_gpt_image_1_5(
    width: int, height: int, fidelity: str, tokens: int
) -> None:
    family = table()["gpt-image-1.5"].family
    assert input_tokens(family, look(photos.photo(width, height)), fidelity) == tokens


def test_over_usage_is_billed_as_it_is_told(simulator: Simulator) -> None:
    simulator.fault("over_usage", factor=3)
    usage = simulator.draw().json()["usage"]
    assert simulator.billed() == [usage["input_tokens"] * 5 + usage["output_tokens"] * 30]
    assert usage["output_tokens"] == 3 * 196
