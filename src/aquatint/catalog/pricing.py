"""What a request costs: expected, at worst, and as billed. Pure integer arithmetic.

The token formulas are OpenAI's own calculator for the gpt-image families.
"""

import math
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache

from aquatint.catalog.model import ImagePrice, PriceRule, Size, TokenPrice
from aquatint.money import Micro, ceil_div

TOKENS_PER_PARTIAL_IMAGE = 100
BYTES_PER_TOKEN = 4  # of ordinary text; no tokenizer makes more tokens than bytes

_MILLION = 1_000_000
_INPUT_EDGE = 1024  # smaller inputs are enlarged towards this, at most twofold
_INPUT_PATCH = 32
_INPUT_PATCHES = 1536
_INPUT_SHRINK = 0.99


@dataclass(frozen=True, kw_only=True, slots=True)
class Usage:
    """What a provider says it used, over all images of one call. Counts are >= 0."""

    images: int
    text_in: int = 0  # tokens
    image_in: int = 0  # tokens
    image_out: int = 0  # tokens
    text_out: int = 0  # tokens


@dataclass(frozen=True, kw_only=True, slots=True)
class Demand:
    """What is asked for, as far as it matters to the price: n images over 1 to n calls."""

    prompt: str
    size: Size
    n: int = 1
    calls: int = 1
    partial_images: int = 0


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
    if isinstance(price, ImagePrice):
        return usage.images * price.by_size.get(str(size), price.amount)
    spent = (
        usage.text_in * price.text_in
        + usage.image_in * price.image_in
        + usage.image_out * price.image_out
        + usage.text_out * price.text_out
    )
    return ceil_div(spent, _MILLION)


def expected_usage(price: PriceRule, demand: Demand) -> Usage:
    """The likely usage of all calls together."""
    if isinstance(price, ImagePrice):
        return Usage(images=demand.n)
    tokens = _percent(output_tokens(price, demand.size), price.expected_percent)
    text = ceil_div(_prompt_bytes(demand), BYTES_PER_TOKEN)
    return Usage(
        images=demand.n,
        text_in=text * demand.calls,
        image_out=(tokens + _partial_tokens(demand)) * demand.n,
    )


def _worst_of_one(price: PriceRule, demand: Demand) -> Usage:
    if isinstance(price, ImagePrice):
        return Usage(images=1)
    tokens = _percent(output_tokens(price, demand.size), price.worst_percent)
    return Usage(
        images=1,
        text_in=_prompt_bytes(demand),
        image_out=tokens + _partial_tokens(demand),
        text_out=price.extra_text_out,
    )


def output_tokens(price: TokenPrice, size: Size) -> int:
    """Tokens of one finished image by the formula of `price`."""
    if price.grid is not None:
        return grid_tokens(price.grid, size)
    if price.patch is not None:
        return patch_tokens(price.patch, size)
    raise ValueError("a token price has either a grid or a patch")


@lru_cache(maxsize=1024)
def grid_tokens(base: int, size: Size) -> int:
    """Output tokens of one image of gpt-image-2 and later; `base` goes with the quality."""
    shape = Fraction(min(size.width, size.height), max(size.width, size.height))
    cells = base * max(1, round(base * shape))  # `round` of a fraction is half to even, and exact
    return ceil_div(cells * (2 * _MILLION + size.width * size.height), 4 * _MILLION)


def patch_tokens(patch: int, size: Size) -> int:
    """Output tokens of one image of the gpt-image-1 family; `patch` pixels go with the quality."""
    return (size.height // patch) * (size.width // patch + 1)


def input_tokens(size: Size) -> int:
    """Tokens of one input image for gpt-image-2 and later."""
    longest = max(size.width, size.height)
    scale = max(Fraction(1), min(Fraction(2), Fraction(_INPUT_EDGE, longest)))
    width, height = size.width * scale, size.height * scale
    patches = _input_patches(width, height)
    if patches <= _INPUT_PATCHES:
        return patches
    shrink = math.sqrt(_INPUT_PATCHES / patches)
    while (patches := _input_patches(width * shrink, height * shrink)) > _INPUT_PATCHES:
        shrink *= _INPUT_SHRINK
    return patches


def _input_patches(width: Fraction | float, height: Fraction | float) -> int:
    return math.ceil(width / _INPUT_PATCH) * math.ceil(height / _INPUT_PATCH)


def _percent(tokens: int, percent: int) -> int:
    return ceil_div(tokens * percent, 100)


def _partial_tokens(demand: Demand) -> int:
    return TOKENS_PER_PARTIAL_IMAGE * demand.partial_images


def _prompt_bytes(demand: Demand) -> int:
    return len(demand.prompt.encode())
