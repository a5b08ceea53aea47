"""One attempt: booked, dispatched, and ended in the books, whatever the provider does."""

import logging
from collections.abc import Callable
from dataclasses import dataclass

from aquatint.catalog.model import Row
from aquatint.catalog.pricing import Demand, Usage, billed, expected
from aquatint.clock import Clock, Millis
from aquatint.db import eventlog
from aquatint.db.engine import Database, Tx
from aquatint.db.eventlog import EventLog
from aquatint.errors import BadResponse, OutcomeUnknown, ProviderError
from aquatint.generations import store
from aquatint.generations.ending import delivered, finish
from aquatint.generations.model import stream
from aquatint.ids import new_id
from aquatint.ledger import service as ledger
from aquatint.ledger.store import Ending, NewAttempt
from aquatint.library import store as library
from aquatint.library.blobs import BlobStore
from aquatint.library.images import ImageFacts, UnusableImage, take_in
from aquatint.library.store import Image
from aquatint.money import Micro
from aquatint.providers.base import (
    BilledBadResponse,
    BilledRefusal,
    Completed,
    ImageProvider,
    ImageRequest,
    ReceivedImage,
)
from aquatint.quotes.model import Candidate
from aquatint.resilience import store as conditions
from aquatint.resilience.breaker import BreakerConfig
from aquatint.resilience.store import Call
from aquatint.resilience.transition import Transition, announce

Transitions = tuple[Transition, ...]

logger = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True, slots=True)
class Task:
    """`n` images to buy from one candidate for one generation, in one call."""

    generation_id: str
    owner: str
    prompt: str
    candidate: Candidate
    row: Row
    provider: ImageProvider
    n: int
    share: Micro
    position: int  # of the first image within the generation
    alone: bool  # no other call is made for these images: what it delivers ends the generation


@dataclass(frozen=True, kw_only=True, slots=True)
class Result:
    """What came of it: images, an error, or both when fewer came than asked for."""

    images: int = 0
    error: ProviderError | None = None
    warnings: tuple[str, ...] = ()
    ended: bool = False  # the generation was ended with it


class Cancelled(Exception):
    """The generation was ended by its person before this attempt left."""


class Attempts:
    """Makes attempts. Each takes three short transactions; none is open during the call."""

    def __init__(
        self,
        *,
        db: Database,
        clock: Clock,
        log: EventLog,
        blobs: BlobStore,
        breaker: BreakerConfig,
        timeout_seconds: float | None,
    ) -> None:
        self._db = db
        self._clock = clock
        self._log = log
        self._blobs = blobs
        self._breaker = breaker
        self._timeout = timeout_seconds

    async def make(self, task: Task) -> Result:
        """Dispatch and end one attempt.

        Raises CeilingReached, Refused (by the breaker) or Cancelled before anything left.
        """
        attempt_id = new_id("att")
        await self._write(task, lambda tx, now: self._dispatch(tx, task, attempt_id, now))
        try:
            completed = await task.provider.start(
                self._request(task, attempt_id), self._blobs.sink(attempt_id)
            )
        except ProviderError as error:
            return await self._fail(task, attempt_id, error)
        except Exception:
            logger.exception("attempt %s broke", attempt_id)
            lost = OutcomeUnknown("The gateway failed while the provider was working; see its log")
            return await self._fail(task, attempt_id, lost, ours=True)
        return await self._complete(task, attempt_id, completed)

    def _request(self, task: Task, attempt_id: str) -> ImageRequest:
        return ImageRequest(
            row=task.row,
            prompt=task.prompt,
            n=task.n,
            width=task.candidate.size.width,
            height=task.candidate.size.height,
            attempt_id=attempt_id,
            deadline_seconds=self._deadline(task),
            **task.candidate.settings,
        )

    def _deadline(self, task: Task) -> float:
        return self._timeout or task.row.deadline_seconds

    def _dispatch(self, tx: Tx, task: Task, attempt_id: str, now: Millis) -> Transitions:
        """The breaker's permit, the share of the ceiling and the attempt's row: all or nothing."""
        if not store.dispatched(tx, task.generation_id):
            raise Cancelled
        call = Call(
            id=attempt_id,
            provider=task.candidate.provider,
            model=task.candidate.provider_model,
            deadline_seconds=self._deadline(task),
        )
        transitions = conditions.acquire(tx, call, config=self._breaker, now=now)
        _book_dispatch(tx, task, attempt_id, now)
        return transitions

    async def _complete(self, task: Task, attempt_id: str, completed: Completed) -> Result:
        """Keep what is a picture, then book images, bill and end in one transaction."""
        kept, warnings = await self._keep(completed)
        bill = _bill(task, completed.usage, len(kept))
        if not kept:
            error = BadResponse(warnings[0], request_id=completed.request_id)
            ending = _ending(error)
        else:
            error, ending = None, Ending(request_id=completed.request_id)

        ended, told = bool(kept) and task.alone, completed.warnings + warnings

        def book(tx: Tx, now: Millis) -> Transitions:
            for offset, (received, facts) in enumerate(kept):
                library.insert(tx, _image(task, attempt_id, offset, received, facts, now))
            ledger.settle(tx, attempt_id, billed=bill, delivered=len(kept), ending=ending, now=now)
            if ended:
                outcome = delivered(task.candidate, len(kept), task.n, told)
                finish(tx, task.generation_id, outcome, now=now)
            return conditions.record(tx, attempt_id, error, config=self._breaker, now=now)

        await self._write(task, book)
        return Result(images=len(kept), error=error, warnings=told, ended=ended)

    async def _keep(
        self, completed: Completed
    ) -> tuple[list[tuple[ReceivedImage, ImageFacts]], tuple[str, ...]]:
        kept, problems = [], []
        for received in completed.images:
            try:
                facts = await take_in(self._blobs, received)
            except UnusableImage as error:
                problems.append(f"The provider sent something that is no usable image: {error}")
                continue
            kept.append((received, facts))
        if not completed.images:
            problems.append("The provider sent no image")
        return kept, tuple(problems)

    async def _fail(
        self, task: Task, attempt_id: str, error: ProviderError, *, ours: bool = False
    ) -> Result:
        """Book the end that this kind of failure has; one of `ours` is no word on the provider."""

        def book(tx: Tx, now: Millis) -> Transitions:
            if isinstance(error, BilledBadResponse | BilledRefusal):
                bill = _bill(task, error.usage, task.n)
                ledger.settle(
                    tx, attempt_id, billed=bill, delivered=0, ending=_ending(error), now=now
                )
            elif isinstance(error, (BadResponse, OutcomeUnknown)):
                ledger.lose(tx, attempt_id, ending=_ending(error), now=now)
            else:
                ledger.release(tx, attempt_id, ending=_ending(error), now=now)
            data = {
                "provider": task.candidate.provider,
                "model": task.candidate.model,
                "code": error.code,
                "error": error.message,
            }
            eventlog.append(tx, stream(task.generation_id), "attempt_failed", data, now=now)
            if ours:
                conditions.give_back(tx, attempt_id, config=self._breaker, now=now)
                return ()
            return conditions.record(tx, attempt_id, error, config=self._breaker, now=now)

        await self._write(task, book)
        logger.warning(
            "attempt failed: %s %s %s: %s",
            task.candidate.provider,
            task.candidate.model,
            error.code,
            error.message,
        )
        return Result(error=error)

    async def _write(self, task: Task, work: Callable[[Tx, Millis], Transitions]) -> None:
        now = self._clock.now()
        announce(await self._db.write(lambda tx: work(tx, now)))
        self._log.wake(stream(task.generation_id))


