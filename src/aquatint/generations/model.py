"""A generation's states on one page, and how people see them.

held -> dispatched -> completed | failed | refused | unknown
held -> cancelled
unknown | failed -> completed, when an image comes after all
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from aquatint.clock import Millis


class State(StrEnum):
    HELD = "held"
    DISPATCHED = "dispatched"
    COMPLETED = "completed"
    FAILED = "failed"
    REFUSED = "refused"
    UNKNOWN = "unknown"
    CANCELLED = "cancelled"


ENDED: Final = frozenset(State) - {State.HELD, State.DISPATCHED}

ITEM_STATUS: Final = {
    State.HELD: "generating",
    State.DISPATCHED: "generating",
    State.COMPLETED: "complete",
    State.FAILED: "error",
    State.REFUSED: "refused",
    State.UNKNOWN: "unknown",
    State.CANCELLED: "cancelled",
}


PARTIAL: Final = "partial"  # the event of an unfinished picture


@dataclass(frozen=True, kw_only=True, slots=True)
class Failure:
    """Why a generation ended without an image, kept so that a replay says the same."""

    status: int
    code: str
    message: str
    retry_after: int | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Outcome:
    """How a generation ended."""

    state: State
    candidate: str | None = None  # the key of the row that made the images
    failure: Failure | None = None
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Generation:
    """One confirmed quote. `candidate` is the alternative the person chose, if any.

    `worker` is the process that works on it; `fence` counts how often it changed hands, and what
    a former worker writes carries a fence that is no longer this one.
    """

    id: str
    quote_id: str
    owner: str
    state: State
    candidate: str | None
    dismissed: bool
    created_at: Millis
    finished_at: Millis | None
    outcome: Outcome | None
    worker: str | None = None
    fence: int = 0
    stop_asked: bool = False


def stream(generation_id: str) -> str:
    """The name of the generation's event stream."""
    return f"generation:{generation_id}"
