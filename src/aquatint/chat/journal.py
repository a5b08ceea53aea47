"""What a turn writes: events that are durable before anyone sees them.

Text that arrives while a commit is under way waits and shares the next one, so that a fast
model costs few commits and a slow one is shown word by word.
"""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from aquatint.chat import turns
from aquatint.clock import Clock
from aquatint.db.engine import Database, Tx
from aquatint.db.eventlog import EventLog


@dataclass(frozen=True, slots=True)
class Entry:
    """An event to be written."""

    event: str
    data: Mapping[str, Any]
    final: bool = False


class Journal:
    """The events of one turn, in the order they were given."""

    def __init__(self, turn_id: str, *, db: Database, log: EventLog, clock: Clock) -> None:
        self._turn = turn_id
        self._db = db
        self._log = log
        self._clock = clock
        self._text: list[str] = []
        self._flushing: asyncio.Task[None] | None = None

    def text(self, piece: str) -> None:
        """Write a piece of text soon; a failure to do so is raised by the next `put`."""
        self._text.append(piece)
        if self._flushing is None:
            self._flushing = asyncio.create_task(self._flush())

    async def put(self, *entries: Entry, also: Callable[[Tx], None] | None = None) -> None:
        """Write entries after all text so far, and do `also` in the same transaction.

        Raises TurnEnded when the turn was ended elsewhere; then nothing was written.
        """
        if flushing := self._flushing:
            await asyncio.wait({flushing})  # unlike awaiting it, this does not pass on a cancel
            self._flushing = None
            flushing.result()
        await self._write(entries, also)

    async def _flush(self) -> None:
        while self._text:
            await self._write((), None)
        self._flushing = None

    async def _write(self, entries: tuple[Entry, ...], also: Callable[[Tx], None] | None) -> None:
        text, self._text = "".join(self._text), []
        delta = (Entry("delta", {"content": text}),) if text else ()

        def write(tx: Tx) -> None:
            now = self._clock.now()
            for entry in delta + entries:
                turns.append(tx, self._turn, entry.event, entry.data, now=now, final=entry.final)
            if also:
                also(tx)

        await self._db.write(write)
        self._log.wake(turns.stream(self._turn))
