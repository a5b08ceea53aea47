"""Streams of events that outlive the connection that watches them.

Whoever changes something appends an event in the same transaction; any number of followers
read the stream from where they left off, in this process or another.
"""

import asyncio
import json
from collections import defaultdict
from collections.abc import AsyncGenerator, Callable, Mapping
from dataclasses import dataclass
from typing import Any

from aquatint.clock import Millis
from aquatint.db.engine import Database, Record, Tx

_POLL_SECONDS = 1.0  # how long an event of another process may go unnoticed


@dataclass(frozen=True, slots=True)
class Event:
    """`seq` counts from 1 within its stream; the `final` one ends it."""

    seq: int
    event: str
    data: Mapping[str, Any]
    final: bool


def append(
    tx: Tx, stream: str, event: str, data: Mapping[str, Any], *, now: Millis, final: bool = False
) -> None:
    """Add one event to the end of `stream`."""
    tx.execute(
        """
        INSERT INTO events (stream, seq, event, data, final, at)
        SELECT :stream, coalesce(max(seq), 0) + 1, :event, :data, :final, :now
        FROM events WHERE stream = :stream
        """,
        {
            "stream": stream,
            "event": event,
            "data": json.dumps(data, ensure_ascii=False),
            "final": int(final),
            "now": now,
        },
    )


def read_after(tx: Tx, stream: str, after: int) -> list[Event]:
    """The events of `stream` beyond `after`, oldest first."""
    rows = tx.execute(
        "SELECT * FROM events WHERE stream = :stream AND seq > :after ORDER BY seq",
        {"stream": stream, "after": after},
    ).fetchall()
    return [_event(row) for row in rows]


def read_since(tx: Tx, stream: str, since: Millis) -> list[Event]:
    """The events of `stream` from `since` on, oldest first."""
    rows = tx.execute(
        "SELECT * FROM events WHERE stream = :stream AND at >= :since ORDER BY seq",
        {"stream": stream, "since": since},
    ).fetchall()
    return [_event(row) for row in rows]


def _event(row: Record) -> Event:
    return Event(row["seq"], row["event"], json.loads(row["data"]), bool(row["final"]))


def ended(tx: Tx, stream: str) -> bool:
    """Whether `stream` has had its final event, or is forgotten: nothing will come any more."""
    rows = tx.execute(
        "SELECT final FROM events WHERE stream = :stream ORDER BY seq DESC LIMIT 1",
        {"stream": stream},
    )
    last = rows.fetchone()
    return last is None or bool(last["final"])


def sweep_ended(tx: Tx, prefix: str, *, before: Millis, most: int = 500) -> int:
    """Forget streams named `prefix…` that ended before `before`, whole; how many events."""
    return tx.execute(
        """
        DELETE FROM events WHERE stream IN (
          SELECT stream FROM events
          WHERE at < :before AND final = 1 AND substr(stream, 1, length(:prefix)) = :prefix
          ORDER BY at LIMIT :most
        )
        """,
        {"before": before, "prefix": prefix, "most": most},
    ).rowcount


def sweep_old(tx: Tx, prefix: str, *, before: Millis, most: int = 500) -> int:
    """Forget single events before `before` of streams named `prefix…`; how many."""
    return tx.execute(
        """
        DELETE FROM events WHERE (stream, seq) IN (
          SELECT stream, seq FROM events
          WHERE at < :before AND substr(stream, 1, length(:prefix)) = :prefix
          ORDER BY at LIMIT :most
        )
        """,
        {"before": before, "prefix": prefix, "most": most},
    ).rowcount


class EventLog:
    """Follows streams; `wake` tells that a stream has grown, and `relay` tells other processes.

    Who is not told notices by itself, a little later.
    """

    def __init__(self, db: Database) -> None:
        self.relay: Callable[[str], object] | None = None
        self.db = db
        self._waiting: defaultdict[str, set[asyncio.Event]] = defaultdict(set)
        self._stopping = asyncio.Event()

    def wake(self, stream: str) -> None:
        self.heard(stream)
        if self.relay:
            self.relay(stream)

    def heard(self, stream: str) -> None:
        """A stream has grown here or elsewhere: its followers in this process look at it."""
        for waiter in self._waiting.get(stream, ()):
            waiter.set()

    def stop(self) -> None:
        """The process is about to end: watching ends, waiting goes on."""
        self._stopping.set()
        for stream in tuple(self._waiting):
            self.heard(stream)

    @property
    def stopping(self) -> bool:
        return self._stopping.is_set()

    async def stopped(self) -> None:
        """Wait until the process is about to end."""
        await self._stopping.wait()

    def watch(self, stream: str, after: int = 0) -> AsyncGenerator[Event, None]:
        """`follow` for clients, who can come back: it ends early when the process stops."""
        return self.follow(stream, after, until_stop=True)

    async def follow(
        self, stream: str, after: int = 0, *, until_stop: bool = False
    ) -> AsyncGenerator[Event, None]:
        """Every event beyond `after`, as it comes, until the stream has ended; then nothing."""
        waiter = asyncio.Event()
        self._waiting[stream].add(waiter)
        try:
            while True:
                waiter.clear()
                events, over = await self.db.read(lambda tx: _news(tx, stream, after))  # noqa: B023  # awaited at once
                for event in events:
                    after = event.seq
                    yield event
                if over or (until_stop and self.stopping):
                    return
                await _wait(waiter)
        finally:
            self._waiting[stream].discard(waiter)
            if not self._waiting[stream]:
                del self._waiting[stream]


def _news(tx: Tx, stream: str, after: int) -> tuple[list[Event], bool]:
    """The events beyond `after`, and whether none will come after them."""
    events = read_after(tx, stream, after)
    return events, events[-1].final if events else ended(tx, stream)


async def _wait(waiter: asyncio.Event) -> None:
    try:
        async with asyncio.timeout(_POLL_SECONDS):
            await waiter.wait()
    except TimeoutError:
        return
