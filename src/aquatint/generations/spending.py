"""What a caller may buy alone, and what waits for its owner's word.

A person's word is always enough. An API key's is within its scopes and terms; beyond them nothing
is bought: the quote is kept for the key's owner, and the refusal carries it. The same request again
leads to the same quote, so that it is bought once, whoever confirms it.
"""

import hashlib
from dataclasses import dataclass, replace

from aquatint.catalog.reasons import Code
from aquatint.clock import Clock, iso
from aquatint.db.engine import Database
from aquatint.errors import (
    AquatintError,
    BudgetExceeded,
    Forbidden,
    LimitReached,
    NoProviderAvailable,
    QuoteExpired,
)
from aquatint.generations.confirmation import Confirmation, Confirmed
from aquatint.generations.idempotency import IdempotencyKey
from aquatint.generations.service import Generations
from aquatint.identity.model import Caller, Scope
from aquatint.money import to_usd
from aquatint.quotes import asked as asked_store
from aquatint.quotes.asked import Asked, Waiting
from aquatint.quotes.model import Quote, QuoteRequest
from aquatint.quotes.service import Quotes
from aquatint.quotes.store import StoredQuote

_LACKS_SCOPE = f"This API key lacks the scope {Scope.GENERATE}"
_BEYOND = (Forbidden, BudgetExceeded, LimitReached, NoProviderAvailable)
_ITS_MODELS = "None of the models that can make this now is among those of this API key"


