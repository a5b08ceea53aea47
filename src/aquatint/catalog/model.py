"""What exists: one `Row` per model and quality setting, read from the dated data files."""

from collections.abc import Mapping
from datetime import date, timedelta
from enum import StrEnum
from typing import Literal, Self

from pydantic import Field, model_validator

from aquatint.catalog.frozen import Frozen
from aquatint.catalog.price_rules import (
    ImagePrice,
    MegapixelPrice,
    PriceRule,
    RunPrice,
    SecondPrice,
    TokenPrice,
)
from aquatint.catalog.size_rules import FreeSizes, ListedSizes, Size, SizeRule

__all__ = [
    "Capabilities",
    "Fixed",
    "FreeSizes",
    "Frozen",
    "ImagePrice",
    "ListedSizes",
    "MegapixelPrice",
    "Operation",
    "Parameter",
    "PriceRule",
    "Range",
    "Row",
    "RunPrice",
    "SecondPrice",
    "Size",
    "SizeRule",
    "Skill",
    "Tier",
    "TokenPrice",
]


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


class Operation(StrEnum):
    """What a person can ask for."""

    GENERATE = "generate"  # from words alone
    EDIT = "edit"  # change a picture by words
    INPAINT = "inpaint"  # only where a mask says
    OUTPAINT = "outpaint"  # beyond the picture's edges
    VARIATION = "variation"  # another one like it
    STYLE_TRANSFER = "style_transfer"  # the same in another style

    @property
    def skill(self) -> "Skill":
        """What a model needs for it."""
        return Skill.GENERATE if self is Operation.GENERATE else Skill.EDIT

    @property
    def masked(self) -> bool:
        """Whether a mask goes with it."""
        return self in (Operation.INPAINT, Operation.OUTPAINT)


class Skill(StrEnum):
    """What a model can do: work from words alone, from input images, or both."""

    GENERATE = "generate"
    EDIT = "edit"


class Range(Frozen):
    """The least and the greatest value of a setting; `default` is the model's own, where known."""

    min: int | float
    max: int | float
    default: int | float | None = None

    @model_validator(mode="after")
    def _is_one(self) -> Self:
        if self.min > self.max:
            raise ValueError(f"min {self.min} is above max {self.max}")
        return self


# What an adapter can say to a model, in our words; a row tells the wire's.
Parameter = Literal[
    "n",
    "width",
    "height",
    "size",  # both edges in one: 1024x1024
    "aspect_ratio",  # the size's entry in `ratios`
    "megapixels",  # the size's entry in `megapixels`
    "image_size",  # the row's quality: 2K
    "max_tokens",
    "negative_prompt",
    "seed",
    "steps",
    "guidance",
    "style",
    "background",
    "output_format",
    "output_compression",
    "moderation",
    "input_fidelity",
    "images",  # input images
    "mask",
]

Fixed = bool | int | float | str  # what a parameter may be that is the same in each request


class Capabilities(Frozen):
    """What a row can be asked for beside prompt, size and count."""

    max_n: int = Field(default=1, gt=0)  # images in one call; more are bought by several calls
    max_images: int = Field(default=0, ge=0)  # input images that one call takes
    mask: bool = False  # a mask may say where the first of them changes
    mask_needed: bool = False  # without one no picture is changed
    mask_paints: Literal["white", "black", "clear"] = "white"  # what changes, on the wire
    max_prompt: int = Field(default=32_000, gt=0)  # characters
    styles: tuple[str, ...] = ()
    negative_prompt: bool = False
    seed: bool = False
    steps: bool = False
    guidance: bool = False
    backgrounds: tuple[str, ...] = ()
    output_formats: tuple[str, ...] = ()
    output_compression: bool = False
    moderations: tuple[str, ...] = ()
    input_fidelities: tuple[str, ...] = ()
    partial_images: int = Field(default=0, ge=0)  # previews that a stream may show

    @property
    def parameters(self) -> frozenset[Parameter]:
        """What a request must be able to say for all of this to be true."""
        needed: dict[Parameter, bool] = {
            "n": self.max_n > 1,
            "style": bool(self.styles),
            "negative_prompt": self.negative_prompt,
            "seed": self.seed,
            "steps": self.steps,
            "guidance": self.guidance,
            "background": bool(self.backgrounds),
            "output_format": bool(self.output_formats),
            "output_compression": self.output_compression,
            "moderation": bool(self.moderations),
            "input_fidelity": bool(self.input_fidelities),
            "images": self.max_images > 0,
            "mask": self.mask,
        }
        return frozenset(name for name, is_needed in needed.items() if is_needed)


class Row(Frozen):
    """One offer: a model at one quality setting, with its price, dates and source.

    `key` is the public `modelKey`, `model` the short name, `provider_model` the id on the wire.
    `tiers` are the tiers for which this row is the model's setting; a row without any is asked
    only by name. A row whose price stopped holding before the provider retired the model ends on
    `offered_until`, its last day, and `continued_by` is the key of the row that took over;
    `retired_on` stays the provider's date.
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
    limits: Mapping[Literal["steps", "guidance"], Range] = {}
    operations: tuple[Skill, ...] = (Skill.GENERATE,)
    parameters: Mapping[Parameter, str] = {}  # its name on the wire; what is absent is not taken
    values: Mapping[Parameter, Mapping[str, str]] = {}  # our value -> the wire's, where they differ
    wire: dict[str, Fixed] = Field(default_factory=dict)  # further fixed parameters of the request
    version: str | None = None  # of a model that is called by version instead of by its id
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

    @property
    def max_seconds(self) -> int:
        """When the provider is told to stop one call: no later than its price allows for."""
        if isinstance(self.price, SecondPrice):
            return self.price.max_seconds
        return self.deadline_seconds

    @property
    def max_tokens(self) -> int | None:
        """What one image may take in tokens, text and thought included; None: no such cap."""
        if isinstance(self.price, TokenPrice) and self.price.fixed is not None:
            return self.price.fixed + self.price.extra_text_out
        return None

    @model_validator(mode="after")
    def _dates_fit(self) -> Self:
        if self.ends <= self.available_from:
            raise ValueError(f"ends on {self.ends}, not after available_from {self.available_from}")
        if (self.offered_until is None) != (self.continued_by is None):
            raise ValueError("offered_until and continued_by go together")
        return self

    @model_validator(mode="after")
    def _deadline_fits(self) -> Self:
        if self.max_seconds > self.deadline_seconds:
            raise ValueError("a call may last beyond deadline_seconds")
        return self

    @model_validator(mode="after")
    def _prices_fit(self) -> Self:
        """A price of a size that is not offered is a slip, and another's is told for it."""
        if isinstance(self.price, ImagePrice) and isinstance(self.sizes, ListedSizes):
            for size in self.price.by_size:
                if size not in self.sizes.popular:
                    raise ValueError(f"by_size prices {size}, which is none of its sizes")
        return self

    @model_validator(mode="after")
    def _skills_fit(self) -> Self:
        if (Skill.EDIT in self.operations) != (self.capabilities.max_images > 0):
            raise ValueError("operations have edit where capabilities have max_images")
        return self

    @model_validator(mode="after")
    def _parameters_fit(self) -> Self:
        """What a row claims to take has a name on the wire, where names are told at all."""
        missing = self.capabilities.parameters - set(self.parameters)
        if self.parameters and missing:
            raise ValueError(f"no parameter for {', '.join(sorted(missing))}")
        return self
