"""Whoever follows a stream that has ended is let go at once, wherever they were."""

import asyncio

import pytest

from aquatint.db import eventlog
from aquatint.db.engine import Database, Tx
from aquatint.db.eventlog import EventLog


async def add(db: Database, *names: str, final: bool = False) -> None:
    def append(tx: Tx) -> None:
        for name in names:
            eventlog.append(tx, "s", name, {}, now=0, final=final)

    await db.write(append)


async def seen(log: EventLog, after: int) -> list[int]:
    return [event.seq async for event in log.watch("s", after)]


@pytest.mark.parametrize(("after", "rest"), [(0, [1, 2]), (1, [2]), (2, []), (99_999, [])])
async def test_an_ended_stream_ends(db: Database, after: int, rest: list[int]) -> None:
    await add(db, "one")
    await add(db, "end", final=True)
    async with asyncio.timeout(5):
        assert await seen(EventLog(db), after) == rest


async def test_who_is_ahead_of_a_stream_is_let_go_at_its_end(db: Database) -> None:
    log = EventLog(db)
    await add(db, "one")
    ahead = asyncio.create_task(seen(log, 99_999))
    await add(db, "two")
    log.wake("s")
    await add(db, "end", final=True)
    log.wake("s")
    async with asyncio.timeout(5):
        assert await ahead == []


async def test_a_stream_that_is_forgotten_ends(db: Database) -> None:
    await add(db, "end", final=True)
    await db.write(lambda tx: eventlog.sweep_ended(tx, "s", before=1))
    async with asyncio.timeout(5):
        assert await seen(EventLog(db), 0) == []
