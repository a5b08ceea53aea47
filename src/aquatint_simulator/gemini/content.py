"""generateContent and its stream: read the order, draw, bill, answer (or fail as told)."""

import asyncio
import base64
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from hashlib import sha256
from typing import Any

from starlette.responses import Response

from aquatint_simulator import inputs
from aquatint_simulator.bulk import huge_json
from aquatint_simulator.call import after_work, factor_of, indented
from aquatint_simulator.faults import SPOILED_IMAGES, Fault
from aquatint_simulator.gemini import errors
from aquatint_simulator.gemini.call import Call, before_work
from aquatint_simulator.gemini.metering import Usage, measure, owed
from aquatint_simulator.gemini.models import Model
from aquatint_simulator.gemini.order import Order, read_order, with_photos
from aquatint_simulator.pictures.photo import Photo, PhotoError
from aquatint_simulator.pictures.picture import Commission, Picture
from aquatint_simulator.safety import violations
from aquatint_simulator.wire import Streamed
from aquatint_simulator.work import damaged, misread

_WORDS = "Here is the picture you asked for."
_THOUGHT = "**Considering the composition**\n\nI am weighing light, palette and the main motif."
_SIGNATURE_SEEDS = 28_800  # digests in a signature: about 1.2 million letters
_HOLE = "AQUATINT-HUGE"


@dataclass(frozen=True, kw_only=True, slots=True)
class Delivery:
    """Finished work; without a picture where none was made."""

    order: Order
    usage: Usage
    fault: Fault | None
    picture: Picture | None
    draft: Picture | None

    @property
    def name(self) -> str | None:
        return self.fault.name if self.fault is not None else None


async def generate(call: Call, model: Model) -> Response:
    """One answer, or with ``:streamGenerateContent`` several."""
    stream = call.path.endswith(":streamGenerateContent")
    order = await _looked_at(call, read_order(call.fields(), model))
    call.stay_within(model.id, 1)
    possible = SPOILED_IMAGES - ({"huge_body"} if stream else set())
    fault = call.fault(prompt=order.prompt, stream=stream, also=possible)
    early = before_work(fault, model.id, "generateContent")
    if early is not None:
        return early
    if violations(order.prompt) or (fault is not None and fault.name == "refused_input"):
        return _answer(call, [_blocked(call, model)], stream=stream)
    delivery = await _work(call, order, fault)
    if fault is not None and fault.name == "huge_body" and delivery.picture is not None:
        document = indented(_document(call, delivery, _parts(delivery, _HOLE)))
        size = fault.options["megabytes"] * 1_000_000
        return huge_json(document, _HOLE.encode(), delivery.picture.data, size, call.headers())
    whole = _answer(call, _documents(call, delivery, stream=stream), stream=stream)
    return after_work(fault, whole)


async def _looked_at(call: Call, order: Order) -> Order:
    """The order with the pictures that came with it; raises `ApiError`."""
    photos: list[Photo] = []
    for image in order.images:
        try:
            photo = await (
                inputs.at(call, image.file)
                if image.file
                else inputs.whole(inputs.decoded(image.data))
            )
        except inputs.UnreachableError:
            raise errors.no_such_file(image.file.rpartition("/")[2]) from None
        except PhotoError:
            raise errors.bad_image() from None
        photos.append(photo)
    return with_photos(order, photos)


async def _work(call: Call, order: Order, fault: Fault | None) -> Delivery:
    """Draw and bill. The server does not stop this when the caller leaves."""
    name = fault.name if fault is not None else None
    usage = measure(order, _WORDS if order.wants_text else "").times(factor_of(fault))
    pause = call.world.pace_of(call.provider).images / 1000
    made = _commissions(order, usage, huge=name == "huge_body")
    pictures, _ = await asyncio.gather(call.world.draw(misread(made, fault)), asyncio.sleep(pause))
    call.pay(order.model.id, owed(order.model, usage), min(len(made), 1))
    picture, draft = (*damaged(pictures[:1], fault), *pictures[1:], None, None)[:2]
    return Delivery(order=order, usage=usage, fault=fault, picture=picture, draft=draft)


