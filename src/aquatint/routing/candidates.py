"""What is asked for, and what one row of the catalog makes of it."""

from dataclasses import dataclass, field, replace
from typing import Any

from aquatint.catalog import pricing, reasons
from aquatint.catalog.controls import MAX_IMAGES
from aquatint.catalog.model import Operation, Range, Row, Size, Skill
from aquatint.catalog.pricing import Demand
from aquatint.catalog.reasons import Reason
from aquatint.errors import InvalidRequest, PriceUnknown
from aquatint.money import Micro, ceil_div
from aquatint.routing.sizes import map_size

# Settings that a row supports by a list of values; the others are supported or not.
_VALUES = {
    "style": "styles",
    "background": "backgrounds",
    "output_format": "output_formats",
    "moderation": "moderations",
    "input_fidelity": "input_fidelities",
}


@dataclass(frozen=True, kw_only=True, slots=True)
class ImageSettings:
    """What may be asked beside prompt, size and count; None: the model's own default."""

    style: str | None = None
    negative_prompt: str | None = None
    seed: int | None = None
    steps: int | None = None
    guidance: float | None = None
    background: str | None = None
    output_format: str | None = None
    output_compression: int | None = None
    moderation: str | None = None
    input_fidelity: str | None = None

    def given(self) -> dict[str, object]:
        """The settings that were asked for, by name."""
        values = ((name, getattr(self, name)) for name in self.__slots__)
        return {name: value for name, value in values if value is not None}


@dataclass(frozen=True, kw_only=True, slots=True)
class QuoteRequest:
    """A request for a quote. Raises InvalidRequest for what no model could do."""

    prompt: str
    size: Size | None = None
    n: int = 1
    settings: ImageSettings = field(default_factory=ImageSettings)
    provider: str | None = None
    model: str | None = None  # a modelKey, a short name or the provider's id
    operation: Operation = Operation.GENERATE
    inputs: tuple[Size, ...] = ()  # the pictures that go with it
    mask: Size | None = None
    partial_images: int = 0

    @property
    def natural_size(self) -> Size | None:
        """That of the first picture, which a changed picture keeps unless told otherwise."""
        return self.inputs[0] if self.inputs else None

    def __post_init__(self) -> None:
        if not 1 <= self.n <= MAX_IMAGES:
            raise InvalidRequest(f"n must be 1 to {MAX_IMAGES}")
        if self.settings.background == "transparent" and self.settings.output_format == "jpeg":
            raise InvalidRequest("A transparent background needs output format png or webp")
        if self.settings.output_compression is not None and self.settings.output_format not in (
            "jpeg",
            "webp",
        ):
            raise InvalidRequest("Output compression needs output format jpeg or webp")


@dataclass(frozen=True, kw_only=True, slots=True)
class Candidate:
    """A row that can be asked, what it will be asked for, and what that costs for all n images."""

    row: Row
    size: Size
    size_changed: bool
    settings: ImageSettings  # without what the row does not support
    dropped: tuple[str, ...]  # the names of the settings left out
    warnings: tuple[str, ...]
    expected: Micro
    worst: Micro


def refusal(row: Row, request: QuoteRequest) -> Reason | None:
    """Why `row` cannot take this request whatever its provider's state; None when it can."""
    if request.operation.skill not in row.operations:
        return reasons.unsupported(_SKILLS[request.operation.skill])
    if request.mask and not row.capabilities.mask:
        return reasons.unsupported("masks")
    if request.inputs and not request.mask and row.capabilities.mask_needed:
        return reasons.unsupported("changing a picture without a mask")
    if len(request.inputs) > row.capabilities.max_images:
        return reasons.unsupported(f"more than {_images(row.capabilities.max_images)}")
    limit = row.capabilities.max_prompt
    if len(request.prompt) > limit:
        return reasons.unsupported(f"prompts longer than {limit} characters")
    return None


_PREVIEWS = "{} shows {} partial images, not {}"
_SKILLS = {Skill.GENERATE: "making an image from words alone", Skill.EDIT: "input images"}


def _images(number: int) -> str:
    return f"{number} input image{'s' if number > 1 else ''}"


def candidate(row: Row, request: QuoteRequest) -> Candidate:
    """`request` as `row` can do it, with its costs. Raises PriceUnknown."""
    if row.price is None:
        raise PriceUnknown(f"{reasons.NO_PRICE.reason}: {row.key}")
    mapped = map_size(row.sizes, request.size, natural=request.natural_size)
    dropped = _unsupported(row, request.settings)
    bent = _bent(row, request.settings)
    settings = replace(request.settings, **dict.fromkeys(dropped), **bent)
    demand = Demand(
        prompt=request.prompt,
        size=mapped.size,
        n=request.n,
        calls=ceil_div(request.n, row.capabilities.max_n),
        steps=settings.steps,
        partial_images=min(request.partial_images, row.capabilities.partial_images),
        inputs=request.inputs,
        mask=request.mask,
        high_fidelity=settings.input_fidelity == "high",
    )
    resized = [_resized(row, request.size, mapped.size)] if mapped.changed else []
    unseen = []
    if demand.partial_images < request.partial_images:
        unseen = [_PREVIEWS.format(row.model, demand.partial_images, request.partial_images)]
    return Candidate(
        row=row,
        size=mapped.size,
        size_changed=mapped.changed,
        settings=settings,
        dropped=dropped,
        warnings=(
            *resized,
            *(_left_out(row, request.settings, name) for name in dropped),
            *(_kept_within(row, request.settings, name, value) for name, value in bent.items()),
            *unseen,
        ),
        expected=pricing.expected(row.price, demand),
        worst=pricing.worst(row.price, demand),
    )


def _unsupported(row: Row, settings: ImageSettings) -> tuple[str, ...]:
    return tuple(name for name, value in settings.given().items() if not _can(row, name, value))


def _can(row: Row, name: str, value: object) -> bool:
    if name in _VALUES:
        return value in getattr(row.capabilities, _VALUES[name])
    return bool(getattr(row.capabilities, name))


def _bent(row: Row, settings: ImageSettings) -> dict[str, Any]:
    """What lies beyond the row's limits, by name: the nearest value that it takes."""
    asked = {name: value for name in row.limits if (value := getattr(settings, name)) is not None}
    nearest = {name: _within(row.limits[name], value) for name, value in asked.items()}
    return {
        name: value
        for name, value in nearest.items()
        if value != asked[name] and getattr(row.capabilities, name)
    }


def _within(limit: Range, value: float) -> float:
    return min(max(value, limit.min), limit.max)


def _kept_within(row: Row, settings: ImageSettings, name: str, value: float) -> str:
    limit = row.limits[name]  # type: ignore[index]  # a name that came from there
    asked = getattr(settings, name)
    return f"{row.model} takes {limit.min} to {limit.max} {name}, not {asked}: {value} instead"


def _left_out(row: Row, settings: ImageSettings, name: str) -> str:
    words, value = name.replace("_", " "), getattr(settings, name)
    told = f" {value!r}" if name in _VALUES else ""
    return f"{row.model} does not support {words}{told}: left out"


def _resized(row: Row, wanted: Size | None, size: Size) -> str:
    return f"{row.model} does not offer {wanted}: {size} instead"
