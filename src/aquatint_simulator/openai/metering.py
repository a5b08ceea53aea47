"""Tokens used and money owed: written from OpenAI's published rules, apart from the gateway's."""

import math
from dataclasses import dataclass, replace
from datetime import date
from decimal import ROUND_CEILING, Decimal
from fractions import Fraction
from typing import Any

from aquatint_simulator.openai.models import Family, Price

PARTIAL_IMAGE_TOKENS = 100


@dataclass(frozen=True, kw_only=True, slots=True)
class Usage:
    """Tokens of one call, all images together."""

    text_in: int
    image_in: int
    image_out: int
    text_out: int

    def times(self, factor: float) -> "Usage":
        """A provider that counts too much."""
        return replace(
            self,
            text_in=math.ceil(self.text_in * factor),
            image_in=math.ceil(self.image_in * factor),
            image_out=math.ceil(self.image_out * factor),
            text_out=math.ceil(self.text_out * factor),
        )

    def split(self, n: int) -> list["Usage"]:
        """Shares of n events; the first carries the prompt and what does not divide."""
        share = Usage(
            text_in=0, image_in=0, image_out=self.image_out // n, text_out=self.text_out // n
        )
        first = Usage(
            text_in=self.text_in,
            image_in=self.image_in,
            image_out=self.image_out - share.image_out * (n - 1),
            text_out=self.text_out - share.text_out * (n - 1),
        )
        return [first, *[share] * (n - 1)]

    def shown(self, *, details: bool = True) -> dict[str, Any]:
        """OpenAI's usage object; streamed events leave out the output's details."""
        into, out = self.text_in + self.image_in, self.image_out + self.text_out
        usage: dict[str, Any] = {
            "input_tokens": into,
            "input_tokens_details": {"image_tokens": self.image_in, "text_tokens": self.text_in},
            "output_tokens": out,
        }
        if details:
            usage["output_tokens_details"] = {
                "image_tokens": self.image_out,
                "text_tokens": self.text_out,
            }
        return {**usage, "total_tokens": into + out}


def text_tokens(text: str) -> int:
    """A plain guess that never needs a tokenizer: four bytes make a token."""
    return -(-len(text.encode(errors="replace")) // 4)


def measure(
    family: Family,
    quality: str,
    width: int,
    height: int,
    prompt: str,
    *,
    n: int,
    partials: int = 0,
    image_in: int = 0,
) -> Usage:
    """What n finished images of a GPT image model use, and the previews streamed before them.

    `image_in` are the tokens of the images it works from.
    """
    finished = image_tokens(family, quality, width, height) * n
    return Usage(
        text_in=text_tokens(prompt),
        image_in=image_in,
        image_out=finished + partials * PARTIAL_IMAGE_TOKENS,
        text_out=family.text_out.get(quality, 0) * n,
    )


def image_tokens(family: Family, quality: str, width: int, height: int) -> int:
    """Output tokens of one image."""
    if family.patch:
        edge = family.patch[quality]
        return (height // edge) * (width // edge + 1)
    base = family.grid[quality]
    other = max(1, round(Fraction(base * min(width, height), max(width, height))))
    tokens = math.ceil(Fraction(base * other * (2_000_000 + width * height), 4_000_000))
    return math.ceil(tokens * Fraction(family.grid_factor.get(quality, 1)))


def owed_for_tokens(family: Family, usage: Usage, today: date) -> int:
    """Micro-dollars for a call, rounded up. A dollar per million tokens is one for each token."""
    price = _price_on(family, today)
    micro = (
        usage.text_in * price.text_in
        + usage.image_in * price.image_in
        + usage.image_out * price.image_out
        + usage.text_out * price.text_out
    )
    return _up(micro)


def owed_for_images(family: Family, quality: str, size: str, n: int, today: date) -> int:
    """Micro-dollars for n images of a model with a price per image."""
    amounts = _price_on(family, today).image
    keys = (f"{quality} {size}", quality, size)
    amount = next(amounts[key] for key in keys if key in amounts)
    return _up(amount * 1_000_000 * n)


def _price_on(family: Family, today: date) -> Price:
    return next(price for price in family.price if price.since <= today < price.until)


def _up(micro: Decimal) -> int:
    return int(micro.to_integral_value(ROUND_CEILING))
