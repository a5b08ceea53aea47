"""Finished work in OpenAI's words: JSON with base64 or URLs, or a stream of events."""

import asyncio
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

from starlette.responses import Response

from aquatint_simulator.bulk import huge_json
from aquatint_simulator.call import compact
from aquatint_simulator.faults import Fault
from aquatint_simulator.files import AZURE, publish
from aquatint_simulator.openai.call import Call, event_stream
from aquatint_simulator.openai.metering import Usage
from aquatint_simulator.openai.order import Order
from aquatint_simulator.pictures.picture import Picture


@dataclass(frozen=True, kw_only=True, slots=True)
class Delivery:
    """The pictures of an order, their drafts (vaguest first, picture by picture), what was used."""

    order: Order
    pictures: list[Picture]
    drafts: list[Picture]
    usage: Usage | None  # None for models with a price per image
    fault: Fault | None
    pause: float  # seconds between two streamed events

    def hit_by(self, fault: str) -> bool:
        return self.fault is not None and self.fault.name == fault


def answer(call: Call, delivery: Delivery) -> Response:
    """The answer, with the faults of its content already in it."""
    if delivery.order.stream:
        return event_stream(call, _events(call, delivery))
    if delivery.fault is not None and delivery.hit_by("huge_body"):
        return _huge(call, delivery, delivery.fault.options["megabytes"] * 1_000_000)
    data = [] if delivery.hit_by("empty_data") else _data(call, delivery)
    # Megabytes of base64 are put in as they are: a JSON encoder would read every letter of them.
    frame = compact(_document(call, delivery, data)).split(_hole(call))
    images = [picture.base64 for picture in delivery.pictures][: len(frame) - 1]
    return call.whole(part for pair in zip(frame, [*images, b""], strict=True) for part in pair)


def _hole(call: Call) -> bytes:
    """What stands for an image at first: nobody but this call knows its id yet."""
    return call.id.encode()


def _document(call: Call, delivery: Delivery, data: list[dict[str, Any]]) -> dict[str, Any]:
    order, created = delivery.order, int(call.world.clock.now())
    if delivery.usage is None:
        return {"created": created, "data": data}
    return {
        "created": created,
        "background": order.background,
        "data": data,
        "output_format": order.output_format,
        "quality": order.quality,
        "size": order.size,
        "usage": delivery.usage.shown(),
    }


def _data(call: Call, delivery: Delivery) -> list[dict[str, Any]]:
    order, items = delivery.order, []
    for picture in delivery.pictures:
        item: dict[str, Any] = {}
        if order.model.id == "dall-e-3":
            item["revised_prompt"] = _revised(order.prompt)
        if order.as_url:
            item["url"] = publish(call, picture, AZURE, expired=delivery.hit_by("expired_url"))
        else:
            item["b64_json"] = call.id
        items.append(item)
    return items


def _revised(prompt: str) -> str:
    return f"{prompt.rstrip(' .')}. A layered print with soft light, few colours and fine grain."


def _huge(call: Call, delivery: Delivery, size: int) -> Response:
    """The first picture blown up to `size` bytes, encoded as it is sent."""
    document = compact(_document(call, delivery, [{"b64_json": call.id}]))
    return huge_json(document, _hole(call), delivery.pictures[0].data, size, call.headers())


async def _events(call: Call, delivery: Delivery) -> AsyncIterator[bytes]:
    """Drafts and the finished picture, one picture after the other."""
    if delivery.usage is None or delivery.hit_by("empty_data"):
        return
    per_picture = delivery.order.partial_images
    usages = delivery.usage.split(len(delivery.pictures))
    for number, (picture, usage) in enumerate(zip(delivery.pictures, usages, strict=True)):
        drafts = delivery.drafts[number * per_picture : (number + 1) * per_picture]
        for index, draft in enumerate(drafts):
            yield _event(call, delivery.order, draft, {"partial_image_index": index})
            await asyncio.sleep(delivery.pause)
        yield _event(call, delivery.order, picture, {"usage": usage.shown(details=False)})


def _event(call: Call, order: Order, picture: Picture, extra: dict[str, Any]) -> bytes:
    kind = "completed" if "usage" in extra else "partial_image"
    name = f"image_{order.kind}.{kind}"
    document = {
        "type": name,
        "b64_json": picture.base64.decode(),
        "background": order.background,
        "created_at": int(call.world.clock.now()),
        "output_format": order.output_format,
        "quality": order.quality,
        "size": order.size,
        **extra,
    }
    return f"event: {name}\ndata: {json.dumps(document, separators=(',', ':'))}\n\n".encode()
