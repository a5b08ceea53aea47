"""Which models are tried and why not the others."""

from datetime import date, timedelta

import pytest

from aquatint.errors import InvalidRequest, PriceUnknown
from aquatint.routing.decision import MAX_ALTERNATIVES
from tests.unit.routing.market import (
    ALL,
    MARKET,
    NO_KEY,
    OPEN,
    THEN,
    ask,
    keys,
    made,
    market,
    offering,
    reasons,
)


def test_today_ultra_is_sunburst() -> None:
    decision = ask()
    assert decision.chosen.row.key == "openai-gpt-image-2.6-sunburst-xhigh"
    assert decision.cost == 3122 * 30 + 2 * 5
    assert decision.max_cost == 3185 * 30 + 5 * 5
    assert decision.original_provider is None
    assert decision.warnings == ()


def test_frozen_are_those_hardly_dearer_and_the_others_are_told() -> None:
    decision = ask("high", market())
    assert keys(decision.candidates) == ["acme-best", "acme-near", "zeta-cheap"]
    assert reasons(decision) == {
        "acme-old": "Model retired by provider on 2026-06-01",
        "zeta-dear": "Dearer than the confirmed price",
    }
    assert (decision.cost, decision.max_cost) == (40_000, 50_000)


def test_half_a_cent_an_image_counts_when_a_quarter_is_less() -> None:
    rows = [made("acme-best", 1_000, tiers=ALL), made("zeta-dear", 6_000, tiers=ALL)]
    others = [row for row in MARKET if row.key not in {"acme-best", "zeta-dear"}]
    for n in (1, 3):
        decision = ask("high", market(rows=[*rows, *others]), n=n)
        assert decision.cost == n * 1_000
        assert "zeta-dear" in keys(decision.candidates)
    dearer = [rows[0], made("zeta-dear", 6_001, tiers=ALL), *others]
    assert "zeta-dear" not in keys(ask("high", market(rows=dearer), n=3).candidates)


def test_alternatives_own_chain_then_others_by_price_then_the_lower_chain() -> None:
    decision = ask("high", market())
    assert keys(decision.alternatives) == ["acme-near", "zeta-dear", "zeta-extra", "zeta-cheap"]
    assert [each.worst for each in decision.alternatives] == [50_000, 50_001, 30_000, 2_000]


def test_alternatives_are_few() -> None:
    assert len(ask().alternatives) == MAX_ALTERNATIVES


def test_the_first_live_row_passed_over_is_a_fallback() -> None:
    decision = ask("high", market(acme=OPEN))
    assert keys(decision.candidates) == ["zeta-dear", "zeta-cheap"]
    assert decision.original_provider == "acme"
    assert reasons(decision)["acme-best"] == "Circuit breaker OPEN (5 failures)"


def test_a_retired_row_passed_over_is_no_fallback() -> None:
    assert ask("high", market()).original_provider is None


def test_a_retired_row_of_a_disabled_provider_is_no_fallback_either() -> None:
    rows = [
        row.model_copy(update={"provider": "gone"}) if row.key == "acme-old" else row
        for row in MARKET
    ]
    decision = ask("high", market(rows=rows))
    assert reasons(decision)["acme-old"] == "API key not configured"
    assert decision.original_provider is None


def test_a_named_model_comes_first_at_this_tiers_quality() -> None:
    decision = ask("high", model="gpt-image-2.5-sunburst")
    assert keys(decision.candidates)[:2] == [
        "openai-gpt-image-2.5-sunburst-high",
        "openai-gpt-image-2.6-flare-high",
    ]
    assert keys(decision.alternatives)[0] == "openai-gpt-image-2.6-flare-high"
    assert decision.original_provider is None


def test_a_named_model_that_is_retired_falls_to_the_chain_with_a_warning() -> None:
    decision = ask("ultra", model="dall-e-3")
    assert decision.chosen.row.key == "openai-gpt-image-2.6-sunburst-xhigh"
    assert decision.warnings == ("dall-e-3 is not used: Model retired by provider on 2026-05-12",)
    assert decision.rejected[0].public() == {
        "provider": "openai",
        "model": "dall-e-3",
        "code": "retired",
        "reason": "Model retired by provider on 2026-05-12",
    }
    assert decision.original_provider is None


def test_a_named_model_that_is_unavailable_is_a_fallback_with_a_warning() -> None:
    decision = ask("high", market(zeta=OPEN), model="vendor/extra")
    assert decision.chosen.row.key == "acme-best"
    assert decision.original_provider == "zeta"
    assert decision.warnings == ("extra is not used: Circuit breaker OPEN (5 failures)",)


def test_a_provider_may_be_named_alone() -> None:
    assert ask("high", market(), provider="zeta").chosen.row.key == "zeta-dear"


def test_a_known_provider_with_nothing_to_offer_falls_to_the_chain_with_a_warning() -> None:
    decision = ask(offered=offering(elsewhere=NO_KEY), provider="elsewhere")
    assert decision.chosen.row.provider == "openai"
    assert decision.warnings == ("elsewhere has no model to offer",)


@pytest.mark.parametrize(
    ("provider", "model", "message"),
    [
        (None, "gpt-image-9", "Unknown model: 'gpt-image-9'"),
        ("openai", "sdxl", "Unknown model: 'sdxl' at openai"),
        ("nobody", None, "Unknown provider: 'nobody'"),
    ],
)
def test_names_of_nothing(provider: str | None, model: str | None, message: str) -> None:
    with pytest.raises(InvalidRequest) as caught:
        ask(provider=provider, model=model)
    assert caught.value.message == message


def test_a_named_model_without_a_price_is_refused() -> None:
    with pytest.raises(PriceUnknown, match="Price unknown: acme-unpriced"):
        ask("high", market(), model="unpriced")


def test_the_specifications_day() -> None:
    decision = ask(offered=offering(as_of=THEN))
    assert (decision.chosen.row.key, decision.cost) == ("openai-dall-e-3-hd-1024", 120_000)
    assert keys(decision.candidates)[1] == "openai-dall-e-3-standard-1024"
    high = ask("high", offering(as_of=THEN))
    assert (high.chosen.row.key, high.cost) == ("openai-dall-e-3-standard-1024", 40_000)
    assert reasons(high)["openai-gpt-image-2.6-flare-high"] == (
        "Model not available before 2026-11-05"
    )


def test_three_models_leave_on_their_day() -> None:
    last = offering(as_of=date(2026, 11, 30))
    model = "gpt-image-1.5"
    assert ask(offered=last, model=model).chosen.row.model == model
    after = offering(as_of=last.catalog.as_of + timedelta(days=1))
    assert ask(offered=after, model=model).chosen.row.model == "gpt-image-2.6-sunburst"
