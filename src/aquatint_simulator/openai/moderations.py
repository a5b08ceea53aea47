"""POST /moderations: a word list that plays the classifier, always with the same verdict."""

import hashlib
import re
from collections.abc import Iterator
from typing import Any

from starlette.responses import Response

from aquatint_simulator.openai import errors
from aquatint_simulator.openai.call import Call, after_work, before_work

# The 13 categories in OpenAI's order, with words that stand for each.
_WORDS = {
    "harassment": "idiot moron loser",
    "harassment/threatening": "i will hurt you|i will find you|you will pay for this",
    "hate": "subhuman vermin",
    "hate/threatening": "exterminate them|wipe them out",
    "illicit": "shoplift launder counterfeit",
    "illicit/violent": "build a bomb|pipe bomb|make a bomb|nerve agent",
    "self-harm": "suicide self-harm",
    "self-harm/intent": "kill myself|hurt myself|end my life",
    "self-harm/instructions": "how to cut myself|ways to kill myself",
    "sexual": "nude naked porn pornographic nsfw erotic",
    "sexual/minors": "child porn|underage nude",
    "violence": "murder massacre behead torture",
    "violence/graphic": "gore dismembered mutilated entrails",
}
_PHRASES = {
    category: re.compile(
        r"\b(?:" + "|".join(map(re.escape, words.split("|" if "|" in words else " "))) + r")\b"
    )
    for category, words in _WORDS.items()
}
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
_BLOCKED_IN_PICTURES = (
    "sexual",
    "sexual/minors",
    "self-harm",
    "self-harm/intent",
    "self-harm/instructions",
    "violence/graphic",
    "hate",
)


def violations(prompt: str) -> tuple[str, ...]:
    """The categories for which an image is refused."""
    text = prompt.lower()
    return tuple(name for name in _BLOCKED_IN_PICTURES if _PHRASES[name].search(text))


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
    names = [name for name in _WORDS if omni or not name.startswith("illicit")]
    found = {name: bool(_PHRASES[name].search(lowered)) for name in names}
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
