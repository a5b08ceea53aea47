"""Four providers: who is tried, at what price and size, when some of them are away."""

import pytest

from aquatint.catalog.load import Catalog
from aquatint.catalog.model import Size, Tier
from aquatint.catalog.reasons import Availability
from aquatint.errors import NoProviderAvailable
from aquatint.routing.candidates import ImageSettings, QuoteRequest
from aquatint.routing.decision import Decision, Offering, decide
from aquatint.routing.tiers import decide_tier
from tests.unit.routing.market import (
    COOLING,
    DISABLED,
    NO_KEY,
    ON,
    OPEN,
    THEN,
    TODAY,
    ask,
    keys,
    reasons,
)


def four(
    openai: Availability = ON,
    *,
    then: bool = False,
    gone: frozenset[tuple[str, str]] = frozenset(),
    **others: Availability,
) -> Offering:
    away = {"together": ON, "replicate": ON, "gemini": ON} | others
    return Offering(
        catalog=Catalog(THEN if then else TODAY), availability={"openai": openai, **away}, gone=gone
    )


def in_words(words: str, offered: Offering) -> Decision:
    tier = decide_tier(named=None, own_words=words, tool_quality=None, tool_prompt=None)
    return decide(QuoteRequest(prompt=words), tier=tier, offering=offered)


# ---------------------------------------------------------------- the specification's day


def test_scenario_1_everyone_is_there() -> None:
    decision = in_words("Generate a photorealistic sunset over mountains", four(then=True))
    chosen = decision.chosen.row
    assert (decision.tier.tier, chosen.provider, chosen.model) == ("ultra", "openai", "dall-e-3")
    assert (decision.cost, decision.original_provider) == (120_000, None)
    assert keys(decision.candidates) == [
        "openai-dall-e-3-hd-1024",
        "openai-dall-e-3-standard-1024",
        "together-stable-diffusion-xl-1024",
        "replicate-sdxl-1024",
        "openai-dall-e-2-1024",
        "replicate-realistic-vision-1024",
        "together-playground-v2.5-1024",
        "together-stable-diffusion-2-1-1024",
    ]


def test_scenario_2_the_first_is_switched_off() -> None:
    decision = in_words("Generate a high-quality artistic landscape", four(DISABLED, then=True))
    chosen = decision.chosen.row
    assert (decision.tier.tier, decision.tier.words) == ("high", ("high quality", "artistic"))
    assert (chosen.provider, chosen.model) == ("together", "stable-diffusion-xl")
    assert (decision.cost, decision.original_provider) == (3_000, "openai")
    told = reasons(decision)["openai-dall-e-3-standard-1024"]
    assert told == "Feature flag disabled: ENABLE_IMAGE_GENERATION_OPENAI"
    assert keys(decision.alternatives) == [
        "replicate-sdxl-1024",
        "replicate-realistic-vision-1024",
        "together-playground-v2.5-1024",
        "together-stable-diffusion-2-1-1024",
    ]


def test_a_quick_sketch_on_that_day() -> None:
    decision = in_words("Generate a quick sketch", four(then=True))
    assert decision.chosen.row.key == "together-stable-diffusion-2-1-1024"
    assert (decision.cost, decision.original_provider) == (1_000, None)
    assert keys(decision.candidates)[1] == "together-stable-diffusion-xl-1024"
    with pytest.raises(NoProviderAvailable):  # nobody else had a fast model
        in_words("Generate a quick sketch", four(then=True, together=OPEN))


def test_the_last_fallback_of_the_specifications_example() -> None:
    decision = ask("ultra", four(OPEN, then=True))
    assert decision.chosen.row.key == "together-stable-diffusion-xl-1024"
    assert (decision.cost, decision.original_provider) == (3_000, "openai")


def test_a_model_gone_at_its_provider_goes_to_the_next() -> None:
    gone = frozenset({("together", "stabilityai/stable-diffusion-xl-base-1.0")})
    decision = ask("high", four(DISABLED, then=True, gone=gone))
    assert decision.chosen.row.key == "replicate-sdxl-1024"
    told = reasons(decision)["together-stable-diffusion-xl-1024"]
    assert told == "Model not available at provider"
    assert decision.original_provider == "openai"


# ---------------------------------------------------------------- today


@pytest.mark.parametrize(
    ("tier", "frozen"),
    [
        (
            "ultra",
            [
                "openai-gpt-image-2.6-sunburst-xhigh",
                "together-flux.2-max",
                "replicate-flux-1.1-pro-ultra",
                "openai-gpt-image-2.6-flare-high",
            ],
        ),
        ("fast", ["together-juggernaut-lightning-flux", "replicate-flux-schnell"]),
        (
            "standard",
            [
                "openai-gpt-image-2.5-flare-medium",
                "together-flux.2-dev",
                "replicate-flux-2-dev",
                "together-juggernaut-lightning-flux",
            ],
        ),
    ],
)
def test_the_frozen_walk_begins_with_the_chain(tier: str, frozen: list[str]) -> None:
    assert keys(ask(tier, four()).candidates)[: len(frozen)] == frozen


