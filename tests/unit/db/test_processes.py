"""Who is alive: told by beats alone, never by comparing clocks."""

from collections.abc import Callable

import pytest

from aquatint.clock import ManualClock
from aquatint.db.engine import Database, Tx
from aquatint.db.processes import Membership

LEASE = 15.0


class Time:
    """One process's monotonic clock."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


Join = Callable[[Time, ManualClock], Membership]


@pytest.fixture
def member(db: Database) -> Join:
    return lambda time, clock: Membership(db=db, clock=clock, lease_seconds=LEASE, monotonic=time)


def present(tx: Tx) -> set[str]:
    return {row["id"] for row in tx.execute("SELECT id FROM processes").fetchall()}


async def looks(watcher: Membership, time: Time, *, seconds: float) -> list[str]:
    """The watcher looks every five seconds; whom it buried."""
    buried: list[str] = []
    for _ in range(int(seconds // 5)):
        time.now += 5
        buried += await watcher.look()
    return buried


async def test_a_silent_process_is_dead_after_one_lease_of_the_watcher(
    db: Database, member: Join
) -> None:
    time = Time()
    silent, watcher = member(Time(), ManualClock()), member(time, ManualClock())
    await silent.join()
    await watcher.join()
    await watcher.look()
    assert await looks(watcher, time, seconds=10) == []
    assert await looks(watcher, time, seconds=5) == [silent.id]
    assert await db.read(present) == {watcher.id}


async def test_a_beat_in_the_last_moment_is_heard(db: Database, member: Join) -> None:
    time = Time()
    late, watcher = member(Time(), ManualClock()), member(time, ManualClock())
    await late.join()
    await watcher.join()
    await watcher.look()
    assert await looks(watcher, time, seconds=10) == []
    await late.look()
    assert await looks(watcher, time, seconds=5) == []
    assert await db.read(present) == {late.id, watcher.id}


async def test_who_beats_lives_whatever_the_clocks_say(db: Database, member: Join) -> None:
    time, other = Time(), Time()
    mine, theirs = ManualClock(), ManualClock()
    alive, watcher = member(other, theirs), member(time, mine)
    await alive.join()
    await watcher.join()
    for hour in (3600, -7200, 3600, -3600):
        mine.advance(hour)
        theirs.advance(-hour)
        for _ in range(8):
            time.now += 5
            assert await watcher.look() == []
            await alive.look()  # its own monotonic clock stands still: nobody asks it
    assert await db.read(present) == {alive.id, watcher.id}


async def test_a_watcher_that_did_not_look_proves_nothing(db: Database, member: Join) -> None:
    time = Time()
    alive, watcher = member(Time(), ManualClock()), member(time, ManualClock())
    await alive.join()
    await watcher.join()
    await watcher.look()
    time.now += 10 * LEASE  # the watcher was stopped, or both were
    assert await watcher.look() == []
    await alive.look()
    assert await looks(watcher, time, seconds=10) == []


async def test_who_was_taken_for_dead_goes_on_under_a_new_id(db: Database, member: Join) -> None:
    time = Time()
    stopped, watcher = member(Time(), ManualClock()), member(time, ManualClock())
    await stopped.join()
    await watcher.join()
    before = stopped.id
    await watcher.look()
    assert await looks(watcher, time, seconds=15) == [before]
    await stopped.look()
    assert stopped.id != before
    assert await db.read(present) == {stopped.id, watcher.id}


async def test_who_leaves_is_gone_at_once(db: Database, member: Join) -> None:
    process = member(Time(), ManualClock())
    await process.join()
    await process.leave()
    assert await db.read(present) == set()
