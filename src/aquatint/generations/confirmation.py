"""A person's word on a quote: what it buys, under which ceiling, and what it led to before."""

from collections.abc import Callable
from dataclasses import dataclass

from aquatint.clock import Millis
from aquatint.db.engine import Tx
from aquatint.errors import (
    BudgetExceeded,
    CallerGone,
    IdempotencyInProgress,
    InvalidRequest,
    QuoteExpired,
    QuoteUsed,
)
from aquatint.generations import idempotency, retries, store
from aquatint.generations.idempotency import IdempotencyKey
from aquatint.generations.model import ENDED
from aquatint.generations.retries import Try
from aquatint.generations.terms import within
from aquatint.identity.model import KeyTerms
from aquatint.money import Micro, show
from aquatint.quotes.model import Plan
from aquatint.quotes.store import StoredQuote


@dataclass(frozen=True, kw_only=True, slots=True)
class Confirmation:
    """A person's word. `max_cost` may lower the ceiling, never raise it.

    `terms` are those of the API key it came with, if it came with one; `key` makes it single, or
    `tried` where the request brought none. `gone` tells whether its caller has left: a client that
    hears nothing may ask again, so nothing is begun for it any more.
    """

    owner: str
    terms: KeyTerms | None = None
    candidate: str | None = None
    max_cost: Micro | None = None
    key: IdempotencyKey | None = None
    tried: Try | None = None
    gone: Callable[[], bool] = bool

    @property
    def asker(self) -> str:
        """Whose its key and tries are: an API key's, with those it replaced, or the person's."""
        return self.terms.line if self.terms else self.owner


@dataclass(frozen=True, slots=True)
class Confirmed:
    generation_id: str
    replayed: bool


def plan_of(stored: StoredQuote, confirmation: Confirmation) -> Plan:
    """What is bought under which ceiling, the caller's own cap included."""
    plan = stored.quote.plan(confirmation.candidate)
    if plan is None:
        if stored.generation_id:
            raise QuoteUsed("This quote was used with another candidate")
        raise InvalidRequest(f"The quote does not offer the candidate {confirmation.candidate!r}")
    if stored.generation_id:
        return plan
    if confirmation.terms:
        plan = within(confirmation.terms, plan, stored.quote.request.n)
    cap = confirmation.max_cost
    if cap is None or cap >= plan.ceiling:
        return plan
    needed = plan.walk[0].max_cost
    if needed > cap:
        raise BudgetExceeded(
            f"maxCost is {show(cap)}, this image may cost up to {show(needed)}",
            details={"maxCost": cap / 1e6, "needed": needed / 1e6},
        )
    return plan.model_copy(update={"ceiling": cap})


def check_here(word: Confirmation) -> None:
    """Raises CallerGone; for the last moment in which nothing was bought yet."""
    if word.gone():
        raise CallerGone("Whoever asked has left, so nothing was bought")


def replayed(tx: Tx, word: Confirmation) -> Confirmed | None:
    """What the key led to; raises IdempotencyInProgress until that has ended."""
    known = idempotency.recall(tx, word.asker, word.key) if word.key else None
    if known is None:
        return None
    if store.get(tx, known).state not in ENDED:
        raise IdempotencyInProgress(
            "The request with this Idempotency-Key is still in progress",
            details={"generationId": known},
            retry_after=2,
        )
    return Confirmed(known, replayed=True)


def joined(tx: Tx, word: Confirmation) -> Confirmed | None:
    """What another try of the same request bought, ended or not; this one has come for it."""
    known = retries.joined(tx, word.asker, word.tried) if word.tried else None
    if word.tried is None or known is None:
        return None
    retries.fetch(tx, word.asker, word.tried, known)
    return Confirmed(known, replayed=True)


def remember(tx: Tx, word: Confirmation, generation_id: str, *, now: Millis) -> None:
    """Let the same request lead to the same generation from now on."""
    if word.key:
        idempotency.remember(tx, word.asker, word.key, generation_id, now=now)
    if word.tried:
        retries.remember(tx, word.asker, word.tried, generation_id, now=now)


def alternative(stored: StoredQuote, confirmation: Confirmation) -> str | None:
    """The candidate the person chose, if it is not the quote's own first."""
    chosen = confirmation.candidate
    return None if chosen == stored.quote.candidates[0].key else chosen


def earlier_of(tx: Tx, confirmation: Confirmation, stored: StoredQuote) -> str:
    """The generation that used the quote before; raises when it was another one, or none."""
    earlier = store.of_quotes(tx, [stored.quote.id]).get(stored.quote.id)
    if earlier is None:
        raise QuoteExpired("This quote has expired; ask for a new one")
    first = stored.quote.candidates[0].key
    if (earlier.candidate or first) != (confirmation.candidate or first):
        raise QuoteUsed("This quote was used with another candidate")
    return earlier.id
