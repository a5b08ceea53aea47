"""Prices by size, by run, by the second and by fixed tokens, and the published figures."""

from datetime import date

import pytest
from pydantic import ValidationError

from aquatint.catalog.listing import square_cost
from aquatint.catalog.load import Catalog
from aquatint.catalog.model import MegapixelPrice, RunPrice, SecondPrice, Size, TokenPrice
from aquatint.catalog.pricing import Demand, Usage, billed, expected, worst
from aquatint.money import from_usd

CATALOG = Catalog(date(2026, 11, 22))
SQUARE = Size(width=1024, height=1024)
FULL_HD = Size(width=1920, height=1080)

# Dollars for one square image, prompt left out, as published price tables and formulas give them.
PUBLISHED = {
    "together-stable-diffusion-xl-base-1.0": 0.001992,
    "together-stable-diffusion-2-1-1024": 0.001,
    "together-flux.1-schnell": 0.002831,
    "together-flux.1-dev": 0.026214,
    "together-flux.1-kontext-dev": 0.026214,
    "together-flux.1-krea-dev": 0.026214,
    "together-flux.1.1-pro": 0.041943,
    "together-flux.1-kontext-pro": 0.041943,
    "together-flux.1-kontext-max": 0.083886,
    "together-flux.2-dev": 0.0154,
    "together-flux.2-pro": 0.03,
    "together-flux.2-flex": 0.03,
    "together-flux.2-max": 0.0734,
    "together-qwen-image": 0.006082,
    "together-qwen-image-2.0": 0.035,
    "together-qwen-image-2.0-pro": 0.075,
    "together-seedream-3.0": 0.018874,
    "together-seedream-4.0": 0.031457,
    "together-seedream-5.0-lite": 0.035,
    "together-juggernaut-pro-flux": 0.005138,
    "together-juggernaut-lightning-flux": 0.001783,
    "together-p-image-ideogram": 0.00225,
    "together-wan2.6-image": 0.03,
    "together-ideogram-3.0": 0.062915,
    "together-gpt-image-1.5": 0.034,
    "together-gpt-image-2": 0.053,
    "together-ideogram-4.0": 0.06,
    "together-flash-image-2.5": 0.039,
    "together-flash-image-3.1-0.5k": 0.04657,
    "together-flash-image-3.1-1k": 0.067,
    "together-flash-image-3.1-2k": 0.101,
    "together-flash-image-3.1-4k": 0.151,
    "together-gemini-3-pro-image-1k": 0.134,
    "together-gemini-3-pro-image-2k": 0.134,
    "together-gemini-3-pro-image-4k": 0.24,
    "together-imagen-4.0-fast": 0.02,
    "together-imagen-4.0-preview": 0.04,
    "together-imagen-4.0-ultra": 0.06,
    "together-hidream-i1-dev": 0.004719,
    "together-dreamshaper": 0.000629,
    "together-stable-diffusion-3-medium": 0.001992,
    "replicate-sdxl": 0.004387,
    "replicate-realistic-vision-v5.1": 0.00195,
    "replicate-flux-schnell": 0.003,
    "replicate-flux-dev": 0.025,
    "replicate-flux-1.1-pro": 0.04,
    "replicate-flux-1.1-pro-ultra": 0.06,
    "replicate-flux-kontext-dev": 0.025,
    "replicate-flux-kontext-pro": 0.04,
    "replicate-flux-kontext-max": 0.08,
    "replicate-flux-2-pro": 0.03,
    "replicate-flux-2-dev": 0.014,
    "replicate-flux-2-klein-4b": 0.001,
    "replicate-flux-2-klein-9b-base": 0.011,
    "replicate-ideogram-v3-quality": 0.09,
    "replicate-recraft-v3": 0.04,
    "replicate-recraft-v4": 0.04,
    "replicate-nano-banana": 0.039,
    "replicate-nano-banana-pro-1k": 0.15,
    "replicate-nano-banana-pro-2k": 0.15,
    "replicate-nano-banana-pro-4k": 0.3,
    "replicate-imagen-4": 0.04,
    "replicate-stable-diffusion-3.5-large": 0.065,
    "replicate-sdxl-lightning-4step": 0.001365,
    "gemini-gemini-nano-banana-2.1-1k": 0.0336,
    "gemini-gemini-nano-banana-2.1-2k": 0.0504,
    "gemini-gemini-nano-banana-2.1-4k": 0.1134,
    "gemini-gemini-3-pro-image-1k": 0.1344,
    "gemini-gemini-3-pro-image-2k": 0.1344,
    "gemini-gemini-3-pro-image-4k": 0.24,
    "gemini-gemini-3.1-flash-lite-image-1k": 0.0336,
    "gemini-gemini-3.1-flash-image-512": 0.04482,
    "gemini-gemini-3.1-flash-image-1k": 0.0672,
    "gemini-gemini-3.1-flash-image-2k": 0.1008,
    "gemini-gemini-3.1-flash-image-4k": 0.1512,
    "gemini-gemini-2.5-flash-image": 0.0387,
    "gemini-gemini-3-pro-image-preview-1k": 0.1344,
    "gemini-gemini-3-pro-image-preview-2k": 0.1344,
    "gemini-gemini-3-pro-image-preview-4k": 0.24,
    "gemini-gemini-3.1-flash-image-preview-1k": 0.0672,
    "gemini-gemini-3.1-flash-image-preview-2k": 0.1008,
    "gemini-gemini-3.1-flash-image-preview-4k": 0.1512,
}
# The specification's own prices, and rows whose price nobody tells reliably.
SPECIFIED = {
    "together-stable-diffusion-xl-1024": 0.003,
    "together-stable-diffusion-2-1-1024": 0.001,
    "together-playground-v2.5-1024": 0.002,
    "replicate-sdxl-1024": 0.0025,
    "replicate-realistic-vision-1024": 0.0018,
}
UNPRICED = {
    "together-flash-image-3.1-lite",
    "together-hidream-i1-full",
    "together-hidream-i1-fast",
}


