"""What a request for images may say, in OpenAI's words, and what it means in ours."""

import hashlib
import json
from collections.abc import Sequence
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from aquatint.api.openai.names import Named
from aquatint.catalog.controls import MAX_IMAGES
from aquatint.catalog.model import Operation
from aquatint.policy.text import Name, Text
from aquatint.quotes.model import MAX_PARTIAL_IMAGES, QuoteRequest

Quality = Literal["auto", "low", "medium", "high", "xhigh", "max", "standard", "hd"]
_UNHEARD = ("complexity", "frame_count", "frame_duration_ms", "svg")
_COMPRESSED = ("jpeg", "webp")
_MOST_TOLD = 8  # names in one warning


class Wishes(BaseModel):
    """The fields of all three routes, and what other servers of this API take beside them.

    Unknown ones are told of in a warning; what a form sends is text.
    """

    model_config = ConfigDict(extra="allow", frozen=True)

    prompt: Text | None = None
    model: Name | None = None
    n: Annotated[int | None, Field(ge=1, le=MAX_IMAGES)] = None
    size: Name | None = None
    quality: Quality | None = None
    background: Literal["auto", "transparent", "opaque"] | None = None
    output_format: Literal["png", "jpeg", "webp", "gif", "svg"] | None = None
    output_compression: Annotated[int | None, Field(ge=0, le=100)] = None
    moderation: Literal["auto", "low"] | None = None
    input_fidelity: Literal["high", "low"] | None = None
    response_format: Literal["b64_json", "url"] | None = None
    style: Name | None = None
    stream: bool | None = None
    partial_images: Annotated[int | None, Field(ge=0, le=MAX_PARTIAL_IMAGES)] = None
    complexity: Literal["low", "medium", "high"] | None = None
    frame_count: Annotated[int | None, Field(ge=2, le=16)] = None
    frame_duration_ms: Annotated[int | None, Field(ge=1)] = None
    svg: dict[str, Any] | None = None
    user: Text | None = None
    safety_identifier: Text | None = None
    # not OpenAI's
    negative_prompt: Text | None = None
    seed: int | None = None
    steps: int | None = None
    guidance: float | None = None

    @property
    def unheard(self) -> tuple[str, ...]:
        """In words, the fields that nothing is made of."""
        known = [name for name in _UNHEARD if getattr(self, name) is not None]
        names = sorted((*known, *(self.model_extra or {})))
        told = ", ".join(name[:40] for name in names[:_MOST_TOLD])
        return (f"Not used: {told}",) if names else ()

    def fingerprint(self, route: str, pictures: Sequence[str]) -> str:
        """The same for the same body; `pictures` are the hashes of those that came with it."""
        said = self.model_dump(mode="json", exclude_none=True)
        whole = json.dumps([route, said, list(pictures)], sort_keys=True)
        return hashlib.sha256(whole.encode()).hexdigest()


class Pictures(BaseModel):
    """Those of an edit, as ids of the library."""

    model_config = ConfigDict(frozen=True)

    images: tuple[str, ...] = ()
    mask: str | None = None
    hashes: tuple[str, ...] = ()


def as_request(
    wishes: Wishes, named: Named, operation: Operation, pictures: Pictures
) -> QuoteRequest:
    """The request in our terms. `auto` is what a model does by itself; raises ValidationError."""
    masked = operation is Operation.EDIT and pictures.mask is not None
    form = wishes.output_format
    return QuoteRequest(
        prompt=wishes.prompt or "",
        quality=named.tier,
        size=_unless_auto(wishes.size),
        style=wishes.style,
        n=wishes.n or 1,
        provider=named.provider,
        model=named.model,
        negative_prompt=wishes.negative_prompt,
        seed=wishes.seed,
        steps=wishes.steps,
        guidance=wishes.guidance,
        background=_unless_auto(wishes.background),
        output_format=form,
        output_compression=wishes.output_compression if form in _COMPRESSED else None,
        moderation=_unless_auto(wishes.moderation),
        input_fidelity=wishes.input_fidelity,
        partial_images=(wishes.partial_images or 0) if wishes.stream else 0,
        operation=Operation.INPAINT if masked else operation,
        images=pictures.images,
        mask=pictures.mask if masked else None,
    )


def _unless_auto(value: str | None) -> str | None:
    return None if value == "auto" else value
