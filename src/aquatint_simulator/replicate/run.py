"""A prediction's life: it starts, is processed, and ends in one of several ways."""

import asyncio
from decimal import Decimal

from aquatint_simulator.call import factor_of
from aquatint_simulator.dated import on
from aquatint_simulator.faults import Fault
from aquatint_simulator.files import DELIVERY, publish
from aquatint_simulator.pictures.picture import Commission, Picture
from aquatint_simulator.replicate.call import Call
from aquatint_simulator.replicate.metering import TICK, bills_seconds, owed
from aquatint_simulator.replicate.order import Order
from aquatint_simulator.replicate.prediction import Prediction
from aquatint_simulator.safety import violations
from aquatint_simulator.work import damaged, misread

_QUEUE = 0.25  # of the whole time
_FLAGGED = (
    "The input or output was flagged as sensitive. Please try again with different inputs. (E005)"
)
_NSFW = "NSFW content detected. Try running it again, or try a different prompt."
_CRASHED = "Prediction failed: CUDA error: an illegal memory access was encountered"


async def run(call: Call, prediction: Prediction, fault: Fault | None) -> None:
    """From the queue to the end, billed as it ends. Goes on whoever listens."""
    name = fault.name if fault is not None else None
    whole = call.world.pace_of(call.provider).images / 1000
    if prediction.cancel_after is not None:
        loop = asyncio.get_running_loop()
        loop.call_later(prediction.cancel_after, _expire, prediction)
    if await _stopped(prediction, whole * _QUEUE) and prediction.can_stop:
        prediction.end("aborted" if prediction.by_deadline else "canceled")
        return
    prediction.begin(whole * (1 - _QUEUE))
    if prediction.order.broken is not None:
        prediction.end("failed", error=prediction.order.broken)
    elif name == "refused_input" or violations(prediction.order.prompt):
        prediction.end("failed", error=_FLAGGED)
    elif await _left_alone(prediction, fault):
        await _finish(call, prediction, fault)
    else:
        _cancel(call, prediction, fault)


def _expire(prediction: Prediction) -> None:
    prediction.by_deadline = True
    prediction.stop.set()


async def _stopped(prediction: Prediction, seconds: float | None) -> bool:
    """Wait; whether it was asked to stop meanwhile."""
    try:
        await asyncio.wait_for(prediction.stop.wait(), seconds)
    except TimeoutError:
        return False
    return True


async def _left_alone(prediction: Prediction, fault: Fault | None) -> bool:
    """Let the work take its time; False when it is to be cancelled."""
    name = fault.name if fault is not None else None
    if name == "stuck_processing":
        return not await _stopped(prediction, None)
    if name == "late_success_after_cancel":
        await _stopped(prediction, None)
        await asyncio.sleep(prediction.pace)
        return True
    return not await _stopped(prediction, prediction.pace)


async def _finish(call: Call, prediction: Prediction, fault: Fault | None) -> None:
    order, name = prediction.order, fault.name if fault is not None else None
    factor = factor_of(fault)
    computed = (_bounded(prediction) * Decimal(str(factor))).quantize(TICK)
    if name == "failed_prediction":
        if bills_seconds(order, call.world.price_date):
            _bill(call, order, computed, images=0)
        prediction.end("failed", computed=computed, error=_CRASHED)
        return
    _bill(call, order, computed, images=order.n, factor=factor)
    _count_images(call, prediction)
    if name == "refused_output":
        prediction.output = [] if order.model.empty_when_refused else None
        prediction.end("failed", computed=computed, error=_NSFW)
        return
    pictures = await call.world.draw(misread(_commissions(order, fault), fault))
    urls = _published(call, damaged(pictures, fault), fault)
    prediction.output = _shaped(order, [] if name == "empty_data" else urls)
    if order.model.data_uris and name in (None, "duplicate_webhook"):
        prediction.inline = [_data_uri(picture) for picture in pictures]
    prediction.end("succeeded", computed=computed)


def _cancel(call: Call, prediction: Prediction, fault: Fault | None) -> None:
    """Ended on demand: models billed by the second bill what they computed until then."""
    stuck = fault is not None and fault.name == "stuck_processing"
    if stuck and prediction.started is not None:
        spent = (prediction.clock.moment() - prediction.started).total_seconds()
        computed = Decimal(str(spent)).quantize(TICK)
    else:
        computed = (prediction.seconds * Decimal(str(prediction.fraction))).quantize(TICK)
    computed = min(computed, _most(prediction))
    if bills_seconds(prediction.order, call.world.price_date):
        _bill(call, prediction.order, computed, images=0)
    prediction.end("canceled", computed=computed)


def _bounded(prediction: Prediction) -> Decimal:
    return min(prediction.seconds, _most(prediction))


def _most(prediction: Prediction) -> Decimal:
    """No run computes beyond its Cancel-After."""
    after = prediction.cancel_after
    return Decimal("Infinity") if after is None else Decimal(str(after))


def _bill(call: Call, order: Order, computed: Decimal, *, images: int, factor: float = 1) -> None:
    """The seconds are multiplied already where a provider counts too much."""
    today = call.world.price_date
    factor = 1 if bills_seconds(order, today) else factor
    call.pay(order.model.id, owed(order, computed, today, factor=factor), images)


def _count_images(call: Call, prediction: Prediction) -> None:
    if on(prediction.order.model.price, call.world.price_date).second is None:
        prediction.images = prediction.order.n


def _commissions(order: Order, fault: Fault | None) -> list[Commission]:
    huge = fault is not None and fault.name == "huge_body"
    return [
        Commission(
            prompt=order.prompt,
            index=order.seed + index,
            width=order.width,
            height=order.height,
            media="png" if huge else order.media,  # only a PNG can be blown up
            photos=order.photos,
            mask=order.mask,
        )
        for index in range(order.n)
    ]


def _published(call: Call, pictures: list[Picture], fault: Fault | None) -> list[str]:
    name = fault.name if fault is not None else None
    size = fault.options["megabytes"] * 1_000_000 if fault and name == "huge_body" else None
    expired = name == "expired_url"
    return [
        publish(call, picture, DELIVERY, expired=expired, grown_to=size) for picture in pictures
    ]


def _data_uri(picture: Picture) -> str:
    return f"data:image/{picture.media};base64,{picture.base64.decode()}"


def _shaped(order: Order, urls: list[str]) -> str | list[str] | None:
    """An array for some models, one address alone for others."""
    if order.model.is_array:
        return urls
    return urls[0] if urls else None
