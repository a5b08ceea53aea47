"""What is asked for, and what one row of the catalog makes of it."""

from dataclasses import dataclass, field, fields, replace

from aquatint.catalog import pricing, reasons
from aquatint.catalog.model import Operation, Range, Row, Size
from aquatint.catalog.pricing import Demand
from aquatint.catalog.reasons import Reason
from aquatint.errors import InvalidRequest, PriceUnknown
from aquatint.money import Micro, ceil_div
from aquatint.routing.sizes import map_size

MAX_IMAGES = 10

# Settings that a row supports by a list of values; the others are supported or not.
_VALUES = {"style": "styles", "background": "backgrounds", "output_format": "output_formats"}


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

    def given(self) -> dict[str, object]:
        """The settings that were asked for, by name."""
        values = {each.name: getattr(self, each.name) for each in fields(self)}
        return {name: value for name, value in values.items() if value is not None}


@dataclass(frozen=True, kw_only=True, slots=True)
class QuoteRequest:
    """A request for a quote. Raises InvalidRequest for what no model could do."""

    prompt: str
    size: Size | None = None
    n: int = 1
    settings: ImageSettings = field(default_factory=ImageSettings)
    provider: str | None = None
    model: str | None = None  # a modelKey, a short name or the provider's id

    def __post_init__(self) -> None:
        if not 1 <= self.n <= MAX_IMAGES:
            raise InvalidRequest(f"n must be 1 to {MAX_IMAGES}")
        if self.settings.background == "transparent" and self.settings.output_format == "jpeg":
            raise InvalidRequest("A transparent background needs output format png or webp")


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
    if Operation.GENERATE not in row.operations:
        return reasons.unsupported("making an image from words alone")
    limit = row.capabilities.max_prompt
    if len(request.prompt) > limit:
        return reasons.unsupported(f"prompts longer than {limit} characters")
    return None


def candidate(row: Row, request: QuoteRequest) -> Candidate:
    """`request` as `row` can do it, with its costs. Raises PriceUnknown."""
    if row.price is None:
        raise PriceUnknown(f"{reasons.NO_PRICE.reason}: {row.key}")
    mapped = map_size(row.sizes, request.size)
    dropped = _unsupported(row, request.settings)
    settings = replace(request.settings, **dict.fromkeys(dropped))
    demand = Demand(
        prompt=request.prompt,
        size=mapped.size,
        n=request.n,
        calls=ceil_div(request.n, row.capabilities.max_n),
        steps=settings.steps,
    )
    resized = [_resized(row, request.size, mapped.size)] if mapped.changed else []
    return Candidate(
        row=row,
        size=mapped.size,
        size_changed=mapped.changed,
        settings=settings,
        dropped=dropped,
        warnings=(*resized, *(_left_out(row, request.settings, name) for name in dropped)),
        expected=pricing.expected(row.price, demand),
        worst=pricing.worst(row.price, demand),
    )


def _unsupported(row: Row, settings: ImageSettings) -> tuple[str, ...]:
    return tuple(name for name, value in settings.given().items() if not _can(row, name, value))


def _can(row: Row, name: str, value: object) -> bool:
    if name in _VALUES:
        return value in getattr(row.capabilities, _VALUES[name])
    return bool(getattr(row.capabilities, name)) and not _beyond(row, name, value)


def _beyond(row: Row, name: str, value: object) -> Range | None:
    """The limits that `value` is outside of."""
    limit = next((limit for limited, limit in row.limits.items() if limited == name), None)
    inside = limit is None or (isinstance(value, int | float) and limit.min <= value <= limit.max)
    return None if inside else limit


def _left_out(row: Row, settings: ImageSettings, name: str) -> str:
    words, value = name.replace("_", " "), getattr(settings, name)
    if getattr(row.capabilities, name, None) and (limit := _beyond(row, name, value)):
        return f"{row.model} takes {limit.min} to {limit.max} {words}, not {value}: left out"
    told = f" {value!r}" if name in _VALUES else ""
    return f"{row.model} does not support {words}{told}: left out"


def _resized(row: Row, wanted: Size | None, size: Size) -> str:
    return f"{row.model} does not offer {wanted}: {size} instead"
