"""Which models are tried, in what order, at what price, and why not the others. Pure."""

from collections.abc import Iterable, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass

from aquatint.catalog import reasons
from aquatint.catalog.load import Catalog
from aquatint.catalog.model import Operation, Row
from aquatint.catalog.reasons import Availability, Code, Reason
from aquatint.errors import Forbidden, InvalidRequest, NoProviderAvailable, PriceUnknown
from aquatint.money import Micro
from aquatint.routing.candidates import Candidate, QuoteRequest, candidate, refusal
from aquatint.routing.tiers import TierDecision

MAX_ALTERNATIVES = 6
SLACK_PER_IMAGE: Micro = 5_000

# A provider that is switched off outranks what its rows say; one in trouble does not.
_OFF = frozenset({Code.DISABLED, Code.NO_KEY})
_NOT_OFFERED = frozenset({Code.RETIRED, Code.NOT_YET, Code.SUPERSEDED})
_UNKNOWN_PROVIDER = Availability(available=False, code=Code.NO_KEY, reason=reasons.NO_KEY.reason)


@dataclass(frozen=True, kw_only=True, slots=True)
class Rejection:
    """A row of the walk that is not tried."""

    provider: str
    model: str
    model_key: str
    code: str
    reason: str

    def public(self) -> dict[str, str]:
        """As answers show it."""
        return {
            "provider": self.provider,
            "model": self.model,
            "code": self.code,
            "reason": self.reason,
        }


@dataclass(frozen=True, kw_only=True, slots=True)
class Decision:
    """What a quote promises. `candidates` are tried in this order and no others.

    `cost` is the likely price of the first one, `max_cost` the ceiling over all of them, for all
    n images. `original_provider` is set when something better was passed over for unavailability.
    """

    tier: TierDecision
    candidates: tuple[Candidate, ...]
    alternatives: tuple[Candidate, ...]
    rejected: tuple[Rejection, ...]
    cost: Micro
    max_cost: Micro
    original_provider: str | None
    warnings: tuple[str, ...]

    @property
    def chosen(self) -> Candidate:
        return self.candidates[0]


@dataclass(frozen=True, kw_only=True, slots=True)
class Offering:
    """What can be bought at this moment.

    `gone` marks models that their provider no longer knows: (provider, provider_model).
    A provider that `availability` does not name has no key. `barred` are the keys of rows that
    this caller may not buy.
    """

    catalog: Catalog
    availability: Mapping[str, Availability]
    gone: AbstractSet[tuple[str, str]] = frozenset()
    barred: AbstractSet[str] = frozenset()

    def provider(self, row: Row) -> Availability:
        return self.availability.get(row.provider, _UNKNOWN_PROVIDER)

    def refusal(self, row: Row, request: QuoteRequest) -> Reason | None:
        """Why `row` cannot be asked now: flag, key, lifecycle, capability, breaker, cool-down.

        Before all of them, that it is barred.
        """
        if row.key in self.barred:
            return reasons.NOT_ALLOWED
        return self.trouble(row, refusal(row, request))

    def trouble(self, row: Row, unfit: Reason | None = None) -> Reason | None:
        """Why `row` cannot be asked for anything, or for what it is `unfit` for."""
        provider = self.provider(row)
        if provider.code in _OFF:
            return Reason(provider.code, provider.reason)
        if not self.catalog.live(row):
            return self.catalog.status(row)
        if (row.provider, row.provider_model) in self.gone:
            return reasons.MODEL_GONE
        if unfit:
            return unfit
        return None if provider.available else Reason(provider.code, provider.reason)


def decide(request: QuoteRequest, *, tier: TierDecision, offering: Offering) -> Decision:
    """The candidates, prices and reasons for `request`.

    Raises InvalidRequest for a name nobody has or a request no model takes, PriceUnknown for a
    named model without a price, Forbidden when only barred models would do, NoProviderAvailable
    when nothing can be asked.
    """
    named = _named(request, tier, offering)
    walk = _walk(named, _able_chain(request, tier, offering))
    refused = {row.key: why for row in walk if (why := offering.refusal(row, request))}
    able = [candidate(row, request) for row in walk if row.key not in refused]
    if not able:
        raise _nobody(walk, refused, offering)
    frozen = tuple(each for each in able if _hardly_dearer(each, able[0], request.n))
    kept = {each.row.key for each in frozen}
    refused |= {each.row.key: reasons.ABOVE_CEILING for each in able if each.row.key not in kept}
    return Decision(
        tier=tier,
        candidates=frozen,
        alternatives=_alternatives(request, tier, offering, walk, able),
        rejected=tuple(_rejection(row, refused[row.key]) for row in walk if row.key in refused),
        cost=frozen[0].expected,
        max_cost=max(each.worst for each in frozen),
        original_provider=_passed_over(walk, refused, frozen[0], request, offering),
        warnings=(*_not_used(request, named, refused), *frozen[0].warnings),
    )


def _walk(named: Row | None, chain: Iterable[Row]) -> tuple[Row, ...]:
    rows = chain if named is None else (named, *chain)
    return tuple({row.key: row for row in rows}.values())


def _able_chain(request: QuoteRequest, tier: TierDecision, offering: Offering) -> tuple[Row, ...]:
    """The tier's chain, and after it, when nobody in it can, whoever has the skill: cheapest first.

    The chains are made for pictures from words alone; few of their models take a mask.
    """
    catalog = offering.catalog
    chain = catalog.chain(tier.tier)
    if request.operation is Operation.GENERATE or any(
        offering.refusal(row, request) is None for row in chain
    ):
        return chain
    steps = {tier.tier, *tier.tier.below}
    others = (row for row in _skilled(request, tier, catalog) if steps.intersection(row.tiers))
    return (*chain, *others)


