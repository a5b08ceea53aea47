"""What must hold for every price, prompt, size and count."""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from aquatint.catalog.model import (
    ImagePrice,
    MegapixelPrice,
    PriceRule,
    RunPrice,
    SecondPrice,
    Size,
    TokenPrice,
)
from aquatint.catalog.pricing import (
    Demand,
    Usage,
    billed,
    expected,
    expected_usage,
    worst,
)
from aquatint.catalog.tokens import input_tokens
from aquatint.money import ceil_div

rates = st.integers(0, 50_000_000)
sizes = st.builds(Size, width=st.integers(1, 4096), height=st.integers(1, 4096))


@st.composite
def token_prices(draw: st.DrawFn) -> TokenPrice:
    formula, counts = draw(
        st.sampled_from(
            [
                ("grid", st.integers(1, 96)),
                ("patch", st.sampled_from([16, 32, 64])),
                ("fixed", st.integers(1, 4_000)),
            ]
        )
    )
    return TokenPrice(
        text_in=draw(rates),
        image_in=draw(rates),
        image_out=draw(rates),
        text_out=draw(rates),
        **{formula: draw(counts)},
        expected_percent=draw(st.integers(100, 300)),
        worst_percent=draw(st.integers(300, 400)),
        extra_text_out=draw(st.integers(0, 1000)),
    )


steps = st.none() | st.integers(1, 100)
amounts = st.integers(0, 1_000_000)
second_prices = st.builds(
    SecondPrice,
    rate=st.integers(0, 10_000),
    typical_milliseconds=st.integers(1, 5_000),
    max_seconds=st.integers(5, 300),
    usual_steps=steps,
)
prices: st.SearchStrategy[PriceRule] = st.one_of(
    token_prices(),
    st.builds(ImagePrice, amount=amounts),
    st.builds(MegapixelPrice, amount=amounts, usual_steps=steps),
    st.builds(RunPrice, run=amounts, in_megapixel=amounts, out_megapixel=amounts),
    second_prices,
)


@st.composite
def demands(draw: st.DrawFn) -> Demand:
    n = draw(st.integers(1, 10))
    return Demand(
        prompt=draw(st.text(st.characters(codec="utf-8"), max_size=200)),
        size=draw(sizes),
        n=n,
        calls=draw(st.integers(1, n)),
        partial_images=draw(st.integers(0, 3)),
        steps=draw(steps),
        inputs=tuple(draw(st.lists(sizes, max_size=2))),
    )


@given(prices, demands())
def test_worst_is_never_below_expected_and_money_is_whole(price: PriceRule, demand: Demand) -> None:
    low, high = expected(price, demand), worst(price, demand)
    assert type(low) is int
    assert type(high) is int
    assert 0 <= low <= high


@given(prices, demands())
def test_more_images_never_cost_less(price: PriceRule, demand: Demand) -> None:
    more = replace(demand, n=demand.n + 1)
    assert expected(price, demand) <= expected(price, more)
    assert worst(price, demand) <= worst(price, more)


@given(prices, demands(), st.integers(1, 100))
def test_more_steps_never_cost_less(price: PriceRule, demand: Demand, further: int) -> None:
    more = replace(demand, steps=(demand.steps or 0) + further)
    assert expected(price, demand) <= expected(price, more)
    assert worst(price, demand) <= worst(price, more)


@given(second_prices, st.integers(0, 300_000), sizes)
def test_a_run_that_is_stopped_in_time_stays_under_the_worst_case(
    price: SecondPrice, milliseconds: int, size: Size
) -> None:
    usage = Usage(images=1, milliseconds=min(milliseconds, 1000 * price.max_seconds))
    assert billed(price, usage, size) <= worst(price, Demand(prompt="", size=size))


@given(prices, demands())
def test_what_the_formula_bills_stays_under_the_worst_case(
    price: PriceRule, demand: Demand
) -> None:
    usage = expected_usage(price, demand)
    assert billed(price, usage, demand.size) <= worst(price, demand)


@given(prices, demands(), st.data())
def test_any_split_into_calls_stays_under_the_ceiling(
    price: PriceRule, demand: Demand, data: st.DataObject
) -> None:
    first = data.draw(st.integers(1, demand.n))
    parts = [first, demand.n - first] if first < demand.n else [first]
    bill = sum(
        billed(
            price,
            expected_usage(price, replace(demand, n=n, calls=1)),
            demand.size,
        )
        for n in parts
    )
    assert bill <= worst(price, demand)


@given(token_prices(), st.lists(st.integers(0, 10**6), min_size=4, max_size=4), sizes)
def test_bill_is_the_exact_sum_rounded_up(price: TokenPrice, counts: list[int], size: Size) -> None:
    text_in, image_in, image_out, text_out = counts
    usage = Usage(
        images=1, text_in=text_in, image_in=image_in, image_out=image_out, text_out=text_out
    )
    exact = (
        text_in * price.text_in
        + image_in * price.image_in
        + image_out * price.image_out
        + text_out * price.text_out
    )
    assert billed(price, usage, size) == ceil_div(exact, 1_000_000)


@given(sizes)
def test_input_tokens_are_bounded_and_turn_with_the_image(size: Size) -> None:
    turned = Size(width=size.height, height=size.width)
    assert 1 <= input_tokens(size) <= 1536
    assert input_tokens(size) == input_tokens(turned)
