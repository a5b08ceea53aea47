import json
from decimal import Decimal
from typing import Any

import pytest

from aquatint.chat import turns
from aquatint.chat.assembler import Tokens
from aquatint.chat.calls import Prices, cost_of
from aquatint.chat.journal import Journal
from aquatint.chat.loop import MAX_ROUNDS, Loop
from aquatint.chat.tools import MAX_CALLS_PER_TURN, Toolbox
from aquatint.clock import ManualClock
from aquatint.db.engine import Database
from aquatint.db.eventlog import Event, EventLog, read_after
from aquatint.errors import BadResponse, Throttled
from tests.unit.chat.support import SECRET, FakeItems, FakeQuotes, ScriptedModel, tool_call, usage

QUESTION = [{"role": "system", "content": "be brief"}, {"role": "user", "content": "a cat"}]


class Stage:
    """A loop with everything it needs, and what it wrote."""

    def __init__(
        self, db: Database, log: EventLog, clock: ManualClock, quotes: FakeQuotes, items: FakeItems
    ) -> None:
        self.db, self.log, self.clock = db, log, clock
        self.tools = Toolbox(owner="ada", own_words="a cat", quotes=quotes, items=items)
        self.journal = Journal("t", db=db, log=log, clock=clock)

    def loop(self, model: ScriptedModel, prices: Prices = (None, None)) -> Loop:
        return Loop(
            model=model, tools=self.tools, journal=self.journal, clock=self.clock, prices=prices
        )

    async def events(self) -> list[Event]:
        await self.journal.put()
        return (await self.db.read(lambda tx: read_after(tx, turns.stream("t"), 0)))[1:]


@pytest.fixture
async def stage(
    db: Database, log: EventLog, clock: ManualClock, quotes: FakeQuotes, items: FakeItems
) -> Stage:
    await db.write(
        lambda tx: turns.begin(tx, "t", "conv", question="msg_1", model="m", worker="dead", now=0)
    )
    return Stage(db, log, clock, quotes, items)


async def test_small_talk(stage: Stage) -> None:
    model = ScriptedModel(["Hel", "lo", usage(10, 2)])
    loop = stage.loop(model, (Decimal("0.25"), Decimal(2)))
    await loop.run(QUESTION)
    assert loop.said.text == "Hello"
    [call] = loop.said.calls
    assert call["id"].startswith("call_")
    assert {key: call[key] for key in call if key != "id"} == {
        "type": "chat_completion",
        "provider": "chat",
        "model": "scripted",
        "timestamp": "2026-11-22T12:00:00.000Z",
        "durationMs": 0,
        "cost": 0.000007,
        "success": True,
        "tokens": {"input": 10, "output": 2},
    }
    assert loop.said.cost == 7


async def test_a_quote_goes_back_to_the_model_which_speaks_again(
    stage: Stage, quotes: FakeQuotes
) -> None:
    model = ScriptedModel(["Let me see.", tool_call({"prompt": "a cat"})], ["It costs $0.0937."])
    loop = stage.loop(model)
    await loop.run(QUESTION)
    assert loop.said.text == "Let me see.\n\nIt costs $0.0937."
    assert loop.said.quotes == ["img_1"]
    asking, telling = model.told[1][2:]
    assert asking == {
        "role": "assistant",
        "content": "Let me see.",
        "tool_calls": [
            {
                "id": "call_a",
                "type": "function",
                "function": {"name": "generate_image", "arguments": '{"prompt": "a cat"}'},
            }
        ],
    }
    assert (telling["role"], telling["tool_call_id"]) == ("tool", "call_a")
    assert json.loads(telling["content"])["id"] == "img_1"
    assert SECRET not in str(model.told)
    assert SECRET not in str(loop.said)


async def test_the_deltas_together_are_the_text(stage: Stage) -> None:
    loop = stage.loop(ScriptedModel(["One", ".", tool_call({"prompt": "x"})], ["Two", "."]))
    await loop.run(QUESTION)
    events = await stage.events()
    text = "".join(event.data["content"] for event in events if event.event == "delta")
    assert text == loop.said.text == "One.\n\nTwo."
    tools = [event for event in events if event.event.startswith("tool")]
    assert [(event.event, event.data["id"]) for event in tools] == [
        ("tool_call_start", "call_a"),
        ("tool_call_result", "call_a"),
    ]
    assert tools[0].data["arguments"] == '{"prompt": "x"}'
    assert json.loads(tools[1].data["content"])["id"] == "img_1"


