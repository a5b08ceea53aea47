"""Which processes are at work on this database, and which have died.

Each process has a row and adds to its `beats` several times in a lease. A process whose beats have
not changed for one lease of a watcher's own monotonic clock is dead: no two clocks are compared,
so neither a clock that jumps nor clocks that differ between hosts can end a lease. A dead
process's row is deleted, and what belongs to no process that has a row is anybody's to take.
"""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from aquatint.clock import Clock
from aquatint.db.engine import Database, Tx
from aquatint.ids import new_id

# A process beats, and looks at the others, this often in a lease.
BEATS_IN_A_LEASE = 3


@dataclass(frozen=True, slots=True)
class _Seen:
    beats: int
    since: float  # of our own monotonic clock, in seconds


class Membership:
    """This process's row, and its view of the others'."""

    def __init__(
        self,
        *,
        db: Database,
        clock: Clock,
        lease_seconds: float,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self.id = new_id("proc")
        self.pause = lease_seconds / BEATS_IN_A_LEASE
        self._db = db
        self._clock = clock
        self._lease = lease_seconds
        self._monotonic = monotonic
        self._looked: float | None = None
        self._seen: dict[str, _Seen] = {}

    async def join(self) -> None:
        await self._db.write(lambda tx: _enlist(tx, self.id, self._clock.now()))

    async def look(self) -> list[str]:
        """Beat once and bury the dead; their ids. To be called every `pause` seconds.

        A process that was taken for dead itself goes on under a new id.
        """
        began = self._monotonic()
        if self._looked is None or began - self._looked > 2 * self.pause:
            self._seen = {}  # who did not look cannot say that nothing moved
        silent = [name for name, seen in self._seen.items() if began - seen.since >= self._lease]
        beats = {name: self._seen[name].beats for name in silent}
        self.id, others, buried = await self._db.write(lambda tx: self._round(tx, beats))
        self._looked = began
        self._remember(others)
        return buried

    def _round(self, tx: Tx, silent: Mapping[str, int]) -> tuple[str, dict[str, int], list[str]]:
        mine = self.id
        if not _beat(tx, mine):
            mine = new_id("proc")
            _enlist(tx, mine, self._clock.now())
        buried = [name for name, beats in silent.items() if _bury(tx, name, beats)]
        return mine, _others(tx, mine), buried

    def _remember(self, others: Mapping[str, int]) -> None:
        now, known = self._monotonic(), self._seen
        self._seen = {
            name: seen if (seen := known.get(name)) and seen.beats == beats else _Seen(beats, now)
            for name, beats in others.items()
        }

    async def leave(self) -> None:
        """Last of all: what this process leaves behind is anybody's at once."""
        await self._db.write(
            lambda tx: tx.execute("DELETE FROM processes WHERE id = :id", {"id": self.id}).rowcount
        )


def _enlist(tx: Tx, process_id: str, now: int) -> None:
    tx.execute(
        "INSERT INTO processes (id, beats, started_at) VALUES (:id, 0, :now)",
        {"id": process_id, "now": now},
    )


def _beat(tx: Tx, process_id: str) -> bool:
    beaten = tx.execute("UPDATE processes SET beats = beats + 1 WHERE id = :id", {"id": process_id})
    return beaten.rowcount == 1


def _others(tx: Tx, process_id: str) -> dict[str, int]:
    rows = tx.execute("SELECT id, beats FROM processes WHERE id <> :id", {"id": process_id})
    return {row["id"]: row["beats"] for row in rows.fetchall()}


def _bury(tx: Tx, process_id: str, beats: int) -> bool:
    """False when it has moved after all."""
    gone = tx.execute(
        "DELETE FROM processes WHERE id = :id AND beats = :beats",
        {"id": process_id, "beats": beats},
    )
    return gone.rowcount == 1
