"""Providers that cannot be asked: whose reason is told, and what is said when none is left."""

import pytest

from aquatint.catalog.reasons import Availability
from aquatint.errors import InvalidRequest, NoProviderAvailable
from tests.unit.routing.market import (
    COOLING,
    DISABLED,
    MARKET,
    NO_KEY,
    OPEN,
    TODAY,
    ask,
    market,
    offering,
    reasons,
)


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
