"""The shipped catalog at several dates, and what names mean in it."""

from datetime import date

import pytest

from aquatint.catalog.load import Catalog
from aquatint.catalog.model import Row, Size, Tier, TokenPrice
from aquatint.catalog.pricing import Demand, expected, worst
from aquatint.money import from_usd, show

TODAY = date(2026, 11, 22)
THEN = date(2025, 1, 12)
BETWEEN = date(2026, 1, 12)


def row(catalog: Catalog, key: str) -> Row:
    found = catalog.get(key)
    assert found is not None, key
    return found


def square(row: Row) -> str:
    assert row.price is not None
    return show(expected(row.price, Demand(prompt="", size=Size(width=1024, height=1024))))


def live_chain(catalog: Catalog, tier: Tier) -> list[tuple[str, str]]:
    return [(each.key, square(each)) for each in catalog.own_chain(tier) if catalog.live(each)]


def test_chains_today() -> None:
    catalog = Catalog(TODAY)
    assert {tier: live_chain(catalog, tier) for tier in Tier} == {
        Tier.ULTRA: [("openai-gpt-image-2.6-sunburst-xhigh", "$0.0937")],
        Tier.HIGH: [("openai-gpt-image-2.6-flare-high", "$0.0527")],
        Tier.STANDARD: [("openai-gpt-image-2.5-flare-medium", "$0.0132")],
        Tier.FAST: [("openai-gpt-image-2.5-flare-low", "$0.0059")],
    }


def test_chains_at_the_specification() -> None:
    catalog = Catalog(THEN)
    assert live_chain(catalog, Tier.ULTRA) == [
        ("openai-dall-e-3-hd-1024", "$0.1200"),
        ("openai-dall-e-3-standard-1024", "$0.0400"),
    ]
    assert live_chain(catalog, Tier.HIGH) == [
        ("openai-dall-e-3-standard-1024", "$0.0400"),
        ("openai-dall-e-2-1024", "$0.0200"),
    ]


def test_lower_tiers_follow_and_no_row_comes_twice() -> None:
    keys = [each.key for each in Catalog(THEN).chain(Tier.ULTRA)]
    assert keys == [
        "openai-gpt-image-2.6-sunburst-xhigh",
        "openai-dall-e-3-hd-1024",
        "openai-dall-e-3-standard-1024",
        "openai-gpt-image-2.6-flare-high",
        "openai-dall-e-2-1024",
        "openai-gpt-image-2.5-flare-medium",
        "openai-gpt-image-2.5-flare-low",
    ]
    assert [each.key for each in Catalog(TODAY).chain(Tier.FAST)] == [
        "openai-gpt-image-2.5-flare-low"
    ]


@pytest.mark.parametrize(
    ("as_of", "key", "status"),
    [
        ("2026-11-22", "openai-dall-e-3-hd-1024", "Model retired by provider on 2026-05-12"),
        ("2026-11-22", "openai-dall-e-3-hd", "Model retired by provider on 2026-05-12"),
        ("2026-11-22", "openai-dall-e-2-1024", "Model retired by provider on 2026-05-12"),
        ("2026-11-22", "openai-gpt-image-1-high", "Model retired by provider on 2026-10-23"),
        ("2026-11-30", "openai-gpt-image-1.5-high", "Provider operational"),
        ("2026-12-01", "openai-gpt-image-1.5-high", "Model retired by provider on 2026-12-01"),
        ("2026-12-01", "openai-gpt-image-1-mini-low", "Model retired by provider on 2026-12-01"),
        (
            "2026-12-01",
            "openai-chatgpt-image-latest-low",
            "Model retired by provider on 2026-12-01",
        ),
        ("2026-05-11", "openai-dall-e-3-standard", "Provider operational"),
        ("2026-05-12", "openai-dall-e-3-standard-1024", "Model retired by provider on 2026-05-12"),
        ("2025-11-30", "openai-dall-e-3-hd-1024", "Provider operational"),
        ("2025-11-30", "openai-dall-e-3-hd", "Model not available before 2025-12-01"),
        ("2025-12-01", "openai-dall-e-3-hd-1024", "Priced as openai-dall-e-3-hd since 2025-12-01"),
        ("2025-12-01", "openai-dall-e-3-hd", "Provider operational"),
        ("2023-12-31", "openai-dall-e-2-1024", "Model not available before 2024-01-01"),
    ],
)
def test_status(as_of: str, key: str, status: str) -> None:
    catalog = Catalog(date.fromisoformat(as_of))
    assert catalog.status(row(catalog, key)).reason == status


