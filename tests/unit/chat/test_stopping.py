"""A person stops an answer: in this process, in another, at its end, or after it."""

import asyncio
from collections.abc import Sequence

import pytest

from aquatint.chat import turns
from aquatint.chat.service import ChatService
from aquatint.clock import ManualClock
from aquatint.db.engine import Database
from aquatint.db.eventlog import Event, EventLog, read_after
from aquatint.errors import NotFound
from tests.unit.chat.support import (
    HELLO,
    Build,
    FakeItems,
    FakeQuotes,
    ScriptedModel,
    conversation_of,
    tool_call,
    watch,
)
from tests.unit.chat.test_recovery import dead_turn

STOPPED = {"status": "stopped", "cost": 0.0}


def endless(*steps: object) -> ScriptedModel:
    """A model that says no more after `steps`, and never ends."""
    return ScriptedModel([*steps, asyncio.Event()])  # type: ignore[list-item]  # steps of a script


async def until(chat: ChatService, turn: str, event: str) -> None:
    async for each in await chat.watch("ada", turn):
        if each.event == event:
            return


def kinds(events: Sequence[Event]) -> list[str]:
    return [event.event for event in events]


async def test_a_stopped_answer_ends_at_once_and_keeps_what_was_said(build: Build) -> None:
    chat = build(endless("Half an ans"))
    turn = await chat.start("ada", HELLO)
    await until(chat, turn, "delta")
    await chat.stop("ada", turn)
    events = await watch(chat, turn)
    assert kinds(events) == ["status", "delta", "status", "message_complete", "complete"]
    assert (events[2].data, events[-1].data) == ({"status": "stopping"}, STOPPED)
    assert events[-2].data["llmApiCalls"][0]["error"] == "The call was stopped"
    shown = await chat.conversations.show("ada", await conversation_of(chat, turn))
    assert shown["messages"][-1]["content"] == "Half an ans"


async def test_what_was_quoted_before_stays(build: Build) -> None:
    model = ScriptedModel([tool_call({"prompt": "a cat"})], ["Here", asyncio.Event()])
    chat = build(model)
    turn = await chat.start("ada", HELLO)
    await until(chat, turn, "delta")
    await chat.stop("ada", turn)
    message = (await watch(chat, turn))[-2]
    assert [item["id"] for item in message.data["imageGenerations"]] == ["img_1"]
    shown = await chat.conversations.show("ada", await conversation_of(chat, turn))
    assert [item["id"] for item in shown["messages"][-1]["imageGenerations"]] == ["img_1"]


async def test_nobody_elses_turn_can_be_stopped(build: Build) -> None:
    chat = build(endless("Half"))
    turn = await chat.start("ada", HELLO)
    for owner, name in (("eve", turn), ("ada", "turn_none")):
        with pytest.raises(NotFound):
            await chat.stop(owner, name)
    await until(chat, turn, "delta")
    await chat.drain(grace=0)
    assert (await watch(chat, turn))[-1].event == "error"


async def test_an_ended_turn_stays_as_it_is_and_asking_twice_is_asking_once(build: Build) -> None:
    chat = build(ScriptedModel(["Whole."], ["Half", asyncio.Event()]))
    done = await chat.start("ada", HELLO)
    before = await watch(chat, done)
    await chat.stop("ada", done)
    assert await watch(chat, done) == before
    turn = await chat.start("ada", HELLO)
    await until(chat, turn, "delta")
    await asyncio.gather(chat.stop("ada", turn), chat.stop("ada", turn))
    assert kinds(await watch(chat, turn)).count("complete") == 1
    assert kinds(await watch(chat, turn)).count("status") == 2


async def test_another_process_ends_it_when_it_looks(
    build: Build,
    db: Database,
    clock: ManualClock,
    quotes: FakeQuotes,
    items: FakeItems,
) -> None:
    maker, other = build(endless("Half")), build(ScriptedModel())
    foreign = ChatService(
        db=db,
        log=EventLog(db),
        clock=clock,
        quotes=quotes,
        items=items,
        models=[endless("Mine")],
        worker=lambda: "proc_2",
    )
    turn = await maker.start("ada", HELLO)
    theirs = await foreign.start("ada", HELLO)
    await until(maker, turn, "delta")
    await until(foreign, theirs, "delta")
    await other.stop("ada", turn)
    await foreign.heed()  # it makes another turn, which goes on
    told = await db.read(lambda tx: read_after(tx, turns.stream(turn), 0))
    assert kinds(told)[-1] == "status"
    await maker.heed()
    await maker.heed()  # while it ends
    assert (await watch(maker, turn))[-1].data == STOPPED
    await foreign.drain(grace=0)
    assert (await watch(foreign, theirs))[-1].event == "error"


async def test_a_turn_that_was_to_stop_when_its_process_died_is_stopped(
    build: Build, db: Database
) -> None:
    turn = await dead_turn(db)
    chat = build(ScriptedModel())
    await chat.stop("ada", turn)
    await chat.take_over()
    assert (await watch(chat, turn))[-1].data == STOPPED
    [kept] = (await chat.conversations.show("ada", "conv_1"))["messages"]
    assert kept["content"] == "Half an ans"
