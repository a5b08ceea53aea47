"""One attempt: dispatched, made and ended in the books, whatever the provider or the disk does."""

import asyncio
import logging
from collections.abc import Awaitable
from dataclasses import dataclass

from aquatint.clock import Clock
from aquatint.db import eventlog
from aquatint.db.engine import Database, Tx
from aquatint.db.eventlog import EventLog
from aquatint.errors import BadResponse, OutcomeUnknown, ProviderError
from aquatint.generations import booking, store
from aquatint.generations.booking import Delivery, Fenced, Task
from aquatint.generations.keeping import keep
from aquatint.generations.model import stream
from aquatint.generations.patience import insist
from aquatint.generations.previews import Previews
from aquatint.generations.request import request_of
from aquatint.generations.watch import Leaving, Work, begun, watch
from aquatint.ids import new_id
from aquatint.ledger.service import AlreadyEnded
from aquatint.ledger.whereabouts import handle_of, keep_handle
from aquatint.library.blobs import BlobStore
from aquatint.library.images import whole
from aquatint.providers.base import (
    Completed,
    ImageRequest,
    Pending,
    ResumableProvider,
)
from aquatint.resilience.breakers import Book, Breakers, nothing
from aquatint.resilience.store import Call

logger = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True, slots=True)
class Result:
    """What came of it: images, an error, or both when fewer came than asked for."""

    images: int = 0
    error: ProviderError | None = None
    warnings: tuple[str, ...] = ()
    ended: bool = False  # the generation was ended with it


class Cancelled(Exception):
    """The generation was ended by its person, or taken over, before this attempt left."""


