"""One turn: the model speaks, calls tools, is told their results, and speaks again."""

import re
from collections.abc import Sequence
from contextlib import aclosing
from dataclasses import dataclass, field, replace
from typing import Any, Final

from aquatint.chat.assembler import Answer
from aquatint.chat.calls import ChatCall, Prices, cost_of
from aquatint.chat.fragments import ToolCall, is_object
from aquatint.chat.journal import Entry, Journal
from aquatint.chat.llm import ChatModel
from aquatint.chat.tools import MAX_CALLS_PER_TURN, SCHEMAS, Toolbox, ToolResult, refuse
from aquatint.clock import Clock
from aquatint.errors import AquatintError, BadResponse
from aquatint.money import Micro

MAX_ROUNDS: Final = 4  # calls to the chat server; in the last one the model may call no tools
_PARAGRAPH = "\n\n"
_NOT_IN_A_NAME = re.compile(r"[^A-Za-z0-9_-]")


@dataclass(slots=True)
class Said:
    """What a turn has produced so far: all there is to keep when it breaks off."""

    text: str = ""
    quotes: list[str] = field(default_factory=list)
    calls: list[dict[str, Any]] = field(default_factory=list)
    cost: Micro = 0


class Loop:
    """Runs one turn; `said` grows as it goes."""

    def __init__(
        self, *, model: ChatModel, tools: Toolbox, journal: Journal, clock: Clock, prices: Prices
    ) -> None:
        self.said = Said()
        self._model = model
        self._tools = tools
        self._journal = journal
        self._clock = clock
        self._prices = prices
        self._used: set[str] = set()

    async def run(self, messages: Sequence[dict[str, Any]]) -> None:
        """Go round until the model has no more to ask for; raises what the chat server failed with.

        `messages` are in the wire's own form, the system prompt first.
        """
        told = list(messages)
        for may_call in (True,) * (MAX_ROUNDS - 1) + (False,):
            answer = await self._ask(told, may_call=may_call)
            calls = [self._distinct(call) for call in answer.tool_calls] if may_call else []
            if not calls:
                break
            results = await self._carry_out(calls)
            told += [_asking(answer.text, calls), *map(_telling, calls, results)]
        if not self.said.text.strip() and not self.said.quotes:
            raise BadResponse("The chat model answered with nothing")

    async def _ask(self, messages: Sequence[dict[str, Any]], *, may_call: bool) -> Answer:
        answer, started = Answer(), self._clock.now()
        failure: str | None = "The call was stopped"
        try:
            texts = self._model.stream(messages, answer, tools=SCHEMAS, may_call=may_call)
            async with aclosing(texts):
                async for text in texts:
                    self._say(text, begins=answer.text == text)
            failure = None
        except AquatintError as error:
            failure = error.message
            raise
        finally:
            self._record(answer, started, failure)
        return answer

    def _say(self, text: str, *, begins: bool) -> None:
        piece = _PARAGRAPH + text if begins and self.said.text else text
        self.said.text += piece
        self._journal.text(piece)

    def _record(self, answer: Answer, started: int, failure: str | None) -> None:
        cost = cost_of(answer.tokens, self._prices)
        call = ChatCall(
            model=self._model.name,
            started=started,
            ended=self._clock.now(),
            tokens=answer.tokens,
            cost=cost,
            error=failure,
        )
        self.said.calls.append(call.record())
        self.said.cost += cost

    def _distinct(self, call: ToolCall) -> ToolCall:
        """The call with an id of its own in this turn and a name that can be sent back."""
        number = len(self._used) + 1
        taken = not call.id or call.id in self._used
        distinct = f"call_{number}_{call.id}"[:64] if taken else call.id
        self._used.add(distinct)
        return replace(call, id=distinct, name=_NOT_IN_A_NAME.sub("_", call.name) or "unnamed")

    async def _carry_out(self, calls: Sequence[ToolCall]) -> list[ToolResult]:
        """One after the other; those beyond the turn's share are refused together."""
        share = max(0, MAX_CALLS_PER_TURN - (len(self._used) - len(calls)))
        results = [await self._use(call) for call in calls[:share]]
        rest = calls[share:]
        refused = refuse(f"At most {MAX_CALLS_PER_TURN} tool calls in a turn", "too_many_calls")
        await self._journal.put(
            *(entry for call in rest for entry in (_start(call), _result(call, refused)))
        )
        return results + [refused] * len(rest)

    async def _use(self, call: ToolCall) -> ToolResult:
        await self._journal.put(_start(call))
        result = await self._tools.run(call)
        if result.quote_id:
            self.said.quotes.append(result.quote_id)
        await self._journal.put(_result(call, result))
        return result


def _start(call: ToolCall) -> Entry:
    data = {"id": call.id, "name": call.name, "arguments": call.arguments or ""}
    return Entry("tool_call_start", data)


def _result(call: ToolCall, result: ToolResult) -> Entry:
    data = {"id": call.id, "name": call.name, "content": result.content}
    return Entry("tool_call_result", data)


def _asking(text: str, calls: Sequence[ToolCall]) -> dict[str, Any]:
    """The assistant's message that holds its calls."""
    return {"role": "assistant", "content": text, "tool_calls": [_wire_call(c) for c in calls]}


def _wire_call(call: ToolCall) -> dict[str, Any]:
    arguments = call.arguments or ""
    # Servers parse them again, and some fall over what is no object.
    function = {"name": call.name, "arguments": arguments if is_object(arguments) else "{}"}
    return {"id": call.id, "type": "function", "function": function}


def _telling(call: ToolCall, result: ToolResult) -> dict[str, Any]:
    return {"role": "tool", "tool_call_id": call.id, "content": result.content}
