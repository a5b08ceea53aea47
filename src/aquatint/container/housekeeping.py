"""What is forgotten in time, so that nothing grows for ever: rows, events and stray files."""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable
from typing import Final

from aquatint.chat import passed, turns
from aquatint.chat import store as conversations
from aquatint.chat.conversations import RESTORED_WITHIN
from aquatint.clock import Clock, Millis
from aquatint.db import chores, eventlog
from aquatint.db.engine import Database, Tx
from aquatint.generations import idempotency
from aquatint.generations import model as generation_model
from aquatint.ledger import store as ledger
from aquatint.library import store as library
from aquatint.library.blobs import BlobStore, Leftovers
from aquatint.library.provenance import Provenance
from aquatint.policy import refusals
from aquatint.quotes import store as quotes

PERIOD: Final[Millis] = 3_600_000
TURNS_KEPT: Final[Millis] = 600_000
EVENTS_KEPT: Final[Millis] = 86_400_000
QUOTES_KEPT: Final[Millis] = 7 * 86_400_000
FILES_KEPT_SECONDS: Final = 86_400.0
_LOOK_SECONDS = 60.0

logger = logging.getLogger(__name__)


class Housekeeper:
    """Sweeps at the start, and then once an hour whichever process is the first to look."""

    def __init__(
        self,
        *,
        db: Database,
        clock: Clock,
        blobs: BlobStore,
        provenance: Provenance,
        settle_late: Callable[[frozenset[str]], Awaitable[None]],
    ) -> None:
        self._db = db
        self._clock = clock
        self._blobs = blobs
        self._provenance = provenance
        self._settle_late = settle_late

    async def run(self) -> None:
        """Until it is cancelled."""
        due = True
        while True:
            try:
                if due:
                    await self.sweep()
                await asyncio.sleep(_LOOK_SECONDS)
                due = await self._my_turn()
            except Exception:
                logger.exception("the house could not be swept")
                due = False
                await asyncio.sleep(_LOOK_SECONDS)

    async def _my_turn(self) -> bool:
        now = self._clock.now()
        return await self._db.write(lambda tx: chores.due(tx, "sweep", every=PERIOD, now=now))

    async def sweep(self) -> None:
        """Everything once. What is still needed, or may be, is never touched."""
        now = self._clock.now()
        await self._rows(lambda tx: turns.sweep(tx, before=now - TURNS_KEPT))
        await self._rows(
            lambda tx: eventlog.sweep_ended(
                tx, generation_model.stream(""), before=now - EVENTS_KEPT
            )
        )
        await self._rows(lambda tx: passed.sweep(tx, now=now))
        await self._rows(lambda tx: idempotency.sweep(tx, now=now))
        await self._rows(lambda tx: conversations.sweep(tx, before=now - RESTORED_WITHIN))
        await self._rows(lambda tx: quotes.sweep(tx, before=now - QUOTES_KEPT))
        await self._rows(lambda tx: refusals.sweep(tx, before=now - refusals.KEPT))
        await self._provenance.sweep()
        await self._files()

    async def _rows(self, some: Callable[[Tx], int]) -> None:
        """A little at a time, for others want to write too."""
        while await self._db.write(some):
            continue

    async def _files(self) -> None:
        """Blobs without a row, and what ended attempts received and could not keep."""
        before = time.time() - FILES_KEPT_SECONDS  # files carry the machine's own time
        every = await asyncio.to_thread(self._blobs.older, time.time())
        await self._settle_late(every.attempts)
        old = await asyncio.to_thread(self._blobs.older, before)
        stray = await self._db.scan(lambda tx: _stray(tx, old))
        swept = await asyncio.to_thread(self._blobs.sweep, stray, before)
        if swept:
            logger.info("swept files=%d", swept)


def _stray(tx: Tx, old: Leftovers) -> Leftovers:
    """What no row names; what an attempt received stays until its outcome is known."""
    wanted = ledger.in_state(tx, "dispatched").keys() | ledger.in_state(tx, "unknown").keys()
    return Leftovers(hashes=library.unnamed(tx, old.hashes), attempts=old.attempts - wanted)
