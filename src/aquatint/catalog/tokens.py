"""How many tokens an image takes: OpenAI's own calculator for the gpt-image families."""

import math
from fractions import Fraction
from functools import lru_cache

from aquatint.catalog.model import Size, TokenPrice
from aquatint.money import ceil_div

_MILLION = 1_000_000
_INPUT_EDGE = 1024  # smaller inputs are enlarged towards this, at most twofold
_INPUT_PATCH = 32
_INPUT_PATCHES = 1536
_INPUT_SHRINK = 0.99


def output_tokens(price: TokenPrice, size: Size) -> int:
    """Tokens of one finished image by the formula of `price`."""
    if price.grid is not None:
        return grid_tokens(price.grid, size)
    if price.patch is not None:
        return patch_tokens(price.patch, size)
    if price.fixed is not None:
        return price.fixed
    raise ValueError("a token price has one of grid, patch and fixed")


@lru_cache(maxsize=1024)
def grid_tokens(base: int, size: Size) -> int:
    """Output tokens of one image of gpt-image-2 and later; `base` goes with the quality."""
    shape = Fraction(min(size.width, size.height), max(size.width, size.height))
    cells = base * max(1, round(base * shape))  # `round` of a fraction is half to even, and exact
    return ceil_div(cells * (2 * _MILLION + size.width * size.height), 4 * _MILLION)


def patch_tokens(patch: int, size: Size) -> int:
    """Output tokens of one image of the gpt-image-1 family; `patch` pixels go with the quality."""
    return (size.height // patch) * (size.width // patch + 1)


def tokens_of_input(price: TokenPrice, size: Size) -> int:
    """Tokens of one input image by the formula of `price`."""
    return input_tokens(size) if price.input_fixed is None else price.input_fixed


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
