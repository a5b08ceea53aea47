"""Work that outlives the call that began it: looked at until it ends, cancelled when asked."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from aquatint.errors import OutcomeUnknown, ProviderError, Unreachable
from aquatint.providers.base import (
    Completed,
    ImageRequest,
    ImageSink,
    Pending,
    ResumableProvider,
)

logger = logging.getLogger(__name__)

# After the deadline the provider is asked to stop, and its last word waited for this long.
LAST_WORD_SECONDS = 30.0
_LONGEST_PAUSE = 30.0


class Leaving(Exception):
    """The process stops; the work goes on, and whoever takes it up finds it by its handle."""


@dataclass(frozen=True, slots=True)
class Work:
    """One provider's work under way."""

    provider: ResumableProvider
    handle: str
    news: asyncio.Event = field(default_factory=asyncio.Event)  # set when a look is worth it

    async def rest(self, seconds: float, stopping: asyncio.Event) -> None:
        """Wait before the next look, but not once there is news; Leaving when it is `stopping`."""
        waiting = [asyncio.ensure_future(event.wait()) for event in (self.news, stopping)]
        try:
            await asyncio.wait(waiting, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for waiter in waiting:
                waiter.cancel()
        self.news.clear()
        if stopping.is_set():
            raise Leaving

    async def cancel(self) -> None:
        """Ask it to stop; best effort."""
        try:
            await self.provider.cancel(self.handle)
        except ProviderError as error:
            logger.warning("cancel_failed handle=%s error=%s", self.handle, error.message)


async def begun(
    start: Awaitable[Completed | Pending], told: Callable[[], Awaitable[str | None]]
) -> Completed | Pending:
    """The answer to a call; when it was lost, the handle that a webhook `told` meanwhile."""
    try:
        return await start
    except OutcomeUnknown:
        handle = await told()
        if handle is None:
            raise
        return Pending(handle=handle)


async def watch(
    work: Work,
    pending: Pending,
    request: ImageRequest,
    sink: ImageSink,
    tell: Callable[[float], Awaitable[None]],
    stopping: asyncio.Event,
) -> Completed:
    """Look until the work is done; `tell` hears of its progress (0 to 1).

    Raises Leaving as soon as `stopping` is set.
    Raises as `poll` does for work that ended badly, and OutcomeUnknown when its end could not be
    learnt within the request's deadline and a little more.
    """
    clock = asyncio.get_running_loop().time
    deadline = clock() + request.deadline_seconds
    told, asked_to_stop = 0.0, False
    pause = pending.look_again_seconds
    while True:
        await work.rest(pause, stopping)
        try:
            answer = await work.provider.poll(work.handle, request, sink)
        except Unreachable as error:
            pause = min(error.cool_down or pause * 2, _LONGEST_PAUSE)
        else:
            if isinstance(answer, Completed):
                return answer
            pause = answer.look_again_seconds
            if answer.progress is not None and answer.progress > told:
                told = answer.progress
                await tell(told)
        if clock() > deadline + LAST_WORD_SECONDS:
            raise OutcomeUnknown("The provider is still at work after its time")
        if clock() > deadline and not asked_to_stop:
            asked_to_stop = True
            await work.cancel()
