"""Confirming quotes: exactly one generation for each, whoever asks how often."""

import asyncio
from dataclasses import dataclass

from aquatint.clock import Clock
from aquatint.db import eventlog
from aquatint.db.engine import Database, Tx
from aquatint.db.eventlog import EventLog
from aquatint.errors import (
    BudgetExceeded,
    IdempotencyInProgress,
    InvalidRequest,
    NotFound,
    QuoteExpired,
    QuoteUsed,
)
from aquatint.generations import idempotency, recovery, store
from aquatint.generations.idempotency import IdempotencyKey
from aquatint.generations.model import ENDED, Generation, State, stream
from aquatint.generations.runner import Runner
from aquatint.generations.terms import within
from aquatint.identity.model import KeyTerms
from aquatint.ids import new_id
from aquatint.ledger import service as ledger
from aquatint.ledger.service import Limits
from aquatint.money import Micro, show
from aquatint.quotes import store as quote_store
from aquatint.quotes.model import Plan, Quote
from aquatint.quotes.service import Quotes
from aquatint.quotes.store import StoredQuote
from aquatint.resilience.breaker import BreakerConfig


@dataclass(frozen=True, kw_only=True, slots=True)
class Confirmation:
    """A person's word. `max_cost` may lower the ceiling, never raise it.

    `terms` are those of the API key it came with, if it came with one.
    """

    owner: str
    terms: KeyTerms | None = None
    candidate: str | None = None
    max_cost: Micro | None = None
    key: IdempotencyKey | None = None


@dataclass(frozen=True, slots=True)
class Confirmed:
    generation_id: str
    replayed: bool


