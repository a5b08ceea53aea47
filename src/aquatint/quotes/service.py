"""Making quotes and recognising them again. Nothing here spends anything."""

import logging
from collections.abc import Awaitable, Callable
from dataclasses import replace
from functools import partial

from aquatint.catalog.controls import controls
from aquatint.catalog.load import Catalog
from aquatint.catalog.model import Operation
from aquatint.clock import Clock
from aquatint.db.engine import Database, Tx
from aquatint.errors import NotFound
from aquatint.identity.model import Terms
from aquatint.ids import new_id
from aquatint.library.blobs import BlobStore
from aquatint.library.inputs import Inputs, find, prepare
from aquatint.policy.moderation import Moderation
from aquatint.quotes import operations, store
from aquatint.quotes.model import Candidate, Quote, QuoteRequest, Rejected
from aquatint.quotes.store import StoredQuote
from aquatint.routing import candidates as routing
from aquatint.routing.candidates import ImageSettings
from aquatint.routing.decision import Decision, Offering, decide
from aquatint.routing.sizes import largest, parse_size
from aquatint.routing.tiers import decide_tier
from aquatint.signing import Signer

logger = logging.getLogger(__name__)


class Quotes:
    """Quotes of this gateway: priced by today's catalog, routed by today's availability."""

    def __init__(  # what a quote is made from
        self,
        *,
        db: Database,
        blobs: BlobStore,
        clock: Clock,
        signer: Signer,
        offering: Callable[[], Awaitable[Offering]],
        ttl_seconds: int,
        check_words: Callable[..., str],  # `check_prompt` with the settings' limits
        moderation: Moderation,
    ) -> None:
        self._db = db
        self._blobs = blobs
        self._clock = clock
        self._signer = signer
        self._offering = offering
        self._ttl = ttl_seconds * 1000
        self._check_words = check_words
        self._moderation = moderation

    async def create(
        self,
        owner: str,
        request: QuoteRequest,
        *,
        own_words: str | None = None,
        tool_quality: str | None = None,
        tool_prompt: str | None = None,
        terms: Terms | None = None,
        also: Callable[[Tx, Quote], None] | None = None,
    ) -> Quote:
        """`make` a quote and keep it, doing `also` in the same transaction."""
        quote = await self.make(
            owner,
            request,
            own_words=own_words,
            tool_quality=tool_quality,
            tool_prompt=tool_prompt,
            terms=terms,
        )

        def keep(tx: Tx) -> None:
            store.insert(tx, quote)
            if also:
                also(tx, quote)

        await self._db.write(keep)
        return quote

    async def make(
        self,
        owner: str,
        request: QuoteRequest,
        *,
        own_words: str | None = None,
        tool_quality: str | None = None,
        tool_prompt: str | None = None,
        terms: Terms | None = None,
    ) -> Quote:
        """Price `request` for `owner`; nobody can confirm it before it is kept.

        Without a chat behind it, the request's own prompt holds the person's words. `terms` are
        those of the API key that asks. Raises InvalidRequest, PromptRejected, PriceUnknown,
        Forbidden, ModerationUnavailable or NoProviderAvailable.
        """
        request = self._checked(request)
        inputs = await self._prepared(owner, request)
        tier = decide_tier(
            named=request.quality,
            own_words=own_words if own_words is not None else request.prompt,
            tool_quality=tool_quality,
            tool_prompt=tool_prompt,
        )
        offering = _within(terms, await self._offering())
        decision = decide(as_wish(request, inputs), tier=tier, offering=offering)
        _tell_fallback(decision)
        quote = self._freeze(owner, request, inputs, offering.catalog, decision)
        await self.moderate(quote)  # told now, so that nobody confirms in vain
        return quote

    async def moderate(self, quote: Quote) -> None:
        """Raises PromptRejected or ModerationUnavailable unless `quote` may be bought.

        Asked when a quote is made and again when it is confirmed.
        """
        await self._moderation.check(quote.owner, quote.words_judged, quote.inputs.images)

    async def _prepared(self, owner: str, request: QuoteRequest) -> Inputs:
        if not request.images:
            return Inputs()
        ids = [*request.images, *([request.mask] if request.mask else [])]
        images = await self._db.read(lambda tx: find(tx, owner, ids))
        mask = images.pop() if request.mask else None
        return await prepare(self._blobs, images, mask, operations.margins(request))

    def _checked(self, request: QuoteRequest) -> QuoteRequest:
        """The request with its words as they will be sent; both kinds keep the same rules."""
        check = self._check_words
        negative = (request.negative_prompt or "").strip()
        operations.check(request)
        needed = operations.wants_words(request.operation) or request.prompt.strip()
        if request.operation is Operation.STYLE_TRANSFER and request.style:
            check(request.style, name="Style")  # here it is told in words
        words = {
            "prompt": check(request.prompt) if needed else "",
            "negative_prompt": check(negative, name="Negative prompt") if negative else None,
        }
        return request.model_copy(update=words)

    def _freeze(
        self,
        owner: str,
        request: QuoteRequest,
        inputs: Inputs,
        catalog: Catalog,
        decision: Decision,
    ) -> Quote:
        now, frozen = self._clock.now(), partial(_candidate, catalog)
        return Quote(
            id=new_id("img"),
            owner=owner,
            request=request,
            tier=decision.tier.tier,
            words=decision.tier.words,
            catalog_date=catalog.as_of,
            candidates=tuple(map(frozen, decision.candidates)),
            alternatives=tuple(map(frozen, decision.alternatives)),
            rejected=_rejected(decision),
            original_provider=decision.original_provider,
            warnings=decision.warnings,
            wording=operations.wording(request),
            inputs=inputs,
            cost=decision.cost,
            max_cost=decision.max_cost,
            created_at=now,
            expires_at=now + self._ttl,
        )

    def token(self, quote: Quote) -> str:
        """What confirms the quote; for its owner's client alone."""
        return f"{quote.id}.{self._signer.sign('quote', quote.owner, quote.digest)}"

    async def find(self, owner: str, quote_id: str) -> StoredQuote:
        """By id or token; NotFound for what is not there, not the owner's, or forged."""
        bare, dot, signature = quote_id.partition(".")
        stored = await self._db.read(lambda tx: store.find(tx, owner, bare))
        if stored is None:
            raise NotFound("No such quote")
        if dot and not self._signer.verify(signature, "quote", owner, stored.quote.digest):
            raise NotFound("No such quote")
        return stored

    async def redeem(self, owner: str, token: str) -> StoredQuote:
        """The quote that `token` confirms; a bare id confirms nothing."""
        if "." not in token:
            raise NotFound("No such quote")
        return await self.find(owner, token)