def _book_dispatch(tx: Tx, task: Task, attempt_id: str, now: Millis) -> None:
    attempt = NewAttempt(
        id=attempt_id,
        generation_id=task.generation_id,
        provider=task.candidate.provider,
        model=task.candidate.model,
        model_key=task.candidate.key,
        images=task.n,
        share=task.share,
        price=task.candidate.price.model_dump_json(),
    )
    ledger.dispatch(tx, attempt, now=now)
    data = {
        "state": "dispatched",
        "provider": task.candidate.provider,
        "model": task.candidate.model,
        "images": task.n,
    }
    eventlog.append(tx, stream(task.generation_id), "dispatched", data, now=now)


def _bill(task: Task, usage: Usage | None, images: int) -> Micro:
    """What the provider bills: by its usage when it told one, else by the images it made."""
    price, size = task.candidate.price, task.candidate.size
    if usage is not None:
        return billed(price, usage, size)
    if price.rule == "image":
        return billed(price, Usage(images=images), size)
    return expected(price, Demand(prompt=task.prompt, size=size, n=images or task.n))


def _ending(error: ProviderError) -> Ending:
    return Ending(request_id=error.request_id, error_code=error.code, error=error.message)


def _image(  # an image is where it came from and what it is
    task: Task,
    attempt_id: str,
    offset: int,
    received: ReceivedImage,
    facts: ImageFacts,
    now: Millis,
) -> Image:
    return Image(
        id=new_id("pic"),
        owner=task.owner,
        generation_id=task.generation_id,
        attempt_id=attempt_id,
        position=task.position + offset,
        sha256=received.sha256,
        bytes=received.size,
        media_type=facts.media_type,
        width=facts.width,
        height=facts.height,
        seed=received.seed,
        revised_prompt=received.revised_prompt,
        created_at=now,
    )


def split(candidate: Candidate, row: Row, n: int) -> list[tuple[int, Micro]]:
    """The calls that `n` images take of this model: (images, share of the ceiling) for each."""
    calls = -(-n // row.capabilities.max_n)
    counts = [n // calls + (index < n % calls) for index in range(calls)]
    return [(count, candidate.max_cost * count // n) for count in counts]