class Generations:
    """Starts generations and lets any number of callers wait for them."""

    def __init__(  # its collaborators
        self,
        *,
        db: Database,
        clock: Clock,
        log: EventLog,
        quotes: Quotes,
        runner: Runner,
        limits: Limits,
        breaker: BreakerConfig,
    ) -> None:
        self._db = db
        self._clock = clock
        self._log = log
        self._quotes = quotes
        self._runner = runner
        self._limits = limits
        self._breaker = breaker
        self._tasks: dict[str, asyncio.Task[None]] = {}

    async def confirm(self, token: str, confirmation: Confirmation) -> Confirmed:
        """Buy what was quoted, once. Confirming again leads to the same generation.

        Raises NotFound, QuoteExpired, QuoteUsed, LimitReached, BudgetExceeded, InvalidRequest or
        IdempotencyConflict; then nothing was held.
        """
        stored = await self._quotes.redeem(confirmation.owner, token)
        return await self._buy(stored, confirmation)

    async def buy(self, quote: Quote, confirmation: Confirmation) -> Confirmed:
        """Confirm a quote that was just made for this: both are kept in one transaction.

        Raises as `confirm` does, and IdempotencyInProgress: here the key alone makes it single.
        """
        confirmed = await self._buy(StoredQuote(quote, None), confirmation, fresh=True)
        if confirmed.replayed:
            await self._refuse_in_progress(confirmation.owner, confirmed.generation_id)
        return confirmed

    async def _buy(
        self, stored: StoredQuote, confirmation: Confirmation, *, fresh: bool = False
    ) -> Confirmed:
        plan = _plan(stored, confirmation)
        generation = Generation(
            id=new_id("gen"),
            quote_id=stored.quote.id,
            owner=confirmation.owner,
            state=State.HELD,
            candidate=_alternative(stored, confirmation),
            dismissed=False,
            created_at=self._clock.now(),
            finished_at=None,
            outcome=None,
        )

        def commit(tx: Tx) -> Confirmed:
            known = idempotency.recall(tx, confirmation.owner, key) if key else None
            if known:
                return Confirmed(known, replayed=True)
            if fresh:
                quote_store.insert(tx, stored.quote)
            return self._commit(tx, confirmation, stored, plan, generation)

        key = confirmation.key
        confirmed = await self._db.write(commit)
        if not confirmed.replayed:
            self._start(generation.id)
        return confirmed

    def _commit(
        self,
        tx: Tx,
        confirmation: Confirmation,
        stored: StoredQuote,
        plan: Plan,
        generation: Generation,
    ) -> Confirmed:
        """The reserving transaction: quote, generation, money, key: all or nothing."""
        owner, key, now = confirmation.owner, confirmation.key, generation.created_at
        if not quote_store.use(tx, stored.quote.id, generation.id, now=now):
            earlier = _earlier(tx, confirmation, stored)
            if key:
                idempotency.remember(tx, owner, key, earlier, now=now)
            return Confirmed(earlier, replayed=True)
        store.insert(tx, generation)
        ledger.reserve(
            tx,
            generation_id=generation.id,
            owner=owner,
            ceiling=plan.ceiling,
            images=stored.quote.request.n,
            limits=self._limits,
            now=now,
        )
        if key:
            idempotency.remember(tx, owner, key, generation.id, now=now)
        eventlog.append(tx, stream(generation.id), "held", {"state": State.HELD}, now=now)
        return Confirmed(generation.id, replayed=False)

    async def replay(self, owner: str, key: IdempotencyKey) -> Confirmed | None:
        """What an idempotency key led to before, if anything. Raises as `confirm` does."""
        known = await self._db.read(lambda tx: idempotency.recall(tx, owner, key))
        if known is None:
            return None
        await self._refuse_in_progress(owner, known)
        return Confirmed(known, replayed=True)

    async def _refuse_in_progress(self, owner: str, generation_id: str) -> None:
        generation = await self.get(owner, generation_id)
        if generation.state not in ENDED:
            raise IdempotencyInProgress(
                "The request with this Idempotency-Key is still in progress",
                details={"generationId": generation_id},
                retry_after=2,
            )

    def _start(self, generation_id: str, *, again: bool = False) -> None:
        work = self._runner.resume if again else self._runner.run
        task = asyncio.create_task(work(generation_id), name=generation_id)
        self._tasks[generation_id] = task
        task.add_done_callback(lambda _: self._tasks.pop(generation_id, None))

    async def get(self, owner: str, generation_id: str) -> Generation:
        """The owner's own generation; NotFound for any other."""
        found = await self._db.read(lambda tx: store.find(tx, owner, generation_id))
        if found is None:
            raise NotFound("No such generation")
        return found

    async def wait(self, owner: str, generation_id: str) -> Generation:
        """Wait for the end, however long; the work goes on when the waiter leaves."""
        if task := self._tasks.get(generation_id):
            await asyncio.shield(task)
        else:
            async for _ in self._log.follow(stream(generation_id)):
                pass
        return await self.get(owner, generation_id)

    async def cancel(self, owner: str, generation_id: str) -> Generation:
        """Cancel what is not dispatched or can be stopped; anything else runs on and is billed."""
        generation_id = (await self.get(owner, generation_id)).id
        now = self._clock.now()

        def cancel(tx: Tx) -> None:
            if store.cancel(tx, generation_id, now=now):
                ledger.trim(tx, generation_id, now=now)
                data = {"state": State.CANCELLED}
                eventlog.append(tx, stream(generation_id), "cancelled", data, now=now, final=True)

        await self._db.write(cancel)
        await self._runner.cancel(generation_id)
        self._log.wake(stream(generation_id))
        return await self.get(owner, generation_id)

    async def dismiss(self, owner: str, generation_id: str) -> Generation:
        """Hide an unknown outcome; what it may have cost stays held."""
        generation = await self.get(owner, generation_id)
        if generation.state is not State.UNKNOWN:
            raise InvalidRequest("Only a generation with an unknown outcome can be dismissed")
        await self._db.write(lambda tx: store.dismiss(tx, generation.id))
        return await self.get(owner, generation.id)

    async def recover(self) -> None:
        """Take up what a stopped process left."""
        now = self._clock.now()
        todo = await self._db.write(lambda tx: recovery.recover(tx, breaker=self._breaker, now=now))
        for generation_id in todo.run:
            self._start(generation_id)
        for generation_id in todo.resume:
            self._start(generation_id, again=True)

    async def drain(self) -> None:
        """Wait for the attempts under way; they end by their own deadlines."""
        if self._tasks:
            await asyncio.gather(*self._tasks.values(), return_exceptions=True)


def _plan(stored: StoredQuote, confirmation: Confirmation) -> Plan:
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


def _alternative(stored: StoredQuote, confirmation: Confirmation) -> str | None:
    """The candidate the person chose, if it is not the quote's own first."""
    chosen = confirmation.candidate
    return None if chosen == stored.quote.candidates[0].key else chosen


def _earlier(tx: Tx, confirmation: Confirmation, stored: StoredQuote) -> str:
    """The generation that used the quote before; raises when it was another one, or none."""
    earlier = store.of_quotes(tx, [stored.quote.id]).get(stored.quote.id)
    if earlier is None:
        raise QuoteExpired("This quote has expired; ask for a new one")
    first = stored.quote.candidates[0].key
    if (earlier.candidate or first) != (confirmation.candidate or first):
        raise QuoteUsed("This quote was used with another candidate")
    return earlier.id
