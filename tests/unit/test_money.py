"""Dollars become micro-dollars once, in the direction that is meant, or not at all."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aquatint.money import MICRO_PER_USD, MOST_USD, cap_from_usd, from_usd

AMOUNTS = st.decimals(min_value=-MOST_USD, max_value=MOST_USD, places=40)


@pytest.mark.parametrize(
    ("dollars", "up", "down"),
    [
        ("1.00", 1_000_000, 1_000_000),
        (0.0131941, 13_195, 13_194),
        ("0.0000001", 1, 0),
        ("0.00000099999999999999999999999999999999999999", 1, 0),
        ("1e-999999", 1, 0),
        (MOST_USD, MOST_USD * MICRO_PER_USD, MOST_USD * MICRO_PER_USD),
    ],
)
def test_a_price_is_rounded_up_and_a_cap_down(dollars: str | float, up: int, down: int) -> None:
    assert from_usd(dollars) == up
    assert cap_from_usd(dollars) == down


@given(AMOUNTS)
def test_rounding_is_by_less_than_a_micro_dollar(dollars: Decimal) -> None:
    low, high = cap_from_usd(dollars), from_usd(dollars)
    exact = dollars.as_integer_ratio()
    assert low * exact[1] <= exact[0] * MICRO_PER_USD <= high * exact[1]
    assert high - low <= 1


# The exponents would take half a minute, or all memory, as integers.
@pytest.mark.parametrize(
    "value",
    ["1e13", "1e999990", "1e999999999", "inf", "-inf", "nan", "sNaN", "", "cheap", "9" * 99],
)
def test_what_is_no_amount_is_refused_at_once(value: str) -> None:
    for convert in (from_usd, cap_from_usd):
        with pytest.raises(ValueError, match="not an amount of money"):
            convert(value)
