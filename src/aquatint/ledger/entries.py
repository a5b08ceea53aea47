"""Ledger entries: append-only postings, and the counters that are always their sums."""

from dataclasses import dataclass
from typing import Final

from aquatint.clock import Millis
from aquatint.db.engine import Record, Tx
from aquatint.money import Micro

PERIODS: Final = {"hour": 3_600_000, "day": 86_400_000}  # milliseconds, windows in UTC
COUNTERS: Final = (("images", "hour"), ("images", "day"), ("money", "day"))


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


def window_start(moment: Millis, period: str) -> Millis:
    return moment - moment % PERIODS[period]


def post(tx: Tx, entry: Entry, *, now: Millis) -> None:
    """Append `entry` and move the counters of the windows its hold was reserved in."""
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
    if entry.kind != "reserve":  # a reservation has moved them already, under their limits
        _move(tx, entry)


def _move(tx: Tx, entry: Entry) -> None:
    hold = tx.execute(
        "SELECT owner, reserved_at FROM holds WHERE generation_id = :id",
        {"id": entry.generation_id},
    ).fetchone()
    deltas = {
        "money": (entry.held, entry.spent),
        "images": (entry.images_held, entry.images_spent),
    }
    for metric, period in COUNTERS:
        held, spent = deltas[metric]
        if held or spent:
            tx.execute(
                """
                UPDATE counters SET held = held + :held, spent = spent + :spent
                WHERE owner = :owner AND metric = :metric AND period = :period AND start = :start
                """,
                {
                    **counter_key(hold["owner"], metric, period, hold["reserved_at"]),
                    "held": held,
                    "spent": spent,
                },
            )


def counter_key(owner: str, metric: str, period: str, moment: Millis) -> Record:
    """The primary key of the counter whose window contains `moment`."""
    return {
        "owner": owner,
        "metric": metric,
        "period": period,
        "start": window_start(moment, period),
    }
