"""What holds from one day to another: models that come and go, prices that change."""

from collections.abc import Iterable
from datetime import date
from decimal import ROUND_CEILING, Decimal
from typing import Protocol, TypeVar


class Span(Protocol):
    """`since` is the first day, `until` the first day without it."""

    @property
    def since(self) -> date: ...
    @property
    def until(self) -> date: ...


S = TypeVar("S", bound=Span)


def holds(span: Span, day: date | None) -> bool:
    """Whether it is there on that day; without a day everything is."""
    return day is None or span.since <= day < span.until


def on(spans: Iterable[S], day: date) -> S:
    """The one that holds on that day."""
    return next(span for span in spans if span.since <= day < span.until)


def micro_dollars(dollars: Decimal) -> int:
    """Micro-dollars, rounded up."""
    return int((dollars * 1_000_000).to_integral_value(ROUND_CEILING))
