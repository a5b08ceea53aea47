"""The literal figures of OpenAI's price pages, calculators and recorded answers."""

import pytest
from pydantic import ValidationError

from aquatint.catalog.model import ImagePrice, Size, TokenPrice
from aquatint.catalog.pricing import Demand, Usage, billed, expected, worst
from aquatint.catalog.tokens import grid_tokens, input_tokens, output_tokens, patch_tokens
from aquatint.money import ceil_div, show

RATES = {"text_in": 5_000_000, "image_in": 8_000_000, "image_out": 30_000_000}
BASES_2 = {"low": 16, "medium": 48, "high": 96}
BASES_25 = {"low": 16, "medium": 24, "high": 48, "xhigh": 64, "max": 96}
PATCHES = {"low": 64, "medium": 32, "high": 16}


def size(text: str) -> Size:
    width, height = map(int, text.split("x"))
    return Size(width=width, height=height)


GRID_25 = [
    ("low", "1024x1024", 196, "$0.0059"),
    ("low", "1536x1024", 158, "$0.0047"),
    ("low", "2048x2048", 397, "$0.0119"),
    ("low", "3840x2160", 371, "$0.0111"),
    ("medium", "1024x1024", 439, "$0.0132"),
    ("medium", "1536x1024", 343, "$0.0103"),
    ("medium", "2048x2048", 892, "$0.0268"),
    ("medium", "3840x2160", 865, "$0.0260"),
    ("high", "1024x1024", 1756, "$0.0527"),
    ("high", "1536x1024", 1372, "$0.0412"),
    ("high", "2048x2048", 3568, "$0.1070"),
    ("high", "3840x2160", 3336, "$0.1001"),
    ("xhigh", "1024x1024", 3122, "$0.0937"),
    ("xhigh", "1536x1024", 2459, "$0.0738"),
    ("xhigh", "2048x2048", 6343, "$0.1903"),
    ("xhigh", "3840x2160", 5930, "$0.1779"),
    ("max", "1024x1024", 7024, "$0.2107"),
    ("max", "1536x1024", 5488, "$0.1646"),
    ("max", "2048x2048", 14272, "$0.4282"),
    ("max", "3840x2160", 13342, "$0.4003"),
]


@pytest.mark.parametrize(("quality", "dimensions", "tokens", "dollars"), GRID_25)
def test_grid_of_25(quality: str, dimensions: str, tokens: int, dollars: str) -> None:
    price = TokenPrice(**RATES, grid=BASES_25[quality])
    demand = Demand(prompt="", size=size(dimensions))
    assert output_tokens(price, demand.size) == tokens
    assert grid_tokens(BASES_25[quality], demand.size) == tokens
    assert expected(price, demand) == tokens * 30
    assert show(expected(price, demand)) == dollars


@pytest.mark.parametrize(
    ("quality", "dimensions", "tokens"),
    [
        ("low", "2048x1152", 157),
        ("medium", "2048x1152", 367),
        ("high", "2048x1152", 1413),
        ("xhigh", "2048x1152", 2511),
        ("max", "2048x1152", 5650),
        ("low", "1536x864", 120),  # a recorded answer of gpt-image-2
    ],
)
def test_grid_of_other_sizes(quality: str, dimensions: str, tokens: int) -> None:
    assert grid_tokens(BASES_25[quality], size(dimensions)) == tokens


@pytest.mark.parametrize(
    ("quality", "dollars"), [("low", "$0.0059"), ("medium", "$0.0527"), ("high", "$0.2107")]
)
def test_gpt_image_2_square(quality: str, dollars: str) -> None:
    price = TokenPrice(**RATES, grid=BASES_2[quality])
    assert show(expected(price, Demand(prompt="", size=size("1024x1024")))) == dollars


def test_grid_does_not_care_which_edge_is_longer() -> None:
    assert grid_tokens(64, size("1024x1536")) == grid_tokens(64, size("1536x1024")) == 2459


