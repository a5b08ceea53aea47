"""Which models are tried and why not the others."""

from datetime import date, timedelta

import pytest

from aquatint.catalog.files import Offers, read
from aquatint.catalog.load import Catalog
from aquatint.catalog.model import ImagePrice, Row, Tier
from aquatint.catalog.reasons import Availability
from aquatint.errors import InvalidRequest, NoProviderAvailable, PriceUnknown
from aquatint.routing.candidates import Candidate, QuoteRequest
from aquatint.routing.decision import MAX_ALTERNATIVES, Decision, Offering, decide
from aquatint.routing.tiers import Source, TierDecision

TODAY = date(2026, 11, 22)
THEN = date(2025, 1, 12)

ON = Availability(available=True, code="ok", reason="Provider operational")
NO_KEY = Availability(available=False, code="no_key", reason="API key not configured")
DISABLED = Availability(
    available=False,
    code="disabled",
    reason="Feature flag disabled: ENABLE_IMAGE_GENERATION_OPENAI",
)
OPEN = Availability(
    available=False, code="breaker_open", reason="Circuit breaker OPEN (5 failures)"
)
COOLING = Availability(
    available=False, code="cooling_down", reason="Rate limited by provider until 12:00:00"
)


def offering(
    openai: Availability = ON,
    *,
    as_of: date = TODAY,
    gone: frozenset[tuple[str, str]] = frozenset(),
    **others: Availability,
) -> Offering:
    return Offering(catalog=Catalog(as_of), availability={"openai": openai, **others}, gone=gone)


def ask(
    tier: str = "ultra",
    offered: Offering | None = None,
    *,
    prompt: str = "a cat",
    n: int = 1,
    provider: str | None = None,
    model: str | None = None,
) -> Decision:
    return decide(
        QuoteRequest(prompt=prompt, n=n, provider=provider, model=model),
        tier=TierDecision(tier=Tier(tier), words=(), source=Source.CALLER),
        offering=offered or offering(),
    )


def keys(candidates: tuple[Candidate, ...]) -> list[str]:
    return [each.row.key for each in candidates]


def reasons(decision: Decision) -> dict[str, str]:
    return {each.model_key: each.reason for each in decision.rejected}


# A small market of two providers, to see what one alone cannot show.


def made(key: str, amount: int, *, tiers: tuple[Tier, ...], **changes: object) -> Row:
    provider, _, model = key.partition("-")
    base = read().rows["openai-gpt-image-2-low"]
    update = {
        "key": key,
        "provider": provider,
        "model": model,
        "provider_model": f"vendor/{model}",
        "price": ImagePrice(amount=amount),
        "tiers": tiers,
        "available_from": date(2026, 1, 1),
        **changes,
    }
    return base.model_copy(update=update)


ALL = tuple(Tier)
MARKET = [
    made("acme-best", 40_000, tiers=ALL),
    made("acme-near", 50_000, tiers=ALL),
    made("zeta-dear", 50_001, tiers=ALL),
    made("zeta-cheap", 2_000, tiers=ALL),
    made("zeta-extra", 30_000, tiers=ALL),
    made("acme-old", 1_000, tiers=ALL, retired_on=date(2026, 6, 1)),
    made("acme-unpriced", 0, tiers=ALL, price=None),
]
HIGH = ("acme-old", "acme-best", "acme-near", "zeta-dear")


