"""What must hold whatever is asked for and whoever is down."""

from contextlib import suppress
from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from aquatint.catalog.files import read
from aquatint.catalog.load import Catalog
from aquatint.catalog.model import Row, Size, Skill, Tier
from aquatint.catalog.reasons import Availability, Code
from aquatint.errors import NoProviderAvailable
from aquatint.routing.candidates import ImageSettings, QuoteRequest
from aquatint.routing.decision import Decision, Offering, decide
from aquatint.routing.tiers import Source, TierDecision

STATES = [Code.OK, Code.DISABLED, Code.NO_KEY, Code.BREAKER_OPEN, Code.COOLING_DOWN]
DAYS = [date(2025, 1, 12), date(2025, 12, 24), date(2026, 11, 22), date(2026, 12, 1)]
OFFERS = read()
PROVIDERS = ("openai", "together", "replicate", "gemini")
MODELS = sorted({(row.provider, row.provider_model) for row in OFFERS.rows.values()})


def availability(code: Code) -> Availability:
    return Availability(available=code is Code.OK, code=code, reason=f"because {code}")


@st.composite
def offerings(draw: st.DrawFn) -> Offering:
    return Offering(
        catalog=Catalog(draw(st.sampled_from(DAYS)), OFFERS),
        availability={
            name: availability(draw(st.sampled_from([Code.OK, Code.OK, *STATES])))
            for name in PROVIDERS
        },
        gone=frozenset(draw(st.sets(st.sampled_from(MODELS), max_size=5))),
    )


requests = st.builds(
    QuoteRequest,
    prompt=st.text(st.characters(codec="utf-8"), min_size=1, max_size=50),
    size=st.none() | st.builds(Size, width=st.integers(1, 5000), height=st.integers(1, 5000)),
    n=st.integers(1, 10),
    settings=st.builds(
        ImageSettings,
        style=st.none() | st.just("vivid"),
        seed=st.just(1),
        steps=st.none() | st.integers(1, 600),
        output_format=st.none() | st.sampled_from(["png", "jpeg", "gif"]),
    ),
    model=st.none() | st.sampled_from(sorted(key for key, row in OFFERS.rows.items() if row.price)),
)
tiers = st.builds(
    TierDecision, tier=st.sampled_from(Tier), words=st.just(()), source=st.just(Source.CALLER)
)


def walked(request: QuoteRequest, tier: TierDecision, offering: Offering) -> set[str]:
    catalog = offering.catalog
    named = catalog.find(tier=tier.tier, model=request.model)
    chain = {row.key for row in catalog.chain(tier.tier)}
    return chain | ({named.key} if named else set())


def fit(row: Row, offering: Offering) -> bool:
    """Of its day, and for making images from words."""
    in_time = row.available_from <= offering.catalog.as_of < row.ends
    return in_time and Skill.GENERATE in row.operations


def offered(row: Row, offering: Offering) -> bool:
    return (
        fit(row, offering)
        and offering.availability[row.provider].available
        and (row.provider, row.provider_model) not in offering.gone
    )


def check_money(decision: Decision, n: int) -> None:
    price = decision.candidates[0].expected
    assert decision.cost == price <= decision.max_cost
    assert decision.max_cost == max(each.worst for each in decision.candidates)
    for each in (*decision.candidates, *decision.alternatives):
        assert 0 < each.expected <= each.worst
    for each in decision.candidates:
        assert each.expected <= max(1.25 * price, price + 5_000 * n)


@given(requests, tiers, offerings())
def test_every_decision(request: QuoteRequest, tier: TierDecision, offering: Offering) -> None:
    try:
        decision = decide(request, tier=tier, offering=offering)
    except NoProviderAvailable:
        walk = walked(request, tier, offering)
        assert not any(offered(OFFERS.rows[key], offering) for key in walk)
        return
    check_money(decision, request.n)
    candidates = [each.row.key for each in decision.candidates]
    rejected = [each.model_key for each in decision.rejected]
    alternatives = [each.row.key for each in decision.alternatives]
    assert sorted(candidates + rejected) == sorted(walked(request, tier, offering))
    assert decision.candidates[0].row.key not in alternatives
    assert len(set(alternatives)) == len(alternatives) <= 6
    for each in (*decision.candidates, *decision.alternatives):
        assert offered(each.row, offering)
        assert each.size_changed == bool(request.size and each.size != request.size)
        assert set(each.dropped) == {
            name for name in request.settings.given() if getattr(each.settings, name) is None
        }


@given(requests, tiers, offerings())
def test_the_same_question_has_the_same_answer(
    request: QuoteRequest, tier: TierDecision, offering: Offering
) -> None:
    with suppress(NoProviderAvailable):
        once = decide(request, tier=tier, offering=offering)
        assert decide(request, tier=tier, offering=offering) == once


@given(requests, tiers, offerings())
def test_a_fallback_is_told_exactly_when_a_live_row_before_the_chosen_was_passed_over(
    request: QuoteRequest, tier: TierDecision, offering: Offering
) -> None:
    with suppress(NoProviderAvailable):
        decision = decide(request, tier=tier, offering=offering)
        named = offering.catalog.find(tier=tier.tier, model=request.model)
        walk = [*([named] if named else []), *offering.catalog.chain(tier.tier)]
        first = next(row for row in walk if fit(row, offering))
        passed_over = first.key != decision.chosen.row.key
        assert decision.original_provider == (first.provider if passed_over else None)
