"""The one tool of the model: `generate_image`, which quotes. Nothing here can spend.

What goes back to the model is made from a list of allowed fields: no token that confirms a
quote, no image, no address ever passes through it.
"""

import json
import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Final, Literal, Protocol

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from aquatint.catalog.controls import MAX_IMAGES
from aquatint.catalog.model import Tier
from aquatint.chat.fragments import ToolCall, valid
from aquatint.errors import AquatintError
from aquatint.policy.text import Name, Text
from aquatint.quotes.model import QuoteRequest
from aquatint.quotes.preferences import NO_PREFERENCES, Preferences

MAX_CALLS_PER_TURN = 8
GENERATE_IMAGE = "generate_image"

SCHEMAS: Final[Sequence[Mapping[str, Any]]] = (
    {
        "type": "function",
        "function": {
            "name": GENERATE_IMAGE,
            "description": (
                "Quote one picture: choose a model and name its price. Nothing is bought or drawn "
                "until the person confirms on the card they are shown. Call it once for each "
                "different picture."
            ),
            "parameters": {
                "type": "object",
                "properties": {
                    "prompt": {
                        "type": "string",
                        "description": (
                            "What the picture shows: subject, style, lighting, composition, mood. "
                            "Stay close to the person's own words."
                        ),
                    },
                    "quality": {
                        "type": "string",
                        "enum": [tier.value for tier in reversed(Tier)],
                        "description": (
                            "Send this only when the person named a quality themselves; never "
                            "infer it from the subject."
                        ),
                    },
                    "size": {
                        "type": "string",
                        "description": (
                            "Width x height in pixels, such as 1024x1024, 1536x1024 or 1024x1536. "
                            "Leave it out unless the person asked for a size or shape."
                        ),
                    },
                    "style": {
                        "type": "string",
                        "enum": ["natural", "vivid"],
                        "description": "Only when the person asked for one; few models know it.",
                    },
                    "n": {
                        "type": "integer",
                        "minimum": 1,
                        "maximum": MAX_IMAGES,
                        "description": "How many variants of this same picture; 1 if left out.",
                    },
                },
                "required": ["prompt"],
                "additionalProperties": False,
            },
        },
    },
)

_log = logging.getLogger(__name__)


class Arguments(BaseModel):
    """The arguments of `generate_image`; null means left out."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    prompt: Annotated[Text, Field(strict=True, min_length=1)]
    quality: Tier | None = None
    size: Annotated[Name | None, Field(strict=True)] = None
    style: Literal["natural", "vivid"] | None = None
    n: Annotated[int | None, Field(strict=True, ge=1, le=MAX_IMAGES)] = None


class Quoted(Protocol):
    @property
    def id(self) -> str: ...


class Quoter(Protocol):
    """Makes quotes (`quotes.service.Quotes`)."""

    async def create(
        self,
        owner: str,
        request: QuoteRequest,
        *,
        own_words: str | None = None,
        tool_quality: str | None = None,
        tool_prompt: str | None = None,
    ) -> Quoted: ...


class ItemView(Protocol):
    """Shows quotes as items of the interface, `quoteId` included (`generations.view.Items`)."""

    async def items(
        self, owner: str, quote_ids: Sequence[str], *, base_url: str = ""
    ) -> list[dict[str, Any]]: ...


@dataclass(frozen=True, kw_only=True, slots=True)
class ToolResult:
    """`content` is JSON for the model; `quote_id` the item it made, if it made one."""

    content: str
    quote_id: str | None = None


class Toolbox:
    """The tools of one turn. `own_words` is the person's last message."""

    def __init__(  # a turn, and what its tools work with
        self,
        *,
        owner: str,
        own_words: str,
        quotes: Quoter,
        items: ItemView,
        preferences: Preferences = NO_PREFERENCES,
    ) -> None:
        self._owner = owner
        self._own_words = own_words
        self._preferences = preferences
        self._quotes = quotes
        self._items = items

    async def run(self, call: ToolCall) -> ToolResult:
        """Carry out one call; whatever is wrong becomes a result the model can read."""
        if call.name != GENERATE_IMAGE:
            return refuse(f"There is no tool {call.name!r}, only {GENERATE_IMAGE}", "unknown_tool")
        arguments = _parse(call.arguments)
        if isinstance(arguments, str):
            return refuse(arguments, "invalid_arguments")
        try:
            return await self._quote(arguments)
        except AquatintError as error:
            return refuse(error.message, error.code)
        except Exception:  # noqa: BLE001  # a defect in quoting must not take the conversation with it
            _log.exception("quoting failed")
            return refuse("The image could not be quoted", "internal_error")

    async def _quote(self, arguments: Arguments) -> ToolResult:
        request = QuoteRequest(
            prompt=arguments.prompt,
            size=arguments.size,
            style=arguments.style,
            n=arguments.n or 1,
        )
        quote = await self._quotes.create(
            self._owner,
            self._preferences.over(request),
            own_words=self._own_words,
            tool_quality=arguments.quality,
            tool_prompt=arguments.prompt,
        )
        (item,) = await self._items.items(self._owner, [quote.id])
        return ToolResult(content=_json(for_model(item)), quote_id=quote.id)


def refuse(message: str, code: str) -> ToolResult:
    """A tool error."""
    return ToolResult(content=_json({"error": message, "code": code}))


def for_model(item: Mapping[str, Any]) -> dict[str, Any]:
    """What the model may know of a quoted item."""
    return {
        "id": item["id"],
        "status": "waiting_for_confirmation",
        "provider": item["provider"],
        "model": item["model"],
        "tier": item["qualityTier"],
        "words": (item.get("whyThisModel") or {}).get("words", []),
        "cost": item["cost"],
        "maxCost": item["maxCost"],
        "size": item["size"],
        "n": item.get("n", 1),
        "alternatives": [
            {key: other[key] for key in ("provider", "model", "cost", "maxCost")}
            for other in item.get("availableAlternatives") or ()
        ],
        "warnings": item.get("warnings") or [],
        "message": (
            f"Quoted at ${item['cost']:.4f}. Nothing is bought: "
            "it is waiting for the person's confirmation."
        ),
    }


def _parse(text: str | None) -> Arguments | str:
    """The arguments, or what is wrong with them."""
    if text is None:
        return "The arguments are too long"
    try:
        value = json.loads(text.strip() or "{}")
    except (ValueError, RecursionError):
        return "The arguments are not JSON"
    if not isinstance(value, dict):
        return "The arguments must be a JSON object"
    try:
        return Arguments.model_validate(_clean(value))
    except ValidationError as error:
        return "; ".join(map(_complaint, error.errors(include_input=False, include_url=False)[:5]))


def _clean(value: Mapping[str, Any]) -> dict[str, Any]:
    return {valid(k): valid(v) if isinstance(v, str) else v for k, v in value.items()}


def _complaint(problem: Mapping[str, Any]) -> str:
    name = ".".join(map(str, problem["loc"]))
    return f"{name[:64]}: {problem['msg']}"


def _json(value: Mapping[str, Any]) -> str:
    return json.dumps(value, ensure_ascii=False)
