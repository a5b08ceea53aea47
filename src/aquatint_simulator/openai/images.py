"""The calls that make images: read the order, draw, bill, answer (or fail as told)."""

import asyncio
from dataclasses import replace

from starlette.responses import Response

from aquatint_simulator.call import after_work, factor_of, inflated
from aquatint_simulator.faults import SPOILED_IMAGES, Fault
from aquatint_simulator.openai import errors, metering
from aquatint_simulator.openai.answers import Delivery, answer
from aquatint_simulator.openai.call import PROVIDER, Call, before_work
from aquatint_simulator.openai.edit import read_edit, read_variation
from aquatint_simulator.openai.input_tokens import input_tokens
from aquatint_simulator.openai.metering import Usage
from aquatint_simulator.openai.order import Order, read_order
from aquatint_simulator.pictures.picture import Commission
from aquatint_simulator.safety import violations
from aquatint_simulator.work import count, damaged, misread


async def generate(call: Call) -> Response:
    """POST /images/generations: text to images."""
    return await _fulfil(call, read_order(call.fields(), call.world.today))


async def edit(call: Call) -> Response:
    """POST /images/edits: images and text to images, from a form or JSON."""
    return await _fulfil(call, await read_edit(call))


async def vary(call: Call) -> Response:
    """POST /images/variations: an image to others like it, as dall-e-2 had it."""
    return await _fulfil(call, await read_variation(call))


async def _fulfil(call: Call, order: Order) -> Response:
    """As JSON or as a stream of events."""
    call.stay_within(order.name, order.n)
    fault = call.fault(prompt=order.prompt, stream=order.stream, also=_possible(order))
    family = order.model.family
    early = before_work(call, fault, model=order.name, dall_e=family.dall_e)
    if early is not None:
        return early
    categories = violations(order.prompt) if order.moderation == "auto" else ()
    if categories:
        raise errors.refused(call.id, "input", categories, dall_e=family.dall_e)
    delivery = await _work(call, order, fault)
    if fault is not None and fault.name == "refused_output":
        usage = delivery.usage.shown() if delivery.usage else None
        raise errors.refused(call.id, "output", ("sexual",), dall_e=family.dall_e, usage=usage)
    return after_work(fault, answer(call, delivery))


def _possible(order: Order) -> frozenset[str]:
    """Faults of the images themselves that make sense for this order."""
    never: set[str] = {"expired_url"} if not order.as_url else set()
    if order.stream or order.as_url or order.output_format != "png":
        never.add("huge_body")
    if order.n == 1:
        never.add("fewer_images")
    return SPOILED_IMAGES - never


async def _work(call: Call, order: Order, fault: Fault | None) -> Delivery:
    """Draw and bill. The server does not stop this when the caller leaves."""
    order = replace(order, n=count(order.n, fault))
    finals = misread([_commission(order, index) for index in range(order.n)], fault)
    drafts = [replace(f, draft=d) for f in finals for d in range(order.partial_images, 0, -1)]
    frames = 1 + order.partial_images if order.stream else 1
    pause = call.world.pace_of(PROVIDER).images / 1000 / frames
    pictures, _ = await asyncio.gather(call.world.draw([*finals, *drafts]), asyncio.sleep(pause))
    usage = _bill(call, order, factor_of(fault))
    pictures = damaged(pictures, fault)
    return Delivery(
        order=order,
        pictures=pictures[: order.n],
        drafts=pictures[order.n :],
        usage=usage,
        fault=fault,
        pause=pause,
    )


def _commission(order: Order, index: int) -> Commission:
    return Commission(
        prompt=order.prompt,
        index=index,
        width=order.width,
        height=order.height,
        media=order.output_format,
        compression=order.compression,
        transparent=order.background == "transparent",
        photos=order.photos,
        mask=order.mask,
    )


def _bill(call: Call, order: Order, factor: float) -> Usage | None:
    """Write the invoice's line; tells the usage that the answer reports."""
    family, today = order.model.family, call.world.price_date
    usage = None
    if family.dall_e:
        owed = metering.owed_for_images(family, order.quality, order.size, order.n, today)
        owed = inflated(owed, factor)
    else:
        usage = metering.measure(
            family,
            order.quality,
            order.width,
            order.height,
            order.prompt,
            n=order.n,
            partials=order.partial_images * order.n,
            image_in=sum(input_tokens(family, photo, order.fidelity) for photo in order.photos),
        ).times(factor)
        owed = metering.owed_for_tokens(family, usage, today)
    call.pay(order.name, owed, order.n)
    return usage
