"""The rules of the ledger: money held, taken, given back. Functions of an open transaction.

A generation reserves its whole ceiling. Each attempt takes a share of it before the call is
made, and ends settled, released or unknown. Over a generation's attempts
``charged + unknown shares + open shares <= ceiling`` at every commit.
"""

from collections.abc import Sequence

from aquatint.clock import Millis
from aquatint.db.engine import Tx
from aquatint.ledger import counters
from aquatint.ledger.counters import Hold
from aquatint.ledger.entries import Entry, append, post
from aquatint.ledger.limits import Limit
from aquatint.ledger.store import (
    Ending,
    NewAttempt,
    close_attempt,
    insert_attempt,
    insert_hold,
    open_attempt,
    room,
    settle_attempt,
)
from aquatint.money import Micro


class CeilingReached(Exception):
    """The attempt's share does not fit under what is left of the ceiling."""


class AlreadyEnded(Exception):
    """The attempt was settled or released before: nothing is booked twice."""


def reserve(  # what one hold is made of
    tx: Tx,
    *,
    generation_id: str,
    owner: str,
    ceiling: Micro,
    images: int,
    now: Millis,
    limits: Sequence[Limit] = (),
    key_line: str | None = None,
) -> None:
    """Hold `ceiling` and count `images` for the owner, the API key that asked, and the gateway.

    Raises LimitReached or BudgetExceeded for the first of `limits` that has no room.
    """
    hold = Hold(owner, key_line, now)
    counters.take(tx, hold, ceiling, images, limits)
    insert_hold(tx, generation_id, hold, ceiling=ceiling, images=images)
    entry = Entry(
        kind="reserve",
        generation_id=generation_id,
        amount=ceiling,
        held=ceiling,
        images_held=images,
    )
    append(tx, entry, now=now)


def dispatch(tx: Tx, attempt: NewAttempt, *, now: Millis) -> None:
    """Record the attempt before its first byte leaves; raises CeilingReached."""
    if not insert_attempt(tx, attempt, now=now):
        raise CeilingReached
    entry = Entry(
        kind="dispatch",
        generation_id=attempt.generation_id,
        attempt_id=attempt.id,
        amount=attempt.share,
    )
    append(tx, entry, now=now)


def settle(  # an attempt's end is these facts
    tx: Tx, attempt_id: str, *, billed: Micro, delivered: int, ending: Ending, now: Millis
) -> Micro:
    """Take what was billed, but never more than the ceiling allows; returns what was charged.

    Settles once: an open or unknown attempt only. An overrun is recorded, not charged.
    """
    found = open_attempt(tx, attempt_id)
    if found is None:
        raise AlreadyEnded(attempt_id)
    charged, counted = min(billed, found.room.money), min(delivered, found.room.images)
    settle_attempt(tx, attempt_id, ending, now, billed=billed, charged=charged, kept=delivered)
    entry = Entry(
        kind="settle",
        generation_id=found.generation_id,
        attempt_id=attempt_id,
        amount=charged,
        held=-charged,
        spent=charged,
        images_held=-counted,
        images_spent=counted,
        billed=charged,
    )
    post(tx, entry, found.room.hold, now=now)
    if billed > charged:
        overrun = Entry(
            kind="overrun",
            generation_id=found.generation_id,
            attempt_id=attempt_id,
            amount=billed - charged,
            billed=billed - charged,
        )
        append(tx, overrun, now=now)
    return charged


def count_delivered(tx: Tx, attempt_id: str, images: int) -> None:
    """So many of an ended attempt's images came in the end; what it cost stays."""
    tx.execute(
        "UPDATE attempts SET delivered = :images WHERE id = :id",
        {"id": attempt_id, "images": images},
    )


def release(tx: Tx, attempt_id: str, *, ending: Ending, now: Millis) -> None:
    """The provider did no work that it bills: the share is free again."""
    _close(tx, attempt_id, "released", "release", ending, now)


def lose(tx: Tx, attempt_id: str, *, ending: Ending, now: Millis) -> None:
    """The outcome is unknown: the share stays held."""
    _close(tx, attempt_id, "unknown", "unknown", ending, now)


def _close(  # both endings without a bill
    tx: Tx, attempt_id: str, state: str, kind: str, ending: Ending, now: Millis
) -> None:
    closed = close_attempt(tx, attempt_id, state, ending, now)
    if closed is None:
        raise AlreadyEnded(attempt_id)
    entry = Entry(
        kind=kind,
        generation_id=closed["generation_id"],
        attempt_id=attempt_id,
        amount=closed["share"],
    )
    append(tx, entry, now=now)


def trim(tx: Tx, generation_id: str, *, now: Millis) -> None:
    """Give back what no open or unknown attempt of an ended generation may still need."""
    left = room(tx, generation_id)
    if left.money > 0 or left.images > 0:
        entry = Entry(
            kind="release",
            generation_id=generation_id,
            amount=left.money,
            held=-left.money,
            images_held=-left.images,
        )
        post(tx, entry, left.hold, now=now)