def test_hd_costs_what_the_specification_says_and_later_what_the_provider_took() -> None:
    assert square(row(Catalog(THEN), "openai-dall-e-3-hd-1024")) == "$0.1200"
    twin = Catalog(BETWEEN).chain(Tier.ULTRA)[1]
    assert (twin.key, square(twin)) == ("openai-dall-e-3-hd", "$0.0800")


def test_every_live_openai_model_has_every_quality() -> None:
    catalog = Catalog(TODAY)
    offered: dict[str, list[str | None]] = {}
    for each in catalog.rows:
        if catalog.live(each):
            offered.setdefault(each.model, []).append(each.quality)
    full, three = ["low", "medium", "high", "xhigh", "max"], ["low", "medium", "high"]
    assert offered == {
        "gpt-image-2.6-sunburst": full,
        "gpt-image-2.6-flare": full,
        "gpt-image-2.5-sunburst": full,
        "gpt-image-2.5-flare": full,
        "gpt-image-2": three,
        "gpt-image-1.5": three,
        "chatgpt-image-latest": three,
        "gpt-image-1-mini": three,
    }


def test_specification_rows_are_marked() -> None:
    catalog = Catalog(TODAY)
    marked = [each for each in catalog.rows if each.specification]
    assert {each.key for each in marked} == {
        "openai-dall-e-3-hd-1024",
        "openai-dall-e-3-standard-1024",
        "openai-dall-e-2-1024",
    }
    assert {each.available_from for each in marked} == {date(2024, 1, 1)}


@pytest.mark.parametrize(
    ("quality", "dimensions", "dollars"),
    [
        ("low", "1024x1024", 0.005),
        ("low", "1024x1536", 0.006),
        ("medium", "1024x1024", 0.011),
        ("medium", "1536x1024", 0.015),
        ("high", "1024x1024", 0.036),
        ("high", "1024x1536", 0.052),
    ],
)
def test_worst_case_of_the_mini_holds_its_published_price(
    quality: str, dimensions: str, dollars: float
) -> None:
    width, height = map(int, dimensions.split("x"))
    price = row(Catalog(TODAY), f"openai-gpt-image-1-mini-{quality}").price
    assert price is not None
    demand = Demand(prompt="", size=Size(width=width, height=height))
    assert worst(price, demand) >= from_usd(dollars) > expected(price, demand)


@pytest.mark.parametrize("model", ["gpt-image-2.6-flare", "gpt-image-2.6-sunburst"])
def test_worst_case_of_26_is_wide_below_high_and_narrow_from_there(model: str) -> None:
    percents = [
        each.price.worst_percent
        for each in Catalog(TODAY).rows
        if each.model == model and isinstance(each.price, TokenPrice)
    ]
    assert percents == [400, 400, 102, 102, 102]


