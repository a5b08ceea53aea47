"""Sizes: read what is asked for, and find the nearest that a row offers."""

import math
import re
from dataclasses import dataclass
from functools import lru_cache

from aquatint.catalog.model import FreeSizes, Size, SizeRule
from aquatint.errors import InvalidRequest

DEFAULT = Size(width=1024, height=1024)
MAX_EDGE = 16_384  # more is no wish but a mistake

_SIZE = re.compile(r"\s*(\d{1,9})\s*[xX\u00d7]\s*(\d{1,9})\s*", re.ASCII)


@dataclass(frozen=True, kw_only=True, slots=True)
class MappedSize:
    """A size the row supports; `changed` when it is not the one wanted."""

    size: Size
    changed: bool


def parse_size(text: str) -> Size:
    """Pixels from ``WIDTHxHEIGHT``. Raises InvalidRequest."""
    if not (match := _SIZE.fullmatch(text)):
        raise InvalidRequest(f"Invalid size: {text[:40]!r} (write WIDTHxHEIGHT, such as 1024x1024)")
    width, height = map(int, match.groups())
    if not (0 < width <= MAX_EDGE and 0 < height <= MAX_EDGE):
        raise InvalidRequest(f"Invalid size: {text[:40]!r} (each edge is 1 to {MAX_EDGE} pixels)")
    return Size(width=width, height=height)


def offered(rule: SizeRule) -> tuple[Size, ...]:
    """The sizes people choose from, the default first."""
    return tuple(_known(text) for text in rule.popular)


def largest(rule: SizeRule) -> Size:
    """The size with the most pixels among those offered; the first of equals."""
    return max(offered(rule), key=lambda size: size.pixels)


def supports(rule: SizeRule, size: Size) -> bool:
    """Whether exactly this size may be asked for."""
    if not isinstance(rule, FreeSizes):
        return size in offered(rule)
    long, short = max(size.width, size.height), min(size.width, size.height)
    return (
        size.width % rule.multiple_of == size.height % rule.multiple_of == 0
        and rule.min_edge <= short
        and long <= rule.max_edge
        and long <= short * rule.max_ratio
        and rule.min_pixels <= size.pixels <= rule.max_pixels
    )


def map_size(rule: SizeRule, wanted: Size | None, *, natural: Size | None = None) -> MappedSize:
    """`wanted` itself, else the offered size nearest in aspect ratio, then in pixels.

    With nothing wanted the size is the `natural` one, else 1024x1024, or what comes nearest, and
    that is no change.
    """
    target = wanted or natural or DEFAULT
    if supports(rule, target):
        return MappedSize(size=target, changed=False)
    nearest = min(offered(rule), key=lambda size: _distance(size, target))
    return MappedSize(size=nearest, changed=wanted is not None)


def _distance(one: Size, two: Size) -> tuple[float, float]:
    ratio = math.log((one.width / one.height) / (two.width / two.height))
    return abs(ratio), abs(math.log(one.pixels / two.pixels))


@lru_cache
def _known(text: str) -> Size:
    width, height = map(int, text.split("x"))
    return Size(width=width, height=height)
