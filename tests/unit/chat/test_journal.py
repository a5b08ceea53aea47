import asyncio
import threading

import pytest

from aquatint.chat import turns
from aquatint.chat.journal import Entry, Journal
from aquatint.chat.turns import TurnEnded
from aquatint.clock import ManualClock
from aquatint.db.engine import Database, Tx
from aquatint.db.eventlog import Event, EventLog, read_after


@pytest.fixture
async def journal(db: Database, log: EventLog, clock: ManualClock) -> Journal:
    await db.write(
        lambda tx: turns.begin(tx, "t", "conv", question="msg_1", model="m", worker="dead", now=0)
    )
    return Journal("t", db=db, log=log, clock=clock)


async def written(db: Database) -> list[Event]:
    return (await db.read(lambda tx: read_after(tx, turns.stream("t"), 0)))[1:]


async def test_text_that_comes_during_a_commit_shares_the_next(
    db: Database, journal: Journal
) -> None:
    gate = threading.Event()
    under_way = asyncio.create_task(db.write(lambda _: gate.wait(10)))
    for number in range(100):
        journal.text(f"{number} ")
        await asyncio.sleep(0)  # lets the journal write, if it does not wait
    gate.set()
    await under_way
    await journal.put()
    texts = [event.data["content"] for event in await written(db)]
    assert "".join(texts) == "".join(f"{number} " for number in range(100))
    assert len(texts) < 10  # of a hundred pieces


async def test_entries_come_after_the_text_before_them(db: Database, journal: Journal) -> None:
    journal.text("one ")
    journal.text("two")
    await journal.put(Entry("tool_call_start", {"id": "a"}))
    journal.text("three")
    await journal.put(Entry("complete", {}, final=True))
    events = await written(db)
    text = "".join(event.data["content"] for event in events if event.event == "delta")
    assert text == "one twothree"
    kinds = [event.event for event in events]
    assert kinds.index("tool_call_start") < kinds.index("complete") == len(kinds) - 1
    assert [event.final for event in events] == [False] * (len(events) - 1) + [True]


async def test_an_ended_turn_takes_nothing_more(db: Database, journal: Journal) -> None:
    await journal.put(Entry("complete", {}, final=True))
    with pytest.raises(TurnEnded):
        await journal.put(Entry("error", {}, final=True))
    journal.text("late")
    with pytest.raises(TurnEnded):
        await journal.put()
    assert [event.event for event in await written(db)] == ["complete"]


async def test_what_else_is_done_is_done_with_the_entry_or_not_at_all(
    db: Database, journal: Journal
) -> None:
    def fail(_: Tx) -> None:
        raise LookupError

    with pytest.raises(LookupError):
        await journal.put(Entry("complete", {}, final=True), also=fail)
    assert await written(db) == []
