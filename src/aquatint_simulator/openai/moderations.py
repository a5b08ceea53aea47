"""POST /moderations: a word list that plays the classifier, always with the same verdict."""

import hashlib
from collections.abc import Iterator
from typing import Any

from starlette.responses import Response

from aquatint_simulator.call import after_work
from aquatint_simulator.openai import errors
from aquatint_simulator.openai.call import Call, before_work
from aquatint_simulator.safety import CATEGORIES, PHRASES

_IN_IMAGES = {
    "self-harm",
    "self-harm/intent",
    "self-harm/instructions",
    "sexual",
    "violence",
    "violence/graphic",
}
_MODELS = (
    "omni-moderation-latest",
    "omni-moderation-2024-09-26",
    "text-moderation-latest",
    "text-moderation-stable",
)


async def moderate(call: Call) -> Response:
    fields = call.fields()
    model = fields.get("model") or _MODELS[0]
    if model not in _MODELS:
        raise errors.no_such_model(str(model))
    early = before_work(call, fault := call.fault(), model=model)
    if early is not None:
        return early
    omni = model.startswith("omni")
    document = {
        "id": f"modr-{call.id.removeprefix('req_')[:24]}",
        "model": model if omni else "text-moderation-007",
        "results": [
            _verdict(text, kinds, omni=omni) for text, kinds in _inputs(fields.get("input"))
        ],
    }
    return after_work(fault, call.answer(document))


def _inputs(given: object) -> Iterator[tuple[str, list[str]]]:
    """Texts to judge, each with the kinds of input that it came from."""
    if given is None:
        raise errors.missing("input")
    if isinstance(given, str):
        return iter([(given, ["text"])])
    if not isinstance(given, list) or not given:
        raise errors.wrong_type("input", "a string or an array", given)
    if all(isinstance(text, str) for text in given):
        return iter([(text, ["text"]) for text in given])
    return iter([_parts(given)])


def _parts(given: list[Any]) -> tuple[str, list[str]]:
    texts: list[str] = []
    kinds: list[str] = []
    for part in given:
        kind = part.get("type") if isinstance(part, dict) else None
        if kind == "text" and isinstance(part.get("text"), str):
            texts.append(part["text"])
            kinds.append("text")
        elif kind == "image_url" and isinstance(part.get("image_url"), dict):
            kinds.append("image")
        else:
            raise errors.invalid("input", "Each input must be a text or an image_url object.")
    return "\n".join(texts), [kind for kind in ("text", "image") if kind in kinds]


def _verdict(text: str, kinds: list[str], *, omni: bool) -> dict[str, Any]:
    lowered = text.lower()
    names = [name for name in CATEGORIES if omni or not name.startswith("illicit")]
    found = {name: bool(PHRASES[name].search(lowered)) for name in names}
    verdict: dict[str, Any] = {
        "flagged": any(found.values()),
        "categories": found,
        "category_scores": {name: _score(name, lowered, found=found[name]) for name in names},
    }
    if omni:
        verdict["category_applied_input_types"] = {
            name: [kind for kind in kinds if kind == "text" or name in _IN_IMAGES] for name in names
        }
    return verdict


def _score(category: str, text: str, *, found: bool) -> float:
    """Near one when found, near nothing otherwise; the digits come from the text itself."""
    digest = hashlib.sha256(f"{category}\n{text}".encode(errors="replace")).digest()
    chance = int.from_bytes(digest[:4]) / 2**32
    return round(0.9 + chance * 0.099, 6) if found else round(chance * 1e-4, 9)
