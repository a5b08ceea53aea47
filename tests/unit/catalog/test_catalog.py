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
        Tier.ULTRA: [
            ("openai-gpt-image-2.6-sunburst-xhigh", "$0.0937"),
            ("together-flux.2-max", "$0.0734"),
            ("replicate-flux-1.1-pro-ultra", "$0.0600"),
            ("gemini-gemini-3-pro-image-2k", "$0.1344"),
        ],
        Tier.HIGH: [
            ("openai-gpt-image-2.6-flare-high", "$0.0527"),
            ("gemini-gemini-nano-banana-2.1-2k", "$0.0504"),
            ("replicate-flux-1.1-pro", "$0.0400"),
            ("together-flux.2-pro", "$0.0300"),
        ],
        Tier.STANDARD: [
            ("openai-gpt-image-2.5-flare-medium", "$0.0132"),
            ("together-flux.2-dev", "$0.0154"),
            ("replicate-flux-2-dev", "$0.0140"),
            ("gemini-gemini-nano-banana-2.1-1k", "$0.0336"),
        ],
        Tier.FAST: [
            ("together-juggernaut-lightning-flux", "$0.0018"),
            ("replicate-flux-schnell", "$0.0030"),
            ("openai-gpt-image-2.5-flare-low", "$0.0059"),
            ("gemini-gemini-3.1-flash-lite-image-1k", "$0.0336"),
        ],
    }


def test_chains_at_the_specification() -> None:
    catalog = Catalog(THEN)
    assert {tier: live_chain(catalog, tier) for tier in Tier} == {
        Tier.ULTRA: [
            ("openai-dall-e-3-hd-1024", "$0.1200"),
            ("openai-dall-e-3-standard-1024", "$0.0400"),
            ("together-stable-diffusion-xl-1024", "$0.0030"),
            ("replicate-sdxl-1024", "$0.0025"),
        ],
        Tier.HIGH: [
            ("openai-dall-e-3-standard-1024", "$0.0400"),
            ("openai-dall-e-2-1024", "$0.0200"),
            ("together-stable-diffusion-xl-1024", "$0.0030"),
            ("replicate-sdxl-1024", "$0.0025"),
            ("replicate-realistic-vision-1024", "$0.0018"),
        ],
        Tier.STANDARD: [
            ("together-stable-diffusion-xl-1024", "$0.0030"),
            ("together-playground-v2.5-1024", "$0.0020"),
            ("replicate-sdxl-1024", "$0.0025"),
            ("replicate-realistic-vision-1024", "$0.0018"),
        ],
        Tier.FAST: [
            ("together-stable-diffusion-2-1-1024", "$0.0010"),
            ("together-stable-diffusion-xl-1024", "$0.0030"),
        ],
    }


def test_nothing_but_the_specification_is_offered_on_its_day() -> None:
    catalog = Catalog(THEN)
    live = {each.key for each in catalog.rows if catalog.live(each)}
    assert live == {each.key for each in catalog.rows if each.specification}


@pytest.mark.parametrize("as_of", [THEN, BETWEEN, TODAY])
def test_lower_tiers_follow_and_no_row_comes_twice(as_of: date) -> None:
    catalog = Catalog(as_of)
    ladder = (Tier.ULTRA, Tier.HIGH, Tier.STANDARD, Tier.FAST)
    keys = [each.key for tier in ladder for each in catalog.own_chain(tier)]
    assert [each.key for each in catalog.chain(Tier.ULTRA)] == list(dict.fromkeys(keys))
    assert catalog.chain(Tier.FAST) == catalog.own_chain(Tier.FAST)


@pytest.mark.parametrize(
    ("as_of", "kept", "away"),
    [
        (THEN, "openai-dall-e-3-hd-1024", "openai-dall-e-3-hd"),
        (BETWEEN, "openai-dall-e-3-hd", "openai-dall-e-3-hd-1024"),
        (TODAY, "openai-dall-e-3-hd", "openai-dall-e-3-hd-1024"),
        (THEN, "together-stable-diffusion-xl-1024", "together-stable-diffusion-xl-base-1.0"),
        (TODAY, "openai-gpt-image-2.6-sunburst-xhigh", "together-stable-diffusion-xl-1024"),
        (TODAY, "together-flux.2-max", "together-stable-diffusion-xl-base-1.0"),
        (BETWEEN, "together-flux.2-max", "replicate-sdxl-1024"),
        (TODAY, "together-flux.2-max", "replicate-sdxl"),
    ],
)
def test_of_a_row_and_its_successor_the_chain_holds_one_at_most(
    as_of: date, kept: str, away: str
) -> None:
    keys = [each.key for each in Catalog(as_of).chain(Tier.ULTRA)]
    assert kept in keys
    assert away not in keys


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
        ("2026-12-01", "together-gpt-image-1.5", "Model retired by provider on 2026-12-01"),
        (
            "2026-11-22",
            "together-stable-diffusion-2-1-1024",
            "Model retired by provider on 2025-11-30",
        ),
        ("2025-11-29", "together-playground-v2.5-1024", "Provider operational"),
        ("2025-11-30", "together-playground-v2.5-1024", "Model retired by provider on 2025-11-30"),
        (
            "2026-11-22",
            "together-stable-diffusion-xl-1024",
            "Priced as together-stable-diffusion-xl-base-1.0 since 2025-12-01",
        ),
        ("2026-11-22", "replicate-sdxl-1024", "Priced as replicate-sdxl since 2025-12-01"),
        ("2026-11-22", "together-flash-image-3.1-lite", "Price unknown"),
        (
            "2026-11-22",
            "gemini-gemini-2.5-flash-image",
            "Model retired by provider on 2026-10-02",
        ),
        (
            "2026-10-05",
            "gemini-gemini-nano-banana-2.1-1k",
            "Model not available before 2026-10-06",
        ),
    ],
)
def test_status(as_of: str, key: str, status: str) -> None:
    catalog = Catalog(date.fromisoformat(as_of))
    assert catalog.status(row(catalog, key)).reason == status


def test_hd_costs_what_the_specification_says_and_later_what_the_provider_took() -> None:
    assert square(row(Catalog(THEN), "openai-dall-e-3-hd-1024")) == "$0.1200"
    twin = row(Catalog(BETWEEN), "openai-dall-e-3-hd")
    assert square(twin) == "$0.0800"
    assert twin in Catalog(BETWEEN).own_chain(Tier.ULTRA)


def test_every_live_openai_model_has_every_quality() -> None:
    catalog = Catalog(TODAY)
    offered: dict[str, list[str | None]] = {}
    for each in catalog.rows:
        if each.provider == "openai" and catalog.live(each):
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
        "together-stable-diffusion-xl-1024",
        "together-stable-diffusion-2-1-1024",
        "together-playground-v2.5-1024",
        "replicate-sdxl-1024",
        "replicate-realistic-vision-1024",
    }
    assert all(each.ends <= date(2025, 12, 1) for each in marked)
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