def _commissions(order: Order, usage: Usage, *, huge: bool) -> list[Commission]:
    """The picture, and the draft that its thoughts show."""
    if not usage.image:
        return []
    media = "png" if huge else order.model.media  # only a PNG can be blown up
    final = Commission(
        prompt=order.prompt,
        index=order.seed,
        width=order.width,
        height=order.height,
        media=media,
        photos=order.photos,
    )
    draft = replace(final, width=256, height=256, draft=1)
    return [final, draft] if order.shows_thoughts else [final]


def _blocked(call: Call, model: Model) -> dict[str, Any]:
    """A prompt that was not taken on: no candidates, and nothing used."""
    return {
        "promptFeedback": {"blockReason": "PROHIBITED_CONTENT"},
        "modelVersion": model.id,
        "responseId": call.id,
    }


def _documents(call: Call, delivery: Delivery, *, stream: bool) -> list[dict[str, Any]]:
    """The whole answer, or the chunks of a stream: the last one has the end and the usage."""
    image = delivery.picture.base64.decode() if delivery.picture is not None else ""
    parts = _parts(delivery, image)
    whole = _document(call, delivery, parts)
    if not stream or len(parts) < 2:
        return [whole]
    first = _document(call, delivery, parts[:-1])
    del first["candidates"][0]["finishReason"], first["usageMetadata"]
    return [first, _document(call, delivery, parts[-1:])]


def _parts(delivery: Delivery, image: str) -> list[dict[str, Any]]:
    order, text = delivery.order, [{"text": _WORDS}] if delivery.order.wants_text else []
    if delivery.name == "refused_output":
        return []
    if delivery.name == "empty_data" or delivery.picture is None:
        return text
    part = _image(delivery.picture, image)
    if order.model.signs_thoughts:
        part["thoughtSignature"] = _signature(order.prompt)
    thoughts: list[dict[str, Any]] = []
    if delivery.draft is not None:
        draft = _image(delivery.draft, delivery.draft.base64.decode())
        thoughts = [{"text": _THOUGHT, "thought": True}, {**draft, "thought": True}]
    return [*thoughts, *text, part]


def _image(picture: Picture, data: str) -> dict[str, Any]:
    return {"inlineData": {"mimeType": f"image/{picture.media}", "data": data}}


def _signature(prompt: str) -> str:
    digest = sha256(prompt.encode(errors="replace")).digest()
    return base64.b64encode(digest * _SIGNATURE_SEEDS).decode()


def _document(call: Call, delivery: Delivery, parts: list[dict[str, Any]]) -> dict[str, Any]:
    candidate: dict[str, Any] = {"finishReason": "STOP", "index": 0}
    if parts:
        candidate = {"content": {"parts": parts, "role": "model"}, **candidate}
    if delivery.name == "refused_output":
        candidate["finishReason"] = "IMAGE_SAFETY"
        candidate["finishMessage"] = "Unable to show the generated image: it may be unsafe."
    elif delivery.picture is None and delivery.order.wants_image:
        candidate["finishReason"] = "MAX_TOKENS"
    elif delivery.name == "empty_data" and not parts:
        candidate["finishReason"] = "NO_IMAGE"
    return {
        "candidates": [candidate],
        "usageMetadata": delivery.usage.shown(),
        "modelVersion": delivery.order.model.id,
        "responseId": call.id,
    }


def _answer(call: Call, documents: list[dict[str, Any]], *, stream: bool) -> Response:
    """JSON; of a stream an array, or events with ``?alt=sse``."""
    if not stream:
        return call.answer(documents[0])
    if call.request.query_params.get("alt") != "sse":
        return call.answer(documents)
    return Streamed(
        _events(documents),
        call.headers(),
        media_type="text/event-stream",
        cut_after=len(documents) - 1,
    )


async def _events(documents: list[dict[str, Any]]) -> AsyncIterator[bytes]:
    for document in documents:
        yield f"data: {json.dumps(document, separators=(',', ':'))}\r\n\r\n".encode()
