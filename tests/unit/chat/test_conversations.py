"""Conversations found, renamed, deleted, brought back and said anew, on both databases."""

import asyncio
from typing import Any

import pytest

from aquatint.chat import store
from aquatint.chat.conversations import RESTORED_WITHIN
from aquatint.chat.model import Options, Words
from aquatint.chat.service import ChatService
from aquatint.clock import ManualClock
from aquatint.db.engine import Database
from aquatint.errors import InvalidRequest, NotFound
from tests.unit.chat.support import (
    HELLO,
    Build,
    ScriptedModel,
    conversation_of,
    tool_call,
    watch,
)

DAY = 86_400


async def say(chat: ChatService, text: str, *more: Any) -> str:
    """Say something and wait for the answer; the conversation's id."""
    turn = await chat.start("ada", [Words("user", text)], *more)
    return await conversation_of(chat, turn)


async def contents(chat: ChatService, conversation: str) -> list[str]:
    shown = await chat.conversations.show("ada", conversation)
    return [message["content"] for message in shown["messages"]]


async def names(chat: ChatService, words: str = "", **more: Any) -> list[str]:
    return [each["title"] for each in await chat.conversations.find("ada", words, **more)]


async def test_a_search_looks_at_titles_and_at_what_was_said(
    build: Build, clock: ManualClock
) -> None:
    chat = build(ScriptedModel(["Of course."], ["A straße, ÉTÉ and 100% of a_b!"], ["No."]))
    for text in ("Lighthouse at dusk", "a street", "an axb"):
        await say(chat, text)
        clock.advance(1)
    assert await names(chat) == ["an axb", "a street", "Lighthouse at dusk"]
    [by_title] = await chat.conversations.find("ada", "  LIGHT ")
    assert by_title["title"] == "Lighthouse at dusk"
    assert await names(chat, "été") == await names(chat, "STRASSE") == ["a street"]
    assert await names(chat, "0% of") == await names(chat, "a_b") == ["a street"]
    assert await names(chat, "%") == ["a street"]
    assert await names(chat, "nowhere") == []
    assert await chat.conversations.find("bob", "street") == []


async def test_the_match_is_a_piece_around_the_hit_and_absent_for_a_title(build: Build) -> None:
    long = f"{'before ' * 40}the\nneedle lies{' after' * 40}"
    chat = build(ScriptedModel([long]))
    await say(chat, "sewing")
    [found] = await chat.conversations.find("ada", "NEEDLE")
    assert "before the needle lies after" in found["match"]
    assert len(found["match"]) < 150
    assert found["match"][0] == found["match"][-1] == "…"
    assert await names(chat, "nothing") == []
    await chat.conversations.rename("ada", found["id"], "haystack")
    [by_title] = await chat.conversations.find("ada", "haystack")
    assert "match" not in by_title


async def test_pages_go_on_after_the_last_one_seen(build: Build, clock: ManualClock) -> None:
    chat = build(ScriptedModel(*[["Yes."]] * 5))
    for number in range(5):
        await say(chat, f"number {number}")
        clock.advance(number % 2)  # some at the same time
    seen: list[str] = []
    page = await chat.conversations.find("ada", most=2)
    while page:
        seen += [each["id"] for each in page]
        page = await chat.conversations.find("ada", before=seen[-1], most=2)
    assert seen == [each["id"] for each in await chat.conversations.find("ada")]
    assert len(seen) == len(set(seen)) == 5
    with pytest.raises(NotFound):
        await chat.conversations.find("bob", before=seen[0])


async def test_a_new_title_leaves_the_order(build: Build, clock: ManualClock) -> None:
    chat = build(ScriptedModel(["a"], ["b"]))
    first = await say(chat, "first")
    clock.advance(1)
    await say(chat, "second")
    clock.advance(1)
    renamed = await chat.conversations.rename("ada", first, "Foxes")
    assert renamed == {"id": first, "title": "Foxes", "updatedAt": "2026-11-22T12:00:00.000Z"}
    assert await names(chat) == ["second", "Foxes"]
    with pytest.raises(NotFound):
        await chat.conversations.rename("bob", first, "Mine")


async def test_what_is_deleted_is_hidden_and_can_be_brought_back(build: Build) -> None:
    chat = build(ScriptedModel(["Hello."]))
    conversation = await say(chat, "hello there")
    with pytest.raises(NotFound):
        await chat.conversations.delete("bob", conversation)
    await chat.conversations.delete("ada", conversation)
    assert await names(chat) == await names(chat, "hello") == []
    for refused in (
        chat.conversations.show("ada", conversation),
        chat.conversations.rename("ada", conversation, "x"),
        chat.conversations.delete("ada", conversation),
        chat.conversations.restore("bob", conversation),
        chat.start("ada", HELLO, conversation),
    ):
        with pytest.raises(NotFound):
            await refused
    restored = await chat.conversations.restore("ada", conversation)
    assert restored["title"] == "hello there"
    assert await contents(chat, conversation) == ["hello there", "Hello."]