@pytest.mark.parametrize(
    ("base", "dimensions", "tokens"),
    [
        # The short edge is exactly 24.5 cells, then 25.5: half goes to even, 24 and 26.
        (49, "2048x1024", ceil_div(49 * 24 * (2_000_000 + 2048 * 1024), 4_000_000)),
        (51, "2048x1024", ceil_div(51 * 26 * (2_000_000 + 2048 * 1024), 4_000_000)),
        # Never less than one cell.
        (1, "3072x1024", ceil_div(1 * 1 * (2_000_000 + 3072 * 1024), 4_000_000)),
    ],
)
def test_grid_rounds_half_to_even(base: int, dimensions: str, tokens: int) -> None:
    assert grid_tokens(base, size(dimensions)) == tokens


@pytest.mark.parametrize(
    ("quality", "dimensions", "tokens"),
    [
        ("low", "1024x1024", 272),
        ("low", "1024x1536", 408),
        ("low", "1536x1024", 400),
        ("medium", "1024x1024", 1056),
        ("medium", "1024x1536", 1584),
        ("medium", "1536x1024", 1568),
        ("high", "1024x1024", 4160),
        ("high", "1024x1536", 6240),
        ("high", "1536x1024", 6208),
    ],
)
def test_patches_of_the_gpt_image_1_family(quality: str, dimensions: str, tokens: int) -> None:
    price = TokenPrice(**RATES, patch=PATCHES[quality])
    assert patch_tokens(PATCHES[quality], size(dimensions)) == tokens
    assert output_tokens(price, size(dimensions)) == tokens


@pytest.mark.parametrize(
    ("rate", "quality", "dimensions", "published"),
    [
        (32, "low", "1024x1024", "0.009"),
        (32, "medium", "1024x1024", "0.034"),
        (32, "high", "1024x1024", "0.133"),
        (32, "low", "1536x1024", "0.013"),
        (32, "low", "1024x1536", "0.013"),
        (32, "medium", "1536x1024", "0.05"),
        (32, "high", "1536x1024", "0.20"),
        (32, "high", "1024x1536", "0.20"),
        (40, "low", "1024x1024", "0.011"),
        (40, "medium", "1024x1024", "0.042"),
        (40, "high", "1536x1024", "0.25"),
        (40, "low", "1024x1536", "0.016"),
        (40, "medium", "1536x1024", "0.063"),
    ],
)
def test_published_prices_of_the_gpt_image_1_family(
    rate: int, quality: str, dimensions: str, published: str
) -> None:
    price = TokenPrice(
        text_in=5_000_000, image_in=0, image_out=rate * 1_000_000, patch=PATCHES[quality]
    )
    dollars = expected(price, Demand(prompt="", size=size(dimensions))) / 1_000_000
    decimals = len(published.split(".")[1])
    assert f"{dollars:.{decimals}f}" == published


@pytest.mark.parametrize(
    ("dimensions", "tokens"),
    [
        ("128x128", 64),  # a recorded edit: enlarged twofold, no further
        ("1024x1024", 1024),
        ("3840x2160", 1508),
        ("700x700", 1024),  # enlarged to 1024 exactly
        ("1x1", 1),
    ],
)
def test_input_tokens(dimensions: str, tokens: int) -> None:
    assert input_tokens(size(dimensions)) == tokens


def test_square_input_image_costs_what_the_price_page_says() -> None:
    usage = Usage(images=0, image_in=input_tokens(size("1024x1024")))
    assert show(billed(TokenPrice(**RATES, grid=64), usage, size("1024x1024"))) == "$0.0082"


def test_recorded_answer_is_billed_to_the_micro_dollar() -> None:
    gpt_image_15 = TokenPrice(
        text_in=5_000_000, image_in=8_000_000, image_out=32_000_000, text_out=10_000_000, patch=32
    )
    usage = Usage(images=1, text_in=10, image_out=1056, text_out=308)
    assert billed(gpt_image_15, usage, size("1024x1024")) == 10 * 5 + 1056 * 32 + 308 * 10


