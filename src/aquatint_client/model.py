"""What the gateway tells, as frozen values. Money is dollars in `Decimal`, times are UTC.

`raw` is the gateway's own JSON, for the fields that have no name here.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any, Final

Raw = Mapping[str, Any]
ENDED: Final = frozenset({"completed", "failed", "refused", "unknown", "cancelled"})


@dataclass(frozen=True, kw_only=True, slots=True)
class Alternative:
    """Another model that could be confirmed instead, by its `model_key`."""

    provider: str
    model: str
    model_key: str
    size: str
    cost: Decimal
    max_cost: Decimal
    estimated_seconds: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Rejected:
    """A model that was passed over, and why."""

    provider: str
    model: str
    code: str
    reason: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Quote:
    """A price: `cost` is expected, `max_cost` the most that confirming can cost.

    `quote_id` confirms it, so it is not shown.
    """

    id: str
    quote_id: str = field(repr=False)
    status: str
    provider: str
    model: str
    model_key: str
    tier: str
    cost: Decimal
    max_cost: Decimal
    prompt: str
    size: str
    n: int
    expires_at: datetime
    estimated_seconds: int
    fallback_used: bool
    alternatives: tuple[Alternative, ...]
    rejected: tuple[Rejected, ...]
    warnings: tuple[str, ...]
    raw: Raw = field(repr=False, compare=False)

    def ceiling(self, candidate: str | None = None) -> Decimal | None:
        """The most that confirming can cost; None for a candidate that was not offered."""
        if candidate is None or candidate == self.model_key:
            return self.max_cost
        offered = {each.model_key: each.max_cost for each in self.alternatives}
        return offered.get(candidate)


@dataclass(frozen=True, kw_only=True, slots=True)
class WaitingQuote:
    """What an API key may not buy alone: its owner confirms it at `url`, until `expires_at`."""

    id: str
    cost: Decimal
    max_cost: Decimal
    expires_at: datetime
    url: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Attempt:
    """One call to a provider. `held` is kept back while its outcome is not known."""

    provider: str
    model: str
    model_key: str
    state: str
    held: Decimal
    billed: Decimal
    charged: Decimal
    request_id: str | None
    code: str | None
    error: str | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Image:
    """A kept picture; `generation_id` is None for one that was brought."""

    id: str
    generation_id: str | None
    media_type: str
    width: int
    height: int
    bytes: int
    sha256: str
    created_at: datetime
    seed: int | None
    revised_prompt: str | None
    raw: Raw = field(repr=False, compare=False)


@dataclass(frozen=True, kw_only=True, slots=True)
class Generation:
    """A confirmed quote. `cost` is expected, and once it has ended what was charged."""

    id: str
    quote: str  # its id
    state: str
    provider: str
    model: str
    model_key: str
    prompt: str
    cost: Decimal
    quoted_cost: Decimal
    max_cost: Decimal
    fallback_used: bool
    dismissed: bool
    attempts: tuple[Attempt, ...]
    images: tuple[Image, ...]
    warnings: tuple[str, ...]
    message: str
    code: str | None
    error: str | None
    raw: Raw = field(repr=False, compare=False)

    @property
    def ended(self) -> bool:
        return self.state in ENDED


@dataclass(frozen=True, kw_only=True, slots=True)
class Usage:
    """Today's money and images; what is left is None where there is no limit."""

    spent: Decimal
    held: Decimal
    images: int
    left_today: Decimal | None
    images_left_today: int | None
    images_left_this_hour: int | None
    raw: Raw = field(repr=False, compare=False)


@dataclass(frozen=True, kw_only=True, slots=True)
class Model:
    """A row of the catalog; `square_cost` is one 1024x1024 image's, None where unknown."""

    model_key: str
    provider: str
    model: str
    provider_model: str
    tiers: tuple[str, ...]
    operations: tuple[str, ...]
    square_cost: Decimal | None
    status: str
    reason: str
    available: bool
    raw: Raw = field(repr=False, compare=False)


@dataclass(frozen=True, kw_only=True, slots=True)
class Provider:
    """Whether a provider may be asked now, and why not."""

    name: str
    available: bool
    code: str
    reason: str
    breaker: str
    failures: int
    raw: Raw = field(repr=False, compare=False)
