"""Reading an image request as strictly as OpenAI does: what does not fit is a 400."""

import math
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

from aquatint_simulator.openai import errors
from aquatint_simulator.openai.models import Family, Model, find
from aquatint_simulator.pictures.photo import Mask, Photo

Body = Mapping[str, Any]
Shape = tuple[int, int] | None
Kind = Literal["generation", "edit", "variation"]

_TYPES: dict[str, tuple[type, str]] = {
    "prompt": (str, "a string"),
    "model": (str, "a string"),
    "n": (int, "an integer"),
    "size": (str, "a string"),
    "quality": (str, "a string"),
    "background": (str, "a string"),
    "output_format": (str, "a string"),
    "output_compression": (int, "an integer"),
    "moderation": (str, "a string"),
    "stream": (bool, "a boolean"),
    "partial_images": (int, "an integer"),
    "complexity": (str, "a string"),
    "response_format": (str, "a string"),
    "style": (str, "a string"),
    "user": (str, "a string"),
    "safety_identifier": (str, "a string"),
    "input_fidelity": (str, "a string"),
}
_COMMON = {"prompt", "model", "n", "size", "user"}
_GPT_IMAGE = _COMMON | {
    "quality",
    "background",
    "output_format",
    "output_compression",
    "moderation",
    "stream",
    "partial_images",
    "safety_identifier",
}
_PREVIEWS = ("frame_count", "frame_duration_ms", "svg")
_KNOWN = {
    "dall-e-3": _COMMON | {"quality", "response_format", "style"},
    "dall-e-2": _COMMON | {"response_format"},
}
_CHOICES = {
    "background": ("transparent", "opaque", "auto"),
    "output_format": ("png", "jpeg", "webp", "gif", "svg"),
    "moderation": ("auto", "low"),
    "complexity": ("low", "medium", "high"),
    "response_format": ("url", "b64_json"),
    "style": ("vivid", "natural"),
    "input_fidelity": ("high", "low"),
}
_SIZE = re.compile(r"([1-9]\d{0,5})x([1-9]\d{0,5})")
_DEFAULT_SIZE = "1024x1024"
_MAX_COMPRESSION, _MAX_PARTIALS = 100, 3

# The sizes of gpt-image-2 and later.
_STEP, _LONGEST, _RATIO = 16, 3840, 3
_FEWEST, _MOST = 655_360, 8_294_400  # pixels


@dataclass(frozen=True, kw_only=True, slots=True)
class Order:
    """A request with everything settled: no `auto` is left."""

    name: str  # the model as the caller named it
    model: Model
    prompt: str
    n: int
    width: int
    height: int
    quality: str
    background: str
    output_format: str
    compression: int
    moderation: str
    stream: bool
    partial_images: int
    as_url: bool
    kind: Kind = "generation"
    fidelity: str = "low"
    photos: tuple[Photo, ...] = ()  # to work from
    mask: Mask | None = None

    @property
    def size(self) -> str:
        return f"{self.width}x{self.height}"


def read_order(
    body: Body, today: date | None, *, also: frozenset[str] = frozenset(), shape: Shape = None
) -> Order:
    """The order in a request body; raises `ApiError`. A null counts as absent.

    `also` are the names that this kind of call has besides; `shape` is the size, in pixels, of the
    photo that a size of `auto` follows.
    """
    given = {name: value for name, value in body.items() if value is not None}
    name = _text(given, "model")
    model = find(name, today)
    if model is None:
        raise errors.no_such_model(name)
    family = model.family
    _check_names(given, family, also)
    _check_types(given)
    prompt = _prompt(given, family)
    _check_choices(given)
    _check_output(given)
    _check_stream(given)
    quality = _quality(given, model)
    width, height = _size(given, family, shape)
    background, moderation = given.get("background", "auto"), given.get("moderation", "auto")
    return Order(
        name=name,
        model=model,
        prompt=prompt,
        n=_count(given, family),
        width=width,
        height=height,
        quality=quality,
        background="opaque" if background == "auto" else background,
        output_format=given.get("output_format", "png"),
        compression=given.get("output_compression", 100),
        moderation=moderation,
        stream=given.get("stream", False),
        partial_images=given.get("partial_images", 0),
        as_url=family.dall_e and given.get("response_format", "url") == "url",
        fidelity=given.get("input_fidelity", "low"),
    )


def _text(given: Body, name: str) -> str:
    value = given.get(name)
    if value is None:
        raise errors.missing(name)
    if not isinstance(value, str):
        raise errors.wrong_type(name, "a string", value)
    return value


def _check_names(given: Body, family: Family, also: frozenset[str]) -> None:
    known = _KNOWN.get(family.name, _GPT_IMAGE) | also
    if family.complexity:
        known = known | {"complexity"}
    for name in given:
        if name in _PREVIEWS and not family.dall_e:
            raise errors.unsupported(name, "needs a preview this organization has no access to.")
        if name not in known:
            raise errors.unknown(name)


