"""What a person picks for a turn: it outranks the words and the model, and spends nothing."""

import json

import pytest

from aquatint.catalog.model import Tier
from aquatint.chat.model import Options, Words
from aquatint.chat.service import ChatService
from aquatint.clock import ManualClock
from aquatint.db.engine import Database
from aquatint.db.eventlog import EventLog
from aquatint.errors import InvalidRequest
from aquatint.quotes.preferences import Preferences
from tests.unit.chat.support import (
    HELLO,
    Build,
    FakeItems,
    FakeQuotes,
    ScriptedModel,
    tool_call,
    watch,
)

CALL = {"prompt": "a cat", "quality": "ultra", "size": "1024x1536", "style": "vivid", "n": 4}


async def test_what_was_picked_outranks_each_call_of_the_turn(
    build: Build, quotes: FakeQuotes
) -> None:
    picked = Preferences(
        quality=Tier.FAST,
        size="1536x1024",
        n=2,
        model="flux-schnell",
        negative_prompt="fog",
        partial_images=2,
    )
    chat = build(ScriptedModel([tool_call(CALL)], [tool_call(CALL)], ["Quoted."]))
    await watch(chat, await chat.start("ada", HELLO, None, Options(preferences=picked)))
    assert len(quotes.asked) == 2
    for asked in quotes.asked:
        request = asked["request"]
        assert (request.quality, request.size, request.n) == (Tier.FAST, "1536x1024", 2)
        assert (request.model, request.negative_prompt) == ("flux-schnell", "fog")
        assert (request.prompt, request.style) == ("a cat", "vivid")
        assert request.partial_images == 2


async def test_what_was_not_picked_stays_the_calls(build: Build, quotes: FakeQuotes) -> None:
    chat = build(ScriptedModel([tool_call(CALL)], ["Quoted."], [tool_call(CALL)], ["Quoted."]))
    options = Options(preferences=Preferences(seed=7))
    await watch(chat, await chat.start("ada", HELLO, None, options))
    await watch(chat, await chat.start("ada", HELLO))
    seeds = [asked["request"].seed for asked in quotes.asked]
    assert (seeds, quotes.asked[0]["request"].n) == ([7, None], 4)


async def test_the_model_cannot_pick(build: Build, quotes: FakeQuotes) -> None:
    call = tool_call({"prompt": "a cat", "preferences": {"model": "FLUX.2-max"}})
    chat = build(ScriptedModel([call], ["Sorry."]))
    events = await watch(chat, await chat.start("ada", HELLO))
    [result] = [event for event in events if event.event == "tool_call_result"]
    assert json.loads(result.data["content"])["code"] == "invalid_arguments"
    assert quotes.asked == []


@pytest.fixture
def two(
    db: Database, log: EventLog, clock: ManualClock, quotes: FakeQuotes, items: FakeItems
) -> ChatService:
    """A chat with two models, of which `first` talks by default."""
    models = [ScriptedModel(["One."]), ScriptedModel(["Two."])]
    models[0].name, models[1].name = "first", "second"
    parts = {"db": db, "log": log, "clock": clock, "quotes": quotes, "items": items}
    return ChatService(**parts, models=models, worker=lambda: "proc_1")  # type: ignore[arg-type]  # each fits its name


@pytest.mark.parametrize(
    ("named", "talks", "text"),
    [(None, "first", "One."), ("first", "first", "One."), ("second", "second", "Two.")],
)
async def test_the_chat_model_can_be_chosen(
    two: ChatService, named: str | None, talks: str, text: str
) -> None:
    turn = await two.start("ada", [Words("user", "hi")], None, Options(model=named))
    events = await watch(two, turn)
    assert events[0].data["model"] == talks
    assert events[-2].data["content"] == text
    assert events[-2].data["llmApiCalls"][0]["model"] == talks


async def test_no_other_model_talks(two: ChatService) -> None:
    with pytest.raises(InvalidRequest, match="first, second"):
        await two.start("ada", HELLO, None, Options(model="third"))
    assert await two.conversations.find("ada") == []
