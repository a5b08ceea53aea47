"""What one simulator remembers: its date, the calls it saw, what it billed, its orders to fail."""

import asyncio
from collections import deque
from collections.abc import Coroutine, Iterable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any, TypeVar

from starlette.requests import Request

from aquatint_simulator.faults import FaultBox
from aquatint_simulator.pictures.picture import Commission, Gallery, Picture

PRICES_AS_OF = date(2026, 11, 22)  # the day whose prices hold when no date is set
_MAX_REQUESTS = 100_000
T = TypeVar("T")


@dataclass(frozen=True, kw_only=True, slots=True)
class SeenRequest:
    """A request as it came in; `body` is the parsed JSON, or the text when it is not JSON."""

    provider: str
    method: str
    path: str
    body: Any
    key: str | None  # the last four characters
    time: str  # ISO 8601, UTC


@dataclass(frozen=True, kw_only=True, slots=True)
class InvoiceLine:
    """One billed call."""

    provider: str
    model: str
    request_id: str
    micro_usd: int
    images: int


@dataclass(kw_only=True, slots=True)
class Pace:
    """How slow the simulator pretends to be, in milliseconds."""

    images: int = 0  # for a whole image call
    token: int = 5  # between two pieces of a chat answer


@dataclass(slots=True)
class World:
    """The state behind all providers of one simulator; `as_of` is the date it was started with."""

    as_of: date | None = None
    today: date | None = field(init=False)
    requests: deque[SeenRequest] = field(init=False)
    invoice: list[InvoiceLine] = field(init=False)
    faults: FaultBox = field(init=False)
    pace: dict[str, Pace] = field(init=False)
    memories: dict[type, Any] = field(init=False)
    gallery: Gallery = field(default_factory=Gallery)
    _tasks: set[asyncio.Task[None]] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.reset()

    def reset(self) -> None:
        """Forget everything but the date of the start (and pictures, which are always the same)."""
        self.today = self.as_of
        self.requests = deque(maxlen=_MAX_REQUESTS)
        self.invoice = []
        self.faults = FaultBox()
        self.pace = {}
        self.memories = {}

    @property
    def price_date(self) -> date:
        return self.today or PRICES_AS_OF

    def pace_of(self, provider: str) -> Pace:
        return self.pace.get(provider) or Pace()

    def memory_of(self, kind: type[T]) -> T:
        """What a provider keeps between calls: made when first asked for, forgotten on reset."""
        memory: T = self.memories.setdefault(kind, kind())
        return memory

    def start(self, work: Coroutine[Any, Any, None]) -> None:
        """Work that goes on after the call that began it."""
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def draw(self, commissions: Iterable[Commission]) -> list[Picture]:
        """All pictures, in their order, painted in worker threads."""
        return await asyncio.gather(
            *(asyncio.to_thread(self.gallery.draw, commission) for commission in commissions)
        )


def world_of(request: Request) -> World:
    """The world of the simulator that serves this request."""
    world: World = request.app.state.world
    return world


def timestamp() -> str:
    """Now, as ``2026-11-22T12:00:00.000Z``."""
    return datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
