"""What sizes a model offers, and how it is asked for them."""

from collections.abc import Mapping
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from aquatint.catalog.frozen import Frozen


class Size(Frozen):
    """Pixels."""

    width: int = Field(gt=0)
    height: int = Field(gt=0)

    def __str__(self) -> str:
        return f"{self.width}x{self.height}"

    @property
    def pair(self) -> tuple[int, int]:
        return self.width, self.height

    @property
    def pixels(self) -> int:
        return self.width * self.height


SizeText = Annotated[str, Field(pattern=r"^[1-9][0-9]*x[1-9][0-9]*$")]
Ratio = Annotated[str, Field(pattern=r"^[1-9][0-9]*:[1-9][0-9]*$")]
Popular = Annotated[tuple[SizeText, ...], Field(min_length=1)]


class FreeSizes(Frozen):
    """Any size within these bounds; `popular` is what people are offered, the first the default."""

    kind: Literal["free"] = "free"
    multiple_of: int = Field(gt=0)
    min_edge: int = Field(default=1, gt=0)
    max_edge: int = Field(gt=0)
    max_ratio: float = Field(ge=1)
    min_pixels: int = Field(gt=0)
    max_pixels: int = Field(gt=0)
    popular: Popular


class ListedSizes(Frozen):
    """Only these sizes, the first the default.

    Where a model is asked for a shape instead of pixels, `ratios` says which shape each size
    stands for, and the sizes may be left to it; `megapixels` is the model's word for how large.
    """

    kind: Literal["list"] = "list"
    popular: Popular
    ratios: Mapping[SizeText, Ratio] = {}
    megapixels: Mapping[SizeText, str] = {}

    @model_validator(mode="before")
    @classmethod
    def _sizes_of_ratios(cls, given: object) -> object:
        if isinstance(given, dict) and "ratios" in given:
            return {"popular": tuple(given["ratios"]), **given}
        return given

    @model_validator(mode="after")
    def _every_size_is_told(self) -> Self:
        for told in (self.ratios, self.megapixels):
            if told and set(told) != set(self.popular):
                raise ValueError("ratios and megapixels must name the sizes of popular")
        return self


SizeRule = Annotated[FreeSizes | ListedSizes, Field(discriminator="kind")]
