"""Ledger entries: append-only postings, and the counters that are always their sums."""

from dataclasses import dataclass

from aquatint.clock import Millis
from aquatint.db.engine import Tx
from aquatint.ledger import counters
from aquatint.ledger.counters import Hold
from aquatint.money import Micro


@dataclass(frozen=True, kw_only=True, slots=True)
class Entry:
    """One posting. `amount` is what the entry is about; the rest is what it moves."""

    kind: str
    generation_id: str
    amount: Micro
    attempt_id: str | None = None
    held: Micro = 0
    spent: Micro = 0
    images_held: int = 0
    images_spent: int = 0
    billed: Micro = 0


def append(tx: Tx, entry: Entry, *, now: Millis) -> None:
    """Write `entry`, which moves nothing or whose counters are moved already."""
    tx.execute(
        """
        INSERT INTO entries (at, kind, generation_id, attempt_id, amount, held, spent,
                             images_held, images_spent, billed)
        VALUES (:at, :kind, :generation_id, :attempt_id, :amount, :held, :spent,
                :images_held, :images_spent, :billed)
        """,
        {
            "at": now,
            "kind": entry.kind,
            "generation_id": entry.generation_id,
            "attempt_id": entry.attempt_id,
            "amount": entry.amount,
            "held": entry.held,
            "spent": entry.spent,
            "images_held": entry.images_held,
            "images_spent": entry.images_spent,
            "billed": entry.billed,
        },
    )


def post(tx: Tx, entry: Entry, hold: Hold, *, now: Millis) -> None:
    """Write `entry` and move the counters of the windows its hold was reserved in."""
    append(tx, entry, now=now)
    if entry.held or entry.spent or entry.images_held or entry.images_spent:
        counters.move(
            tx,
            hold,
            money_held=entry.held,
            money_spent=entry.spent,
            images_held=entry.images_held,
            images_spent=entry.images_spent,
        )
