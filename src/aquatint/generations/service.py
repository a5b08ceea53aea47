"""Confirming quotes: exactly one generation for each, whoever asks how often."""

import asyncio
from collections.abc import Callable, Coroutine

from aquatint.clock import Clock
from aquatint.db import eventlog
from aquatint.db.engine import CommitUnknown, Database, Tx
from aquatint.db.eventlog import EventLog
from aquatint.errors import InvalidRequest, NotFound
from aquatint.generations import retries, store
from aquatint.generations.confirmation import (
    Confirmation,
    Confirmed,
    alternative,
    check_here,
    earlier_of,
    joined,
    plan_of,
    remember,
    replayed,
)
from aquatint.generations.model import ENDED, Generation, State, stream
from aquatint.generations.pickup import Pickup
from aquatint.generations.runner import Runner
from aquatint.ids import new_id
from aquatint.ledger import service as ledger
from aquatint.policy.limits import LimitsOf
from aquatint.quotes import store as quote_store
from aquatint.quotes.model import Plan, Quote
from aquatint.quotes.service import Quotes
from aquatint.quotes.store import StoredQuote

TAKEN_AT_ONCE = 200  # generations of dead processes in one transaction


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
        limits_of: LimitsOf,
        pickup: Pickup,
        worker: Callable[[], str],
    ) -> None:
        self._db = db
        self._clock = clock
        self._log = log
        self._quotes = quotes
        self._runner = runner
        self._limits_of = limits_of
        self._pickup = pickup
        self._worker = worker
        self._leaving = False
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self._confirming: set[str] = set()  # perhaps committed already, and not yet in `_tasks`

    async def confirm(self, token: str, confirmation: Confirmation) -> Confirmed:
        """Buy what was quoted, once. Confirming again leads to the same generation.

        Raises NotFound, QuoteExpired, QuoteUsed, PromptRejected, ModerationUnavailable,
        LimitReached, BudgetExceeded, InvalidRequest, IdempotencyConflict or, for the same key
        alone, IdempotencyInProgress; then nothing was held.
        """
        if confirmation.key and (earlier := await self.earlier(confirmation)):
            return earlier
        stored = await self._quotes.redeem(confirmation.owner, token)
        return await self._buy(stored, confirmation)

    async def buy(self, quote: Quote, confirmation: Confirmation) -> Confirmed:
        """Confirm a quote that was just made for this: both are kept in one transaction.

        Raises as `confirm` does; here the key, or the try, alone makes it single.
        """
        return await self._buy(StoredQuote(quote, None), confirmation, fresh=True)

    async def _buy(
        self, stored: StoredQuote, confirmation: Confirmation, *, fresh: bool = False
    ) -> Confirmed:
        plan = plan_of(stored, confirmation)
        if not stored.generation_id:  # else it leads to what was bought, and buys nothing
            await self._quotes.moderate(stored.quote)
        generation = Generation(
            id=new_id("gen"),
            quote_id=stored.quote.id,
            owner=confirmation.owner,
            state=State.HELD,
            candidate=alternative(stored, confirmation),
            dismissed=False,
            created_at=self._clock.now(),
            finished_at=None,
            outcome=None,
            worker=self._worker(),
        )

        def commit(tx: Tx) -> Confirmed:
            check_here(confirmation)
            if earlier := replayed(tx, confirmation) or joined(tx, confirmation):
                return earlier
            if fresh:
                quote_store.insert(tx, stored.quote)
            return self._commit(tx, confirmation, stored, plan, generation)

        self._confirming.add(generation.id)
        try:
            confirmed = await self._written(commit, generation)
            if not confirmed.replayed:
                self._start(generation.id, self._runner.run(generation.id, generation.fence))
        finally:  # what was written, but not known to be, is taken over with the next beat
            self._confirming.discard(generation.id)
        return confirmed

    async def _written(
        self, commit: Callable[[Tx], Confirmed], generation: Generation
    ) -> Confirmed:
        try:
            return await self._db.write(commit)
        except CommitUnknown:
            if await self._db.read(lambda tx: store.find(tx, generation.owner, generation.id)):
                return Confirmed(generation.id, replayed=False)
            raise

    def _commit(
        self,
        tx: Tx,
        confirmation: Confirmation,
        stored: StoredQuote,
        plan: Plan,
        generation: Generation,
    ) -> Confirmed:
        """The reserving transaction: quote, generation, money, key: all or nothing."""
        owner, now = confirmation.owner, generation.created_at
        if not quote_store.use(tx, stored.quote.id, generation.id, now=now):
            earlier = earlier_of(tx, confirmation, stored)
            remember(tx, confirmation, earlier, now=now)
            return Confirmed(earlier, replayed=True)
        store.insert(tx, generation)
        ledger.reserve(
            tx,
            generation_id=generation.id,
            owner=owner,
            ceiling=plan.ceiling,
            images=stored.quote.request.n,
            limits=self._limits_of(owner, confirmation.terms),
            key_line=confirmation.terms.line if confirmation.terms else None,
            now=now,
        )
        remember(tx, confirmation, generation.id, now=now)
        eventlog.append(tx, stream(generation.id), "held", {"state": State.HELD}, now=now)
        return Confirmed(generation.id, replayed=False)

    async def earlier(self, word: Confirmation) -> Confirmed | None:
        """What the same request led to before, by its key or because it says that it is a retry.

        Raises IdempotencyInProgress while a key's goes on, IdempotencyConflict for another body.
        The reserving transaction looks again.
        """
        if word.key:
            return await self._db.read(lambda tx: replayed(tx, word))
        if word.tried and word.tried.repeated:
            return await self._db.write(lambda tx: joined(tx, word))
        return None

    async def leave(self, word: Confirmation, generation_id: str) -> None:
        """Keep what nobody waited for until the same request comes once more."""
        tried, now = word.tried, self._clock.now()
        if tried:
            await self._db.write(
                lambda tx: retries.leave(tx, word.asker, tried, generation_id, now=now)
            )

    def _start(self, generation_id: str, work: Coroutine[None, None, None]) -> None:
        if generation_id in self._tasks:
            work.close()
            return
        task = asyncio.create_task(work, name=generation_id)
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
            found = await self.get(owner, generation_id)
            if found.state in ENDED or found.worker == self._worker():
                return found
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
            else:
                store.ask_to_stop(tx, generation_id)

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

    async def take_over(self) -> None:
        """Take up what no living process works on, and what this one lost sight of."""
        worker = self._worker()
        left = await self._db.read(lambda tx: store.left_to(tx, worker))
        ours = self._tasks.keys() | self._confirming
        found = [] if self._leaving else [each for each in left if each not in ours]
        for start in range(0, len(found), TAKEN_AT_ONCE):
            some = found[start : start + TAKEN_AT_ONCE]
            taken = await self._db.write(lambda tx: store.take(tx, some, worker))  # noqa: B023  # awaited at once
            if self._leaving:  # since then: whoever comes next finds them
                return
            for generation_id, fence in taken.items():
                self._start(generation_id, self._pickup.run(generation_id, fence))

    async def settle_late(self, left: frozenset[str]) -> None:
        """Attempts of unknown outcome among `left` have files: book those that are whole images."""
        await self._pickup.settle_late(left)

    async def heed(self) -> None:
        """Stop what its person asked another process to stop."""
        if self._tasks:
            worker = self._worker()
            for each in await self._db.read(lambda tx: store.asked_to_stop(tx, worker)):
                await self._runner.cancel(each)

    async def drain(self) -> None:
        """Leave what can be found again to others; wait for the rest, which ends by itself."""
        self._leaving = True
        self._runner.leave()
        if self._tasks:
            await asyncio.gather(*self._tasks.values(), return_exceptions=True)
