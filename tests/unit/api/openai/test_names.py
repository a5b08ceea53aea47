"""What a model's name means, at each date of the catalog."""

from datetime import date

import pytest

from aquatint.api.openai.names import ModelNotFound, Named, named
from aquatint.catalog.load import Catalog
from aquatint.catalog.model import Tier

TODAY = Catalog(date(2026, 11, 22))
THEN = Catalog(date(2025, 1, 12))
KNOWN = ("openai", "together", "replicate", "gemini", "mine")


def asked(catalog: Catalog, name: str | None, quality: str | None = None) -> Named:
    return named(catalog, KNOWN, name, quality)


@pytest.mark.parametrize(
    ("name", "quality", "tier"),
    [
        ("aquatint/auto", None, None),
        ("aquatint/auto", "xhigh", Tier.ULTRA),
        ("aquatint/ultra", None, Tier.ULTRA),
        ("aquatint/fast", "high", Tier.FAST),
        (None, None, None),
        (None, "low", Tier.FAST),
        (None, "auto", None),
    ],
)
def test_tiers(name: str | None, quality: str | None, tier: Tier | None) -> None:
    assert asked(TODAY, name, quality) == Named(tier=tier)


def test_the_models_row_of_the_very_quality() -> None:
    assert asked(TODAY, "gpt-image-2.5-flare", "max").model == "openai-gpt-image-2.5-flare-max"
    assert asked(TODAY, "openai/gpt-image-2.5-flare", "low") == Named(
        provider="openai", model="openai-gpt-image-2.5-flare-low", tier=Tier.FAST
    )
    assert asked(TODAY, "gpt-image-2.5-flare").model == "gpt-image-2.5-flare"
    key = "openai-gpt-image-2.5-flare-low"
    assert asked(TODAY, key, "max").model == key, "a row's own key is exact"


def test_a_retired_model_is_followed_by_the_one_its_provider_names() -> None:
    found = asked(TODAY, "dall-e-3", "hd")
    assert (found.provider, found.model, found.tier) == (
        "openai",
        "gpt-image-2.6-sunburst",
        Tier.ULTRA,
    )
    (why,) = found.warnings
    assert why.startswith("dall-e-3: Model retired by provider on 2026-05-12")
    assert why.endswith("gpt-image-2.6-sunburst is asked instead")


def test_a_model_of_its_time_is_itself() -> None:
    found = asked(THEN, "dall-e-3", "hd")
    assert (found.tier, found.warnings) == (Tier.ULTRA, ())
    assert "dall-e-3-hd" in (found.model or "")


@pytest.mark.parametrize(
    "name", ["nothing", "openai/nothing", "aquatint/best", "aquatint/", "mine/gpt-image-2", "/"]
)
def test_nobodys_names(name: str) -> None:
    with pytest.raises(ModelNotFound):
        asked(TODAY, name)
