"""Rate limits to set: so many image calls, or images, for each key within a minute."""

import math
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

MINUTE = 60  # seconds
Unit = Literal["requests", "images"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Limit:
    """What one key may ask of a provider within any minute; None: as much as it likes."""

    requests: int | None = None
    images: int | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Excess:
    """A call beyond a limit, and the seconds after which it would be within."""

    unit: Unit
    limit: int
    used: int
    asked: int
    wait: float

    @property
    def seconds(self) -> int:
        """The wait in whole seconds, as headers tell it."""
        return max(1, math.ceil(self.wait))


@dataclass(frozen=True, kw_only=True, slots=True)
class Room:
    """How much a key has left, for headers that tell it; `reset` is in seconds."""

    limit: int
    left: int
    reset: int


@dataclass(frozen=True, slots=True)
class _Use:
    time: float
    images: int


class Limits:
    """The limits by provider, and who used what within the last minute."""

    def __init__(self) -> None:
        self.by_provider: dict[str, Limit] = {}
        self._uses: dict[tuple[str, str], deque[_Use]] = {}

    def take(self, provider: str, key: str, images: int, now: float) -> Excess | None:
        """Count a call, unless it goes beyond a limit; what was turned away does not count."""
        limit = self.by_provider.get(provider)
        if limit is None:
            return None
        uses = self._recent(provider, key, now)
        excesses = [
            excess
            for unit, most, asked in _units(limit, images)
            if (excess := _excess(unit, most, asked, uses, now)) is not None
        ]
        if excesses:
            return max(excesses, key=lambda excess: excess.wait)
        uses.append(_Use(now, images))
        return None

    def room(self, provider: str, key: str, now: float) -> Room | None:
        """Of requests; None without a limit."""
        limit = self.by_provider.get(provider)
        if limit is None or limit.requests is None:
            return None
        uses = self._recent(provider, key, now)
        first = uses[0].time if uses else now
        reset = math.ceil(first + MINUTE - now) if uses else 0
        return Room(limit=limit.requests, left=limit.requests - len(uses), reset=reset)

    def _recent(self, provider: str, key: str, now: float) -> deque[_Use]:
        uses = self._uses.setdefault((provider, key), deque())
        while uses and uses[0].time <= now - MINUTE:
            uses.popleft()
        return uses


def _units(limit: Limit, images: int) -> Iterator[tuple[Unit, int, int]]:
    if limit.requests is not None:
        yield "requests", limit.requests, 1
    if limit.images is not None:
        yield "images", limit.images, images


def _excess(unit: Unit, most: int, asked: int, uses: deque[_Use], now: float) -> Excess | None:
    amounts = [1 if unit == "requests" else use.images for use in uses]
    used = sum(amounts)
    over = used + asked - most
    if over <= 0:
        return None
    wait: float = MINUTE  # where even an empty minute has no room
    for use, amount in zip(uses, amounts, strict=True):
        over -= amount
        if over <= 0:
            wait = use.time + MINUTE - now
            break
    return Excess(unit=unit, limit=most, used=used, asked=asked, wait=wait)
