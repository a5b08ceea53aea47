"""Tokens used and money owed, written from Google's published rules."""

from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from aquatint_simulator.call import inflated
from aquatint_simulator.dated import micro_dollars
from aquatint_simulator.gemini.models import Model
from aquatint_simulator.gemini.order import Order

_MILLION = 1_000_000


@dataclass(frozen=True, kw_only=True, slots=True)
class Usage:
    """Tokens of one call."""

    text_in: int
    image_in: int = 0
    text: int = 0
    image: int = 0
    thoughts: int = 0

    def times(self, factor: float) -> "Usage":
        """A provider that counts too much."""
        return Usage(
            text_in=inflated(self.text_in, factor),
            image_in=inflated(self.image_in, factor),
            text=inflated(self.text, factor),
            image=inflated(self.image, factor),
            thoughts=inflated(self.thoughts, factor),
        )

    def shown(self) -> dict[str, Any]:
        """Google's `usageMetadata`: the candidates' count is text and image together."""
        prompt, candidates = self.text_in + self.image_in, self.text + self.image
        told: dict[str, Any] = {
            "promptTokenCount": prompt,
            "candidatesTokenCount": candidates,
            "totalTokenCount": prompt + candidates + self.thoughts,
            "promptTokensDetails": _details(TEXT=self.text_in, IMAGE=self.image_in),
            "candidatesTokensDetails": _details(IMAGE=self.image),
        }
        if self.thoughts:
            told["thoughtsTokenCount"] = self.thoughts
        return told | {"serviceTier": "standard"}


def _details(**counts: int) -> list[dict[str, Any]]:
    return [{"modality": name, "tokenCount": count} for name, count in counts.items() if count]


def text_tokens(text: str) -> int:
    """A plain guess that never needs a tokenizer: four bytes make a token."""
    return -(-len(text.encode(errors="replace")) // 4)


def measure(order: Order, text: str) -> Usage:
    """What an order uses; thought gives way to a cap, and below the image nothing is made."""
    model = order.model
    usage = Usage(
        text_in=text_tokens(order.said),
        image_in=len(order.images) * model.input_image_tokens,
        text=text_tokens(text),
        image=model.tokens[order.resolution] if order.wants_image else 0,
        thoughts=order.thoughts,
    )
    if order.max_tokens is None:
        return usage
    left = order.max_tokens - usage.image - usage.text
    if left < 0:
        return replace(usage, text=0, image=0, thoughts=min(usage.thoughts, order.max_tokens))
    return replace(usage, thoughts=min(usage.thoughts, left))


def owed(model: Model, usage: Usage) -> int:
    """Micro-dollars for a call, rounded up."""
    tokens = {
        model.input: usage.text_in + usage.image_in,
        model.text: usage.text + usage.thoughts,
    }
    dollars = sum((rate * count for rate, count in tokens.items()), Decimal())
    return micro_dollars((dollars + model.image * usage.image) / _MILLION)
