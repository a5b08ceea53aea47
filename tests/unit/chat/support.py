"""Stand-ins for what the chat talks to: a model that follows a script, quotes and items."""

import asyncio
import json
from collections.abc import AsyncGenerator, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from aquatint.chat.assembler import Answer, absorb
from aquatint.chat.model import Words
from aquatint.chat.service import ChatService
from aquatint.db.eventlog import Event
from aquatint.errors import AquatintError
from aquatint.quotes.model import QuoteRequest

SECRET = "quote-token-of-the-owner"
HELLO = [Words("user", "hello")]

Build = Callable[["ScriptedModel | None"], ChatService]

# A step of a script: text, a tool call, usage, a failure, or something to wait for.
Step = str | Mapping[str, Any] | AquatintError | Exception | asyncio.Event


def tool_call(arguments: object, name: str = "generate_image", call_id: str = "call_a") -> Any:
    text = arguments if isinstance(arguments, str) else json.dumps(arguments)
    function = {"name": name, "arguments": text}
    return {"choices": [{"delta": {"tool_calls": [{"id": call_id, "function": function}]}}]}


def usage(taken: int, given: int) -> dict[str, Any]:
    return {"choices": [], "usage": {"prompt_tokens": taken, "completion_tokens": given}}


class ScriptedModel:
    """Plays one script for each time it is asked, and remembers what it was told."""

    name = "scripted"

    def __init__(self, *scripts: Sequence[Step]) -> None:
        self._scripts = list(scripts)
        self.told: list[list[dict[str, Any]]] = []
        self.may_call: list[bool] = []

    async def stream(
        self,
        messages: Sequence[Mapping[str, Any]],
        answer: Answer,
        *,
        tools: Sequence[Mapping[str, Any]],
        may_call: bool,
    ) -> AsyncGenerator[str, None]:
        self.told.append([dict(message) for message in messages])
        self.may_call.append(may_call)
        for step in self._scripts.pop(0):
            if isinstance(step, asyncio.Event):
                await step.wait()
            elif isinstance(step, Exception):
                raise step
            else:
                chunk = (
                    {"choices": [{"delta": {"content": step}}]} if isinstance(step, str) else step
                )
                if text := absorb(answer, chunk):
                    yield text


@dataclass(frozen=True)
class FakeQuote:
    id: str


class FakeQuotes:
    """Makes `img_1`, `img_2`, …; `error` is raised instead when it is set."""

    def __init__(self) -> None:
        self.asked: list[dict[str, Any]] = []
        self.error: Exception | None = None

    async def create(
        self,
        owner: str,
        request: QuoteRequest,
        *,
        own_words: str | None = None,
        tool_quality: str | None = None,
        tool_prompt: str | None = None,
    ) -> FakeQuote:
        if self.error:
            raise self.error
        self.asked.append(
            {
                "owner": owner,
                "request": request,
                "own_words": own_words,
                "tool_quality": tool_quality,
                "tool_prompt": tool_prompt,
            }
        )
        return FakeQuote(f"img_{len(self.asked)}")


class FakeItems:
    """Items as the interface has them; `status` is what all have at the moment."""

    def __init__(self) -> None:
        self.status = "pending"

    async def items(
        self, owner: str, quote_ids: Sequence[str], *, base_url: str = ""
    ) -> list[dict[str, Any]]:
        return [self._item(quote_id, base_url) for quote_id in quote_ids]

    def _item(self, quote_id: str, base_url: str) -> dict[str, Any]:
        return {
            "id": quote_id,
            "quoteId": f"{quote_id}.{SECRET}",
            "status": self.status,
            "provider": "openai",
            "model": "gpt-image-2.6-sunburst",
            "modelKey": "openai-gpt-image-2.6-sunburst-xhigh",
            "qualityTier": "ultra",
            "cost": 0.0937,
            "maxCost": 0.0958,
            "prompt": "a sunset",
            "size": "1024x1024",
            "n": 1,
            "availableAlternatives": [
                {
                    "provider": "openai",
                    "model": "gpt-image-2.6-flare",
                    "modelKey": "openai-gpt-image-2.6-flare-high",
                    "cost": 0.0527,
                    "maxCost": 0.0538,
                }
            ],
            "whyThisModel": {"tier": "ultra", "words": ["photorealistic"], "rejected": []},
            "warnings": [],
            "imageUrl": f"{base_url}/api/images/{SECRET}/content",
        }


async def watch(chat: ChatService, turn: str, after: int = 0, owner: str = "ada") -> list[Event]:
    return [event async for event in await chat.watch(owner, turn, after)]


async def conversation_of(chat: ChatService, turn: str) -> str:
    first = (await watch(chat, turn))[0]
    return str(first.data["conversationId"])