def test_a_dearer_member_of_the_chain_is_told_and_offered_beside() -> None:
    decision = ask("ultra", four())
    dear = "gemini-gemini-3-pro-image-2k"
    assert reasons(decision)[dear] == "Dearer than the confirmed price"
    beside = next(each for each in decision.alternatives if each.row.key == dear)
    assert beside.expected == 134_400 + 2 * 2
    assert beside.worst == 134_400 + 4096 * 12 + 5 * 2
    assert beside.worst > decision.max_cost


def test_the_dearer_one_is_taken_when_it_is_the_only_one() -> None:
    decision = ask("ultra", four(OPEN, together=NO_KEY, replicate=COOLING))
    assert decision.chosen.row.key == "gemini-gemini-3-pro-image-2k"
    assert decision.original_provider == "openai"
    assert reasons(decision)["replicate-flux-1.1-pro-ultra"] == COOLING.reason


def test_alternatives_begin_with_the_chain_then_the_cheapest_of_the_tier() -> None:
    decision = ask("ultra", four())
    assert keys(decision.alternatives) == [
        "together-flux.2-max",
        "replicate-flux-1.1-pro-ultra",
        "gemini-gemini-3-pro-image-2k",
        "openai-gpt-image-1-mini-high",
        "together-gpt-image-2",
        "together-ideogram-4.0",
    ]


@pytest.mark.parametrize("tier", list(Tier))
def test_what_is_asked_only_by_name_is_no_alternative(tier: Tier) -> None:
    offered = four()
    for decision in (ask(tier, offered), ask(tier, four(OPEN, gemini=OPEN))):
        chain = {row.key for row in offered.catalog.chain(tier)}
        others = [each.row for each in decision.alternatives if each.row.key not in chain]
        assert all(tier in row.tiers for row in others)


def test_each_candidate_has_a_size_of_its_own() -> None:
    request = QuoteRequest(prompt="a cat", size=Size(width=1536, height=864))
    tier = ask("ultra").tier
    decision = decide(request, tier=tier, offering=four())
    every = {each.row.key: each for each in (*decision.alternatives, *decision.candidates)}
    sizes = {key: (str(each.size), each.size_changed) for key, each in every.items()}
    assert sizes["openai-gpt-image-2.6-sunburst-xhigh"] == ("1536x864", False)
    assert sizes["together-flux.2-max"] == ("1536x864", False)
    assert sizes["replicate-flux-1.1-pro-ultra"] == ("2752x1536", True)
    assert sizes["replicate-flux-schnell"] == ("1344x768", True)
    # 0.07 x 1.327104, rounded up: at this size more than a quarter above the first, so not frozen.
    assert every["together-flux.2-max"].expected == 92_898
    assert "together-flux.2-max" not in keys(decision.candidates)


def test_settings_are_dropped_where_they_are_not_taken_and_kept_where_they_are() -> None:
    settings = ImageSettings(seed=7, style="vivid", output_format="webp")
    request = QuoteRequest(prompt="a cat", settings=settings)
    decision = decide(request, tier=ask("fast").tier, offering=four())
    kept = {each.row.key: each.settings for each in decision.candidates}
    assert kept["together-juggernaut-lightning-flux"] == ImageSettings(seed=7)
    assert kept["replicate-flux-schnell"] == ImageSettings(seed=7, output_format="webp")
    assert kept["openai-gpt-image-2.5-flare-low"] == ImageSettings(output_format="webp")
    assert decision.warnings == (
        "Juggernaut-Lightning-Flux does not support style 'vivid': left out",
        "Juggernaut-Lightning-Flux does not support output format 'webp': left out",
    )


def test_a_named_model_that_only_edits_falls_to_the_chain_and_is_no_fallback() -> None:
    decision = ask("high", four(), model="flux-kontext-pro")
    assert decision.chosen.row.key == "openai-gpt-image-2.6-flare-high"
    assert decision.original_provider is None
    assert decision.warnings == (
        "flux-kontext-pro is not used: Does not support making an image from words alone",
    )


def test_a_named_model_of_another_provider_comes_before_the_chain() -> None:
    decision = ask("ultra", four(), model="FLUX.2-max")
    assert decision.chosen.row.key == "together-flux.2-max"
    # 1.25 x $0.0734 does not reach the chain's first.
    assert keys(decision.candidates)[1] == "replicate-flux-1.1-pro-ultra"
    assert keys(decision.alternatives)[0] == "openai-gpt-image-2.6-sunburst-xhigh"
    away = ask("ultra", four(together=OPEN), model="FLUX.2-max")
    assert away.chosen.row.key == "openai-gpt-image-2.6-sunburst-xhigh"
    assert away.original_provider == "together"
    assert away.warnings == ("FLUX.2-max is not used: Circuit breaker OPEN (5 failures)",)


def test_a_model_billed_by_the_second_is_bounded_by_its_time_limit() -> None:
    decision = ask("standard", four(), model="sdxl", n=2)
    assert decision.chosen.row.key == "replicate-sdxl"
    assert (decision.cost, decision.max_cost) == (8_775, 2 * 60 * 975)


def test_nobody_is_there() -> None:
    offered = four(OPEN, together=NO_KEY, replicate=COOLING, gemini=NO_KEY)
    with pytest.raises(NoProviderAvailable) as caught:
        ask("ultra", offered)
    assert caught.value.message == (
        "All providers unavailable: openai (Circuit breaker OPEN), "
        "together (API key not configured), "
        "replicate (Rate limited by provider until 12:00:00), "
        "gemini (API key not configured)"
    )
