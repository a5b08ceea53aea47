"""What exists: one `Row` per model and quality setting, read from the dated data files."""

from datetime import date, timedelta
from enum import StrEnum
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from aquatint.money import Micro


class Tier(StrEnum):
    """How good a picture is asked for, worst first."""

    FAST = "fast"
    STANDARD = "standard"
    HIGH = "high"
    ULTRA = "ultra"

    @property
    def below(self) -> tuple["Tier", ...]:
        """The tiers below this one, the next lower first."""
        ladder = list(Tier)
        return tuple(reversed(ladder[: ladder.index(self)]))


class Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Size(Frozen):
    """Pixels."""

    width: int = Field(gt=0)
    height: int = Field(gt=0)

    @property
    def pair(self) -> tuple[int, int]:
        return self.width, self.height

    def __str__(self) -> str:
        return f"{self.width}x{self.height}"


class TokenPrice(Frozen):
    """Billed by tokens, at rates in micro-dollars per million tokens.

    `grid` is the base of the output-token formula for this row's quality, or `patch` the edge in
    pixels for the gpt-image-1 family; a price has one of the two.
    """

    rule: Literal["tokens"] = "tokens"
    text_in: Micro = Field(ge=0)
    image_in: Micro = Field(ge=0)
    image_out: Micro = Field(ge=0)
    text_out: Micro = Field(default=0, ge=0)
    grid: int | None = Field(default=None, gt=0)
    patch: int | None = Field(default=None, gt=0)
    expected_percent: int = Field(default=100, ge=100)  # what is likely billed, of the formula
    worst_percent: int = Field(default=100, ge=100)  # what may be billed, likewise
    extra_text_out: int = Field(default=0, ge=0)  # text tokens a model may add to one image

    @model_validator(mode="after")
    def _formula_fits(self) -> Self:
        if (self.grid is None) == (self.patch is None):
            raise ValueError("a token price has either a grid or a patch")
        if self.expected_percent > self.worst_percent:
            raise ValueError("expected_percent is above worst_percent")
        return self


class ImagePrice(Frozen):
    """A flat price per image; `by_size` overrides `amount` for a size."""

    rule: Literal["image"] = "image"
    amount: Micro = Field(ge=0)
    by_size: dict[str, Annotated[Micro, Field(ge=0)]] = {}


PriceRule = Annotated[TokenPrice | ImagePrice, Field(discriminator="rule")]


SizeText = Annotated[str, Field(pattern=r"^[1-9][0-9]*x[1-9][0-9]*$")]
Popular = Annotated[tuple[SizeText, ...], Field(min_length=1)]


class FreeSizes(Frozen):
    """Any size within these bounds; `popular` is what people are offered, the first the default."""

    kind: Literal["free"] = "free"
    multiple_of: int = Field(gt=0)
    max_edge: int = Field(gt=0)
    max_ratio: float = Field(ge=1)
    min_pixels: int = Field(gt=0)
    max_pixels: int = Field(gt=0)
    popular: Popular


class ListedSizes(Frozen):
    """Only these sizes, the first the default."""

    kind: Literal["list"] = "list"
    popular: Popular


SizeRule = Annotated[FreeSizes | ListedSizes, Field(discriminator="kind")]


class Capabilities(Frozen):
    """What a row can be asked for beside prompt, size and count."""

    max_n: int = Field(default=1, gt=0)  # images in one call; more are bought by several calls
    max_prompt: int = Field(default=32_000, gt=0)  # characters
    styles: tuple[str, ...] = ()
    negative_prompt: bool = False
    seed: bool = False
    steps: bool = False
    guidance: bool = False
    backgrounds: tuple[str, ...] = ()
    output_formats: tuple[str, ...] = ()

    @property
    def names(self) -> tuple[str, ...]:
        """What it can do, as a list of names for people and programs."""
        limits = {"max_n", "max_prompt"}
        return tuple(self.model_dump(exclude=limits, exclude_defaults=True))


class Row(Frozen):
    """One offer: a model at one quality setting, with its price, dates and source.

    `key` is the public `modelKey`, `model` the short name, `provider_model` the id on the wire.
    `tiers` are the tiers for which this row is the model's setting. A row whose price stopped
    holding before the provider retired the model ends on `offered_until`, its last day, and
    `continued_by` is the key of the row that took over; `retired_on` stays the provider's date.
    """

    key: str
    provider: str
    model: str
    provider_model: str
    quality: str | None = None  # as the provider spells it
    tiers: tuple[Tier, ...] = ()
    price: PriceRule | None = None  # None: unknown, and then refused
    sizes: SizeRule
    capabilities: Capabilities = Capabilities()
    wire: dict[str, str] = {}  # further fixed parameters of the request
    available_from: date
    retired_on: date | None = None  # the first day the provider no longer served it
    offered_until: date | None = None
    continued_by: str | None = None
    replaced_by: str | None = None
    estimated_seconds: int = Field(gt=0)
    deadline_seconds: int = Field(gt=0)
    source: str
    checked: date
    specification: bool = False  # a row of the original specification, with its own price

    @property
    def ends(self) -> date:
        """The first day this row is no longer offered; `date.max` while none is known."""
        taken_over = self.offered_until and self.offered_until + timedelta(days=1)
        return min(self.retired_on or date.max, taken_over or date.max)

    @model_validator(mode="after")
    def _dates_fit(self) -> Self:
        if self.ends <= self.available_from:
            raise ValueError(f"ends on {self.ends}, not after available_from {self.available_from}")
        if (self.offered_until is None) != (self.continued_by is None):
            raise ValueError("offered_until and continued_by go together")
        return self
