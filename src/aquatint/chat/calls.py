"""The record of one call to the chat server: an entry of `llmApiCalls`."""

from dataclasses import dataclass
from decimal import ROUND_CEILING, Decimal
from typing import Any

from aquatint.chat.assembler import Tokens
from aquatint.clock import Millis, iso
from aquatint.ids import new_id
from aquatint.money import Micro, to_usd

Prices = tuple[Decimal | None, Decimal | None]  # dollars per million tokens, in and out


@dataclass(frozen=True, kw_only=True, slots=True)
class ChatCall:
    """One call, failed ones too. Servers that tell no usage leave `tokens` None."""

    model: str
    started: Millis
    ended: Millis
    tokens: Tokens | None
    cost: Micro
    error: str | None = None

    def record(self) -> dict[str, Any]:
        """The entry as JSON; unknown tokens show as 0."""
        tokens = self.tokens or Tokens(0, 0)
        return {
            "id": new_id("call"),
            "type": "chat_completion",
            "provider": "chat",
            "model": self.model,
            "timestamp": iso(self.started),
            "durationMs": self.ended - self.started,
            "cost": to_usd(self.cost),
            "success": self.error is None,
            "tokens": {"input": tokens.input, "output": tokens.output},
        } | ({"error": self.error} if self.error else {})


def cost_of(tokens: Tokens | None, prices: Prices) -> Micro:
    """Micro-dollars, rounded up; 0 where tokens or prices are not known.

    Dollars per million tokens are micro-dollars per token.
    """
    if tokens is None:
        return 0
    per_input, per_output = (price or Decimal(0) for price in prices)
    amount = tokens.input * per_input + tokens.output * per_output
    return int(amount.to_integral_value(rounding=ROUND_CEILING))
