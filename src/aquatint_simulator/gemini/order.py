"""Reading a generateContent request as strictly as Google does: unknown names are a 400."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from aquatint_simulator.gemini import errors
from aquatint_simulator.gemini.models import Model

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
class Order:
    """A request with everything settled."""

    model: Model
    prompt: str
    input_images: int
    width: int
    height: int
    resolution: str
    seed: int
    wants_text: bool
    wants_image: bool
    thoughts: int  # tokens
    shows_thoughts: bool
    max_tokens: int | None


def read_order(body: Mapping[str, Any], model: Model) -> Order:
    """The order in a request body; raises `ApiError`."""
    body = _known(body, "")
    config = _object(body, "generationConfig", "generation_config")
    image = _object(config, "imageConfig", "generation_config.image_config")
    thinking = _object(config, "thinkingConfig", "generation_config.thinking_config")
    _check_safety(body.get("safetySettings", []))
    prompt, input_images = _contents(body)
    resolution = _resolution(image, model)
    width, height = model.pixels(_ratio(image, model), resolution)
    modalities = _modalities(config)
    if config.get("candidateCount", 1) != 1:
        raise errors.invalid("Multiple candidates is not enabled for this model")
    return Order(
        model=model,
        prompt=prompt,
        input_images=input_images,
        width=width,
        height=height,
        resolution=resolution,
        seed=(_whole(config, "seed") or 0) % _MAX_SEED,
        wants_text="TEXT" in modalities,
        wants_image="IMAGE" in modalities,
        thoughts=_thoughts(thinking, model),
        shows_thoughts=bool(model.thoughts) and thinking.get("includeThoughts") is True,
        max_tokens=_whole(config, "maxOutputTokens"),
    )


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


def _contents(body: Mapping[str, Any]) -> tuple[str, int]:
    """The text of the last turn, and how many pictures came with it."""
    contents = body.get("contents")
    contents = [contents] if isinstance(contents, dict) else contents
    if not isinstance(contents, list) or not contents:
        raise errors.invalid("* GenerateContentRequest.contents: contents is not specified\n")
    turn = contents[-1]
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
    prompt = "\n".join(text for text in texts if text is not None)
    kinds = [{_camel(name) for name in part} for part in parts]
    return prompt, sum(bool(kind & {"inlineData", "fileData"}) for kind in kinds)


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