@pytest.mark.parametrize(("key", "dollars"), (PUBLISHED | SPECIFIED).items())
def test_square_image(key: str, dollars: float) -> None:
    row = CATALOG.get(key)
    assert row is not None
    cost = square_cost(row)
    assert cost is not None
    # The published figures are rounded to the micro-dollar, ours are rounded up.
    assert 0 <= cost - round(dollars * 1_000_000) <= 1


def test_every_row_of_the_three_providers_has_its_figure() -> None:
    ours = {row.key for row in CATALOG.rows if row.provider != "openai"}
    assert ours == set(PUBLISHED) | set(SPECIFIED) | UNPRICED
    assert {row.key for row in CATALOG.rows if row.price is None} == UNPRICED


# ---------------------------------------------------------------- by size


def test_megapixels_are_millions_of_pixels_in_proportion() -> None:
    price = MegapixelPrice(amount=70_000)
    assert expected(price, Demand(prompt="x" * 99, size=SQUARE)) == 73_401  # 73,400.32
    assert worst(price, Demand(prompt="x" * 99, size=SQUARE)) == 73_401
    assert billed(price, Usage(images=3), SQUARE) == 220_201  # rounded up once
    assert expected(price, Demand(prompt="", size=FULL_HD)) == 145_152


def test_pixels_that_were_delivered_are_what_is_billed() -> None:
    price = MegapixelPrice(amount=70_000)
    assert billed(price, Usage(images=2, pixels=1_000_000), SQUARE) == 70_000
    assert billed(price, Usage(images=0), SQUARE) == 0


@pytest.mark.parametrize(("steps", "cost"), [(None, 2_832), (1, 2_832), (4, 2_832), (12, 8_494)])
def test_steps_beyond_the_usual_cost_in_proportion(steps: int | None, cost: int) -> None:
    price = MegapixelPrice(amount=2_700, usual_steps=4)
    demand = Demand(prompt="", size=SQUARE, steps=steps)
    assert expected(price, demand) == worst(price, demand) == cost
    assert billed(price, Usage(images=1, steps=steps or 0), SQUARE) == cost


def test_steps_cost_nothing_where_the_price_knows_none() -> None:
    price = MegapixelPrice(amount=1_900)
    assert expected(price, Demand(prompt="", size=SQUARE, steps=50)) == 1_993


# ---------------------------------------------------------------- by run


@pytest.mark.parametrize(
    ("dimensions", "cost"),
    [
        ((1024, 1024), 30_000),
        ((1025, 1024), 45_000),  # a megapixel begun is a megapixel
        ((1344, 768), 30_000),
        ((2048, 2048), 75_000),
    ],
)
def test_runs_and_megapixels_begun(dimensions: tuple[int, int], cost: int) -> None:
    price = RunPrice(run=15_000, in_megapixel=15_000, out_megapixel=15_000)
    size = Size(width=dimensions[0], height=dimensions[1])
    assert expected(price, Demand(prompt="", size=size)) == cost
    assert worst(price, Demand(prompt="", size=size, n=3, calls=3)) == 3 * cost
    assert billed(price, Usage(images=2), size) == 2 * cost


