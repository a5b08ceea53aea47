"""What must hold for every price, prompt, size and count."""

from hypothesis import given
from hypothesis import strategies as st

from aquatint.catalog.model import ImagePrice, Size, TokenPrice
from aquatint.catalog.pricing import (
    Demand,
    Usage,
    billed,
    expected,
    expected_usage,
    input_tokens,
    worst,
)
from aquatint.money import ceil_div

rates = st.integers(0, 50_000_000)
sizes = st.builds(Size, width=st.integers(1, 4096), height=st.integers(1, 4096))


@st.composite
def token_prices(draw: st.DrawFn) -> TokenPrice:
    by_grid = draw(st.booleans())
    return TokenPrice(
        text_in=draw(rates),
        image_in=draw(rates),
        image_out=draw(rates),
        text_out=draw(rates),
        grid=draw(st.integers(1, 96)) if by_grid else None,
        patch=None if by_grid else draw(st.sampled_from([16, 32, 64])),
        expected_percent=draw(st.integers(100, 300)),
        worst_percent=draw(st.integers(300, 400)),
        extra_text_out=draw(st.integers(0, 1000)),
    )


prices = st.one_of(token_prices(), st.builds(ImagePrice, amount=st.integers(0, 1_000_000)))


@st.composite
def demands(draw: st.DrawFn) -> Demand:
    n = draw(st.integers(1, 10))
    return Demand(
        prompt=draw(st.text(st.characters(codec="utf-8"), max_size=200)),
        size=draw(sizes),
        n=n,
        calls=draw(st.integers(1, n)),
        partial_images=draw(st.integers(0, 3)),
    )


@given(prices, demands())
def test_worst_is_never_below_expected_and_money_is_whole(
    price: TokenPrice | ImagePrice, demand: Demand
) -> None:
    low, high = expected(price, demand), worst(price, demand)
    assert type(low) is int
    assert type(high) is int
    assert 0 <= low <= high


@given(prices, demands())
def test_more_images_never_cost_less(price: TokenPrice | ImagePrice, demand: Demand) -> None:
    more = Demand(prompt=demand.prompt, size=demand.size, n=demand.n + 1, calls=demand.calls)
    less = Demand(prompt=demand.prompt, size=demand.size, n=demand.n, calls=demand.calls)
    assert expected(price, less) <= expected(price, more)
    assert worst(price, less) <= worst(price, more)


@given(prices, demands())
def test_what_the_formula_bills_stays_under_the_worst_case(
    price: TokenPrice | ImagePrice, demand: Demand
) -> None:
    usage = expected_usage(price, demand)
    assert billed(price, usage, demand.size) <= worst(price, demand)


@given(prices, demands(), st.data())
def test_any_split_into_calls_stays_under_the_ceiling(
    price: TokenPrice | ImagePrice, demand: Demand, data: st.DataObject
) -> None:
    first = data.draw(st.integers(1, demand.n))
    parts = [first, demand.n - first] if first < demand.n else [first]
    bill = sum(
        billed(
            price,
            expected_usage(price, Demand(prompt=demand.prompt, size=demand.size, n=n)),
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
