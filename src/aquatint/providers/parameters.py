"""A request's settings in the words of its row."""

from collections.abc import Mapping, Sequence

from aquatint.catalog.model import Parameter, Size
from aquatint.catalog.wire import settings_on_wire, size_on_wire
from aquatint.providers.base import ImageRequest

_NUMBERS_AND_WORDS: tuple[Parameter, ...] = (
    "negative_prompt",
    "seed",
    "steps",
    "guidance",
    "output_compression",
)
_CHOICES: Mapping[Parameter, str] = {
    "style": "styles",
    "background": "backgrounds",
    "output_format": "output_formats",
    "moderation": "moderations",
    "input_fidelity": "input_fidelities",
}


def parameters(request: ImageRequest) -> tuple[dict[str, object], tuple[str, ...]]:
    """Count, size and settings as the row names them, with its fixed ones, nested at the dots.

    Beside them a warning for each setting that the row does not take.
    """
    row = request.row
    asked: dict[Parameter, object] = {
        name: getattr(request, name) for name in (*_NUMBERS_AND_WORDS, *_CHOICES)
    }
    dropped = [name for name in asked if not _takes(request, name)]
    taken = {name: value for name, value in asked.items() if name not in dropped}
    flat: dict[str, object] = {
        **settings_on_wire(row, {"n": request.n, "max_tokens": row.max_tokens, **taken}),
        **size_on_wire(row, Size(width=request.width, height=request.height)),
        **row.wire,
    }
    return nested(flat), left_out(request, dropped)


def sent_seed(request: ImageRequest) -> int | None:
    """The seed that went out with the request."""
    return request.seed if "seed" in request.row.parameters else None


def left_out(request: ImageRequest, names: Sequence[str]) -> tuple[str, ...]:
    """A warning for each of these settings."""
    return tuple(
        f"{request.row.model} does not support {name.replace('_', ' ')}: left out" for name in names
    )


def nested(flat: Mapping[str, object]) -> dict[str, object]:
    """Objects for the dots in the names: ``{"a.b": 1}`` becomes ``{"a": {"b": 1}}``."""
    whole: dict[str, object] = {}
    for name, value in flat.items():
        *path, last = name.split(".")
        place = whole
        for step in path:
            inner = place.setdefault(step, {})
            if not isinstance(inner, dict):
                raise TypeError(f"{name} lies within a plain value")
            place = inner
        place[last] = value
    return whole


def _takes(request: ImageRequest, name: Parameter) -> bool:
    """Whether the row takes this setting as it was asked for; what was not asked for is no harm."""
    value = getattr(request, name)
    if value is None:
        return True
    offered = _CHOICES.get(name)
    fits = offered is None or value in getattr(request.row.capabilities, offered)
    return fits and name in request.row.parameters
