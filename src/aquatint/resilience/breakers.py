"""The seam between calls and what is remembered of providers, wherever that is kept.

A call's permit and its booking go together: a refused call books nothing, and a booking that is
undone leaves no permit behind.
"""

from collections.abc import Callable
from typing import Protocol

from aquatint.clock import Clock
from aquatint.db.engine import Database, Tx
from aquatint.errors import ProviderError
from aquatint.resilience import store
from aquatint.resilience.breaker import BreakerConfig
from aquatint.resilience.condition import Snapshot
from aquatint.resilience.store import Call
from aquatint.resilience.transition import Transition, announce

Book = Callable[[Tx], None]  # what is written in the same breath; it may run more than once


def nothing(tx: Tx) -> None:
    """A booking without a word."""


class Breakers(Protocol):
    """The conditions of all providers. Every change of a state is announced, once."""

    async def acquire(self, call: Call, book: Book) -> None:
        """Book that `call` is made, if it may be; raises Refused, or what `book` raises."""

    async def record(self, call_id: str, error: ProviderError | None, book: Book) -> None:
        """Book the end of a call, with `error` or well (None). A second end changes nothing."""

    async def release(self, call_id: str, book: Book) -> None:
        """Book the end of a call that says nothing of its provider, as when its process died."""

    async def reset(self, provider: str, *, actor: str) -> None:
        """Close the breaker and forget cool-down and missing models, by the word of `actor`."""

    async def snapshot(self) -> Snapshot:
        """What is known now. Looking changes nothing."""


class DatabaseBreakers:
    """Kept in the database, in the very transaction of the booking."""

    def __init__(self, db: Database, clock: Clock, config: BreakerConfig) -> None:
        self._db = db
        self._clock = clock
        self._config = config

    async def acquire(self, call: Call, book: Book) -> None:
        now = self._clock.now()

        def both(tx: Tx) -> tuple[Transition, ...]:
            made = store.acquire(tx, call, config=self._config, now=now)
            book(tx)
            return made

        announce(await self._db.write(both))

    async def record(self, call_id: str, error: ProviderError | None, book: Book) -> None:
        now = self._clock.now()

        def both(tx: Tx) -> tuple[Transition, ...]:
            book(tx)
            return store.record(tx, call_id, error, config=self._config, now=now)

        announce(await self._db.write(both))

    async def release(self, call_id: str, book: Book) -> None:
        now = self._clock.now()

        def both(tx: Tx) -> None:
            book(tx)
            store.give_back(tx, call_id, config=self._config, now=now)

        await self._db.write(both)

    async def reset(self, provider: str, *, actor: str) -> None:
        now = self._clock.now()
        announce(
            await self._db.write(
                lambda tx: store.reset(tx, provider, actor=actor, config=self._config, now=now)
            )
        )

    async def snapshot(self) -> Snapshot:
        now = self._clock.now()
        return await self._db.read(lambda tx: store.snapshot(tx, config=self._config, now=now))
