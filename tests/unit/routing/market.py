"""The shipped catalog, and a small market of two providers beside it."""

from datetime import date

from aquatint.catalog.files import Offers, read
from aquatint.catalog.load import Catalog
from aquatint.catalog.model import ImagePrice, Row, Tier
from aquatint.catalog.reasons import Availability
from aquatint.routing.candidates import Candidate, QuoteRequest
from aquatint.routing.decision import Decision, Offering, decide
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
