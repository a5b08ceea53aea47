"""Reading the input of a prediction by the model's schema: what does not fit is a 422."""

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from aquatint_simulator.pictures.photo import Mask, Photo
from aquatint_simulator.replicate import errors
from aquatint_simulator.replicate.models import Input, Model

_SIZE = re.compile(r"([1-9]\d{2,3})x([1-9]\d{2,3})")
_MAX_SEED = 2**31
_STEPS = 28  # in the logs of models that do not let them be chosen

_KINDS: dict[str, tuple[type | tuple[type, ...], str]] = {
    "string": (str, "string"),
    "uri": (str, "string"),
    "size": (str, "string"),
    "uris": (list, "array"),
    "integer": (int, "integer"),
    "number": ((int, float), "number"),
    "boolean": (bool, "boolean"),
}
_MASK, _MATCH = "mask", "match_input_image"
_GRANULE = 32  # pixels, of enlarged shapes


@dataclass(frozen=True, kw_only=True, slots=True)
class Order:
    """A prediction's input with everything settled; `given` is as it came."""

    model: Model
    given: Mapping[str, Any]
    prompt: str
    n: int
    width: int
    height: int
    media: str
    steps: int
    seed: int
    resolution: str | None
    go_fast: bool
    photos: tuple[Photo, ...] = ()  # to work from
    mask: Mask | None = None
    broken: str | None = None  # why a picture that it names is of no use

    @property
    def pixels(self) -> int:
        return self.width * self.height


def read_order(model: Model, given: object) -> Order:
    """The order in an input object; raises `ApiError`."""
    if not isinstance(given, dict):
        raise errors.bad_request("input", "Invalid type. Expected: object")
    for name, value in given.items():
        if name not in model.input:
            raise errors.bad_input("", f"Additional property {name} is not allowed")
        _check(name, value, model.input[name])
    for name in filter(None, ("prompt", model.needs)):
        if not given.get(name):
            raise errors.bad_input("", f"{name} is required")
    settled = {name: given.get(name, each.default) for name, each in model.input.items()}
    width, height = _size(settled, model)
    media = settled.get("output_format") or model.format
    return Order(
        model=model,
        given=given,
        prompt=given["prompt"],
        n=settled.get("num_outputs") or 1,
        width=width,
        height=height,
        media="jpeg" if media == "jpg" else media,
        steps=settled.get("num_inference_steps", settled.get("steps", _STEPS)),
        seed=(settled.get("seed") or 0) % _MAX_SEED,
        resolution=settled.get("resolution"),
        go_fast=bool(settled.get("go_fast")),
    )


def addresses(order: Order) -> tuple[list[str], str | None]:
    """Where the pictures lie that it works from, and where its mask does."""
    photos: list[str] = []
    for name, rule in order.model.input.items():
        given = order.given.get(name)
        if given and name != _MASK and rule.type in ("uri", "uris"):
            photos.extend([given] if isinstance(given, str) else given)
    return photos, order.given.get(_MASK) if _MASK in order.model.input else None


def with_photos(order: Order, photos: Sequence[Photo], mask: Photo | None) -> Order:
    """The order with its pictures; its size follows the first where it was to match."""
    settled = {
        name: order.given.get(name, each.default) for name, each in order.model.input.items()
    }
    if photos and settled.get("aspect_ratio") == _MATCH:
        wanted = photos[0].width / photos[0].height
        shapes = order.model.shapes
        settled["aspect_ratio"] = min(
            shapes, key=lambda name: abs(math.log(shapes[name][0] / shapes[name][1] / wanted))
        )
    width, height = _size(settled, order.model)
    return replace(
        order,
        width=width,
        height=height,
        photos=tuple(photos),
        mask=Mask(photo=mask, marks=order.model.paints) if mask and photos else None,
    )


def usual_pixels(model: Model) -> int:
    """Of a picture at the model's defaults."""
    width, height = _size({name: each.default for name, each in model.input.items()}, model)
    return width * height


def usual_steps(model: Model) -> int | None:
    """The default number of steps, for models that let it be chosen."""
    steps = model.input.get("num_inference_steps") or model.input.get("steps")
    return steps.default if steps else None


def _check(name: str, value: object, rule: Input) -> None:
    kind, words = _KINDS[rule.type]
    if not isinstance(value, kind) or (rule.type != "boolean" and isinstance(value, bool)):
        got = "null" if value is None else type(value).__name__
        raise errors.bad_input(name, f"Invalid type. Expected: {words}, given: {got}")
    if rule.enum and value not in rule.enum:
        choices = ", ".join(f'"{choice}"' for choice in rule.enum)
        raise errors.bad_input(name, f"{name} must be one of the following: {choices}")
    if isinstance(value, list):
        _check_number(name, len(value), Input(max=rule.max))
        if not all(isinstance(each, str) for each in value):
            raise errors.bad_input(name, "Invalid type. Expected: string")
    elif isinstance(value, int | float):
        _check_number(name, value, rule)
    elif rule.type == "size":
        _check_size(name, str(value), rule)


def _check_number(name: str, value: float, rule: Input) -> None:
    if rule.min is not None and value < rule.min:
        raise errors.bad_input(name, f"Must be greater than or equal to {rule.min:g}")
    if rule.max is not None and value > rule.max:
        raise errors.bad_input(name, f"Must be less than or equal to {rule.max:g}")
    if rule.step > 1 and value % rule.step:
        raise errors.bad_input(name, f"Must be a multiple of {rule.step}")


def _check_size(name: str, value: str, rule: Input) -> None:
    match = _SIZE.fullmatch(value)
    if match is None:
        raise errors.bad_input(name, "Expected a size such as 1024x1024")
    for edge in match.groups():
        _check_number(name, int(edge), rule)


def _size(settled: Mapping[str, Any], model: Model) -> tuple[int, int]:
    if settled.get("size"):
        width, _, height = settled["size"].partition("x")
        return int(width), int(height)
    ratio = settled.get("aspect_ratio")
    if ratio in (None, "custom"):
        return settled["width"], settled["height"]
    width, height = model.shapes.get(ratio, model.shapes["1:1"])  # without an input image to match
    scale = _scale(settled)
    if scale == 1:
        return width, height
    return _rounded(width * scale), _rounded(height * scale)


def _scale(settled: Mapping[str, Any]) -> float:
    """Of the edges: from an input that tells megapixels, or a resolution such as 2K."""
    told = settled.get("megapixels") or settled.get("output_megapixels")
    resolution = settled.get("resolution") or ""
    if resolution.endswith("K"):
        return float(resolution.removesuffix("K"))
    told = told or resolution.removesuffix(" MP") or "1"
    return math.sqrt(float(told))


def _rounded(edge: float) -> int:
    """Down to whole granules: what was asked for as a megapixel is billed as no more."""
    return int(edge // _GRANULE * _GRANULE)
