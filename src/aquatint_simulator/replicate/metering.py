"""Seconds computed and money owed, written from Replicate's published rules."""

from datetime import date
from decimal import Decimal

from aquatint_simulator.dated import micro_dollars, on
from aquatint_simulator.replicate.order import Order, usual_pixels, usual_steps

_MEGAPIXEL = 1024 * 1024
TICK = Decimal("0.001")  # seconds: the finest that is told and billed


def predict_seconds(order: Order) -> Decimal:
    """How long the hardware computes for an order: in proportion to steps, pixels and pictures."""
    model, seconds = order.model, order.model.seconds
    steps = usual_steps(model)
    if steps:
        seconds = seconds * order.steps / steps
    return (seconds * order.n * order.pixels / usual_pixels(model)).quantize(TICK)


def bills_seconds(order: Order, today: date) -> bool:
    return on(order.model.price, today).second is not None


def owed(order: Order, seconds: Decimal, today: date, *, factor: float = 1) -> int:
    """Micro-dollars for the pictures of an order, or the seconds of it; rounded up."""
    price = on(order.model.price, today)
    if price.second is not None:
        dollars = price.second * seconds
    elif price.image is not None:
        dollars = price.image * order.n
    elif price.resolution:
        dollars = price.resolution[order.resolution or "1K"] * order.n
    else:
        fast = price.fast_megapixel if order.go_fast else None
        rate = price.megapixel if fast is None else fast
        inputs = price.input_megapixel * sum(_begun(photo.pixels) for photo in order.photos)
        dollars = (price.run + inputs + rate * _begun(order.pixels)) * order.n
    return micro_dollars(dollars * Decimal(str(factor)))


def _begun(pixels: int) -> int:
    """Megapixels, each begun one as a whole."""
    return -(-pixels // _MEGAPIXEL)
