"""How fast one caller may ask, and how much they may watch at once; money has limits of its own."""

import math
from collections import OrderedDict
from collections.abc import AsyncGenerator
from dataclasses import dataclass
from typing import Any, TypeVar
from weakref import WeakSet

from aquatint.clock import Clock, Millis
from aquatint.db.valkey import Valkey, ValkeyDown
from aquatint.errors import LimitReached

Frames = TypeVar("Frames", bound=AsyncGenerator[Any, None])

_MINUTE: Millis = 60_000
_SOON = 5  # seconds
_MOST_REMEMBERED = 10_000  # callers; whoever is forgotten begins with a full bucket
_SHARED = """
local now = redis.call('TIME')
now = now[1] * 1000 + math.floor(now[2] / 1000)
local key, most = 'aquatint:pace:' .. ARGV[1], tonumber(ARGV[2])
local kept = redis.call('HMGET', key, 'tokens', 'at')
local since = math.max(0, now - (tonumber(kept[2]) or now))
local tokens = math.min(most, (tonumber(kept[1]) or most) + since * most / 60000)
if tokens < 1 then return math.ceil((1 - tokens) * 60000 / most) end
redis.call('HSET', key, 'tokens', tostring(tokens - 1), 'at', now)
redis.call('PEXPIRE', key, 60000)
return 0
"""


@dataclass(frozen=True, slots=True)
class Bucket:
    """Refilled all the time, to the brim in a minute."""

    tokens: float
    at: Millis

    def spend(self, most: int, now: Millis) -> "tuple[Bucket, Millis]":
        """With one token less; or as it is, and how long until there is one."""
        tokens = min(most, self.tokens + max(now - self.at, 0) * most / _MINUTE)
        if tokens < 1:
            return self, math.ceil((1 - tokens) * _MINUTE / most)
        return Bucket(tokens - 1, now), 0


class Pace:
    """`most` requests a minute for each name, None for any number.

    Kept in Valkey for all processes, else in each for itself; also while Valkey is down.
    """

    def __init__(self, most: int | None, clock: Clock, valkey: Valkey | None = None) -> None:
        self._most = most
        self._clock = clock
        self._valkey = valkey
        self._own: OrderedDict[str, Bucket] = OrderedDict()

    async def spend(self, name: str) -> None:
        """Count one request; raises LimitReached."""
        if self._most is None:
            return
        if wait := await self._wait(name, self._most):
            raise LimitReached(
                f"More than {self._most} requests a minute", retry_after=math.ceil(wait / 1000)
            )

    async def _wait(self, name: str, most: int) -> Millis:
        if self._valkey:
            try:
                return int(await self._valkey.run(_SHARED, name, str(most)))
            except ValkeyDown:
                pass
        now = self._clock.now()
        bucket = self._own.pop(name, Bucket(most, now))
        self._own[name], wait = bucket.spend(most, now)
        if len(self._own) > _MOST_REMEMBERED:
            self._own.popitem(last=False)
        return wait


class Streams:
    """At most `most` streams of one owner are open in this process at a time, None for any."""

    def __init__(self, most: int | None) -> None:
        self._most = most
        self._open: dict[str, WeakSet[AsyncGenerator[Any, None]]] = {}

    def check(self, owner: str) -> None:
        """Raises LimitReached when one more would be too many."""
        if self._most is not None and self._count(owner) >= self._most:
            raise LimitReached(f"More than {self._most} streams are open", retry_after=_SOON)

    def admit(self, owner: str, frames: Frames) -> Frames:
        """`frames`, counted until they are closed or forgotten. Raises LimitReached."""
        self.check(owner)
        self._open = {name: streams for name, streams in self._open.items() if streams}
        self._open.setdefault(owner, WeakSet()).add(frames)
        return frames

    def _count(self, owner: str) -> int:
        return sum(
            getattr(each, "ag_frame", None) is not None for each in self._open.get(owner, ())
        )
