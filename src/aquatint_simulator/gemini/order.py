"""Reading a generateContent request as strictly as Google does: unknown names are a 400."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from aquatint_simulator.gemini import errors
from aquatint_simulator.gemini.models import Model
from aquatint_simulator.pictures.photo import Photo

_FIELDS = {
    "": {
        "contents",
        "generationConfig",
        "safetySettings",
        "systemInstruction",
        "tools",
        "toolConfig",
        "cachedContent",
    },
    "generation_config": {
        "candidateCount",
        "frequencyPenalty",
        "imageConfig",
        "maxOutputTokens",
        "mediaResolution",
        "presencePenalty",
        "responseMimeType",
        "responseModalities",
        "seed",
        "stopSequences",
        "temperature",
        "thinkingConfig",
        "topK",
        "topP",
    },
    "generation_config.image_config": {"aspectRatio", "imageSize"},
    "generation_config.thinking_config": {"includeThoughts", "thinkingBudget", "thinkingLevel"},
}
_PART = {"text", "inlineData", "fileData", "thought", "thoughtSignature"}
_MODALITIES = ("TEXT", "IMAGE", "AUDIO")
_THRESHOLDS = (
    "HARM_BLOCK_THRESHOLD_UNSPECIFIED",
    "OFF",
    "BLOCK_NONE",
    "BLOCK_ONLY_HIGH",
    "BLOCK_MEDIUM_AND_ABOVE",
    "BLOCK_LOW_AND_ABOVE",
)
_MAX_SEED = 2**31


@dataclass(frozen=True, kw_only=True, slots=True)
class Image:
    """A picture that came with a turn, as base64 or as the address of a file."""

    data: str = ""
    file: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Turn:
    text: str
    images: tuple[Image, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Order:
    """A request with everything settled."""

    model: Model
    prompt: str  # of the last turn
    said: str  # in all turns
    images: tuple[Image, ...]  # of all turns, those of the last turn first
    width: int
    height: int
    resolution: str
    seed: int
    wants_text: bool
    wants_image: bool
    thoughts: int  # tokens
    shows_thoughts: bool
    max_tokens: int | None
    follows: bool  # whether the shape is that of the picture it works from
    photos: tuple[Photo, ...] = ()  # the images, once they were looked at


def read_order(body: Mapping[str, Any], model: Model) -> Order:
    """The order in a request body; raises `ApiError`."""
    body = _known(body, "")
    config = _object(body, "generationConfig", "generation_config")
    image = _object(config, "imageConfig", "generation_config.image_config")
    thinking = _object(config, "thinkingConfig", "generation_config.thinking_config")
    _check_safety(body.get("safetySettings", []))
    turns = _turns(body)
    images = [image for turn in turns for image in turn.images]
    resolution = _resolution(image, model)
    width, height = model.pixels(_ratio(image, model), resolution)
    modalities = _modalities(config)
    if config.get("candidateCount", 1) != 1:
        raise errors.invalid("Multiple candidates is not enabled for this model")
    return Order(
        model=model,
        prompt=turns[0].text,
        said="\n".join(turn.text for turn in turns),
        images=tuple(images),
        width=width,
        height=height,
        resolution=resolution,
        seed=(_whole(config, "seed") or 0) % _MAX_SEED,
        wants_text="TEXT" in modalities,
        wants_image="IMAGE" in modalities,
        thoughts=_thoughts(thinking, model),
        shows_thoughts=bool(model.thoughts) and thinking.get("includeThoughts") is True,
        max_tokens=_whole(config, "maxOutputTokens"),
        follows=bool(images) and "aspectRatio" not in image,
    )


def with_photos(order: Order, photos: Sequence[Photo]) -> Order:
    """The order with its pictures; its shape is that of the first where none was named."""
    order = replace(order, photos=tuple(photos))
    if not order.follows:
        return order
    wanted, sizes = photos[0].width / photos[0].height, order.model.sizes
    ratio = min(sizes, key=lambda name: abs(math.log(sizes[name][0] / sizes[name][1] / wanted)))
    width, height = order.model.pixels(ratio, order.resolution)
    return replace(order, width=width, height=height)


def _known(given: Mapping[str, Any], place: str) -> dict[str, Any]:
    """The fields in camel case: Google takes either, and its own SDK mixes them."""
    for name in given:
        if _camel(name) not in _FIELDS[place]:
            raise errors.unknown(name, place)
    return {_camel(name): value for name, value in given.items()}


def _camel(name: str) -> str:
    first, *rest = name.split("_")
    return first + "".join(word.capitalize() for word in rest)


def _object(within: Mapping[str, Any], name: str, place: str) -> Mapping[str, Any]:
    given = within.get(name, {})
    if not isinstance(given, dict):
        raise errors.wrong_type(place, "object", given)
    return _known(given, place)


def _turns(body: Mapping[str, Any]) -> list[Turn]:
    """The turns of the conversation, the last one first."""
    contents = body.get("contents")
    contents = [contents] if isinstance(contents, dict) else contents
    if not isinstance(contents, list) or not contents:
        raise errors.invalid("* GenerateContentRequest.contents: contents is not specified\n")
    return [_turn(turn) for turn in reversed(contents)]


def _turn(turn: object) -> Turn:
    if not isinstance(turn, dict) or not turn.keys() <= {"role", "parts"}:
        raise errors.wrong_type("contents", "object", turn)
    parts = turn.get("parts")
    parts = [parts] if isinstance(parts, dict) else parts
    if not isinstance(parts, list) or not parts:
        raise errors.invalid(
            "* GenerateContentRequest.contents[0].parts: contents.parts must not be empty.\n"
        )
    if turn.get("role", "user") not in ("user", "model"):
        raise errors.invalid("Please use a valid role: user, model.")
    texts = [_text(part) for part in parts]
    images = [image for part in parts if (image := _image(part)) is not None]
    return Turn(text="\n".join(text for text in texts if text is not None), images=tuple(images))


def _image(part: Mapping[str, Any]) -> Image | None:
    """The picture of a part: its own thoughts' drafts do not count."""
    told = {_camel(name): value for name, value in part.items()}
    if told.get("thought") is True:
        return None
    for name, key in (("inlineData", "data"), ("fileData", "fileUri")):
        if name not in told:
            continue
        place = f"contents[0].parts[0].{name}"
        if not isinstance(told[name], dict):
            raise errors.wrong_type(place, "object", told[name])
        value = {_camel(field): each for field, each in told[name].items()}.get(key)
        if not isinstance(value, str) or not value:
            raise errors.wrong_type(f"{place}.{key}", "TYPE_STRING", value)
        return Image(data=value) if key == "data" else Image(file=value)
    return None


