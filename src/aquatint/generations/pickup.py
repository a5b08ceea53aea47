"""Takes up generations that another process left: never by buying again what was asked for."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress

from aquatint.clock import Clock
from aquatint.db.engine import Database, Tx
from aquatint.errors import Unreachable
from aquatint.generations import booking, store
from aquatint.generations.attempt import Attempts
from aquatint.generations.booking import Fenced, Task
from aquatint.generations.recovery import from_the_books
from aquatint.generations.runner import Job, Runner, load
from aquatint.generations.watch import Leaving
from aquatint.ledger import store as ledger
from aquatint.ledger.store import Attempt
from aquatint.ledger.whereabouts import handles
from aquatint.providers.base import Completed, ImageProvider, ImageRequest, ImageSink
from aquatint.routing.decision import Offering

logger = logging.getLogger(__name__)


class Pickup:
    """What never left is run, what can be found again is watched, the rest ends by the books."""

    def __init__(  # its collaborators
        self,
        *,
        db: Database,
        clock: Clock,
        offering: Callable[[], Awaitable[Offering]],
        providers: Mapping[str, ImageProvider],
        attempts: Attempts,
        runner: Runner,
    ) -> None:
        self._db = db
        self._clock = clock
        self._offering = offering
        self._providers = providers
        self._attempts = attempts
        self._runner = runner

    async def run(self, generation_id: str, fence: int) -> None:
        """End the generation. Never raises; what cannot be ended now is taken up again later."""
        try:
            attempts = await self._db.read(lambda tx: ledger.of_generations(tx, [generation_id]))
            if attempts:
                await self._end(generation_id, fence)
            else:
                await self._runner.run(generation_id, fence)
        except Leaving:
            return
        except LookupError:
            logger.exception("generation %s: what was promised is in no catalog", generation_id)
            await self._write_off(generation_id, fence)
        except Exception:
            logger.exception("generation %s could not be taken up", generation_id)

    async def settle_late(self, left: frozenset[str]) -> None:
        """Book the attempts of unknown outcome among `left`, which left files, by their images."""
        unknown = await self._db.scan(lambda tx: ledger.in_state(tx, "unknown"))
        for attempt_id in left & unknown.keys():
            generation_id = unknown[attempt_id]
            try:
                task = await self._task_again(generation_id, attempt_id)
                await self._attempts.settle_late(task, attempt_id)
            except Exception:
                logger.exception("attempt %s could not be settled late", attempt_id)

    async def take_up_late(self, generation_id: str, attempt_id: str, handle: str) -> None:
        """Look at an attempt of unknown outcome, now that it can be found. Never raises.

        What its provider says of it is booked, and told if the generation has ended.
        """
        try:
            task = await self._task_again(generation_id, attempt_id)
            await self._attempts.resume(task, attempt_id, handle)
        except Leaving:
            return
        except Exception:
            logger.exception("attempt %s could not be taken up", attempt_id)

    async def _task_again(self, generation_id: str, attempt_id: str) -> Task:
        """The task of any attempt, as who holds its generation now; LookupError as `_task`."""
        generation = await self._db.read(lambda tx: store.get(tx, generation_id))
        fence = generation.fence
        job, attempts, _ = await self._db.read(lambda tx: _left(tx, generation_id, fence))
        position = 0
        for attempt in attempts:
            if attempt.id == attempt_id:
                return await self._task(job, attempt, position)
            position += attempt.images
        raise LookupError(attempt_id)

    async def _end(self, generation_id: str, fence: int) -> None:
        job, attempts, handles = await self._db.read(lambda tx: _left(tx, generation_id, fence))
        position, ends = 0, []
        for attempt in attempts:
            if attempt.state == "dispatched":
                ends.append(self._end_one(job, attempt, position, handles.get(attempt.id)))
            position += attempt.images
        for end in await asyncio.gather(*ends, return_exceptions=True):
            if isinstance(end, BaseException):
                raise end
        ended = await self._db.read(lambda tx: ledger.of_generations(tx, [generation_id]))
        if all(attempt.state != "dispatched" for attempt in ended):
            outcome = from_the_books(job.generation, ended, job.quote)
            await self._runner.finish(generation_id, outcome, fence)

    async def _write_off(self, generation_id: str, fence: int) -> None:
        """Without what was promised nobody can price or find the work: it stays held."""
        now = self._clock.now()
        with suppress(Fenced):
            await self._db.write(lambda tx: booking.write_off(tx, generation_id, fence, now))

    async def _end_one(self, job: Job, attempt: Attempt, position: int, handle: str | None) -> None:
        task = await self._task(job, attempt, position)
        if handle:
            await self._attempts.resume(task, attempt.id, handle)
        else:
            await self._attempts.adopt(task, attempt.id)

    async def _task(self, job: Job, attempt: Attempt, position: int) -> Task:
        """The task the attempt was made for; LookupError when its model is in no catalog."""
        candidate = job.plan.find(attempt.model_key)
        row = (await self._offering()).catalog.get(attempt.model_key)
        if candidate is None or row is None:
            raise LookupError(attempt.model_key)
        return job.task(
            candidate,
            row,
            self._providers.get(attempt.provider) or _Unconfigured(attempt.provider),
            n=attempt.images,
            share=attempt.share,
            position=position,
            alone=False,
        )


class _Unconfigured:
    """A provider that has left the settings while it was at work: it can be asked nothing."""

    def __init__(self, name: str) -> None:
        self.name = name

    async def start(self, request: ImageRequest, sink: ImageSink) -> Completed:  # noqa: ARG002  # the seam's
        raise Unreachable(f"{self.name} is not configured")

    async def verify(self) -> None:
        raise Unreachable(f"{self.name} is not configured")


def _left(tx: Tx, generation_id: str, fence: int) -> tuple[Job, list[Attempt], dict[str, str]]:
    """The job, its attempts, and what finds the open ones' work again."""
    attempts = ledger.of_generations(tx, [generation_id])
    return load(tx, generation_id, fence), attempts, handles(tx, generation_id)