@dataclass(frozen=True, kw_only=True, slots=True)
class Spending:
    """Every method raises as `Generations.confirm` does.

    Forbidden, BudgetExceeded and LimitReached carry `quote` in their details where an API key's
    owner can confirm instead; its `url` is relative without PUBLIC_URL.
    """

    db: Database
    clock: Clock
    quotes: Quotes
    generations: Generations
    public_url: str | None

    async def buy(
        self, caller: Caller, request: QuoteRequest, confirmation: Confirmation
    ) -> Confirmed:
        """Quote and confirm in one step."""
        if caller.key is None:
            quote = await self.quotes.make(caller.id, request)
            return await self.generations.buy(quote, confirmation)
        mark = _mark(caller.key.line, confirmation.key, request)
        now = self.clock.now()
        earlier = await self.db.read(lambda tx: asked_store.of_mark(tx, caller.id, mark, now=now))
        if earlier:
            return await self._again(caller, earlier, confirmation)
        made: Quote | None = None
        try:
            _check_scope(caller)
            made = await self.quotes.make(caller.id, request, terms=caller.key)
            return await self.generations.buy(made, confirmation)
        except _BEYOND as error:
            if not _is_beyond(error):
                raise
            quote = made or await self.quotes.make(caller.id, request)
            asked = replace(
                _asked(caller, error.message), mark=mark, lasting=confirmation.key is not None
            )
            raise self._carrying(error, await self._ask(quote, asked, fresh=True)) from None

    async def earlier(self, caller: Caller, confirmation: Confirmation) -> Confirmed | None:
        """What the same request led to before; a key that may not buy asks for nothing bought."""
        if Scope.GENERATE not in caller.scopes:
            return None
        return await self.generations.earlier(confirmation)

    async def confirm(self, caller: Caller, token: str, confirmation: Confirmation) -> Confirmed:
        """Confirm the quote that `token` names."""
        if caller.key is None:
            return await self.generations.confirm(token, confirmation)
        stored = await self.quotes.redeem(caller.id, token)
        try:
            if not (stored.generation_id and await self._was_asked_by(caller, stored.quote.id)):
                _check_scope(caller)
            return await self.generations.confirm(token, confirmation)
        except _BEYOND as error:
            if stored.generation_id:  # there is nothing left to confirm
                raise
            raise await self._or_ask(caller, stored.quote, error) from None

    async def _again(
        self, caller: Caller, stored: StoredQuote, confirmation: Confirmation
    ) -> Confirmed:
        """The request led to a quote that waited: to what was bought, or to another try."""
        if stored.generation_id:
            return Confirmed(stored.generation_id, replayed=True)
        return await self.confirm(caller, self.quotes.token(stored.quote), confirmation)

    async def _or_ask(self, caller: Caller, quote: Quote, error: AquatintError) -> AquatintError:
        """`error`, and where it is the key's, a quote that its owner can confirm."""
        if not _is_beyond(error):
            return error
        if quote.expires_at <= self.clock.now():
            return QuoteExpired("This quote has expired; ask for a new one")
        return self._carrying(error, await self.ask(caller, quote, error.message))

    def _carrying(self, error: AquatintError, quote: Quote) -> AquatintError:
        """`error`, with what its owner can confirm instead."""
        told = {
            "id": quote.id,
            "cost": to_usd(quote.cost),
            "maxCost": to_usd(quote.max_cost),
            "expiresAt": iso(quote.expires_at),
            "url": self.url(quote),
        }
        if isinstance(error, NoProviderAvailable):
            error = Forbidden(_ITS_MODELS)
        return type(error)(
            f"{error.message}; its owner can confirm it",
            details={**error.details, "quote": told},
            retry_after=error.retry_after,
        )

    async def ask(self, caller: Caller, quote: Quote, reason: str) -> Quote:
        """Let a kept quote wait for its owner."""
        return await self._ask(quote, _asked(caller, reason), fresh=False)

    async def _ask(self, quote: Quote, asked: Asked, *, fresh: bool) -> Quote:
        now = self.clock.now()
        return await self.db.write(
            lambda tx: asked_store.ask(tx, quote, asked, fresh=fresh, now=now)
        )

    def url(self, quote: Quote) -> str:
        """Where the owner sees the quote and confirms it."""
        return f"{self.public_url or ''}/?quote={quote.id}"

    async def waiting(self, owner: str) -> list[Waiting]:
        """What waits for `owner`."""
        now = self.clock.now()
        return await self.db.read(lambda tx: asked_store.waiting(tx, owner, now=now))

    async def check_seen(self, caller: Caller, quote_id: str) -> None:
        """Raises Forbidden for a key that may not read, unless it asked for the quote itself."""
        if Scope.READ in caller.scopes:
            return
        if not await self._was_asked_by(caller, quote_id.partition(".")[0]):
            raise Forbidden(f"This API key lacks the scope {Scope.READ}")

    async def _was_asked_by(self, caller: Caller, quote_id: str) -> bool:
        line = caller.key.line if caller.key else ""
        return await self.db.read(lambda tx: asked_store.was_asked_by(tx, quote_id, line))


def _check_scope(caller: Caller) -> None:
    if Scope.GENERATE not in caller.scopes:
        raise Forbidden(_LACKS_SCOPE)


def _is_beyond(error: AquatintError) -> bool:
    """Whether it is the key that may not, and not the person."""
    details = error.details
    return (
        isinstance(error, Forbidden)
        or "maxImageCost" in details
        or details.get("scope") == "key"
        or _lacks_models(error)
    )


def _lacks_models(error: AquatintError) -> bool:
    """Whether the key's terms keep out models, while no other can be asked."""
    rejected = error.details.get("rejected")
    found = rejected if isinstance(rejected, list) else []
    return any(each.get("code") == Code.NOT_ALLOWED for each in found)


def _asked(caller: Caller, reason: str) -> Asked:
    key = caller.key
    return Asked(key_id=key.key_id if key else None, line=key.line if key else None, reason=reason)


def _mark(line: str, key: IdempotencyKey | None, request: QuoteRequest) -> str:
    named = f"{key.route} {key.key} {key.fingerprint}" if key else ""
    text = f"{line}\0{named}\0{request.model_dump_json()}"
    return hashlib.sha256(text.encode()).hexdigest()
