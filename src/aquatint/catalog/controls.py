"""What a person can set for a model beside the prompt, as answers show it."""

from typing import Any

from pydantic import ConfigDict
from pydantic.alias_generators import to_camel

from aquatint.catalog.frozen import Frozen
from aquatint.catalog.load import Catalog
from aquatint.catalog.model import Range, Row, Tier

MAX_IMAGES = 10  # of one request, by as many calls as they take
_STEPS = Range(min=1, max=500)
_GUIDANCE = Range(min=0, max=100)


class Controls(Frozen):
    """What a model has not is false, None or empty. `qualities` are the tiers it is offered at."""

    model_config = ConfigDict(alias_generator=to_camel, populate_by_name=True)

    negative_prompt: bool = False
    seed: bool = False
    steps: Range | None = None
    guidance: Range | None = None
    styles: tuple[str, ...] = ()
    backgrounds: tuple[str, ...] = ()
    output_formats: tuple[str, ...] = ()
    output_compression: bool = False
    moderations: tuple[str, ...] = ()
    input_fidelities: tuple[str, ...] = ()
    sizes: tuple[str, ...] = ()
    qualities: tuple[Tier, ...] = ()
    max_images: int = MAX_IMAGES
    input_images: int = 0
    mask: bool = False
    partial_images: int = 0

    def public(self) -> dict[str, Any]:
        return self.model_dump(mode="json", by_alias=True)


def controls(catalog: Catalog, row: Row) -> Controls:
    """What `row` and its sisters, the same model at other qualities, can be asked for."""
    can = row.capabilities
    return Controls(
        negative_prompt=can.negative_prompt,
        seed=can.seed,
        steps=row.limits.get("steps", _STEPS) if can.steps else None,
        guidance=row.limits.get("guidance", _GUIDANCE) if can.guidance else None,
        styles=can.styles,
        backgrounds=can.backgrounds,
        output_formats=can.output_formats,
        output_compression=can.output_compression,
        moderations=can.moderations,
        input_fidelities=can.input_fidelities,
        sizes=row.sizes.popular,
        qualities=catalog.tiers(row),
        input_images=can.max_images,
        mask=can.mask,
        partial_images=can.partial_images,
    )