def _skilled(request: QuoteRequest, tier: TierDecision, catalog: Catalog) -> list[Row]:
    """All that can do it by themselves: this tier's first, then lower ones', then those of none."""
    order = (tier.tier, *tier.tier.below)
    able = [row for row in catalog.rows if catalog.live(row) and refusal(row, request) is None]

    def rank(row: Row) -> tuple[int, Micro, str]:
        step = min((order.index(each) for each in row.tiers if each in order), default=len(order))
        return step, candidate(row, request).expected, row.key

    return sorted(able, key=rank)


def _named(request: QuoteRequest, tier: TierDecision, offering: Offering) -> Row | None:
    catalog, provider, model = offering.catalog, request.provider, request.model
    if provider and provider not in catalog.providers | set(offering.availability):
        raise InvalidRequest(f"Unknown provider: {provider!r}")
    row = catalog.find(tier=tier.tier, provider=provider, model=model)
    if provider and not model and request.operation is not Operation.GENERATE:
        skilled = _skilled(request, tier, catalog)
        usual = [each for each in catalog.own_chain(tier.tier) if each in skilled]
        row = next((each for each in (*usual, *skilled) if each.provider == provider), row)
    if model and row is None:
        place = f" at {provider}" if provider else ""
        raise InvalidRequest(f"Unknown model: {model!r}{place}")
    if row and row.key in offering.barred:
        raise Forbidden(f"{row.model}: {reasons.NOT_ALLOWED.reason.lower()}")
    if row and catalog.status(row).code == Code.NO_PRICE:
        raise PriceUnknown(f"{reasons.NO_PRICE.reason}: {row.key}")
    return row


def _hardly_dearer(later: Candidate, first: Candidate, n: int) -> bool:
    """Within a quarter or half a cent an image of the first candidate's expected cost."""
    return (
        4 * later.expected <= 5 * first.expected
        or later.expected <= first.expected + SLACK_PER_IMAGE * n
    )


def _alternatives(
    request: QuoteRequest,
    tier: TierDecision,
    offering: Offering,
    walk: tuple[Row, ...],
    able: list[Candidate],
) -> tuple[Candidate, ...]:
    """The tier's own chain, then other models at this tier by price, then the lower chains."""
    own = {row.key for row in offering.catalog.own_chain(tier.tier)}
    tried = {row.key for row in walk}
    others = [
        candidate(row, request)
        for row in offering.catalog.rows
        if tier.tier in row.tiers
        and row.key not in tried
        and offering.refusal(row, request) is None
    ]
    later = able[1:]
    ordered = (
        *(each for each in later if each.row.key in own),
        *sorted(others, key=lambda each: (each.expected, each.row.key)),
        *(each for each in later if each.row.key not in own),
    )
    return ordered[:MAX_ALTERNATIVES]


def _passed_over(
    walk: Iterable[Row],
    refused: Mapping[str, Reason],
    chosen: Candidate,
    request: QuoteRequest,
    offering: Offering,
) -> str | None:
    """The provider of the first row that would have been tried, if it is not the chosen one."""
    live = (row for row in walk if offering.catalog.live(row) and row.key not in offering.barred)
    fit = (row for row in live if refusal(row, request) is None)
    first = next(fit, chosen.row)
    return first.provider if first.key in refused and first.key != chosen.row.key else None


def _not_used(
    request: QuoteRequest, named: Row | None, refused: Mapping[str, Reason]
) -> tuple[str, ...]:
    if named is None:
        return (f"{request.provider} has no model to offer",) if request.provider else ()
    why = refused.get(named.key)
    return (f"{named.model} is not used: {why.reason}",) if why else ()


def _rejection(row: Row, why: Reason) -> Rejection:
    return Rejection(
        provider=row.provider,
        model=row.model,
        model_key=row.key,
        code=why.code,
        reason=why.reason,
    )


def _nobody(
    walk: tuple[Row, ...], refused: Mapping[str, Reason], offering: Offering
) -> InvalidRequest | Forbidden | NoProviderAvailable:
    rejected = [_rejection(row, refused[row.key]) for row in walk]
    details = {"rejected": [each.public() for each in rejected]}
    offered = [each for each in rejected if each.code not in _NOT_OFFERED]
    if offered and all(each.code == Code.NOT_ALLOWED for each in offered):
        return Forbidden("None of the models for this is among those of this API key")
    if offered and all(each.code == Code.UNSUPPORTED for each in offered):
        return InvalidRequest(f"No model takes this request: {offered[0].reason}", details=details)
    on = [each for each in offering.availability.values() if each.code not in _OFF]
    if len(on) == 1 and on[0].code == Code.BREAKER_OPEN:
        return NoProviderAvailable("Circuit breaker OPEN: provider unavailable", details=details)
    words: dict[str, str] = {}
    for row in walk:
        words.setdefault(row.provider, _short(offering.provider(row), refused[row.key]))
    listed = ", ".join(f"{provider} ({why})" for provider, why in words.items())
    return NoProviderAvailable(f"All providers unavailable: {listed}", details=details)


def _short(provider: Availability, first: Reason) -> str:
    """The provider's trouble without its numbers, or what is wrong with its first row."""
    if provider.code == Code.BREAKER_OPEN:
        return "Circuit breaker OPEN"
    return first.reason if provider.available else provider.reason
