"""predict, as Imagen had it until August 2026."""

import asyncio
from collections.abc import Mapping
from typing import Any

from starlette.responses import Response

from aquatint_simulator.call import after_work, factor_of, inflated
from aquatint_simulator.dated import micro_dollars
from aquatint_simulator.faults import SPOILED_IMAGES
from aquatint_simulator.gemini import errors
from aquatint_simulator.gemini.call import Call, before_work
from aquatint_simulator.gemini.models import Imagen
from aquatint_simulator.pictures.picture import Commission
from aquatint_simulator.safety import violations
from aquatint_simulator.work import damaged, misread

_PARAMETERS = {
    "sampleCount",
    "aspectRatio",
    "sampleImageSize",
    "personGeneration",
    "includeRaiReason",
    "includeSafetyAttributes",
    "outputOptions",
    "safetySetting",
    "language",
}
_SIZES = {
    "1:1": (1024, 1024),
    "3:4": (896, 1280),
    "4:3": (1280, 896),
    "9:16": (768, 1408),
    "16:9": (1408, 768),
}
_MOST = 4
_FILTERED = "The prompt or the image was filtered: it violates the usage guidelines."


async def predict(call: Call, model: Imagen) -> Response:
    """Text to images, all in one answer."""
    prompt, parameters = _read(call.fields())
    n = parameters.get("sampleCount", _MOST)
    if isinstance(n, bool) or not isinstance(n, int) or not 1 <= n <= _MOST:
        raise errors.invalid(f"sampleCount must be from 1 to {_MOST}.")
    size = _SIZES.get(parameters.get("aspectRatio", "1:1"))
    if size is None:
        raise errors.invalid(f"aspectRatio must be one of {', '.join(_SIZES)}.")
    call.stay_within(model.id, n)
    fault = call.fault(prompt=prompt, also=SPOILED_IMAGES - {"huge_body"})
    early = before_work(fault, model.id, "predict")
    if early is not None:
        return early
    name = fault.name if fault is not None else None
    if name == "refused_input" or violations(prompt):
        return call.answer(_refused(parameters))
    made = [
        Commission(prompt=prompt, index=index, width=size[0], height=size[1]) for index in range(n)
    ]
    pause = call.world.pace_of(call.provider).images / 1000
    drawn, _ = await asyncio.gather(call.world.draw(misread(made, fault)), asyncio.sleep(pause))
    call.pay(model.id, inflated(micro_dollars(model.image * n), factor_of(fault)), n)
    predictions = [
        {"mimeType": "image/png", "bytesBase64Encoded": picture.base64.decode()}
        for picture in damaged(drawn, fault)
    ]
    refused = name in ("refused_output", "empty_data")
    whole = call.answer(_refused(parameters) if refused else {"predictions": predictions})
    return after_work(fault, whole)


def _read(body: Mapping[str, Any]) -> tuple[str, Mapping[str, Any]]:
    for name in body:
        if name not in ("instances", "parameters"):
            raise errors.unknown(name, "")
    instances, parameters = body.get("instances"), body.get("parameters", {})
    instance = instances[0] if isinstance(instances, list) and instances else None
    prompt = instance.get("prompt") if isinstance(instance, dict) else None
    if not isinstance(prompt, str) or not prompt:
        raise errors.invalid("Prompt is required.")
    if not isinstance(parameters, dict):
        raise errors.wrong_type("parameters", "object", parameters)
    for name in parameters:
        if name not in _PARAMETERS:
            raise errors.unknown(name, "parameters")
    return prompt, parameters


def _refused(parameters: Mapping[str, Any]) -> dict[str, Any]:
    """Everything was filtered: an empty object, unless the reason was asked for."""
    if not parameters.get("includeRaiReason"):
        return {}
    return {"predictions": [{"raiFilteredReason": _FILTERED}]}