class Attempts:
    """Makes attempts. Each takes two short transactions; none is open during the call."""

    def __init__(
        self,
        *,
        db: Database,
        clock: Clock,
        log: EventLog,
        blobs: BlobStore,
        breakers: Breakers,
        timeout_seconds: float | None,
    ) -> None:
        self._db = db
        self._clock = clock
        self._log = log
        self._blobs = blobs
        self._previews = Previews(db=db, clock=clock, log=log, blobs=blobs)
        self._breakers = breakers
        self._timeout = timeout_seconds
        self._works: dict[tuple[str, str], Work] = {}  # by generation and attempt
        self._stopping = asyncio.Event()

    async def make(self, task: Task) -> Result:
        """Dispatch and end one attempt.

        Raises CeilingReached, Refused (by the breaker) or Cancelled before anything left, and
        Leaving when the work can be found again and the process stops.
        """
        attempt_id = new_id("att")
        await self._dispatch(task, attempt_id)
        return await self._end(task, attempt_id, self._start(task, attempt_id))

    async def resume(self, task: Task, attempt_id: str, handle: str) -> Result:
        """Take up an attempt that others began or lost; it is looked at, not made again.

        Raises Leaving as `make` does.
        """
        return await self._end(
            task, attempt_id, self._watch(task, attempt_id, Pending(handle=handle))
        )

    async def adopt(self, task: Task, attempt_id: str) -> None:
        """End an attempt nobody waits for: by the whole images it left on disk, else as lost."""
        if not await self.settle_late(task, attempt_id):
            lost = "The gateway stopped while the provider was working; it may have been billed"
            await self._fail(task, attempt_id, OutcomeUnknown(lost), ours=True)

    async def settle_late(self, task: Task, attempt_id: str) -> bool:
        """Book an attempt by the whole images it left on disk, if any; all asked for are billed."""
        images = await whole(self._blobs, attempt_id)
        if images:
            await self._complete(task, attempt_id, Completed(images=images[: task.n]), made=task.n)
        return bool(images)

    def leave(self) -> None:
        """The process stops: work that can be found again is left to whoever comes next."""
        self._stopping.set()

    async def cancel(self, generation_id: str) -> bool:
        """Ask the providers at work for this generation to stop; False when none can be asked."""
        works = [work for (owner, _), work in self._works.items() if owner == generation_id]
        for work in works:
            await work.cancel()
        return bool(works)

    def wake(self, attempt_id: str) -> bool:
        """Look at this attempt's work at once; False when nobody here watches it."""
        works = [work for (_, watched), work in self._works.items() if watched == attempt_id]
        for work in works:
            work.news.set()
        return bool(works)

    async def _start(self, task: Task, attempt_id: str) -> Completed:
        request = self._request(task, attempt_id)
        async with self._previews.sink(task.generation_id, attempt_id) as sink:
            answer = await begun(
                task.provider.start(request, sink),
                lambda: self._db.read(lambda tx: handle_of(tx, attempt_id)),
            )
        if isinstance(answer, Completed):
            return answer
        handle = answer.handle
        await insist(lambda: self._db.write(lambda tx: keep_handle(tx, attempt_id, handle)))
        return await self._watch(task, attempt_id, answer)

    async def _watch(self, task: Task, attempt_id: str, pending: Pending) -> Completed:
        if not isinstance(task.provider, ResumableProvider):
            raise BadResponse("The provider is at work, but cannot be asked about it")
        work = self._works[task.generation_id, attempt_id] = Work(task.provider, pending.handle)
        try:
            async with self._previews.sink(task.generation_id, attempt_id) as sink:
                return await watch(
                    work,
                    pending,
                    self._request(task, attempt_id),
                    sink,
                    lambda progress: self._tell(task, progress),
                    self._stopping,
                )
        finally:
            self._works.pop((task.generation_id, attempt_id), None)

    async def _tell(self, task: Task, progress: float) -> None:
        now, name = self._clock.now(), stream(task.generation_id)
        data = {"progress": round(progress, 3)}
        await self._db.write(lambda tx: eventlog.append(tx, name, "progress", data, now=now))
        self._log.wake(name)

    async def _end(self, task: Task, attempt_id: str, work: Awaitable[Completed]) -> Result:
        """Book how `work` ends, whatever that is."""
        try:
            completed = await work
        except Leaving:
            raise
        except ProviderError as error:
            return await self._fail(task, attempt_id, error)
        except Exception:
            logger.exception("attempt %s broke", attempt_id)
            lost = OutcomeUnknown("The gateway failed while the provider was working; see its log")
            return await self._fail(task, attempt_id, lost, ours=True)
        try:
            return await self._complete(task, attempt_id, completed)
        except Exception:
            logger.exception("attempt %s: what came could not be kept", attempt_id)
            lost = OutcomeUnknown(
                "The image came but could not be kept; see the gateway's log",
                request_id=completed.request_id,
            )
            return await self._fail(task, attempt_id, lost, ours=True)

    def _request(self, task: Task, attempt_id: str) -> ImageRequest:
        return request_of(task, attempt_id, self._deadline(task), self._blobs)

    def _deadline(self, task: Task) -> float:
        return self._timeout or task.row.deadline_seconds

    async def _dispatch(self, task: Task, attempt_id: str) -> None:
        """The breaker's permit, the share of the ceiling and the attempt's row: all or nothing."""
        now = self._clock.now()
        call = Call(
            id=attempt_id,
            provider=task.candidate.provider,
            model=task.candidate.provider_model,
            deadline_seconds=self._deadline(task),
        )

        def book(tx: Tx) -> None:
            if not store.dispatched(tx, task.generation_id, task.fence):
                raise Cancelled
            booking.dispatch(tx, task, attempt_id, now)

        await self._breakers.acquire(call, book)
        self._log.wake(stream(task.generation_id))

    async def _complete(
        self, task: Task, attempt_id: str, completed: Completed, *, made: int | None = None
    ) -> Result:
        """Keep what is a picture; book images, bill (without usage: what was `made`) and end."""
        if not completed.images and completed.usage is None:
            nothing = BadResponse("The provider sent no image", request_id=completed.request_id)
            return await self._fail(task, attempt_id, nothing)
        kept, problems = await keep(self._blobs, task, completed)
        bill = booking.price_of(task, completed.usage, made or len(completed.images))
        delivery = Delivery(
            kept=kept,
            bill=bill,
            request_id=completed.request_id,
            warnings=completed.warnings + problems,
            usage=completed.usage,
        )
        error = None if kept else BadResponse(problems[0], request_id=completed.request_id)
        charged = 0

        def book(tx: Tx) -> None:
            nonlocal charged
            charged = booking.deliver(tx, task, attempt_id, delivery, error, self._clock.now())

        try:
            await insist(lambda: self._breakers.record(attempt_id, error, book))
        except AlreadyEnded:
            logger.warning("attempt %s had been ended already", attempt_id)
            now, bill = self._clock.now(), 0  # whoever ended it has booked its bill

            def add(tx: Tx) -> None:
                booking.add(tx, task, attempt_id, kept, now)

            await insist(lambda: self._breakers.record(attempt_id, error, add))
        for received, _ in kept:
            self._blobs.discard_now(received)
        self._log.wake(stream(task.generation_id))
        logger.info(
            "attempt_settled attempt=%s provider=%s model=%s images=%d billed=%d charged=%d"
            " provider_request=%s",
            attempt_id,
            task.candidate.provider,
            task.candidate.model,
            len(kept),
            bill,
            charged,
            completed.request_id,
        )
        if bill > charged:
            logger.error("overrun attempt=%s billed=%d charged=%d", attempt_id, bill, charged)
        ended = bool(kept) and task.alone
        return Result(images=len(kept), error=error, warnings=delivery.warnings, ended=ended)

    async def _fail(
        self, task: Task, attempt_id: str, error: ProviderError, *, ours: bool = False
    ) -> Result:
        """Book the end that this kind of failure has; one of `ours` is no word on the provider."""

        def book(tx: Tx) -> None:
            booking.fail(tx, task, attempt_id, error, self._clock.now())

        def end(book: Book) -> Awaitable[None]:
            if ours:
                return self._breakers.release(attempt_id, book)
            return self._breakers.record(attempt_id, error, book)

        try:
            await insist(lambda: end(book))
        except Fenced:
            logger.warning("attempt %s is another process's to end", attempt_id)
        except AlreadyEnded:
            logger.warning("attempt %s had been ended already", attempt_id)
            await insist(lambda: end(nothing))  # who ended it may have left the permit behind
        self._log.wake(stream(task.generation_id))
        logger.warning(
            "attempt_failed attempt=%s provider=%s model=%s code=%s error=%s",
            attempt_id,
            task.candidate.provider,
            task.candidate.model,
            error.code,
            error.message,
        )
        return Result(error=error)