async def test_after_seven_days_the_messages_are_forgotten(
    build: Build, clock: ManualClock, db: Database
) -> None:
    chat = build(ScriptedModel([tool_call({"prompt": "a cat"})], ["Quoted."], ["Kept."], ["New."]))
    gone, kept = await say(chat, "forget me"), await say(chat, "keep me")
    await chat.conversations.delete("ada", gone)
    [first, _] = (await chat.conversations.show("ada", kept))["messages"]
    await say(chat, "kept anew", kept, Options(replace_from=first["id"]))

    async def swept() -> int:
        before = clock.now() - RESTORED_WITHIN
        return await db.write(lambda tx: store.sweep(tx, before=before))

    clock.advance(7 * DAY)
    assert await swept() == 0
    await chat.conversations.restore("ada", gone)
    await chat.conversations.delete("ada", gone)
    clock.advance(7 * DAY + 1)
    with pytest.raises(NotFound):
        await chat.conversations.restore("ada", gone)
    assert [await swept(), await swept()] == [4, 0]
    assert await contents(chat, kept) == ["kept anew", "New."]
    with pytest.raises(NotFound):
        await chat.conversations.restore("ada", gone)


async def test_a_message_said_anew_cuts_what_came_after(build: Build) -> None:
    model = ScriptedModel(["One."], ["Two."], ["Three."])
    chat = build(model)
    conversation = await say(chat, "first")
    await say(chat, "second", conversation)
    second = (await chat.conversations.show("ada", conversation))["messages"][2]
    await say(chat, "second, better", conversation, Options(replace_from=second["id"]))
    assert await contents(chat, conversation) == ["first", "One.", "second, better", "Three."]
    assert [m["content"] for m in model.told[-1][1:]] == ["first", "One.", "second, better"]
    assert await names(chat, "Two.") == []


async def test_the_status_event_names_the_message_that_can_be_said_anew(build: Build) -> None:
    chat = build(ScriptedModel(["One."]))
    turn = await chat.start("ada", HELLO)
    told = (await watch(chat, turn))[0].data
    shown = await chat.conversations.show("ada", told["conversationId"])
    assert shown["messages"][0]["id"] == told["messageId"]


async def test_the_answer_to_a_message_that_was_cut_meanwhile_is_cut_too(build: Build) -> None:
    late = asyncio.Event()
    chat = build(ScriptedModel(["One", late, " late"], ["Two."]))
    turn = await chat.start("ada", HELLO)
    watching = await chat.watch("ada", turn)
    told = (await anext(watching)).data
    again = Options(replace_from=told["messageId"])
    conversation = await say(chat, "hello again", told["conversationId"], again)
    late.set()
    assert [event.event async for event in watching][-1] == "complete"
    assert await contents(chat, conversation) == ["hello again", "Two."]


async def test_only_ones_own_message_that_is_there_can_be_said_anew(build: Build) -> None:
    chat = build(ScriptedModel(["One."], ["Other."]))
    conversation, other = await say(chat, "first"), await say(chat, "other")
    shown = await chat.conversations.show("ada", conversation)
    elsewhere = await chat.conversations.show("ada", other)
    for message in (shown["messages"][1]["id"], elsewhere["messages"][0]["id"], "msg_none"):
        with pytest.raises(NotFound):
            await say(chat, "again", conversation, Options(replace_from=message))
    with pytest.raises(InvalidRequest):
        await say(chat, "again", None, Options(replace_from=shown["messages"][0]["id"]))
    assert await contents(chat, conversation) == ["first", "One."]


async def test_a_first_message_said_anew_names_the_conversation_anew(build: Build) -> None:
    chat = build(ScriptedModel(*[["One."]] * 4))
    conversation = await say(chat, "a boat")

    async def again(place: int, words: str) -> str:
        shown = await chat.conversations.show("ada", conversation)
        options = Options(replace_from=shown["messages"][place]["id"])
        await say(chat, words, conversation, options)
        return str((await chat.conversations.show("ada", conversation))["title"])

    assert await again(0, "a ship") == "a ship"
    await say(chat, "and a sail", conversation)
    assert await again(2, "and an oar") == "a ship"


async def test_a_name_that_a_person_gave_stays(build: Build) -> None:
    chat = build(ScriptedModel(["One."], ["Two."]))
    conversation = await say(chat, "a boat")
    await chat.conversations.rename("ada", conversation, "Boats")
    shown = await chat.conversations.show("ada", conversation)
    again = Options(replace_from=shown["messages"][0]["id"])
    await say(chat, "a ship", conversation, again)
    assert (await chat.conversations.show("ada", conversation))["title"] == "Boats"
