"""From a confirmed quote to its end: walks the frozen candidates, one after another."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace

from aquatint.catalog import reasons
from aquatint.catalog.model import Row
from aquatint.clock import Clock
from aquatint.db.engine import Database, Tx
from aquatint.db.eventlog import EventLog
from aquatint.errors import Next, ProviderError
from aquatint.generations import store
from aquatint.generations.attempt import Attempts, Cancelled, Result
from aquatint.generations.booking import Task, split
from aquatint.generations.ending import delivered, finish
from aquatint.generations.model import Failure, Generation, Outcome, State, stream
from aquatint.generations.patience import insist
from aquatint.generations.recovery import amend
from aquatint.generations.verdict import end_of, together
from aquatint.generations.watch import Leaving
from aquatint.ledger import store as ledger
from aquatint.ledger.service import CeilingReached
from aquatint.money import Micro
from aquatint.providers.base import ImageProvider, Stopped
from aquatint.quotes import store as quote_store
from aquatint.quotes.model import Candidate, Plan, Quote
from aquatint.quotes.service import as_wish
from aquatint.resilience.store import Refused
from aquatint.routing.decision import Offering

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Job:
    """A generation and what its quote promised, under the ceiling that was confirmed."""

    generation: Generation
    quote: Quote
    plan: Plan

    def task(  # what one call is made of
        self,
        candidate: Candidate,
        row: Row,
        provider: ImageProvider,
        *,
        n: int,
        share: Micro,
        position: int,
        alone: bool,
    ) -> Task:
        """`n` of its images as one call to `provider`."""
        request = self.quote.request
        return Task(
            generation_id=self.generation.id,
            fence=self.generation.fence,
            owner=self.generation.owner,
            prompt=self.quote.words_sent,
            inputs=self.quote.inputs,
            partial_images=min(request.partial_images, row.capabilities.partial_images),
            candidate=candidate,
            row=row,
            provider=provider,
            n=n,
            share=share,
            position=position,
            alone=alone,
        )


class Runner:
    """Runs generations to their end; every path ends in the books and in the event stream."""

    def __init__(  # its collaborators
        self,
        *,
        db: Database,
        clock: Clock,
        log: EventLog,
        offering: Callable[[], Awaitable[Offering]],
        providers: Mapping[str, ImageProvider],
        attempts: Attempts,
    ) -> None:
        self._db = db
        self._clock = clock
        self._log = log
        self._offering = offering
        self._providers = providers
        self._attempts = attempts
        self._cancelled: set[str] = set()

    async def run(self, generation_id: str, fence: int) -> None:
        """Buy the images. Never raises: a failure of ours ends the generation like any other."""
        try:
            job = await self._db.read(lambda tx: load(tx, generation_id, fence))
            walk = _Walk(job, self._offering, self._providers, self._attempts, self._cancelled)
            if (outcome := await walk.outcome()) is None:
                return
        except Leaving:
            return
        except Cancelled:  # perhaps by its person while an earlier call ran on, and not ended yet
            outcome = Outcome(state=State.CANCELLED)
        except Exception:
            logger.exception("generation %s failed", generation_id)
            failure = Failure(
                status=500, code="internal_error", message="The gateway failed; see its log"
            )
            outcome = Outcome(state=State.FAILED, failure=failure)
        await self.finish(generation_id, outcome, fence)

    async def cancel(self, generation_id: str) -> None:
        """Ask the providers at work to stop, once; what they say then ends the generation."""
        if generation_id in self._cancelled:
            return
        self._cancelled.add(generation_id)
        if not await self._attempts.cancel(generation_id):
            self._cancelled.discard(generation_id)

    def leave(self) -> None:
        """The process stops: work that can be found again is left to whoever comes next."""
        self._attempts.leave()

    async def finish(self, generation_id: str, outcome: Outcome, fence: int) -> None:
        """Write the end, unless another process has taken the generation over. Never raises."""
        self._cancelled.discard(generation_id)
        now = self._clock.now()

        def end(tx: Tx) -> None:
            ended = finish(tx, generation_id, outcome, fence=fence, now=now)
            if ended and outcome.state is State.UNKNOWN:  # found meanwhile, perhaps
                amend(tx, generation_id, now=now)

        try:
            await insist(lambda: self._db.write(end))
        except Exception:
            # The attempts are in the books: whoever looks next ends the generation from them.
            logger.exception("generation %s could not be ended", generation_id)
        self._log.wake(stream(generation_id))


class _Walk:
    """One pass down the candidates of one job."""

    def __init__(
        self,
        job: Job,
        offering: Callable[[], Awaitable[Offering]],
        providers: Mapping[str, ImageProvider],
        attempts: Attempts,
        cancelled: AbstractSet[str],
    ) -> None:
        self._cancelled = cancelled
        self._job = job
        self._offering = offering
        self._providers = providers
        self._attempts = attempts
        self._wish = as_wish(job.quote.request, job.quote.inputs)
        self._skipped: set[str | tuple[str, str]] = set()  # providers, and models of providers
        self._reasons: dict[str, str] = {}
        self._last: ProviderError | None = None

    async def outcome(self) -> Outcome | None:
        """Try each candidate until one delivers or a failure says that none may be tried.

        None: the attempt that delivered has ended the generation in the same transaction.
        """
        for candidate in self._job.plan.walk:
            row = await self._ready(candidate)
            if row is None:
                continue
            try:
                result = await self._buy(candidate, row)
            except CeilingReached:
                self._reasons.setdefault(candidate.provider, reasons.ABOVE_CEILING.reason)
                continue
            except Refused as refused:
                self._reasons.setdefault(candidate.provider, refused.reason.reason)
                self._skipped.add(candidate.provider)
                continue
            if result.images and candidate is not self._job.plan.walk[0]:
                self._tell_fallback(candidate)
            if result.ended:
                return None
            if result.images:
                n = self._job.quote.request.n
                return delivered(candidate, result.images, n, result.warnings)
            if not self._goes_on_after(candidate, result):
                break
        return self._without_image()

    def _tell_fallback(self, used: Candidate) -> None:
        first = self._job.plan.walk[0]
        logger.info(
            "fallback_used generation=%s original=%s fallback=%s model=%s reason=%s",
            self._job.generation.id,
            first.provider,
            used.provider,
            used.model,
            self._reasons.get(first.provider, "-"),
        )

    async def _ready(self, candidate: Candidate) -> Row | None:
        """The candidate's row, if it can be asked now; else why not is noted."""
        model = (candidate.provider, candidate.provider_model)
        if candidate.provider in self._skipped or model in self._skipped:
            return None
        offering = await self._offering()
        row = offering.catalog.get(candidate.key)
        refusal = offering.refusal(row, self._wish) if row else reasons.MODEL_GONE
        if refusal:
            self._reasons.setdefault(candidate.provider, refusal.reason)
            return None
        return row

    async def _buy(self, candidate: Candidate, row: Row) -> Result:
        """All n images from one candidate, by as many calls as the model needs.

        Raises CeilingReached for one that is too dear for all of them: some would be bought at a
        price of an image that nobody confirmed.
        """
        if candidate.max_cost > self._job.plan.ceiling:
            raise CeilingReached
        n = self._job.quote.request.n
        tasks, position = [], 0
        calls = split(candidate, row, n)
        for count, share in calls:
            task = self._job.task(
                candidate,
                row,
                self._providers[candidate.provider],
                n=count,
                share=share,
                position=position,
                alone=len(calls) == 1,
            )
            tasks.append(self._attempts.make(task))
            position += count
        return together(await asyncio.gather(*tasks, return_exceptions=True))

    def _goes_on_after(self, candidate: Candidate, result: Result) -> bool:
        error = self._last = result.error
        if error is None:
            return True
        if self._stopped(error):
            return False
        self._reasons[candidate.provider] = error.message
        if error.next is Next.SKIP_PROVIDER:
            self._skipped.add(candidate.provider)
        else:
            self._skipped.add((candidate.provider, candidate.provider_model))
        return error.next is not Next.STOP

    def _stopped(self, error: ProviderError) -> bool:
        """Whether the person's word ended it."""
        return isinstance(error, Stopped) and self._job.generation.id in self._cancelled

    def _without_image(self) -> Outcome:
        error = self._last
        if error and self._stopped(error):
            return Outcome(state=State.CANCELLED)
        if error is None:
            listed = ", ".join(f"{name} ({why})" for name, why in self._reasons.items())
            failure = Failure(
                status=503,
                code="no_provider_available",
                message=f"All providers unavailable: {listed}",
            )
            return Outcome(state=State.FAILED, failure=failure)
        failure = Failure(status=error.status, code=error.code, message=error.message)
        return Outcome(state=end_of(error), failure=failure)


def load(tx: Tx, generation_id: str, fence: int) -> Job:
    """The work on a generation by whoever holds it with this fence.

    LookupError for a generation whose quote cannot be read.
    """
    generation = replace(store.get(tx, generation_id), fence=fence)
    stored = quote_store.find(tx, generation.owner, generation.quote_id)
    plan = stored.quote.plan(generation.candidate) if stored else None
    if stored is None or plan is None:
        raise LookupError(generation_id)
    ceiling = ledger.ceilings(tx, [generation_id]).get(generation_id, plan.ceiling)
    return Job(generation, stored.quote, plan.model_copy(update={"ceiling": ceiling}))
