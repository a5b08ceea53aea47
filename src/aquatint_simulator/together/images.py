"""POST /images/generations: read the order, draw, bill, answer (or fail as told)."""

import asyncio
from dataclasses import replace
from typing import Any

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from aquatint_simulator import inputs
from aquatint_simulator.bulk import huge_json
from aquatint_simulator.call import after_work, factor_of, indented, inflated
from aquatint_simulator.faults import SPOILED_IMAGES, Fault
from aquatint_simulator.files import S3, ShortLinks, publish
from aquatint_simulator.pictures.photo import PhotoError
from aquatint_simulator.pictures.picture import Commission, Picture
from aquatint_simulator.safety import violations
from aquatint_simulator.together import errors
from aquatint_simulator.together.call import Call, before_work
from aquatint_simulator.together.models import owed
from aquatint_simulator.together.order import Order, read_order
from aquatint_simulator.work import count, damaged, misread
from aquatint_simulator.world import world_of


async def follow(request: Request) -> Response:
    """GET /together/shrt/{name}"""
    target = world_of(request).memory_of(ShortLinks).targets.get(request.path_params["name"])
    return RedirectResponse(target, 302) if target else Response(status_code=404)


async def generate(call: Call) -> Response:
    """Text, perhaps with images, to images: as base64 or at addresses."""
    order = await _looked_at(call, read_order(call.fields(), call.world.today))
    call.stay_within(order.model.id, order.n)
    fault = call.fault(prompt=order.prompt, also=_possible(order))
    early = before_work(fault, order.model.id)
    if early is not None:
        return early
    if violations(order.prompt):
        raise errors.refused("prompt")
    order = replace(order, n=count(order.n, fault))
    pictures = await _work(call, order, fault)
    if fault is not None and fault.name == "refused_output":
        raise errors.refused("output image")
    return after_work(fault, _answer(call, order, pictures, fault))


async def _looked_at(call: Call, order: Order) -> Order:
    """The order with the pictures that it names; raises `ApiError`."""
    try:
        photos = [await inputs.at(call, each) for each in order.inputs]
    except PhotoError:
        raise errors.bad_image() from None
    return replace(order, photos=tuple(photos))


def _possible(order: Order) -> frozenset[str]:
    """Faults of the images themselves that make sense for this order."""
    never: set[str] = set() if order.as_url else {"expired_url"}
    if order.n == 1:
        never.add("fewer_images")
    return SPOILED_IMAGES - never


async def _work(call: Call, order: Order, fault: Fault | None) -> list[Picture]:
    """Draw and bill. The server does not stop this when the caller leaves."""
    grown = fault is not None and fault.name == "huge_body"
    media = "png" if grown else order.media  # only a PNG can be blown up
    commissions = [
        Commission(
            prompt=order.prompt,
            index=index + order.seed,
            width=order.width,
            height=order.height,
            media=media,
            photos=order.photos,
        )
        for index in range(order.n)
    ]
    pause = call.world.pace_of(call.provider).images / 1000
    pictures, _ = await asyncio.gather(
        call.world.draw(misread(commissions, fault)), asyncio.sleep(pause)
    )
    micro = owed(
        order.model,
        call.world.price_date,
        width=order.width,
        height=order.height,
        n=order.n,
        steps=order.steps,
        inputs=len(order.inputs),
    )
    call.pay(order.model.id, inflated(micro, factor_of(fault)), order.n)
    return damaged(pictures, fault)


def _answer(call: Call, order: Order, pictures: list[Picture], fault: Fault | None) -> Response:
    name = fault.name if fault is not None else None
    if fault is not None and name == "huge_body":
        size = fault.options["megabytes"] * 1_000_000
        if not order.as_url:
            document = _document(call, order, [{"b64_json": "HUGE"}])
            return huge_json(indented(document), b"HUGE", pictures[0].data, size, call.headers())
        data = [{"url": _address(call, picture, grown_to=size)} for picture in pictures]
    elif order.as_url:
        expired = name == "expired_url"
        data = [{"url": _address(call, picture, expired=expired)} for picture in pictures]
    else:
        data = [{"b64_json": picture.base64.decode()} for picture in pictures]
    document = _document(call, order, [] if name == "empty_data" else data)
    return Response(indented(document), headers=call.headers(), media_type="application/json")


def _document(call: Call, order: Order, data: list[dict[str, str]]) -> dict[str, Any]:
    """As recorded: no `type` in an item, and timings first."""
    timings = {"inference": call.milliseconds}
    return {
        "id": call.id,
        "model": order.model.id,
        "object": "list",
        "data": [{"timings": timings, "index": index, **item} for index, item in enumerate(data)],
    }


def _address(
    call: Call, picture: Picture, *, expired: bool = False, grown_to: int | None = None
) -> str:
    """A short address that leads to the picture."""
    url = publish(call, picture, S3, expired=expired, grown_to=grown_to)
    name = call.world.serials.next("link", call.id)[:8].hex()
    call.world.memory_of(ShortLinks).keep(name, url)
    return f"{call.request.base_url}together/shrt/{name}"