def market(
    acme: Availability = ON,
    zeta: Availability = ON,
    *,
    gone: frozenset[tuple[str, str]] = frozenset(),
    rows: list[Row] = MARKET,
) -> Offering:
    chains = dict.fromkeys(Tier, ()) | {Tier.HIGH: HIGH, Tier.STANDARD: ("zeta-cheap",)}
    offers = Offers(rows={row.key: row for row in rows}, chains=chains)
    return Offering(
        catalog=Catalog(TODAY, offers), availability={"acme": acme, "zeta": zeta}, gone=gone
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


@pytest.mark.parametrize("state", [NO_KEY, DISABLED, OPEN, COOLING])
def test_reasons_are_the_providers_own(state: Availability) -> None:
    assert reasons(ask("high", market(acme=state)))["acme-best"] == state.reason


@pytest.mark.parametrize(
    ("state", "reason"),
    [
        (DISABLED, DISABLED.reason),
        (NO_KEY, NO_KEY.reason),
        (OPEN, "Model retired by provider on 2026-06-01"),
        (COOLING, "Model retired by provider on 2026-06-01"),
    ],
)
def test_flag_and_key_outrank_the_lifecycle_and_that_the_breaker(
    state: Availability, reason: str
) -> None:
    assert reasons(ask("high", market(acme=state)))["acme-old"] == reason


def test_a_model_marked_gone_is_skipped_alone() -> None:
    decision = ask("high", market(gone=frozenset({("acme", "vendor/best")})))
    assert decision.chosen.row.key == "acme-near"
    assert reasons(decision)["acme-best"] == "Model not available at provider"
    assert decision.original_provider == "acme"


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
    decision = ask(offered=offering(gemini=NO_KEY), provider="gemini")
    assert decision.chosen.row.provider == "openai"
    assert decision.warnings == ("gemini has no model to offer",)


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


def test_the_only_enabled_providers_breaker_is_open() -> None:
    with pytest.raises(NoProviderAvailable) as caught:
        ask(offered=offering(OPEN, together=NO_KEY, replicate=DISABLED))
    assert caught.value.message == "Circuit breaker OPEN: provider unavailable"
    listed = caught.value.details["rejected"]
    assert isinstance(listed, list)
    assert listed[0] == {
        "provider": "openai",
        "model": "gpt-image-2.6-sunburst",
        "code": "breaker_open",
        "reason": "Circuit breaker OPEN (5 failures)",
    }


@pytest.mark.parametrize(
    ("acme", "zeta", "message"),
    [
        (OPEN, NO_KEY, "Circuit breaker OPEN: provider unavailable"),
        (
            OPEN,
            COOLING,
            (
                "All providers unavailable: acme (Circuit breaker OPEN), "
                "zeta (Rate limited by provider until 12:00:00)"
            ),
        ),
        (
            NO_KEY,
            DISABLED,
            (
                "All providers unavailable: acme (API key not configured), "
                "zeta (Feature flag disabled: ENABLE_IMAGE_GENERATION_OPENAI)"
            ),
        ),
        (
            NO_KEY,
            COOLING,
            (
                "All providers unavailable: acme (API key not configured), "
                "zeta (Rate limited by provider until 12:00:00)"
            ),
        ),
    ],
)
def test_nothing_available(acme: Availability, zeta: Availability, message: str) -> None:
    with pytest.raises(NoProviderAvailable) as caught:
        ask("high", market(acme, zeta))
    assert caught.value.message == message
    assert caught.value.status == 503


def test_a_working_provider_whose_models_are_all_retired() -> None:
    rows = [row.model_copy(update={"retired_on": TODAY}) for row in MARKET]
    with pytest.raises(NoProviderAvailable, match=r"acme \(Model retired by provider on"):
        ask("high", market(rows=rows))


def test_a_prompt_that_no_model_takes_is_the_callers_mistake() -> None:
    with pytest.raises(InvalidRequest, match="No model takes this request: Does not support"):
        ask("high", market(), prompt="x" * 32_001)


def test_a_prompt_too_long_for_one_model_goes_to_the_next_and_is_no_fallback() -> None:
    short = MARKET[0].capabilities.model_copy(update={"max_prompt": 10})
    rows = [MARKET[0].model_copy(update={"capabilities": short}), *MARKET[1:]]
    decision = ask("high", market(rows=rows), prompt="x" * 11)
    assert decision.chosen.row.key == "acme-near"
    assert decision.original_provider is None
    assert reasons(decision)["acme-best"] == "Does not support prompts longer than 10 characters"


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
