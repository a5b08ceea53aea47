"""What a person picked beside their words: it outranks whatever a chat model asks for."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StrictInt
from pydantic.alias_generators import to_camel

from aquatint.catalog.controls import MAX_IMAGES
from aquatint.catalog.model import Tier
from aquatint.policy.text import Name, Text
from aquatint.quotes.model import MAX_PARTIAL_IMAGES, QuoteRequest


class Preferences(BaseModel):
    """Fields of a `QuoteRequest`; each that is absent or null leaves the request as it is."""

    model_config = ConfigDict(
        alias_generator=to_camel, populate_by_name=True, extra="forbid", frozen=True
    )

    quality: Tier | None = None
    size: Name | None = None
    n: Annotated[StrictInt | None, Field(ge=1, le=MAX_IMAGES)] = None
    provider: Name | None = None
    model: Name | None = None
    style: Name | None = None
    negative_prompt: Text | None = None
    seed: Annotated[StrictInt | None, Field(ge=0, lt=2**63)] = None
    steps: Annotated[StrictInt | None, Field(ge=1, le=500)] = None
    guidance: Annotated[float | None, Field(ge=0, le=100, allow_inf_nan=False)] = None
    background: Name | None = None
    output_format: Name | None = None
    partial_images: Annotated[StrictInt | None, Field(ge=0, le=MAX_PARTIAL_IMAGES)] = None

    def over(self, request: QuoteRequest) -> QuoteRequest:
        """`request` with what was picked in place of what it says."""
        return request.model_copy(update=self.model_dump(exclude_none=True))


NO_PREFERENCES = Preferences()
