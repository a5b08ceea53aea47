"""What a process does for as long as it lives: shows that it does, and takes up dead ones' work."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress

from aquatint.db.processes import Membership

_HEED_SECONDS = 1.0  # how long the word of another process may go unheeded

logger = logging.getLogger(__name__)

Chore = Callable[[], Awaitable[None]]


class Heart:
    """Beats until it is stopped; `each_beat` is done after it, `each_second` every second."""

    def __init__(
        self, membership: Membership, *, each_beat: Sequence[Chore], each_second: Sequence[Chore]
    ) -> None:
        self._membership = membership
        self._each_beat = each_beat
        self._each_second = each_second
        self._tasks: list[asyncio.Task[None]] = []

    async def start(self) -> None:
        """Join, and take up at once what nobody works on."""
        await self._membership.join()
        await self._beat()
        self._tasks = [
            asyncio.create_task(_repeat(self._beat, self._membership.pause)),
            asyncio.create_task(_repeat(self._heed, _HEED_SECONDS)),
        ]

    async def _beat(self) -> None:
        for dead in await self._membership.look():
            logger.warning("process_died process=%s: its work is taken over", dead)
        for chore in self._each_beat:
            await chore()

    async def _heed(self) -> None:
        for chore in self._each_second:
            await chore()

    async def stop(self) -> None:
        """The last thing before the database is closed: what is left is anybody's at once."""
        for task in self._tasks:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task
        await self._membership.leave()


async def _repeat(chore: Chore, pause: float) -> None:
    while True:
        await asyncio.sleep(pause)
        try:
            await chore()
        except Exception:
            logger.exception("the heart missed a beat")  # the next one may go well
