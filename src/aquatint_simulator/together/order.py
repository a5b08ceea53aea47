"""Reading an image request as Together does: nulls, types and ranges are checked.

Parameters of OpenAI's that Together does not have are passed over without a word, as its own
server does; any other unknown name is refused, so that a slip is seen.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from aquatint_simulator.pictures.photo import Photo
from aquatint_simulator.together import errors
from aquatint_simulator.together.models import Model, find, table, tier_of

Body = Mapping[str, Any]

_TYPES: dict[str, tuple[type | tuple[type, ...], str]] = {
    "model": (str, "string"),
    "prompt": (str, "string"),
    "width": (int, "integer"),
    "height": (int, "integer"),
    "aspect_ratio": (str, "string"),
    "n": (int, "integer"),
    "steps": (int, "integer"),
    "seed": (int, "integer"),
    "negative_prompt": (str, "string"),
    "guidance_scale": ((int, float), "number"),
    "guidance": ((int, float), "number"),
    "prompt_upsampling": (bool, "boolean"),
    "image_url": (str, "string"),
    "reference_images": (list, "array"),
    "image_loras": (list, "array"),
    "response_format": (str, "string"),
    "output_format": (str, "string"),
    "disable_safety_checker": (bool, "boolean"),
}
_OF_EVERY_MODEL = {
    "model",
    "prompt",
    "width",
    "height",
    "response_format",
    "output_format",
}
# Passed over where a model has no use for them; others are refused.
_HARMLESS = {"negative_prompt", "disable_safety_checker", "seed", "prompt_upsampling"}
_OF_OPENAI = {"size", "quality", "style", "background", "user", "moderation", "output_compression"}
_CHOICES = {
    "response_format": ("url", "base64", "b64_json"),
    "output_format": ("jpeg", "png"),
}
_RANGES = {"n": (1, 4), "guidance": (1, 10), "guidance_scale": (1, 10)}
_RATIOS = {
    "1:1": (1024, 1024),
    "16:9": (1344, 768),
    "9:16": (768, 1344),
    "4:3": (1152, 896),
    "3:2": (1216, 832),
}
# Shapes of Google's models, as width to height.
_SHAPES = (1, 2 / 3, 3 / 2, 3 / 4, 4 / 3, 4 / 5, 5 / 4, 9 / 16, 16 / 9, 21 / 9, 1 / 4, 4, 1 / 8, 8)
_SHAPE_TOLERANCE = 0.03
_MAX_PROMPT = 10_000


@dataclass(frozen=True, kw_only=True, slots=True)
class Order:
    """A request with everything settled."""

    model: Model
    prompt: str
    n: int
    width: int
    height: int
    steps: int | None
    seed: int
    media: str
    as_url: bool
    inputs: tuple[str, ...]  # addresses and data URIs of pictures to work from
    photos: tuple[Photo, ...] = ()  # the same, once they were looked at


def read_order(body: Body, today: date | None) -> Order:
    """The order in a request body; raises `ApiError`."""
    _check_types(body)
    name = body.get("model")
    if not name:
        raise errors.invalid("model", "model is required")
    model = find(name, today)
    if model is None:
        raise errors.not_serverless(name) if name in table() else errors.no_such_model(name)
    _check_names(body, model)
    _check_values(body)
    width, height = _size(body, model)
    return Order(
        model=model,
        prompt=_prompt(body),
        n=body.get("n", 1),
        width=width,
        height=height,
        steps=_steps(body, model),
        seed=body.get("seed", 0),
        media=body.get("output_format", "jpeg"),
        as_url=body.get("response_format", "url") == "url",
        inputs=_inputs(body),
    )


def _inputs(body: Body) -> tuple[str, ...]:
    single = [body["image_url"]] if body.get("image_url") else []
    several = body.get("reference_images", [])
    if not all(isinstance(each, str) for each in several):
        raise errors.invalid("reference_images", "reference_images must be a list of strings")
    return (*single, *several)


def _check_types(body: Body) -> None:
    for name, value in body.items():
        if name not in _TYPES:
            if name in _OF_OPENAI:
                continue
            raise errors.invalid(name, f"Unrecognized request argument: {name}")
        kind, words = _TYPES[name]
        if not isinstance(value, kind) or (kind is not bool and isinstance(value, bool)):
            got = "null" if value is None else type(value).__name__
            raise errors.invalid(name, f"Invalid type for {name}: expected {words}, received {got}")


def _check_names(body: Body, model: Model) -> None:
    own = _OF_EVERY_MODEL | model.takes | _HARMLESS
    own |= {"steps"} if model.steps else set()
    own |= {"aspect_ratio"} if model.ratios else set()
    for name in body:
        if name in _TYPES and name not in own:
            raise errors.invalid(name, f"{name} is not supported for model {model.id}")
    if model.needs and not body.get(model.needs):
        raise errors.invalid(model.needs, f"{model.needs} is required for model {model.id}")


def _check_values(body: Body) -> None:
    for name, allowed in _CHOICES.items():
        if name in body and body[name] not in allowed:
            raise errors.invalid(name, f"{name} must be one of {', '.join(allowed)}")
    for name, (low, high) in _RANGES.items():
        if name in body and not low <= body[name] <= high:
            raise errors.out_of_range(name, low, high)


def _prompt(body: Body) -> str:
    prompt: str = body.get("prompt", "")
    if not prompt:
        raise errors.invalid("prompt", "prompt is required")
    if len(prompt) > _MAX_PROMPT:
        raise errors.invalid("prompt", f"prompt must be at most {_MAX_PROMPT} characters")
    return prompt


def _steps(body: Body, model: Model) -> int | None:
    if model.steps is None:
        return None
    low, high, default = model.steps
    steps: int = body.get("steps", default)
    if not low <= steps <= high:
        raise errors.out_of_range("steps", low, high)
    return steps


def _size(body: Body, model: Model) -> tuple[int, int]:
    ratio = body.get("aspect_ratio")
    if ratio is not None and ratio not in model.ratios:
        message = f"aspect_ratio must be one of {', '.join(model.ratios)}"
        raise errors.invalid("aspect_ratio", message)
    width, height = _RATIOS[ratio] if ratio else model.default
    width, height = body.get("width", width), body.get("height", height)
    if model.sizes.listed:
        _check_listed(width, height, model)
    elif model.sizes.tiers:
        _check_shape(width, height, model)
    else:
        _check_bounds("width", width, model)
        _check_bounds("height", height, model)
    return width, height


def _check_listed(width: int, height: int, model: Model) -> None:
    if f"{width}x{height}" not in model.sizes.listed:
        message = f"width and height must be one of {', '.join(model.sizes.listed)}"
        raise errors.invalid("width", message)


def _check_shape(width: int, height: int, model: Model) -> None:
    if min(width, height) < 1 or tier_of(width, height) not in model.sizes.tiers:
        message = f"width and height must make one of {', '.join(model.sizes.tiers)}"
        raise errors.invalid("width", message)
    ratio = width / height
    if all(abs(ratio / shape - 1) > _SHAPE_TOLERANCE for shape in _SHAPES):
        raise errors.invalid("width", "width and height make no supported aspect ratio")


def _check_bounds(name: str, value: int, model: Model) -> None:
    sizes = model.sizes
    if not sizes.least <= value <= sizes.most:
        raise errors.out_of_range(name, sizes.least, sizes.most)
    if value % sizes.step:
        raise errors.invalid(name, f"{name} must be a multiple of {sizes.step}")