async def test_several_images_in_one_turn(stage: Stage, quotes: FakeQuotes) -> None:
    both = [tool_call({"prompt": p}, call_id=p) for p in ("cat", "dog")]
    loop = stage.loop(ScriptedModel(both, ["Two quotes."]))
    await loop.run(QUESTION)
    assert loop.said.quotes == ["img_1", "img_2"]
    assert [asked["tool_prompt"] for asked in quotes.asked] == ["cat", "dog"]


async def test_a_quote_without_any_text_is_an_answer(stage: Stage) -> None:
    loop = stage.loop(ScriptedModel([tool_call({"prompt": "x"})], []))
    await loop.run(QUESTION)
    assert (loop.said.text, loop.said.quotes) == ("", ["img_1"])


async def test_nothing_at_all_is_an_error(stage: Stage) -> None:
    with pytest.raises(BadResponse, match="answered with nothing"):
        await stage.loop(ScriptedModel([" "])).run(QUESTION)


async def test_calls_beyond_the_share_of_a_turn_are_refused(
    stage: Stage, quotes: FakeQuotes
) -> None:
    thousand = [tool_call({"prompt": "x"}, call_id=f"c{number}") for number in range(1000)]
    more = [tool_call({"prompt": "x"}, call_id="late")]
    model = ScriptedModel(thousand, more, ["Sorry."])
    loop = stage.loop(model)
    await loop.run(QUESTION)
    assert len(quotes.asked) == len(loop.said.quotes) == MAX_CALLS_PER_TURN
    results = [each for each in model.told[-1] if each["role"] == "tool"]
    refused = [each for each in results if "too_many_calls" in each["content"]]
    assert (len(results), len(refused)) == (1001, 1001 - MAX_CALLS_PER_TURN)
    assert "late" in {each["tool_call_id"] for each in refused}


async def test_rounds_have_an_end_and_in_the_last_nothing_is_called(
    stage: Stage, quotes: FakeQuotes
) -> None:
    scripts = [["Again.", tool_call({"prompt": "x"})] for _ in range(MAX_ROUNDS + 1)]
    model = ScriptedModel(*scripts)
    await stage.loop(model).run(QUESTION)
    assert model.may_call == [True] * (MAX_ROUNDS - 1) + [False]
    assert len(quotes.asked) == MAX_ROUNDS - 1


async def test_calls_get_ids_of_their_own_and_names_that_can_be_sent_back(stage: Stage) -> None:
    calls = [
        tool_call("{}", call_id="same", name="a tool!"),
        tool_call({"prompt": "x"}, call_id=""),
    ]
    model = ScriptedModel(calls, [tool_call({"prompt": "y"}, call_id="same")], ["Done."])
    await stage.loop(model).run(QUESTION)
    sent = [call for each in model.told[-1] for call in each.get("tool_calls", ())]
    ids = [call["id"] for call in sent]
    assert len(set(ids)) == len(ids) == 3
    assert all(ids)
    assert sent[0]["function"]["name"] == "a_tool_"


async def test_broken_arguments_are_not_sent_back(stage: Stage) -> None:
    model = ScriptedModel([tool_call('{"prompt": ')], ["Sorry."])
    await stage.loop(model).run(QUESTION)
    [asking, telling] = model.told[-1][2:]
    assert asking["tool_calls"][0]["function"]["arguments"] == "{}"
    assert json.loads(telling["content"])["code"] == "invalid_arguments"


async def test_a_failed_call_is_recorded_and_what_was_said_is_kept(stage: Stage) -> None:
    failure = Throttled("slow down")
    model = ScriptedModel(["First.", tool_call({"prompt": "x"}), usage(5, 5)], ["Sec", failure])
    loop = stage.loop(model)
    with pytest.raises(Throttled):
        await loop.run(QUESTION)
    outcomes: list[tuple[Any, Any]] = [(c["success"], c.get("error")) for c in loop.said.calls]
    assert outcomes == [(True, None), (False, "slow down")]
    assert loop.said.text == "First.\n\nSec"
    assert loop.said.quotes == ["img_1"]


@pytest.mark.parametrize(
    ("tokens", "prices", "cost"),
    [
        (None, (Decimal(1), Decimal(1)), 0),
        (Tokens(1000, 1000), (None, None), 0),
        (Tokens(1000, 1000), (Decimal("0.25"), Decimal(2)), 2250),
        (Tokens(1, 0), (Decimal("0.25"), None), 1),
        (Tokens(0, 3), (None, Decimal("0.5")), 2),
    ],
)
def test_the_cost_is_exact_and_rounded_up(tokens: Tokens | None, prices: Prices, cost: int) -> None:
    assert cost_of(tokens, prices) == cost
