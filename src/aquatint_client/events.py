"""What a generation's stream tells: server-sent events, and what each of them means."""

from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final, NamedTuple

from aquatint_client import wire
from aquatint_client.model import ENDED

_LONGEST_LINE = 1024 * 1024  # bytes


class Frame(NamedTuple):
    """One event as it was sent."""

    id: str
    event: str
    data: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Event:
    """Any event; `id` is where a stream can be taken up again. Its `name` says which it is."""

    id: int
    name: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Dispatched(Event):
    """A provider is being asked."""

    provider: str
    model: str
    images: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Progress(Event):
    """How far the provider says it is: 0 to 1."""

    fraction: float


@dataclass(frozen=True, kw_only=True, slots=True)
class Partial(Event):
    """An unfinished picture, there until the provider is done; `download` takes it."""

    index: int
    url: str


@dataclass(frozen=True, kw_only=True, slots=True)
class AttemptFailed(Event):
    """A provider failed; another may follow."""

    provider: str
    model: str
    code: str
    error: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Ended(Event):
    """The last event."""

    state: str


_KINDS: Final[Mapping[str, Callable[[int, Mapping[str, Any]], Event]]] = {
    "dispatched": lambda seq, data: Dispatched(
        id=seq,
        name="dispatched",
        provider=data["provider"],
        model=data["model"],
        images=data["images"],
    ),
    "progress": lambda seq, data: Progress(
        id=seq, name="progress", fraction=float(Decimal(data["progress"]))
    ),
    "partial": lambda seq, data: Partial(
        id=seq, name="partial", index=data["index"], url=data["url"]
    ),
    "attempt_failed": lambda seq, data: AttemptFailed(
        id=seq,
        name="attempt_failed",
        provider=data["provider"],
        model=data["model"],
        code=data["code"],
        error=data["error"],
    ),
}


def event_of(frame: Frame) -> Event:
    """A plain `Event` for a name that this version does not know."""
    seq = int(frame.id)
    if frame.event in ENDED:
        return Ended(id=seq, name=frame.event, state=frame.event)
    kind = _KINDS.get(frame.event)
    return kind(seq, wire.parsed(frame.data)) if kind else Event(id=seq, name=frame.event)


async def frames(chunks: AsyncIterator[bytes]) -> AsyncIterator[Frame]:
    """The whole events of a stream; one that is cut off is left out. ValueError for no stream."""
    fields: dict[str, str] = {}
    async for line in _lines(chunks):
        name, _, value = line.partition(":")
        value = value.removeprefix(" ")
        if line and name:
            fields[name] = f"{fields[name]}\n{value}" if name in fields else value
        elif not line:
            if "data" in fields:
                yield Frame(fields.get("id", ""), fields.get("event", ""), fields["data"])
            fields = {}


async def _lines(chunks: AsyncIterator[bytes]) -> AsyncIterator[str]:
    kept = b""
    async for chunk in chunks:
        *whole, kept = (kept + chunk).split(b"\n")
        for line in whole:
            yield line.removesuffix(b"\r").decode()
        if len(kept) > _LONGEST_LINE:
            raise ValueError("a line without an end")