@pytest.mark.parametrize(
    ("model", "tier", "key"),
    [
        ("gpt-image-2.6-sunburst", "ultra", "openai-gpt-image-2.6-sunburst-xhigh"),
        ("gpt-image-2.6-sunburst", "fast", "openai-gpt-image-2.6-sunburst-low"),
        ("gpt-image-2.5-flare", "standard", "openai-gpt-image-2.5-flare-medium"),
        ("gpt-image-2", "ultra", "openai-gpt-image-2-high"),
        ("gpt-image-2", "high", "openai-gpt-image-2-medium"),
        ("gpt-image-1.5", "ultra", "openai-gpt-image-1.5-high"),
        ("openai-gpt-image-2.5-sunburst-max", "fast", "openai-gpt-image-2.5-sunburst-max"),
        ("dall-e-3", "ultra", "openai-dall-e-3-hd"),
        ("dall-e-3", "high", "openai-dall-e-3-standard"),
        ("openai-dall-e-3-hd-1024", "fast", "openai-dall-e-3-hd-1024"),
    ],
)
def test_names_today(model: str, tier: str, key: str) -> None:
    found = Catalog(TODAY).find(tier=Tier(tier), model=model)
    assert found is not None
    assert found.key == key


def test_a_model_key_follows_its_row_to_the_one_that_took_over() -> None:
    found = Catalog(BETWEEN).find(tier=Tier.FAST, model="openai-dall-e-3-hd-1024")
    assert found is not None
    assert found.key == "openai-dall-e-3-hd"


def test_a_live_row_comes_before_a_dead_one_of_the_same_name() -> None:
    found = Catalog(THEN).find(tier=Tier.ULTRA, model="dall-e-3")
    assert found is not None
    assert found.key == "openai-dall-e-3-hd-1024"


@pytest.mark.parametrize(
    ("tier", "key"),
    [
        ("ultra", "openai-gpt-image-2.6-sunburst-xhigh"),
        ("fast", "openai-gpt-image-2.5-flare-low"),
    ],
)
def test_a_provider_alone_means_its_first_in_the_chain(tier: str, key: str) -> None:
    found = Catalog(TODAY).find(tier=Tier(tier), provider="openai")
    assert found is not None
    assert found.key == key


@pytest.mark.parametrize(
    ("provider", "model"),
    [
        (None, None),
        (None, "no-such-model"),
        ("nobody", None),
        ("nobody", "gpt-image-2"),
        ("nobody", "openai-gpt-image-2-low"),
    ],
)
def test_names_of_nothing(provider: str | None, model: str | None) -> None:
    assert Catalog(TODAY).find(tier=Tier.FAST, provider=provider, model=model) is None


def test_the_providers_id_is_a_name_too() -> None:
    for each in Catalog(TODAY).rows:
        found = Catalog(TODAY).find(tier=Tier.HIGH, model=each.provider_model)
        assert found is not None
        assert found.provider_model == each.provider_model


@pytest.mark.parametrize(
    ("as_of", "model", "tier", "dimensions", "dollars"),
    [
        (THEN, "dall-e-3", "ultra", "1792x1024", "$0.1200"),
        (THEN, "dall-e-3", "high", "1792x1024", "$0.0400"),
        (THEN, "dall-e-2", "high", "256x256", "$0.0200"),
        (BETWEEN, "dall-e-3", "ultra", "1024x1792", "$0.1200"),
        (BETWEEN, "dall-e-3", "high", "1792x1024", "$0.0800"),
        (BETWEEN, "dall-e-2", "high", "512x512", "$0.0180"),
        (BETWEEN, "dall-e-2", "high", "256x256", "$0.0160"),
        # Below `high`, 2.6 is expected at 3.5 times the grid: 439 tokens become 1,537.
        (TODAY, "gpt-image-2.6-flare", "standard", "1024x1024", "$0.0461"),
        (TODAY, "gpt-image-2.6-flare", "high", "1024x1024", "$0.0527"),
    ],
)
def test_prices_by_date_and_size(
    as_of: date, model: str, tier: str, dimensions: str, dollars: str
) -> None:
    width, height = map(int, dimensions.split("x"))
    found = Catalog(as_of).find(tier=Tier(tier), model=model)
    assert found is not None
    assert found.price is not None
    demand = Demand(prompt="", size=Size(width=width, height=height))
    assert show(expected(found.price, demand)) == dollars