def _check_types(given: Body) -> None:
    for name, value in given.items():
        wanted, words = _TYPES[name]
        if not isinstance(value, wanted) or (wanted is int and isinstance(value, bool)):
            raise errors.wrong_type(name, words, value)


def _check_choices(given: Body) -> None:
    for name, allowed in _CHOICES.items():
        if name in given and given[name] not in allowed:
            raise errors.not_among(name, given[name], allowed)


def _prompt(given: Body, family: Family) -> str:
    prompt = _text(given, "prompt")
    if not prompt:
        message = "Invalid 'prompt': empty string. Expected a string with minimum length 1."
        raise errors.ApiError(400, message, param="prompt", code="empty_string")
    if len(prompt) > family.max_prompt:
        message = (
            "Invalid 'prompt': string too long. Expected a string with maximum length "
            f"{family.max_prompt}, but got a string with length {len(prompt)} instead."
        )
        raise errors.ApiError(400, message, param="prompt", code="string_above_max_length")
    return prompt


def _count(given: Body, family: Family) -> int:
    n: int = given.get("n", 1)
    if n > 1 and family.max_n == 1:
        raise errors.invalid("n", "You must provide n=1 for this model.")
    if not 1 <= n <= family.max_n:
        raise errors.out_of_range("n", 1, family.max_n, n)
    return n


def _check_output(given: Body) -> None:
    output = given.get("output_format", "png")
    if output in ("gif", "svg"):
        message = f"The output format '{output}' is a preview this organization has no access to."
        raise errors.invalid("output_format", message)
    if given.get("background") == "transparent" and output == "jpeg":
        message = "Transparent background is not supported for JPEG output format."
        raise errors.invalid("background", message)
    compression = given.get("output_compression")
    if compression is None:
        return
    if output == "png":
        message = "Output compression is supported for JPEG and WebP output formats only."
        raise errors.invalid("output_compression", message)
    if not 0 <= compression <= _MAX_COMPRESSION:
        raise errors.out_of_range("output_compression", 0, _MAX_COMPRESSION, compression)


def _check_stream(given: Body) -> None:
    partial_images = given.get("partial_images", 0)
    if not 0 <= partial_images <= _MAX_PARTIALS:
        raise errors.out_of_range("partial_images", 0, _MAX_PARTIALS, partial_images)
    if partial_images and not given.get("stream", False):
        raise errors.invalid("partial_images", "'partial_images' is only supported with stream.")


def _quality(given: Body, model: Model) -> str:
    quality: str = given.get("quality", "auto")
    if quality == "auto":
        return model.auto_quality
    if quality not in model.family.qualities:
        raise errors.not_among("quality", quality, (*model.family.qualities, "auto"))
    return quality


def _size(given: Body, family: Family, shape: Shape) -> tuple[int, int]:
    size: str = given.get("size", "auto" if shape and not family.dall_e else _DEFAULT_SIZE)
    if size == "auto" and not family.dall_e:
        size = _nearest(shape) if shape else _DEFAULT_SIZE
    if not family.free_sizes and size not in family.sizes:
        allowed = family.sizes if family.dall_e else (*family.sizes, "auto")
        raise errors.not_among("size", size, allowed)
    match = _SIZE.fullmatch(size)
    if match is None:
        raise errors.invalid("size", f"Invalid size '{size}'. Expected WIDTHxHEIGHT or 'auto'.")
    width, height = int(match[1]), int(match[2])
    if family.free_sizes:
        _check_free_size(size, width, height)
    return width, height


_FREE_SIZE_RULES: tuple[tuple[Callable[[int, int], bool], str], ...] = (
    (
        lambda w, h: w % _STEP + h % _STEP > 0,
        f"Width and height must both be divisible by {_STEP}.",
    ),
    (lambda w, h: max(w, h) > _LONGEST, f"The longest edge must be at most {_LONGEST} pixels."),
    (lambda w, h: max(w, h) > _RATIO * min(w, h), f"The ratio must be at most {_RATIO}:1."),
    (lambda w, h: w * h < _FEWEST, f"The image must have at least {_FEWEST} pixels."),
    (lambda w, h: w * h > _MOST, f"The image must have at most {_MOST} pixels."),
)


def _nearest(shape: tuple[int, int]) -> str:
    """Of the sizes that every GPT image model has, the one whose ratio is the photo's."""
    wanted = math.log(shape[0] / shape[1])
    return min(_RATIOS, key=lambda size: abs(_RATIOS[size] - wanted))


_RATIOS = {"1024x1024": 0.0, "1536x1024": math.log(1.5), "1024x1536": -math.log(1.5)}


def _check_free_size(size: str, width: int, height: int) -> None:
    for broken, rule in _FREE_SIZE_RULES:
        if broken(width, height):
            raise errors.invalid("size", f"Invalid size '{size}'. {rule}")
