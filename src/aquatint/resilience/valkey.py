"""Breakers shared by way of Valkey, and a breaker of this process's own while that is down.

The own one begins with what was last seen of the shared ones; nobody is ever let through without
a breaker. What a process learns in that time is not told to the server afterwards, and a server
that lost its memory begins CLOSED.
"""

from aquatint.clock import Clock, Millis
from aquatint.db.engine import Database
from aquatint.db.valkey import ValkeyDown
from aquatint.errors import ProviderError
from aquatint.resilience.breaker import BreakerConfig
from aquatint.resilience.breakers import Book
from aquatint.resilience.condition import Snapshot
from aquatint.resilience.memory import Memory
from aquatint.resilience.shared import Shared
from aquatint.resilience.store import Call
from aquatint.resilience.transition import Transition, announce


class ValkeyBreakers:
    """Kept beside the database: first the permit, then the booking, and after its end the word."""

    def __init__(
        self, *, db: Database, clock: Clock, config: BreakerConfig, shared: Shared
    ) -> None:
        self._db = db
        self._clock = clock
        self._shared = shared
        self._own = Memory(config)
        self._alone = False
        self._seen = Snapshot()

    async def acquire(self, call: Call, book: Book) -> None:
        announce(await self._permit(call))
        try:
            await self._db.write(book)
        except BaseException:  # a cancelled caller makes no call either
            await self._give_back(call.id)
            raise

    async def record(self, call_id: str, error: ProviderError | None, book: Book) -> None:
        await self._db.write(book)
        known = self._own.forget(call_id)
        try:
            made = await self._shared.record(call_id, error)
        except ValkeyDown:
            now = self._on_its_own()
            made = self._own.record(*known, error, now) if known else ()
        else:
            self._alone = False
        announce(made)

    async def release(self, call_id: str, book: Book) -> None:
        await self._db.write(book)
        await self._give_back(call_id)

    async def reset(self, provider: str, *, actor: str) -> None:
        try:
            made = await self._shared.reset(provider, actor=actor)
        except ValkeyDown:
            made = self._own.reset(provider, actor, self._on_its_own())
        announce(made)

    async def snapshot(self) -> Snapshot:
        try:
            seen = await self._shared.snapshot()
        except ValkeyDown:
            return self._own.snapshot(self._on_its_own())
        self._alone = False
        self._seen = seen
        return seen

    async def _permit(self, call: Call) -> tuple[Transition, ...]:
        """Raises Refused."""
        try:
            generation, made = await self._shared.acquire(call)
        except ValkeyDown:
            return self._own.acquire(call, self._on_its_own())
        self._alone = False
        self._own.remember(call, generation)
        return made

    async def _give_back(self, call_id: str) -> None:
        known = self._own.forget(call_id)
        try:
            await self._shared.give_back(call_id)
        except ValkeyDown:
            now = self._on_its_own()
            if known:
                self._own.give_back(*known, now)

    def _on_its_own(self) -> Millis:
        """The server is down; the time by this process's clock."""
        if not self._alone:
            self._alone = True
            self._own.begin(self._seen.conditions)
        return self._clock.now()
