"""A quote: a price promised for one request, frozen, to be confirmed once."""

import hashlib
from datetime import date
from functools import cached_property
from typing import Annotated, Any, Self

from pydantic import BaseModel, ConfigDict, Field, StrictInt
from pydantic.alias_generators import to_camel

from aquatint.catalog.controls import MAX_IMAGES, Controls
from aquatint.catalog.model import Frozen, Operation, PriceRule, Size, Tier
from aquatint.clock import Millis
from aquatint.library.inputs import Inputs
from aquatint.money import Micro
from aquatint.policy.text import Name, Text

MAX_INPUTS = 16
MAX_PARTIAL_IMAGES = 3
_WIDEST_MARGIN = 4096

Pixels = Annotated[StrictInt, Field(ge=0, le=_WIDEST_MARGIN)]


class Outpaint(Frozen):
    """How far beyond each edge the picture goes on, in pixels."""

    left: Pixels = 0
    top: Pixels = 0
    right: Pixels = 0
    bottom: Pixels = 0


class QuoteRequest(BaseModel):
    """What a person or program asks for; the body of `POST /api/quotes`."""

    model_config = ConfigDict(
        alias_generator=to_camel, populate_by_name=True, extra="forbid", frozen=True
    )

    prompt: Text = ""
    quality: Tier | None = None
    size: Name | None = None
    style: Name | None = None
    n: Annotated[StrictInt, Field(ge=1, le=MAX_IMAGES)] = 1
    provider: Name | None = None
    model: Name | None = None
    negative_prompt: Text | None = None
    seed: Annotated[StrictInt | None, Field(ge=0, lt=2**63)] = None
    steps: Annotated[StrictInt | None, Field(ge=1, le=500)] = None
    guidance: Annotated[float | None, Field(ge=0, le=100, allow_inf_nan=False)] = None
    background: Name | None = None
    output_format: Name | None = None
    output_compression: Annotated[StrictInt | None, Field(ge=0, le=100)] = None
    moderation: Name | None = None
    input_fidelity: Name | None = None
    partial_images: Annotated[StrictInt, Field(ge=0, le=MAX_PARTIAL_IMAGES)] = 0
    operation: Operation = Operation.GENERATE
    images: Annotated[tuple[Name, ...], Field(max_length=MAX_INPUTS)] = ()  # ids of the library
    mask: Name | None = None  # likewise
    outpaint: Outpaint | None = None


class Candidate(Frozen):
    """A model that may make the image, with what it was expected to cost when quoted."""

    key: str
    provider: str
    model: str
    provider_model: str
    quality: str | None
    size: Size
    cost: Micro
    max_cost: Micro
    price: PriceRule
    estimated_seconds: int
    # Those of the request that the model supports.
    settings: dict[str, Any] = Field(default_factory=dict)
    warnings: tuple[str, ...] = ()
    capabilities: Controls | tuple[str, ...] = ()  # older quotes have names alone
    max_size: str = ""
    supported_sizes: tuple[str, ...] = ()
    supports_style: bool = False

    @property
    def controls(self) -> Controls:
        """What its model can be told; nothing when the quote was made without them."""
        return self.capabilities if isinstance(self.capabilities, Controls) else Controls()


class Rejected(Frozen):
    """A model that may not, and why."""

    provider: str
    model: str
    code: str
    reason: str


class Quote(Frozen):
    """The promise. `candidates` is the walk, the first the one shown; all fit under `max_cost`."""

    id: str
    owner: str
    request: QuoteRequest
    tier: Tier
    words: tuple[str, ...]
    catalog_date: date
    candidates: tuple[Candidate, ...]
    alternatives: tuple[Candidate, ...]
    rejected: tuple[Rejected, ...]
    original_provider: str | None
    warnings: tuple[str, ...]
    wording: str | None = None  # what the provider is told, where it is not the prompt
    inputs: Inputs = Inputs()
    cost: Micro
    max_cost: Micro
    created_at: Millis
    expires_at: Millis

    @cached_property
    def digest(self) -> str:
        """SHA-256 over everything promised."""
        return hashlib.sha256(self.model_dump_json(exclude_defaults=True).encode()).hexdigest()

    @property
    def words_sent(self) -> str:
        """What the provider is told."""
        return self.request.prompt if self.wording is None else self.wording

    @property
    def words_judged(self) -> str:
        """What moderation reads: below a guidance of 1 a model draws what it should leave out."""
        request = self.request
        if request.negative_prompt and request.guidance is not None and request.guidance < 1:
            return f"{self.words_sent}\n{request.negative_prompt}"
        return self.words_sent

    def plan(self, key: str | None) -> "Plan | None":
        """The walk and ceiling when candidate `key` is confirmed; None: it was never offered."""
        first = self.candidates[0]
        if key is None or key == first.key:
            return Plan(walk=self.candidates, ceiling=self.max_cost)
        chosen = next((c for c in self.alternatives if c.key == key), None)
        return Plan.of(chosen, self.candidates) if chosen else None


class Plan(Frozen):
    """What confirming buys: models in order, and the most it may cost."""

    walk: tuple[Candidate, ...]
    ceiling: Micro

    def find(self, key: str) -> Candidate | None:
        """The candidate with this row's key."""
        return next((candidate for candidate in self.walk if candidate.key == key), None)

    @classmethod
    def of(cls, chosen: Candidate, others: tuple[Candidate, ...]) -> Self:
        """`chosen` first, then what of the frozen walk fits under its own ceiling."""
        rest = (c for c in others if c.key != chosen.key and c.max_cost <= chosen.max_cost)
        return cls(walk=(chosen, *rest), ceiling=chosen.max_cost)
