"""What a request costs: expected, at worst, and as billed. Pure integer arithmetic."""

from collections.abc import Iterable
from dataclasses import dataclass

from aquatint.catalog.model import (
    ImagePrice,
    MegapixelPrice,
    PriceRule,
    RunPrice,
    SecondPrice,
    Size,
    TokenPrice,
)
from aquatint.catalog.tokens import output_tokens, tokens_of_input
from aquatint.money import Micro, ceil_div

TOKENS_PER_PARTIAL_IMAGE = 100
BYTES_PER_TOKEN = 4  # of ordinary text; no tokenizer makes more tokens than bytes
MEGAPIXEL = 1024 * 1024  # of prices by the megapixel begun; others count in millions

_MILLION = 1_000_000
_THOUSAND = 1_000


@dataclass(frozen=True, kw_only=True, slots=True)
class Usage:
    """What a provider says it used, over all images of one call. Counts are >= 0.

    A price looks at what it charges for and at nothing else.
    """

    images: int
    text_in: int = 0  # tokens
    image_in: int = 0  # tokens
    image_out: int = 0  # tokens
    text_out: int = 0  # tokens
    pixels: int = 0  # of all images together; 0: every image has the size that was asked for
    steps: int = 0  # of each image; 0: as many as the model takes by itself
    inputs: int = 0  # images that went in
    megapixels_in: int = 0  # begun, of each input image
    milliseconds: int = 0  # of computing


@dataclass(frozen=True, kw_only=True, slots=True)
class Demand:
    """What is asked for, as far as it matters to the price: n images over 1 to n calls."""

    prompt: str
    size: Size
    n: int = 1
    calls: int = 1
    partial_images: int = 0
    steps: int | None = None  # None: the model's own
    inputs: tuple[Size, ...] = ()  # images that go with each call
    mask: Size | None = None  # nobody tells whether it is billed: only the worst case counts it
    high_fidelity: bool = False


def expected(price: PriceRule, demand: Demand) -> Micro:
    """The likely cost of `demand`."""
    return billed(price, expected_usage(price, demand), demand.size)


def worst(price: PriceRule, demand: Demand) -> Micro:
    """The most a provider could bill for `demand`; never below `expected`.

    It is n times that of one image, so it holds however the images are split into calls.
    """
    return demand.n * billed(price, _worst_of_one(price, demand), demand.size)


def billed(price: PriceRule, usage: Usage, size: Size) -> Micro:
    """What the provider bills for `usage`, rounded up to a micro-dollar."""
    match price:
        case ImagePrice():
            each = price.by_size.get(str(size), price.amount)
            return usage.images * each + usage.inputs * price.input_image
        case MegapixelPrice():
            return _billed_pixels(price, usage, size)
        case RunPrice():
            return _billed_runs(price, usage, size)
        case SecondPrice():
            return ceil_div(usage.milliseconds * price.rate, _THOUSAND)
        case TokenPrice():
            return _billed_tokens(price, usage)


def _billed_pixels(price: MegapixelPrice, usage: Usage, size: Size) -> Micro:
    usual = price.usual_steps or 1
    steps = max(usual, usage.steps) if price.usual_steps else usual
    return ceil_div(_pixels(usage, size) * price.amount * steps, _MILLION * usual)


def _billed_runs(price: RunPrice, usage: Usage, size: Size) -> Micro:
    if usage.images == 0:
        return 0
    megapixels = ceil_div(_pixels(usage, size), usage.images * MEGAPIXEL)
    image = price.run + price.out_megapixel * megapixels
    return usage.images * image + price.in_megapixel * usage.megapixels_in


def _billed_tokens(price: TokenPrice, usage: Usage) -> Micro:
    spent = (
        usage.text_in * price.text_in
        + usage.image_in * price.image_in
        + usage.image_out * price.image_out
        + usage.text_out * price.text_out
    )
    return ceil_div(spent, _MILLION)


def begun_megapixels(inputs: Iterable[Size]) -> int:
    """Megapixels begun, of each image by itself."""
    return sum(ceil_div(each.pixels, MEGAPIXEL) for each in inputs)


def expected_usage(price: PriceRule, demand: Demand) -> Usage:
    """The likely usage of all calls together."""
    match price:
        case SecondPrice():
            return Usage(images=demand.n, milliseconds=demand.n * _likely_time(price, demand))
        case TokenPrice():
            return _expected_tokens(price, demand)
        case _:
            return _counted(demand, images=demand.n, calls=demand.calls)


def _expected_tokens(price: TokenPrice, demand: Demand) -> Usage:
    tokens = _percent(output_tokens(price, demand.size), price.expected_percent)
    text = ceil_div(_prompt_bytes(demand), BYTES_PER_TOKEN)
    return Usage(
        images=demand.n,
        text_in=text * demand.calls,
        image_in=_input_tokens(price, demand, demand.inputs) * demand.calls,
        image_out=(tokens + _partial_tokens(demand)) * demand.n,
    )


def _worst_of_one(price: PriceRule, demand: Demand) -> Usage:
    match price:
        case SecondPrice():
            return Usage(images=1, milliseconds=price.max_seconds * _THOUSAND)
        case TokenPrice():
            tokens = _percent(output_tokens(price, demand.size), price.worst_percent)
            return Usage(
                images=1,
                text_in=_prompt_bytes(demand),
                image_in=_input_tokens(price, demand, (*demand.inputs, *_mask(demand))),
                image_out=tokens + _partial_tokens(demand),
                text_out=price.extra_text_out,
            )
        case _:
            return _counted(demand, images=1, calls=1, more=_mask(demand))


def _counted(demand: Demand, *, images: int, calls: int, more: tuple[Size, ...] = ()) -> Usage:
    """What is known before: `images` of the size asked for, bought in `calls`."""
    begun = begun_megapixels((*demand.inputs, *more))
    return Usage(
        images=images,
        pixels=images * demand.size.pixels,
        steps=demand.steps or 0,
        inputs=calls * len(demand.inputs),
        megapixels_in=calls * begun,
    )


def _likely_time(price: SecondPrice, demand: Demand) -> int:
    """Milliseconds for one image: in proportion to steps beyond the usual, up to the bound."""
    usual = price.usual_steps or 1
    steps = max(usual, demand.steps or 0) if price.usual_steps else usual
    likely = ceil_div(price.typical_milliseconds * steps, usual)
    return min(likely, price.max_seconds * _THOUSAND)


def _pixels(usage: Usage, size: Size) -> int:
    return usage.pixels or usage.images * size.pixels


def _percent(tokens: int, percent: int) -> int:
    return ceil_div(tokens * percent, 100)


def _partial_tokens(demand: Demand) -> int:
    return TOKENS_PER_PARTIAL_IMAGE * demand.partial_images


def _input_tokens(price: TokenPrice, demand: Demand, inputs: tuple[Size, ...]) -> int:
    extra = price.fidelity_tokens if demand.high_fidelity else 0
    return sum(tokens_of_input(price, size) + extra for size in inputs)


def _mask(demand: Demand) -> tuple[Size, ...]:
    return (demand.mask,) if demand.mask else ()


def _prompt_bytes(demand: Demand) -> int:
    return len(demand.prompt.encode())
