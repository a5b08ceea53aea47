"""The one clock. Times are integer milliseconds since 1970 in UTC; dates are UTC dates."""

import time
from datetime import UTC, date, datetime
from typing import Protocol

Millis = int


class Clock(Protocol):
    """What tells the time; injected, so that tests can set it."""

    def now(self) -> Millis:
        """The present moment in milliseconds since 1970, UTC."""
        ...


class SystemClock:
    """The machine's own clock."""

    def now(self) -> Millis:
        return time.time_ns() // 1_000_000


class ManualClock:
    """A clock that moves only when told to."""

    def __init__(self, start: Millis = 1_795_348_800_000) -> None:
        self._now = start

    def now(self) -> Millis:
        return self._now

    def advance(self, seconds: float) -> None:
        self._now += int(seconds * 1000)


def iso(moment: Millis) -> str:
    """``2026-11-22T12:00:00.000Z``"""
    return (
        datetime.fromtimestamp(moment / 1000, UTC)
        .isoformat(timespec="milliseconds")
        .replace("+00:00", "Z")
    )


def utc_date(moment: Millis) -> date:
    return datetime.fromtimestamp(moment / 1000, UTC).date()
