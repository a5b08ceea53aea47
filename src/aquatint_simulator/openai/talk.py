"""What the simulated assistant says. The same conversation always gets the same answer."""

import json
import re
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from aquatint_simulator.openai.wishes import Wish, wishes

_TOOL = "generate_image"
Message = dict[str, Any]


@dataclass(frozen=True, slots=True)
class ToolCall:
    """A function call; `arguments` is JSON text."""

    name: str
    arguments: str


@dataclass(frozen=True, slots=True)
class Reply:
    """Some text, and the tools to call after it."""

    text: str
    calls: tuple[ToolCall, ...] = ()


_NO_TOOL = "I would gladly draw that, but this conversation gives me no way to make pictures."
_TIME_TO_ASK = (
    "Let me get you a price for that. Nothing is bought until you confirm.",
    "A lovely idea. Here is what it would cost; nothing is bought until you confirm.",
    "With pleasure. I am asking for a quote, and the decision stays with you.",
)


def reply(messages: Sequence[Message], tools: Sequence[object], choice: object) -> Reply:
    """The assistant's turn after these messages. `tools` and `choice` as in OpenAI's request."""
    results = _latest_results(messages)
    if results:
        return Reply(_closing(results))
    said = _last_words(messages)
    wanted = wishes(said)
    forced = choice == "required" or isinstance(choice, dict)
    if forced and not wanted and said:
        wanted = [Wish(said)]
    if not wanted:
        return Reply(_small_talk(said))
    if choice == "none" or _TOOL not in _tool_names(tools):
        return Reply(_NO_TOOL)
    return Reply(_opening(wanted), tuple(_tool_call(wish) for wish in wanted))


def _tool_call(wish: Wish) -> ToolCall:
    arguments = {"prompt": wish.prompt, **({"size": wish.size} if wish.size else {})}
    return ToolCall(_TOOL, json.dumps(arguments, ensure_ascii=False))


def _tool_names(tools: Sequence[object]) -> set[str]:
    functions = [tool.get("function") for tool in tools if isinstance(tool, dict)]
    return {str(function.get("name")) for function in functions if isinstance(function, dict)}


def _latest_results(messages: Sequence[Message]) -> list[str]:
    """The tool results at the very end of the conversation, in order."""
    results: list[str] = []
    for message in reversed(messages):
        if message["role"] != "tool":
            break
        results.insert(0, _text(message))
    return results


def _last_words(messages: Sequence[Message]) -> str:
    return next((_text(m) for m in reversed(messages) if m["role"] == "user"), "")


def _text(message: Message) -> str:
    """The text of a message, whose content is a string or a list of parts."""
    content = message.get("content")
    if isinstance(content, str):
        return content
    parts = content if isinstance(content, list) else []
    texts = [part.get("text") for part in parts if isinstance(part, dict)]
    return "\n".join(text for text in texts if isinstance(text, str))


def _small_talk(said: str) -> str:
    return next(answer for words, answer in _answers() if words.search(said.lower()))


@cache
def _answers() -> list[tuple[re.Pattern[str], str]]:
    text = files("aquatint_simulator.openai").joinpath("data/talk.toml").read_text("utf-8")
    entries = tomllib.loads(text)["answer"]
    return [(re.compile(rf"(?<!\w)(?:{each['words']})(?!\w)"), each["text"]) for each in entries]


def _opening(wanted: Sequence[Wish]) -> str:
    if len(wanted) > 1:
        return (
            f"That makes {len(wanted)} pictures. Here is a quote for each; nothing is bought yet."
        )
    return _TIME_TO_ASK[sum(wanted[0].prompt.encode(errors="replace")) % len(_TIME_TO_ASK)]


def _closing(results: Sequence[str]) -> str:
    """A short word about the quotes, with their prices when the results tell them."""
    facts = [_fact(result) for result in results]
    costs = [cost for fact in facts if (cost := _cost(fact)) is not None]
    failures = [fact["error"] for fact in facts if isinstance(fact.get("error"), str)]
    if failures and not costs:
        return f"I could not get a price for that: {failures[0]}"
    if not costs:
        return "The quote is in the card above. Confirm it there, or tell me what to change."
    if len(costs) == 1:
        return f"That would be ${costs[0]:.4f}. Confirm it in the card, or tell me what to change."
    prices = ", ".join(f"${cost:.4f}" for cost in costs)
    return (
        f"The prices are {prices}: ${sum(costs):.4f} for all {len(costs)}. Confirm those you want."
    )


def _fact(result: str) -> dict[str, Any]:
    try:
        fact = json.loads(result)
    except (ValueError, RecursionError):
        return {}
    return fact if isinstance(fact, dict) else {}


def _cost(fact: dict[str, Any]) -> float | None:
    cost = fact.get("cost")
    return float(cost) if isinstance(cost, int | float) and not isinstance(cost, bool) else None
