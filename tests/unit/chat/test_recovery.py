"""How turns end that did not come to their own end, and how long they are kept."""

import asyncio
import json

import pytest

from aquatint.chat import store, turns
from aquatint.chat.model import Conversation
from aquatint.chat.service import KEPT_SECONDS
from aquatint.clock import ManualClock
from aquatint.db.engine import Database, Tx
from aquatint.errors import NotFound
from tests.unit.chat.support import HELLO, Build, ScriptedModel, conversation_of, watch


async def test_stopping_the_server_ends_running_turns_and_keeps_their_text(build: Build) -> None:
    chat = build(ScriptedModel(["Half an ans", asyncio.Event()]))
    turn = await chat.start("ada", HELLO)
    watching = await chat.watch("ada", turn)
    while (await anext(watching)).event != "delta":
        pass
    await chat.drain(grace=0)
    last = (await watch(chat, turn))[-1]
    assert (last.event, last.data["code"]) == ("error", "server_stopped")
    shown = await chat.conversations.show("ada", await conversation_of(chat, turn))
    assert shown["messages"][-1]["content"] == "Half an ans"


async def dead_turn(db: Database) -> str:
    """What a process leaves that was killed in the middle of a turn."""

    def leave(tx: Tx) -> None:
        store.create(tx, Conversation(id="conv_1", title="t", updated_at=0), "ada")
        turns.begin(tx, "turn_1", "conv_1", question="msg_1", model="m", worker="dead", now=0)
        turns.append(tx, "turn_1", "delta", {"content": "Half "}, now=0)
        turns.append(tx, "turn_1", "delta", {"content": "an ans"}, now=0)
        for content in ({"id": "img_7"}, {"error": "no", "code": "x"}):
            data = {"id": "c", "name": "generate_image", "content": json.dumps(content)}
            turns.append(tx, "turn_1", "tool_call_result", data, now=0)

    await db.write(leave)
    return "turn_1"


async def test_a_turn_of_a_dead_process_ends_with_an_error_and_keeps_what_was_said(
    build: Build, db: Database
) -> None:
    turn = await dead_turn(db)
    chat = build(ScriptedModel())
    watching = await chat.watch("ada", turn, after=5)
    await chat.take_over()
    rest = [event async for event in watching]
    assert [event.event for event in rest] == ["message_complete", "error"]
    assert rest[-1].data["code"] == "server_stopped"
    [kept] = (await chat.conversations.show("ada", "conv_1"))["messages"]
    assert kept["content"] == "Half an ans"
    assert [item["id"] for item in kept["imageGenerations"]] == ["img_7"]


async def test_recovering_again_changes_nothing(build: Build, db: Database) -> None:
    turn = await dead_turn(db)
    chat = build(ScriptedModel())
    await chat.take_over()
    before = await watch(chat, turn)
    await chat.take_over()
    assert await watch(chat, turn) == before
    assert len((await chat.conversations.show("ada", "conv_1"))["messages"]) == 1


async def test_turns_are_forgotten_whole_after_their_time(
    build: Build, db: Database, clock: ManualClock
) -> None:
    chat = build(ScriptedModel(["One."], ["Two."]))
    old = await chat.start("ada", HELLO)
    await watch(chat, old)
    clock.advance(KEPT_SECONDS)
    young = await chat.start("ada", HELLO)
    await watch(chat, young)
    before = clock.now() - KEPT_SECONDS * 1000
    assert await db.write(lambda tx: turns.sweep(tx, before=before)) == 0
    clock.advance(1)
    before = clock.now() - KEPT_SECONDS * 1000
    assert await db.write(lambda tx: turns.sweep(tx, before=before)) > 0
    with pytest.raises(NotFound):
        await chat.watch("ada", old)
    assert (await watch(chat, young))[-1].event == "complete"
    assert len(await chat.conversations.find("ada")) == 2


async def test_a_running_turn_is_never_forgotten(
    build: Build, db: Database, clock: ManualClock
) -> None:
    go_on = asyncio.Event()
    chat = build(ScriptedModel([go_on, "At last."]))
    turn = await chat.start("ada", HELLO)
    clock.advance(KEPT_SECONDS * 2)
    assert await db.write(lambda tx: turns.sweep(tx, before=clock.now())) == 0
    go_on.set()
    assert (await watch(chat, turn))[-1].event == "complete"