def _within(terms: Terms | None, offering: Offering) -> Offering:
    """`offering` without the models that are not among those of an API key."""
    if terms is None or not terms.models:
        return offering
    barred = {
        row.key
        for row in offering.catalog.rows
        if not terms.allows_model(row.key, row.model, row.provider_model, provider=row.provider)
    }
    return replace(offering, barred=barred)


def _tell_fallback(decision: Decision) -> None:
    """A line for operators when something better was passed over."""
    original = decision.original_provider
    if original is None:
        return
    reasons = [r.reason for r in decision.rejected if r.provider == original]
    logger.info(
        "fallback_quoted original=%s fallback=%s model=%s reason=%s",
        original,
        decision.chosen.row.provider,
        decision.chosen.row.model,
        reasons[-1] if reasons else "-",
    )


def as_wish(request: QuoteRequest, inputs: Inputs) -> routing.QuoteRequest:
    """The request in routing's terms. Raises InvalidRequest for a size that is none."""
    settings = request.model_dump(include=set(ImageSettings.__dataclass_fields__))
    if request.operation is Operation.STYLE_TRANSFER:
        settings["style"] = None  # the wording says it
    return routing.QuoteRequest(
        prompt=operations.wording(request) or request.prompt,
        size=parse_size(request.size) if request.size is not None else None,
        n=request.n,
        operation=request.operation,
        inputs=tuple(each.pixels for each in inputs.images),
        mask=inputs.mask.pixels if inputs.mask else None,
        partial_images=request.partial_images,
        settings=ImageSettings(**settings),
        provider=request.provider,
        model=request.model,
    )


def _rejected(decision: Decision) -> tuple[Rejected, ...]:
    """Each model and reason once, whatever the number of its settings in the chain."""
    found = (
        Rejected(provider=r.provider, model=r.model, code=r.code, reason=r.reason)
        for r in decision.rejected
    )
    return tuple(dict.fromkeys(found))


def _candidate(catalog: Catalog, choice: routing.Candidate) -> Candidate:
    row = choice.row
    if row.price is None:  # the decision refuses what has no price
        raise AssertionError(row.key)
    return Candidate(
        key=row.key,
        provider=row.provider,
        model=row.model,
        provider_model=row.provider_model,
        quality=row.quality,
        size=choice.size,
        cost=choice.expected,
        max_cost=choice.worst,
        price=row.price,
        estimated_seconds=row.estimated_seconds,
        settings=choice.settings.given(),
        warnings=choice.warnings,
        capabilities=controls(catalog, row),
        max_size=str(largest(row.sizes)),
        supported_sizes=row.sizes.popular,
        supports_style=bool(row.capabilities.styles),
    )
