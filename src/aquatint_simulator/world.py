"""What one simulator remembers: its date, the calls it saw, what it billed, its orders to fail."""

import asyncio
from collections import deque
from collections.abc import Coroutine, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date
from itertools import count
from typing import Any, TypeVar

from starlette.requests import Request

from aquatint_simulator.clock import Clock
from aquatint_simulator.faults import FaultBox
from aquatint_simulator.limits import Limits
from aquatint_simulator.pictures.picture import Commission, Gallery, Picture
from aquatint_simulator.serials import Serials

PRICES_AS_OF = date(2026, 11, 22)  # the day whose prices hold when no date is set
_MAX_REQUESTS, _MAX_SHOWN = 100_000, 12
T = TypeVar("T")


@dataclass(kw_only=True, slots=True)
class SeenRequest:
    """A request as it came in; `body` is the parsed JSON, or the text when it is not JSON.

    Of a form `body` has the fields, and the sizes and digests of the files.
    """

    provider: str
    method: str
    path: str
    body: Any
    key: str | None  # the last four characters
    time: str  # ISO 8601, UTC
    request_id: str
    status: int | None = None  # None: not answered, or never to be
    fault: str | None = None  # what it ran into


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


@dataclass(frozen=True, slots=True)
class Shown:
    """A picture lately made, to look at."""

    picture: Picture
    prompt: str


@dataclass(slots=True)
class World:
    """The state behind all providers of one simulator; `as_of` is the date it was started with.

    With the same `seed` the same requests get the same ids. `version` counts whatever happens.
    """

    as_of: date | None = None
    seed: str | None = None
    version: int = 0
    clock: Clock = field(init=False)
    serials: Serials = field(init=False)
    limits: Limits = field(init=False)
    requests: deque[SeenRequest] = field(init=False)
    invoice: list[InvoiceLine] = field(init=False)
    faults: FaultBox = field(init=False)
    pace: dict[str, Pace] = field(init=False)
    memories: dict[type, Any] = field(init=False)
    pictures: dict[int, Shown] = field(init=False)  # the latest, by number
    gallery: Gallery = field(default_factory=Gallery)
    _numbers: Iterator[int] = field(default_factory=count)
    _tasks: set[asyncio.Task[None]] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.reset()

    def reset(self, seed: str | None = None) -> None:
        """Forget everything but the date of the start (and pictures, which are always the same).

        Ids begin anew, from this seed or from that of the start.
        """
        self.clock = Clock(self.as_of)
        self.serials = Serials(self.seed if seed is None else seed)
        self.limits = Limits()
        self.requests = deque(maxlen=_MAX_REQUESTS)
        self.invoice = []
        self.faults = FaultBox()
        self.pace = {}
        self.memories = {}
        self.pictures = {}

    @property
    def today(self) -> date | None:
        """The day whose models live; None: all of them."""
        return self.clock.today

    @property
    def price_date(self) -> date:
        return self.today or PRICES_AS_OF

    def changed(self) -> None:
        """Something happened that is worth showing."""
        self.version += 1

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
        commissions = list(commissions)
        pictures = await asyncio.gather(
            *(asyncio.to_thread(self.gallery.draw, commission) for commission in commissions)
        )
        for commission, picture in zip(commissions, pictures, strict=True):
            if not commission.draft:
                self._show(Shown(picture, commission.prompt))
        return pictures

    def _show(self, shown: Shown) -> None:
        while len(self.pictures) >= _MAX_SHOWN:
            self.pictures.pop(next(iter(self.pictures)))
        self.pictures[next(self._numbers)] = shown
        self.changed()


def world_of(request: Request) -> World:
    """The world of the simulator that serves this request."""
    world: World = request.app.state.world
    return world
