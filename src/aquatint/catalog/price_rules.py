"""How a provider charges: the rules that the data files hold. Amounts are micro-dollars."""

from collections.abc import Mapping
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from aquatint.catalog.frozen import Frozen
from aquatint.catalog.size_rules import SizeText
from aquatint.money import Micro


class TokenPrice(Frozen):
    """Billed by tokens, at rates in micro-dollars per million tokens.

    How many one image takes: `grid` is the base of gpt-image-2's formula for this row's quality,
    `patch` the edge in pixels for the gpt-image-1 family, `fixed` a number that holds for every
    size. A price has one of the three. What an input image takes: `input_fixed`, else the patches
    of gpt-image-2's formula; `fidelity_tokens` come on top where high fidelity is asked for.
    """

    rule: Literal["tokens"] = "tokens"
    text_in: Micro = Field(ge=0)
    image_in: Micro = Field(ge=0)
    image_out: Micro = Field(ge=0)
    text_out: Micro = Field(default=0, ge=0)
    grid: int | None = Field(default=None, gt=0)
    patch: int | None = Field(default=None, gt=0)
    fixed: int | None = Field(default=None, gt=0)
    input_fixed: int | None = Field(default=None, gt=0)
    fidelity_tokens: int = Field(default=0, ge=0)
    expected_percent: int = Field(default=100, ge=100)  # what is likely billed, of the formula
    worst_percent: int = Field(default=100, ge=100)  # what may be billed, likewise
    extra_text_out: int = Field(default=0, ge=0)  # text and thought that may come with an image

    @model_validator(mode="after")
    def _formula_fits(self) -> Self:
        if sum(each is not None for each in (self.grid, self.patch, self.fixed)) != 1:
            raise ValueError("a token price has one of grid, patch and fixed")
        if self.expected_percent > self.worst_percent:
            raise ValueError("expected_percent is above worst_percent")
        return self


class ImagePrice(Frozen):
    """A flat price per image; `by_size` overrides `amount` for a size.

    `input_image` comes on top for each image that goes with a call.
    """

    rule: Literal["image"] = "image"
    amount: Micro = Field(ge=0)
    by_size: Mapping[SizeText, Annotated[Micro, Field(ge=0)]] = {}
    input_image: Micro = Field(default=0, ge=0)


class MegapixelPrice(Frozen):
    """By size: `amount` for each million pixels, in proportion, and for steps beyond the usual."""

    rule: Literal["megapixel"] = "megapixel"
    amount: Micro = Field(ge=0)
    usual_steps: int | None = Field(default=None, gt=0)  # None: steps cost nothing


class RunPrice(Frozen):
    """`run` for each image, and an amount for each megapixel (1024x1024) begun, in and out."""

    rule: Literal["run"] = "run"
    run: Micro = Field(default=0, ge=0)
    in_megapixel: Micro = Field(default=0, ge=0)
    out_megapixel: Micro = Field(ge=0)


class SecondPrice(Frozen):
    """By the time the model computed, at `rate` a second.

    `max_seconds` bounds one call: the provider is told to stop it then.
    """

    rule: Literal["second"] = "second"
    rate: Micro = Field(ge=0)
    typical_milliseconds: int = Field(gt=0)  # of one image
    max_seconds: int = Field(gt=0)
    usual_steps: int | None = Field(default=None, gt=0)  # those of the typical image

    @model_validator(mode="after")
    def _typical_fits(self) -> Self:
        if self.typical_milliseconds > 1000 * self.max_seconds:
            raise ValueError("typical_milliseconds is above max_seconds")
        return self


PriceRule = Annotated[
    TokenPrice | ImagePrice | MegapixelPrice | RunPrice | SecondPrice,
    Field(discriminator="rule"),
]
