"""The writer commits in groups, and a job that raises undoes only its own work."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import suppress

import pytest

from aquatint.db import eventlog
from aquatint.db.engine import Database, Tx, listed
from aquatint.db.eventlog import Event, EventLog
from aquatint.db.opening import open_database


def _add(name: str) -> Callable[[Tx], int]:
    def add(tx: Tx) -> int:
        eventlog.append(tx, "s", name, {}, now=0)
        return len(eventlog.read_after(tx, "s", 0))

    return add


async def test_a_write_is_seen_by_the_next_read(db: Database) -> None:
    assert await db.write(_add("one")) == 1
    events = await db.read(lambda tx: eventlog.read_after(tx, "s", 0))
    assert [event.event for event in events] == ["one"]


async def test_a_job_that_raises_undoes_only_itself(db: Database) -> None:
    def spoil(tx: Tx) -> None:
        eventlog.append(tx, "s", "bad", {}, now=0)
        raise ValueError("no")

    jobs: list[Coroutine[None, None, object]] = [
        db.write(_add("a")),
        db.write(spoil),
        db.write(_add("b")),
    ]
    outcomes: list[object] = list(await asyncio.gather(*jobs, return_exceptions=True))
    assert [outcomes[0], outcomes[2]] == [1, 2]
    assert isinstance(outcomes[1], ValueError)
    names = [e.event for e in await db.read(lambda tx: eventlog.read_after(tx, "s", 0))]
    assert names == ["a", "b"]


async def test_many_writers_lose_nothing(db: Database) -> None:
    await asyncio.gather(*(db.write(_add(str(number))) for number in range(300)))
    events = await db.read(lambda tx: eventlog.read_after(tx, "s", 0))
    assert [event.seq for event in events] == list(range(1, 301))


async def test_what_was_written_survives_closing(database: str) -> None:
    for expected in (1, 2):
        opened = open_database(database)
        assert await opened.write(_add("x")) == expected
        await opened.close()


async def test_a_statement_that_fails_undoes_only_its_job(db: Database) -> None:
    def twice(tx: Tx) -> None:
        for _ in range(2):
            tx.execute("INSERT INTO conditions (provider, body, version) VALUES ('p', '{}', 1)")

    jobs: list[Coroutine[None, None, object]] = [
        db.write(_add("a")),
        db.write(twice),
        db.write(_add("b")),
    ]
    outcomes = list(await asyncio.gather(*jobs, return_exceptions=True))
    assert [outcomes[0], outcomes[2]] == [1, 2]
    assert "IntegrityError" in {each.__name__ for each in type(outcomes[1]).__mro__}
    assert await db.read(lambda tx: tx.execute("SELECT * FROM conditions").fetchall()) == []


async def test_a_job_cannot_go_on_after_hiding_a_failed_statement_from_its_neighbours(
    db: Database,
) -> None:
    def hiding(tx: Tx) -> None:
        with suppress(Exception):
            tx.execute("SELECT * FROM no_such_table")

    outcomes = await asyncio.gather(
        db.write(hiding), db.write(_add("kept")), return_exceptions=True
    )
    assert outcomes[1] == 1


async def test_two_that_share_a_database_write_in_turn(database: str) -> None:
    here, there = open_database(database), open_database(database)
    numbers = await asyncio.gather(
        *(each.write(_add("x")) for _ in range(100) for each in (here, there))
    )
    assert sorted(numbers) == list(range(1, 201))
    await here.close()
    await there.close()


async def test_a_view_sees_one_moment(database: str) -> None:
    here, there = open_database(database), open_database(database)
    loop = asyncio.get_running_loop()

    def look(tx: Tx) -> tuple[int, int]:
        before = len(eventlog.read_after(tx, "s", 0))
        asyncio.run_coroutine_threadsafe(there.write(_add("x")), loop).result(30)
        return before, len(eventlog.read_after(tx, "s", 0))

    assert await here.scan(look) == (0, 0)
    assert len(await here.read(lambda tx: eventlog.read_after(tx, "s", 0))) == 1
    await here.close()
    await there.close()


async def test_a_callers_departure_does_not_undo_its_write(db: Database) -> None:
    task = asyncio.create_task(db.write(_add("kept")))
    await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert await db.write(_add("next")) == 2


@pytest.mark.parametrize("values", [[], ["a"], ["a", "b", "c"]])
def test_a_list_of_values_becomes_parameters(values: list[str]) -> None:
    connection = sqlite3.connect(":memory:")
    text, parameters = listed(values)
    query = f"SELECT count(*) FROM (VALUES ('a'), ('z')) WHERE column1 IN {text}"  # noqa: S608
    assert connection.execute(query, parameters).fetchone()[0] == ("a" in values)
    connection.close()


class TestEventLog:
    async def test_followers_get_what_was_and_what_comes(self, db: Database) -> None:
        log = EventLog(db)
        await db.write(_add("early"))
        seen: list[str] = []

        async def follow() -> None:
            seen.extend([event.event async for event in log.follow("s")])

        follower = asyncio.create_task(follow())
        await db.write(_add("late"))
        await db.write(lambda tx: eventlog.append(tx, "s", "end", {}, now=0, final=True))
        log.wake("s")
        await follower
        assert seen == ["early", "late", "end"]

    async def test_following_starts_after_what_was_seen(self, db: Database) -> None:
        for name in ("a", "b"):
            await db.write(_add(name))
        await db.write(lambda tx: eventlog.append(tx, "s", "end", {}, now=0, final=True))
        assert [event.seq async for event in EventLog(db).follow("s", 2)] == [3]

    async def test_a_follower_notices_another_process_without_being_woken(
        self, db: Database
    ) -> None:
        await db.write(_add("here"))
        follower = asyncio.ensure_future(anext(EventLog(db).follow("s", 1)))
        await asyncio.sleep(0)
        await db.write(_add("elsewhere"))
        assert (await follower).event == "elsewhere"

    async def test_watchers_leave_when_the_process_stops_and_waiters_stay(
        self, db: Database
    ) -> None:
        log = EventLog(db)

        async def drain(events: AsyncIterator[Event]) -> int:
            return len([event async for event in events])

        await db.write(_add("early"))
        watcher = asyncio.create_task(drain(log.watch("s", 1)))
        waiter = asyncio.create_task(drain(log.follow("s", 1)))
        await asyncio.sleep(0.01)
        log.stop()
        assert await watcher == 0
        await db.write(lambda tx: eventlog.append(tx, "s", "end", {}, now=0, final=True))
        log.wake("s")
        assert await waiter == 1

    async def test_old_streams_are_swept(self, db: Database) -> None:
        await db.write(lambda tx: eventlog.append(tx, "turn:1", "old", {}, now=10, final=True))
        await db.write(lambda tx: eventlog.append(tx, "turn:2", "new", {}, now=30, final=True))
        assert await db.write(lambda tx: eventlog.sweep_ended(tx, "turn:", before=20)) == 1
        assert await db.read(lambda tx: eventlog.read_after(tx, "turn:2", 0))
        assert not await db.read(lambda tx: eventlog.read_after(tx, "turn:1", 0))
