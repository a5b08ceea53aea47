"""What input images cost, in the literal figures of the price pages."""

from datetime import date

import pytest

from aquatint.catalog.load import Catalog
from aquatint.catalog.model import PriceRule, RunPrice, Size, TokenPrice
from aquatint.catalog.pricing import Demand, Usage, billed, expected, expected_usage, worst
from aquatint.catalog.tokens import tokens_of_input
from aquatint.money import show

CATALOG = Catalog(date(2026, 11, 22))
SQUARE = Size(width=1024, height=1024)
SMALL = Size(width=128, height=128)
WIDE = Size(width=3840, height=2160)


def price(key: str) -> PriceRule:
    row = CATALOG.get(key)
    assert row is not None
    assert row.price is not None
    return row.price


def tokens(key: str) -> TokenPrice:
    found = price(key)
    assert isinstance(found, TokenPrice)
    return found


@pytest.mark.parametrize(("size", "count"), [(SQUARE, 1024), (SMALL, 64), (WIDE, 1508)])
def test_tokens_of_gpt_image_2(size: Size, count: int) -> None:
    assert tokens_of_input(tokens("openai-gpt-image-2-low"), size) == count


def test_a_square_input_of_gpt_image_2() -> None:
    rule = tokens("openai-gpt-image-2-low")
    alone = Demand(prompt="", size=SQUARE)
    edit = Demand(prompt="", size=SQUARE, inputs=(SQUARE,))
    # 1,024 tokens at $8 per million
    assert expected(rule, edit) - expected(rule, alone) == 8_192
    assert show(8_192) == "$0.0082"
    assert billed(rule, Usage(images=1, image_in=1024), SQUARE) == 8_192


def test_the_recorded_edit_of_gpt_image_2() -> None:
    """One PNG of 128 pixels to 1536x864: 64 tokens in, 12 of text and 120 out."""
    rule = tokens("openai-gpt-image-2-low")
    demand = Demand(prompt="x" * 48, size=Size(width=1536, height=864), inputs=(SMALL,))
    assert expected_usage(rule, demand) == Usage(images=1, text_in=12, image_in=64, image_out=120)
    assert expected(rule, demand) == 12 * 5 + 64 * 8 + 120 * 30


def test_each_call_takes_the_inputs_again() -> None:
    rule = tokens("openai-gpt-image-2-low")
    demand = Demand(prompt="", size=SQUARE, n=4, calls=2, inputs=(SQUARE, SMALL))
    assert expected_usage(rule, demand).image_in == 2 * (1024 + 64)
    one = worst(rule, Demand(prompt="", size=SQUARE, inputs=(SQUARE, SMALL)))
    assert worst(rule, demand) == 4 * one


def test_only_the_ceiling_counts_the_mask() -> None:
    rule = tokens("openai-gpt-image-2-low")
    plain = Demand(prompt="", size=SQUARE, inputs=(SQUARE,))
    masked = Demand(prompt="", size=SQUARE, inputs=(SQUARE,), mask=SQUARE)
    assert expected(rule, masked) == expected(rule, plain)
    assert worst(rule, masked) == worst(rule, plain) + 8_192


def test_high_fidelity_takes_more_tokens() -> None:
    rule = TokenPrice(
        text_in=0, image_in=8_000_000, image_out=0, fixed=1, input_fixed=452, fidelity_tokens=6240
    )
    low = Demand(prompt="", size=SQUARE, inputs=(SQUARE,))
    high = Demand(prompt="", size=SQUARE, inputs=(SQUARE,), high_fidelity=True)
    assert expected(rule, low) == 452 * 8
    assert expected(rule, high) == (452 + 6240) * 8


@pytest.mark.parametrize(
    ("inputs", "cost"),
    [
        ((), 30_000),
        ((SQUARE,), 45_000),
        ((SQUARE, SMALL), 60_000),
        ((Size(width=1025, height=1024),), 60_000),
        ((WIDE,), 150_000),  # 8 megapixels begun
    ],
)
def test_megapixels_in_of_flux_2_pro(inputs: tuple[Size, ...], cost: int) -> None:
    rule = price("replicate-flux-2-pro")
    assert isinstance(rule, RunPrice)
    demand = Demand(prompt="", size=SQUARE, inputs=inputs)
    assert expected(rule, demand) == worst(rule, demand) == cost


def test_previews_are_billed() -> None:
    rule = tokens("openai-gpt-image-2-low")
    alone = Demand(prompt="", size=SQUARE)
    shown = Demand(prompt="", size=SQUARE, partial_images=3)
    assert expected(rule, shown) - expected(rule, alone) == 3 * 100 * 30
