"""Wake-ups between processes: a follower hears of an event before it would look by itself."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from aquatint.db import eventlog
from aquatint.db.engine import Database
from aquatint.db.eventlog import EventLog
from aquatint.db.opening import open_database
from aquatint.db.relay import open_valkey
from aquatint.db.valkey import Valkey, ValkeyDown
from tests.support.valkey import ValkeyServer


@pytest.fixture
async def book(tmp_path: Path) -> AsyncIterator[Database]:
    opened = open_database(f"sqlite:///{tmp_path / 'test.db'}")
    yield opened
    await opened.close()


@pytest.fixture
def never_by_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(eventlog, "_POLL_SECONDS", 3600.0)


async def somebody_listens(valkey: Valkey, count: int) -> None:
    script = "return redis.call('PUBSUB', 'NUMSUB', 'aquatint:grown')[2]"
    while await valkey.run(script) < count:  # noqa: ASYNC110  # the server tells nobody
        await asyncio.sleep(0.01)


async def hears(follower: EventLog, teller: EventLog, db: Database) -> None:
    await db.write(lambda tx: eventlog.append(tx, "s", "begun", {}, now=1))
    events = follower.follow("s")
    assert (await anext(events)).event == "begun"
    heard = asyncio.ensure_future(anext(events))
    await asyncio.sleep(0)
    await db.write(lambda tx: eventlog.append(tx, "s", "grown", {}, now=1))
    teller.wake("s")
    assert (await heard).event == "grown"


@pytest.mark.usefixtures("never_by_itself")
async def test_another_process_hears_at_once(valkey: ValkeyServer, book: Database) -> None:
    here, there = EventLog(book), EventLog(book)
    async with open_valkey(valkey.url, here) as mine, open_valkey(valkey.url, there):
        assert mine
        await somebody_listens(mine, 2)
        await hears(there, here, book)


@pytest.mark.usefixtures("never_by_itself")
async def test_a_server_that_comes_back_is_heard_again(
    valkey: ValkeyServer, book: Database
) -> None:
    here, there = EventLog(book), EventLog(book)
    async with open_valkey(valkey.url, here), open_valkey(valkey.url, there):
        valkey.kill()
        here.wake("lost")
        valkey.start()
        looking = Valkey(valkey.url)
        await somebody_listens(looking, 2)
        await looking.close()
        await hears(there, here, book)


async def test_a_server_that_is_down_keeps_nothing_from_starting(
    valkey: ValkeyServer, book: Database
) -> None:
    valkey.kill()
    log = EventLog(book)
    async with open_valkey(valkey.url, log) as down:
        assert down
        with pytest.raises(ValkeyDown):
            await down.run("return 1")
        await hears(log, log, book)


async def test_without_an_address_there_is_none(book: Database) -> None:
    log = EventLog(book)
    async with open_valkey(None, log) as none:
        assert none is None
        assert log.relay is None
