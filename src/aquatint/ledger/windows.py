"""The windows in which limits count: hours, days and calendar months, all in UTC."""

from datetime import UTC, datetime
from functools import lru_cache
from typing import Final

from aquatint.clock import Millis

PERIODS: Final = ("hour", "day", "month")
HOUR: Final = 3_600_000  # milliseconds
DAY: Final = 24 * HOUR


def start_of(moment: Millis, period: str) -> Millis:
    """When the window that contains `moment` began."""
    if period == "month":
        return _month_start(moment // DAY)
    return moment - moment % (HOUR if period == "hour" else DAY)


def end_of(moment: Millis, period: str) -> Millis:
    """When the window that contains `moment` ends, which is when the next one begins."""
    if period == "month":
        first = _month(moment)
        years, month = divmod(first.month, 12)
        return _millis(first.replace(year=first.year + years, month=month + 1))
    return start_of(moment, period) + (HOUR if period == "hour" else DAY)


@lru_cache(maxsize=64)
def _month_start(day: int) -> Millis:
    return _millis(_month(day * DAY))


def _month(moment: Millis) -> datetime:
    day = datetime.fromtimestamp(moment // 1000, UTC)
    return datetime(day.year, day.month, 1, tzinfo=UTC)


def _millis(moment: datetime) -> Millis:
    return int(moment.timestamp()) * 1000