def _text(part: object) -> str | None:
    if not isinstance(part, dict):
        raise errors.wrong_type("contents[0].parts", "object", part)
    for name in part:
        if _camel(name) not in _PART:
            raise errors.unknown(name, "contents[0].parts[0]")
    text = part.get("text")
    if text is not None and not isinstance(text, str):
        raise errors.wrong_type("contents[0].parts[0].text", "TYPE_STRING", text)
    return text


def _ratio(image: Mapping[str, Any], model: Model) -> str:
    ratio = image.get("aspectRatio", "1:1")
    if ratio not in model.sizes:
        raise errors.invalid(f"Invalid aspect ratio: {ratio}. Use one of {', '.join(model.sizes)}.")
    return str(ratio)


def _resolution(image: Mapping[str, Any], model: Model) -> str:
    given = image.get("imageSize")
    if given is None:
        return next(iter(model.tokens))
    if model.fixed_size:
        raise errors.invalid(f"Image size is not supported for {model.id}.")
    if given not in model.tokens:
        raise errors.invalid(f"Invalid image size: {given}. Use one of {', '.join(model.tokens)}.")
    return str(given)


def _modalities(config: Mapping[str, Any]) -> list[str]:
    given = config.get("responseModalities", ["TEXT", "IMAGE"])
    if not isinstance(given, list) or any(each not in _MODALITIES for each in given):
        place = "generation_config.response_modalities"
        raise errors.wrong_type(place, "google.ai.generativelanguage.v1beta.Modality", given)
    if "AUDIO" in given:
        raise errors.invalid("The requested combination of response modalities is not supported.")
    return given


def _thoughts(thinking: Mapping[str, Any], model: Model) -> int:
    """Tokens of thought, at the level named.

    Without one it is the least, or, for a model that always thinks, the most.
    """
    level = thinking.get("thinkingLevel")
    if thinking and not model.thoughts:
        raise errors.invalid(f"Thinking is not enabled for models/{model.id}")
    if level is None:
        return model.thoughts.get("MINIMAL", max(model.thoughts.values(), default=0))
    if str(level).upper() not in model.thoughts:
        raise errors.invalid(f"Thinking level {level} is not supported for this model.")
    return model.thoughts[str(level).upper()]


def _whole(config: Mapping[str, Any], name: str) -> int | None:
    value = config.get(name)
    if value is None:
        return None
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value < _MAX_SEED:
        raise errors.wrong_type(f"generation_config.{name}", "TYPE_INT32", value)
    return value


def _check_safety(settings: object) -> None:
    if not isinstance(settings, list):
        raise errors.wrong_type("safety_settings", "array", settings)
    for setting in settings:
        threshold = setting.get("threshold") if isinstance(setting, dict) else None
        if threshold not in _THRESHOLDS:
            raise errors.wrong_type("safety_settings[0].threshold", "TYPE_ENUM", threshold)
