"""What callers' names mean: model keys, short names, the providers' ids, a provider alone."""

from datetime import date

import pytest

from aquatint.catalog.load import Catalog
from aquatint.catalog.model import Tier

TODAY = date(2026, 11, 22)
THEN = date(2025, 1, 12)
BETWEEN = date(2026, 1, 12)


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
        ("FLUX.2-max", "fast", "together-flux.2-max"),
        ("black-forest-labs/FLUX.2-max", "ultra", "together-flux.2-max"),
        ("flux-1.1-pro-ultra", "ultra", "replicate-flux-1.1-pro-ultra"),
        ("gemini-nano-banana-2.1", "ultra", "gemini-gemini-nano-banana-2.1-4k"),
        ("gemini-nano-banana-2.1", "fast", "gemini-gemini-nano-banana-2.1-1k"),
        # A name that several providers have means the maker's own.
        ("gemini-3-pro-image", "ultra", "gemini-gemini-3-pro-image-2k"),
        ("openai/gpt-image-2", "fast", "together-gpt-image-2"),
        # The specification's names lead to what has taken over.
        ("stable-diffusion-xl", "standard", "together-stable-diffusion-xl-base-1.0"),
        ("sdxl", "standard", "replicate-sdxl"),
        ("realistic-vision", "standard", "replicate-realistic-vision-v5.1"),
        ("playground-v2.5", "standard", "together-playground-v2.5-1024"),
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
    ("as_of", "tier", "provider", "key"),
    [
        (TODAY, "ultra", "openai", "openai-gpt-image-2.6-sunburst-xhigh"),
        (TODAY, "fast", "openai", "openai-gpt-image-2.5-flare-low"),
        (TODAY, "ultra", "together", "together-flux.2-max"),
        (TODAY, "standard", "replicate", "replicate-flux-2-dev"),
        (TODAY, "high", "gemini", "gemini-gemini-nano-banana-2.1-2k"),
        (THEN, "ultra", "together", "together-stable-diffusion-xl-1024"),
        (THEN, "standard", "replicate", "replicate-sdxl-1024"),
        (THEN, "fast", "together", "together-stable-diffusion-2-1-1024"),
    ],
)
def test_a_provider_alone_means_its_first_in_the_chain(
    as_of: date, tier: str, provider: str, key: str
) -> None:
    found = Catalog(as_of).find(tier=Tier(tier), provider=provider)
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