def test_input_images_are_billed_with_each_call() -> None:
    price = RunPrice(run=15_000, in_megapixel=14_000, out_megapixel=15_000)
    inputs = (SQUARE, FULL_HD)  # 1 and 2 megapixels
    demand = Demand(prompt="", size=SQUARE, n=2, calls=2, inputs=inputs)
    assert expected(price, demand) == worst(price, demand) == 2 * (30_000 + 3 * 14_000)
    assert billed(price, Usage(images=1, megapixels_in=3), SQUARE) == 30_000 + 3 * 14_000


def test_a_run_is_billed_by_what_came_out() -> None:
    price = RunPrice(out_megapixel=14_000)
    assert billed(price, Usage(images=2, pixels=4 * 1024 * 1024), SQUARE) == 2 * 28_000
    assert billed(price, Usage(images=0), SQUARE) == 0


# ---------------------------------------------------------------- by the second

L40S = SecondPrice(rate=975, typical_milliseconds=4500, max_seconds=60, usual_steps=50)


def test_seconds_are_expected_as_usual_and_bounded_by_the_time_limit() -> None:
    demand = Demand(prompt="", size=SQUARE, n=2, calls=2)
    assert expected(L40S, demand) == 8_775
    assert worst(L40S, demand) == 2 * 60 * 975


@pytest.mark.parametrize(
    ("milliseconds", "cost"), [(0, 0), (1, 1), (128, 125), (5_500, 5_363), (12_500, 12_188)]
)
def test_seconds_are_billed_by_the_millisecond(milliseconds: int, cost: int) -> None:
    assert billed(L40S, Usage(images=1, milliseconds=milliseconds), SQUARE) == cost


@pytest.mark.parametrize(
    ("steps", "cost"), [(None, 4_388), (10, 4_388), (50, 4_388), (100, 8_775), (500, 43_875)]
)
def test_more_steps_take_longer(steps: int | None, cost: int) -> None:
    assert expected(L40S, Demand(prompt="", size=SQUARE, steps=steps)) == cost


def test_what_is_expected_never_passes_the_time_limit() -> None:
    demand = Demand(prompt="", size=SQUARE, steps=10_000)
    assert expected(L40S, demand) == worst(L40S, demand)


def test_the_usual_time_is_within_the_limit() -> None:
    with pytest.raises(ValidationError, match="typical_milliseconds is above max_seconds"):
        SecondPrice(rate=975, typical_milliseconds=60_001, max_seconds=60)


# ---------------------------------------------------------------- by fixed tokens

PRO = TokenPrice(
    text_in=2_000_000,
    image_in=2_000_000,
    image_out=120_000_000,
    text_out=12_000_000,
    fixed=1120,
    extra_text_out=4096,
)


def test_thought_is_in_the_worst_case_only_and_capped() -> None:
    demand = Demand(prompt="x" * 40, size=SQUARE, n=2, calls=2)
    assert expected(PRO, demand) == 2 * (1120 * 120 + 10 * 2)
    assert worst(PRO, demand) == 2 * (1120 * 120 + 4096 * 12 + 40 * 2)


def test_recorded_answer_with_text_beside_the_image() -> None:
    usage = Usage(images=1, text_in=5, image_out=1120, text_out=1518 - 1120)
    cost = billed(PRO, usage, SQUARE)
    assert cost == 5 * 2 + 1120 * 120 + 398 * 12
    assert cost <= worst(PRO, Demand(prompt="a cat", size=SQUARE))


def test_rows_tell_the_caps_that_their_prices_count_on() -> None:
    pro, sdxl, flux = (
        CATALOG.get(key)
        for key in ("gemini-gemini-3-pro-image-2k", "replicate-sdxl", "replicate-flux-schnell")
    )
    assert pro is not None
    assert sdxl is not None
    assert flux is not None
    assert (pro.max_tokens, pro.parameters["max_tokens"]) == (
        1120 + 4096,
        "generationConfig.maxOutputTokens",
    )
    assert (sdxl.max_tokens, sdxl.max_seconds) == (None, 60)
    assert flux.max_seconds == flux.deadline_seconds


def test_dollars_of_the_files_are_exact() -> None:
    flux = CATALOG.get("together-flash-image-3.1-0.5k")
    assert flux is not None
    assert square_cost(flux) == from_usd("0.04657") == 46_570


def test_whoever_bills_pixels_and_takes_steps_bills_the_steps() -> None:
    for row in CATALOG.rows:
        if isinstance(row.price, MegapixelPrice):
            usual = row.limits["steps"].default if "steps" in row.limits else None
            assert row.price.usual_steps == usual, row.key
        if isinstance(row.price, SecondPrice):
            assert row.price.usual_steps == row.limits["steps"].default, row.key
