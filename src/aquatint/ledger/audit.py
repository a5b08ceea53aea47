"""Proof that the books are right: limits, counters and attempts, all against the entries."""

from dataclasses import dataclass

from aquatint.db.engine import Tx
from aquatint.ledger.entries import COUNTERS, PERIODS
from aquatint.money import Micro


@dataclass(frozen=True, kw_only=True, slots=True)
class Audit:
    """Counts of rows that do not agree, and the sums of the books in micro-dollars."""

    limit_violations: int
    entry_mismatches: int
    attempts: dict[str, int]
    charged: Micro
    billed: Micro
    overrun: Micro
    unknown_held: Micro

    @property
    def ok(self) -> bool:
        return self.limit_violations == 0 and self.entry_mismatches == 0


def audit(tx: Tx) -> Audit:
    """Recompute everything from the entries."""
    totals = tx.execute(
        """
        SELECT coalesce(sum(charged), 0) AS charged, coalesce(sum(billed), 0) AS billed,
          coalesce(sum(billed - charged), 0) AS overrun,
          coalesce(sum(CASE state WHEN 'unknown' THEN share ELSE 0 END), 0) AS unknown_held
        FROM attempts
        """
    ).fetchone()
    return Audit(
        limit_violations=_count(
            tx, "SELECT 1 FROM counters WHERE cap IS NOT NULL AND held + spent > cap"
        ),
        entry_mismatches=_malformed(tx)
        + _counter_mismatches(tx)
        + _attempt_mismatches(tx)
        + _hold_mismatches(tx),
        attempts=_states(tx),
        charged=totals["charged"],
        billed=totals["billed"],
        overrun=totals["overrun"],
        unknown_held=totals["unknown_held"],
    )


def _count(tx: Tx, query: str) -> int:
    row = tx.execute(f"SELECT count(*) AS n FROM ({query}) AS found").fetchone()  # noqa: S608  # our own constants
    return int(row["n"])


def _states(tx: Tx) -> dict[str, int]:
    rows = tx.execute("SELECT state, count(*) AS n FROM attempts GROUP BY state").fetchall()
    found = {row["state"]: row["n"] for row in rows}
    names = {
        "settled": "settled",
        "released": "released",
        "unknown": "unknown",
        "open": "dispatched",
    }
    return {name: found.get(state, 0) for name, state in names.items()}


def _malformed(tx: Tx) -> int:
    """Entries that do not move what their kind moves."""
    return _count(
        tx,
        """
        SELECT e.seq FROM entries e LEFT JOIN attempts a ON a.id = e.attempt_id
        WHERE NOT CASE
          WHEN e.kind = 'reserve' THEN e.held = e.amount AND e.spent = 0 AND e.billed = 0
            AND e.images_spent = 0
          WHEN e.kind = 'settle' THEN e.held = -e.amount AND e.spent = e.amount
            AND e.billed = e.amount AND e.images_held = -e.images_spent
          WHEN e.kind = 'overrun' THEN e.billed = e.amount AND e.held = 0 AND e.spent = 0
            AND e.images_held = 0 AND e.images_spent = 0
          WHEN e.attempt_id IS NULL THEN e.held = -e.amount AND e.spent = 0 AND e.billed = 0
            AND e.images_spent = 0
          ELSE e.amount = a.share AND e.held = 0 AND e.spent = 0 AND e.billed = 0
            AND e.images_held = 0 AND e.images_spent = 0
        END
        """,
    )


def _counter_mismatches(tx: Tx) -> int:
    """Counters that are not the sums of their window's entries, either way round."""
    return sum(
        _count(tx, _COUNTERS_AGAINST_ENTRIES[metric].format(period=period, length=PERIODS[period]))
        for metric, period in COUNTERS
    )


_SUMS = """
  SELECT h.owner, h.reserved_at - h.reserved_at % {length} AS start,
    sum(e.%s) AS held, sum(e.%s) AS spent
  FROM entries e JOIN holds h ON h.generation_id = e.generation_id
  GROUP BY h.owner, h.reserved_at - h.reserved_at % {length}
"""
_COMPARE = """
  SELECT s.owner FROM (%s) AS s LEFT JOIN counters c
    ON c.owner = s.owner AND c.start = s.start AND c.metric = '%s' AND c.period = '{period}'
  WHERE c.owner IS NULL OR c.held <> s.held OR c.spent <> s.spent
  UNION ALL
  SELECT c.owner FROM counters c LEFT JOIN (%s) AS s
    ON c.owner = s.owner AND c.start = s.start
  WHERE c.metric = '%s' AND c.period = '{period}' AND s.owner IS NULL
    AND (c.held <> 0 OR c.spent <> 0)
"""


def _comparison(metric: str, held: str, spent: str) -> str:
    sums = _SUMS.replace("%s", held, 1).replace("%s", spent, 1)
    return (
        _COMPARE.replace("%s", sums, 1)
        .replace("%s", metric, 1)
        .replace("%s", sums, 1)
        .replace("%s", metric, 1)
    )


_COUNTERS_AGAINST_ENTRIES = {
    "money": _comparison("money", "held", "spent"),
    "images": _comparison("images", "images_held", "images_spent"),
}


def _attempt_mismatches(tx: Tx) -> int:
    """Attempts whose bill, charge or share is not what their entries say."""
    return _count(
        tx,
        """
        SELECT a.id FROM attempts a LEFT JOIN entries e ON e.attempt_id = a.id
        GROUP BY a.id, a.state, a.billed, a.charged, a.share
        HAVING coalesce(sum(e.billed), 0) <> a.billed
          OR coalesce(sum(e.spent), 0) <> a.charged
          OR coalesce(sum(CASE e.kind WHEN 'dispatch' THEN e.amount ELSE 0 END), 0) <> a.share
          OR coalesce(sum(CASE e.kind WHEN 'settle' THEN e.amount ELSE 0 END), 0) <> a.charged
          OR coalesce(sum(CASE e.kind WHEN 'overrun' THEN e.amount ELSE 0 END), 0)
             <> a.billed - a.charged
        """,
    )


def _hold_mismatches(tx: Tx) -> int:
    """Holds that were not reserved exactly once in full, or that spent or hold beyond it."""
    return _count(
        tx,
        """
        SELECT h.generation_id FROM holds h
        LEFT JOIN entries e ON e.generation_id = h.generation_id
        GROUP BY h.generation_id, h.ceiling, h.images
        HAVING coalesce(sum(CASE e.kind WHEN 'reserve' THEN e.held ELSE 0 END), 0) <> h.ceiling
          OR coalesce(sum(CASE e.kind WHEN 'reserve' THEN e.amount ELSE 0 END), 0) <> h.ceiling
          OR coalesce(sum(CASE e.kind WHEN 'reserve' THEN e.images_held ELSE 0 END), 0) <> h.images
          OR coalesce(sum(e.held), 0) < 0
          OR coalesce(sum(e.held + e.spent), 0) > h.ceiling
        """,
    )