def test_recorded_edit_is_billed_to_the_micro_dollar() -> None:
    usage = Usage(images=1, text_in=12, image_in=64, image_out=120)
    price = TokenPrice(**RATES, grid=16)
    assert billed(price, usage, size("1536x864")) == 12 * 5 + 64 * 8 + 120 * 30


def test_bill_is_rounded_up_once() -> None:
    price = TokenPrice(text_in=2_500_000, image_in=2_500_000, image_out=0, grid=16)
    usage = Usage(images=1, text_in=1, image_in=1)
    assert billed(price, usage, size("1024x1024")) == 5
    assert billed(price, Usage(images=1, text_in=1), size("1024x1024")) == 3


def test_prompt_is_expected_at_a_token_for_four_bytes_and_bounded_by_its_bytes() -> None:
    price = TokenPrice(**RATES, grid=64)
    demand = Demand(prompt="ä" * 5, size=size("1024x1024"))  # 10 bytes
    assert expected(price, demand) == 3122 * 30 + 3 * 5
    assert worst(price, demand) == 3122 * 30 + 10 * 5


def test_images_multiply_and_text_counts_per_call() -> None:
    price = TokenPrice(**RATES, grid=64)
    native = Demand(prompt="x" * 40, size=size("1024x1024"), n=3)
    fanned = Demand(prompt="x" * 40, size=size("1024x1024"), n=3, calls=3)
    assert expected(price, native) == 3 * 3122 * 30 + 10 * 5
    assert expected(price, fanned) == 3 * 3122 * 30 + 3 * 10 * 5
    assert worst(price, native) == worst(price, fanned) == 3 * (3122 * 30 + 40 * 5)


def test_worst_case_factors_and_partial_images() -> None:
    at_1024 = Demand(prompt="", size=size("1024x1024"))
    partial = Demand(prompt="", size=size("1024x1024"), n=2, partial_images=3)
    above = TokenPrice(**RATES, grid=64, worst_percent=102)
    below = TokenPrice(**RATES, grid=16, expected_percent=350, worst_percent=400)
    assert worst(above, at_1024) == 3185 * 30
    assert worst(below, at_1024) == 4 * 196 * 30
    assert expected(below, at_1024) == 686 * 30
    assert worst(above, partial) == 2 * (3185 + 300) * 30
    assert expected(above, partial) == 2 * (3122 + 300) * 30


def test_text_that_a_model_may_add_is_in_the_worst_case_only() -> None:
    price = TokenPrice(**RATES, text_out=10_000_000, patch=32, extra_text_out=1000)
    demand = Demand(prompt="", size=size("1024x1024"), n=2)
    assert expected(price, demand) == 2 * 1056 * 30
    assert worst(price, demand) == 2 * (1056 * 30 + 1000 * 10)


def test_flat_price_by_size() -> None:
    price = ImagePrice(amount=80_000, by_size={"1792x1024": 120_000})
    square = Demand(prompt="x" * 1000, size=size("1024x1024"), n=2, calls=2)
    wide = Demand(prompt="", size=size("1792x1024"))
    assert expected(price, square) == worst(price, square) == 160_000
    assert expected(price, wide) == 120_000
    assert billed(price, Usage(images=1), size("1792x1024")) == 120_000


@pytest.mark.parametrize(
    "formula",
    [{}, {"grid": 16, "patch": 64}, {"grid": 16, "fixed": 1120}, {"patch": 16, "fixed": 1}],
)
def test_token_price_has_one_formula(formula: dict[str, int]) -> None:
    with pytest.raises(ValidationError, match="one of grid, patch and fixed"):
        TokenPrice(**RATES, **formula)


def test_what_is_expected_is_within_the_worst_case() -> None:
    with pytest.raises(ValidationError, match="expected_percent is above worst_percent"):
        TokenPrice(**RATES, grid=16, expected_percent=101)
