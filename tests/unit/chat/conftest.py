from collections.abc import AsyncIterator

import pytest

from aquatint.chat.service import ChatService
from aquatint.clock import ManualClock
from aquatint.db.engine import Database
from aquatint.db.eventlog import EventLog
from tests.unit.chat.support import Build, FakeItems, FakeQuotes, ScriptedModel


@pytest.fixture
def log(db: Database) -> EventLog:
    return EventLog(db)


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture
def quotes() -> FakeQuotes:
    return FakeQuotes()


@pytest.fixture
def items() -> FakeItems:
    return FakeItems()


@pytest.fixture
async def build(
    db: Database, log: EventLog, clock: ManualClock, quotes: FakeQuotes, items: FakeItems
) -> AsyncIterator[Build]:
    made: list[ChatService] = []

    def build(model: ScriptedModel | None) -> ChatService:
        made.append(
            ChatService(
                db=db,
                log=log,
                clock=clock,
                quotes=quotes,
                items=items,
                models=[model] if model else [],
                worker=lambda: "proc_1",
            )
        )
        return made[-1]

    yield build
    for each in made:
        await each.drain(grace=0)
